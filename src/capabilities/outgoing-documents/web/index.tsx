import FileSignature from 'lucide-react/icons/file-pen-line';
import Send from 'lucide-react/icons/send';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';
import type { z } from 'zod';
import type { outgoingList, signingRoomCount } from '../contract.ts';

const messages = defineMessages({ vi: { place: 'Văn bản đi', signingRoom: 'Phòng ký' }, en: { place: 'Outgoing', signingRoom: 'Signing' } });

export const outgoingDocumentsWeb = defineWebModule({
  name: 'outgoing-documents',
  messages,
  places: [
    {
      id: 'signing-room',
      path: '/phong-ky',
      label: 'signingRoom',
      icon: FileSignature,
      shortcut: 'k',
      order: 15,
      ability: 'outgoing-documents.sign',
      // safe because the address answers with the contract's count
      badge: { url: '/api/v1/outgoing-documents/signing-room/count', pick: (reply) => (reply as z.infer<typeof signingRoomCount>).waiting, topics: ['outgoing-documents'] },
    },
    { id: 'outgoing-documents', path: '/van-ban-di', label: 'place', icon: Send, shortcut: 'i', order: 30 },
  ],
  finds: [
    {
      label: 'place',
      icon: Send,
      url: '/api/v1/outgoing-documents',
      query: (text) => ({ text }),
      // safe because the address answers with the contract's list
      pick: (reply) => (reply as z.infer<typeof outgoingList>).rows.map((row) => ({ id: row.id, path: `/van-ban-di/${row.id}`, label: row.summary, hint: row.numberAndNotation ?? row.drafterName })),
    },
  ],
  routes: [
    {
      path: '/van-ban-di',
      load: async () => (await import('./outgoing-page.tsx')).OutgoingPage,
      children: [{ path: '$id', load: async () => (await import('./outgoing-detail.tsx')).OutgoingDetailPage }],
    },
    { path: '/so-van-ban', load: async () => (await import('./register-page.tsx')).RegisterPage },
    { path: '/soan-van-ban', load: async () => (await import('./draft-page.tsx')).DraftPage },
    { path: '/soan-van-ban/$id', load: async () => (await import('./draft-page.tsx')).DraftPage },
    {
      path: '/phong-ky',
      load: async () => (await import('./signing-room-page.tsx')).SigningRoomPage,
      children: [{ path: '$id', load: async () => (await import('./signing-room-document.tsx')).SigningRoomDocument }],
    },
    { path: '/ky-van-ban/$id', load: async () => (await import('./sign-page.tsx')).SignPage },
    { path: '/sao-van-ban/$id', load: async () => (await import('./copy-page.tsx')).CopyPage },
    { path: '/dau-den/$id', load: async () => (await import('./copy-page.tsx')).StampPage },
    { path: '/dong-dau/$id', load: async () => (await import('./seal-page.tsx')).SealPage },
    { path: '/phat-hanh/$id', load: async () => (await import('./issue-page.tsx')).IssuePage },
  ],
});
