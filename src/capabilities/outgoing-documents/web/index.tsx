import Send from 'lucide-react/icons/send';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';

const messages = defineMessages({ vi: { place: 'Văn bản đi' }, en: { place: 'Outgoing' } });

export const outgoingDocumentsWeb = defineWebModule({
  name: 'outgoing-documents',
  messages,
  places: [{ id: 'outgoing-documents', path: '/van-ban-di', label: 'place', icon: Send, shortcut: 'i', order: 30 }],
  routes: [
    {
      path: '/van-ban-di',
      load: async () => (await import('./outgoing-page.tsx')).OutgoingPage,
      children: [{ path: '$id', load: async () => (await import('./outgoing-detail.tsx')).OutgoingDetailPage }],
    },
    { path: '/soan-van-ban', load: async () => (await import('./draft-page.tsx')).DraftPage },
    { path: '/soan-van-ban/$id', load: async () => (await import('./draft-page.tsx')).DraftPage },
    { path: '/ky-van-ban/$id', load: async () => (await import('./sign-page.tsx')).SignPage },
    { path: '/dong-dau/$id', load: async () => (await import('./seal-page.tsx')).SealPage },
    { path: '/phat-hanh/$id', load: async () => (await import('./issue-page.tsx')).IssuePage },
  ],
});
