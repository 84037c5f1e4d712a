import ListTodo from 'lucide-react/icons/list-todo';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';
import type { MyWorkCounts } from '../contract.ts';

const messages = defineMessages({ vi: { place: 'Việc của tôi' }, en: { place: 'My work' } });

export const myWorkWeb = defineWebModule({
  name: 'my-work',
  messages,
  places: [
    {
      id: 'my-work',
      path: '/viec-cua-toi',
      label: 'place',
      icon: ListTodo,
      shortcut: 'v',
      order: 10,
      // safe because the address answers with the contract's counts
      badge: { url: '/api/v1/my-work/counts', pick: (reply) => (reply as MyWorkCounts).open, topics: ['outgoing-documents', 'incoming-documents', 'cases'] },
    },
  ],
  routes: [{ path: '/viec-cua-toi', load: async () => (await import('./my-work-page.tsx')).MyWorkPage }],
});
