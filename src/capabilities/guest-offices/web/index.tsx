import Building2 from 'lucide-react/icons/building-2';
import Handshake from 'lucide-react/icons/handshake';
import ListTodo from 'lucide-react/icons/list-todo';
import Inbox from 'lucide-react/icons/inbox';
import PenLine from 'lucide-react/icons/pen-line';
import Send from 'lucide-react/icons/send';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';
import type { GuestTasks } from '../contract.ts';

const messages = defineMessages({
  vi: { tasks: 'Việc cần làm', tasksShort: 'Việc', inbox: 'Hộp đến', write: 'Gửi', sent: 'Đã gửi', office: 'Tổ chức của tôi', officeShort: 'Tổ chức', staff: 'Tổ chức ngoài hệ thống', staffShort: 'Tổ chức ngoài' },
  en: { tasks: 'To do', tasksShort: 'To do', inbox: 'Inbox', write: 'Write', sent: 'Sent', office: 'My organisation', officeShort: 'Organisation', staff: 'Organisations outside', staffShort: 'Outside' },
});

const USE = 'guest-offices.use';

export const guestOfficesWeb = defineWebModule({
  name: 'guest-offices',
  messages,
  places: [
    { id: 'guest-inbox', path: '/hop-den', label: 'inbox', icon: Inbox, shortcut: 'd', order: 1, ability: USE, forGuests: true },
    {
      id: 'guest-tasks',
      path: '/viec-can-lam',
      label: 'tasks',
      short: 'tasksShort',
      icon: ListTodo,
      shortcut: 'v',
      order: 1.5,
      ability: USE,
      forGuests: true,
      // safe because the address answers with the contract's page
      badge: { url: '/api/v1/guest-offices/tasks', pick: (reply) => (reply as GuestTasks).items.length, topics: ['incoming-documents', 'cases'] },
    },
    { id: 'guest-write', path: '/gui', label: 'write', icon: PenLine, shortcut: 'g', order: 2, ability: USE, forGuests: true },
    { id: 'guest-sent', path: '/da-gui', label: 'sent', icon: Send, shortcut: 'i', order: 3, ability: USE, forGuests: true },
    { id: 'guest-office', path: '/to-chuc-cua-toi', label: 'office', short: 'officeShort', icon: Building2, shortcut: 'o', order: 4, ability: USE, forGuests: true },
    {
      id: 'guest-offices',
      path: '/to-chuc-ngoai',
      label: 'staff',
      short: 'staffShort',
      icon: Handshake,
      shortcut: 'g',
      order: 62,
      ability: 'guest-offices.keep',
    },
  ],
  routes: [
    { path: '/hop-den', load: async () => (await import('./inbox-page.tsx')).InboxPage, children: [{ path: '$id', load: async () => (await import('./received-letter.tsx')).ReceivedLetter }] },
    { path: '/viec-can-lam', load: async () => (await import('./tasks-page.tsx')).TasksPage },
    { path: '/gui', load: async () => (await import('./write-page.tsx')).WritePage },
    { path: '/da-gui', load: async () => (await import('./sent-page.tsx')).SentPage, children: [{ path: '$id', load: async () => (await import('./sent-letter.tsx')).SentLetter }] },
    { path: '/to-chuc-cua-toi', load: async () => (await import('./own-office-page.tsx')).OwnOfficePage },
    { path: '/to-chuc-ngoai', load: async () => (await import('./offices-page.tsx')).OfficesPage },
  ],
});
