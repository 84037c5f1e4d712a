import Inbox from 'lucide-react/icons/inbox';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';
import type { z } from 'zod';
import type { incomingList } from '../contract.ts';
import { numberOf } from '../domain/number-words.ts';

const messages = defineMessages({ vi: { place: 'Văn bản đến' }, en: { place: 'Incoming' } });

export const incomingDocumentsWeb = defineWebModule({
  name: 'incoming-documents',
  messages,
  places: [{ id: 'incoming-documents', path: '/van-ban-den', label: 'place', icon: Inbox, shortcut: 'd', order: 20 }],
  finds: [
    {
      label: 'place',
      icon: Inbox,
      url: '/api/v1/incoming-documents',
      query: (text) => ({ text }),
      // safe because the address answers with the contract's list
      pick: (reply) => (reply as z.infer<typeof incomingList>).rows.map((row) => ({ id: row.id, path: `/van-ban-den/${row.id}`, label: row.summary, hint: `${numberOf(row)} · ${row.senderName}` })),
    },
  ],
  routes: [
    {
      path: '/van-ban-den',
      load: async () => (await import('./inbox-page.tsx')).InboxPage,
      children: [{ path: '$id', load: async () => (await import('./incoming-detail.tsx')).IncomingDetailPage }],
    },
    { path: '/vao-so-van-ban-giay', load: async () => (await import('./paper-page.tsx')).PaperPage },
  ],
});
