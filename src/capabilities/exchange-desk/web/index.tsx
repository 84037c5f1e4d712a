import MailWarning from 'lucide-react/icons/mail-warning';
import ChartNetwork from 'lucide-react/icons/chart-network';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';
import { LOOK_AGAIN_MS, troubleUrl, type Troubles } from './trouble.ts';

const messages = defineMessages({ vi: { place: 'Sự cố gửi nhận', short: 'Sự cố', figures: 'Liên thông văn bản', figuresShort: 'Liên thông' }, en: { place: 'Delivery trouble', short: 'Trouble', figures: 'Exchange of documents', figuresShort: 'Exchange' } });

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
    // Leaders have no troubles to mend; they begin with the figures.
    { id: 'exchange-figures', path: '/lien-thong/thong-ke', label: 'figures', short: 'figuresShort', icon: ChartNetwork, shortcut: 'l', order: 51, ability: 'exchange-desk.figures' },
  ],
  routes: [
    { path: '/lien-thong', load: async () => (await import('./trouble-page.tsx')).TroublePage },
    { path: '/lien-thong/luong', load: async () => (await import('./flow-page.tsx')).FlowPage },
    { path: '/lien-thong/thong-ke', load: async () => (await import('./statistics-page.tsx')).StatisticsPage },
    { path: '/lien-thong/van-ban', load: async () => (await import('./documents-page.tsx')).DocumentsPage },
    { path: '/lien-thong/chua-gui', load: async () => (await import('./unsent-page.tsx')).UnsentPage },
    { path: '/lien-thong/canh-bao', load: async () => (await import('./alerts-page.tsx')).AlertsPage },
    { path: '/lien-thong/goi/$id', load: async () => (await import('./envelope-page.tsx')).EnvelopePage },
    { path: '/lien-thong/den/$id', load: async () => (await import('./message-page.tsx')).MessagePage },
  ],
});
