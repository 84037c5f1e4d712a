import ScrollText from 'lucide-react/icons/scroll-text';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';

const messages = defineMessages({ vi: { place: 'Nhật ký hệ thống', short: 'Nhật ký' }, en: { place: 'Audit trail', short: 'Audit' } });

export const auditTrailWeb = defineWebModule({
  name: 'audit-trail',
  messages,
  places: [{ id: 'audit-trail', path: '/nhat-ky', label: 'place', short: 'short', icon: ScrollText, shortcut: 'y', ability: 'audit-trail.read', order: 58 }],
  routes: [
    {
      path: '/nhat-ky',
      load: async () => (await import('./trail-page.tsx')).TrailPage,
      children: [{ path: '$id', load: async () => (await import('./entry-page.tsx')).EntryPage }],
    },
    { path: '/luu-giu-nhat-ky', load: async () => (await import('./keeping-page.tsx')).KeepingPage },
  ],
});
