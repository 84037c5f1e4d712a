import MailWarning from 'lucide-react/icons/mail-warning';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';
import { LOOK_AGAIN_MS, troubleUrl, type Troubles } from './trouble.ts';

const messages = defineMessages({ vi: { place: 'Sự cố gửi nhận', short: 'Sự cố' }, en: { place: 'Delivery trouble', short: 'Trouble' } });

export const exchangeDeskWeb = defineWebModule({
  name: 'exchange-desk',
  messages,
  places: [
    {
      id: 'exchange-desk',
      path: '/lien-thong',
      label: 'place',
      short: 'short',
      icon: MailWarning,
      shortcut: 's',
      order: 50,
      ability: 'exchange-desk.watch',
      // safe because the address answers with the engine's contract
      badge: { url: troubleUrl, pick: (reply) => (reply as Troubles).items.length, topics: ['exchange'], everyMs: LOOK_AGAIN_MS },
    },
  ],
  routes: [{ path: '/lien-thong', load: async () => (await import('./trouble-page.tsx')).TroublePage }],
});
