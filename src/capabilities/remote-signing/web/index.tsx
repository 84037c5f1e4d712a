import Fingerprint from 'lucide-react/icons/fingerprint-pattern';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';
import type { AuthorizationList } from '../contract.ts';

const messages = defineMessages({ vi: { place: 'Xác nhận ký từ xa', short: 'Xác nhận' }, en: { place: 'Remote signing', short: 'Approve' } });

export const remoteSigningWeb = defineWebModule({
  name: 'remote-signing',
  messages,
  places: [
    {
      id: 'remote-signing',
      path: '/xac-nhan-ky',
      label: 'place',
      short: 'short',
      icon: Fingerprint,
      shortcut: 'x',
      order: 56,
      ability: 'remote-signing.approve',
      // safe because the address answers with the contract's list
      badge: { url: '/api/v1/remote-signing/authorizations', pick: (reply) => (reply as AuthorizationList).waiting.length, topics: ['remote-signing'] },
    },
  ],
  routes: [{ path: '/xac-nhan-ky', load: async () => (await import('./approvals-page.tsx')).ApprovalsPage }],
});
