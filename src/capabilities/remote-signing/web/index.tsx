import AppWindow from 'lucide-react/icons/app-window';
import Fingerprint from 'lucide-react/icons/fingerprint-pattern';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';
import type { AuthorizationList } from '../contract.ts';

const messages = defineMessages({
  vi: { place: 'Xác nhận ký từ xa', short: 'Xác nhận', notice: 'Có yêu cầu ký số từ xa chờ bạn xác nhận', clients: 'Phần mềm ký từ xa', clientsShort: 'Phần mềm' },
  en: { place: 'Remote signing', short: 'Approve', notice: 'A request to sign waits for your approval', clients: 'Signing applications', clientsShort: 'Clients' },
});

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
      badge: { url: '/api/v1/remote-signing/authorizations', pick: (reply) => (reply as AuthorizationList).waiting.length, topics: ['remote-signing'], notice: 'notice' },
    },
    { id: 'remote-clients', path: '/phan-mem-ky-tu-xa', label: 'clients', short: 'clientsShort', icon: AppWindow, shortcut: 'f', order: 86, ability: 'remote-signing.keep-clients' },
  ],
  routes: [
    { path: '/xac-nhan-ky', load: async () => (await import('./approvals-page.tsx')).ApprovalsPage },
    { path: '/phan-mem-ky-tu-xa', load: async () => (await import('./clients-page.tsx')).ClientsPage },
  ],
});
