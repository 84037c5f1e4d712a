import Inbox from 'lucide-react/icons/inbox';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';

const messages = defineMessages({ vi: { place: 'Văn bản đến' }, en: { place: 'Incoming' } });

export const incomingDocumentsWeb = defineWebModule({
  name: 'incoming-documents',
  messages,
  places: [{ id: 'incoming-documents', path: '/van-ban-den', label: 'place', icon: Inbox, shortcut: 'd', order: 20 }],
  routes: [
    {
      path: '/van-ban-den',
      load: async () => (await import('./inbox-page.tsx')).InboxPage,
      children: [{ path: '$id', load: async () => (await import('./incoming-detail.tsx')).IncomingDetailPage }],
    },
  ],
});
