import Waypoints from 'lucide-react/icons/waypoints';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';

const messages = defineMessages({ vi: { place: 'Hệ thống kết nối', short: 'Kết nối' }, en: { place: 'Connected systems', short: 'Systems' } });

export const exchangePartnersWeb = defineWebModule({
  name: 'exchange-partners',
  messages,
  places: [{ id: 'exchange-partners', path: '/he-thong-ket-noi', label: 'place', short: 'short', icon: Waypoints, shortcut: 'w', order: 52, ability: 'exchange-partners.watch' }],
  routes: [
    {
      path: '/he-thong-ket-noi',
      load: async () => (await import('./partners-page.tsx')).PartnersPage,
      children: [{ path: '$id', load: async () => (await import('./partner-detail.tsx')).PartnerDetailPage }],
    },
    { path: '/goi-cach-ly', load: async () => (await import('./quarantine-page.tsx')).QuarantinePage },
    { path: '/goi-gui-doi-tac', load: async () => (await import('./transfers-page.tsx')).TransfersPage },
  ],
});
