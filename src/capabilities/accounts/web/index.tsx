import BookUser from 'lucide-react/icons/book-user';
import CircleUserRound from 'lucide-react/icons/circle-user-round';
import UserCog from 'lucide-react/icons/user-cog';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';

const messages = defineMessages({
  vi: { directory: 'Danh bạ cơ quan', account: 'Tài khoản của tôi', people: 'Người dùng' },
  en: { directory: 'Directory', account: 'My account', people: 'Users' },
});

export const accountsWeb = defineWebModule({
  name: 'accounts',
  messages,
  places: [
    { id: 'directory', path: '/danh-ba', label: 'directory', icon: BookUser, shortcut: 'b', order: 60 },
    { id: 'people', path: '/nguoi-dung', label: 'people', icon: UserCog, shortcut: 'n', order: 80, ability: 'accounts.administer' },
    { id: 'account', path: '/tai-khoan', label: 'account', icon: CircleUserRound, shortcut: 't', order: 90 },
  ],
  routes: [
    { path: '/dang-nhap', bare: true, load: async () => (await import('./sign-in-page.tsx')).SignInPage },
    {
      path: '/danh-ba',
      load: async () => (await import('./directory-page.tsx')).DirectoryPage,
      children: [{ path: '$id', load: async () => (await import('./agency-detail.tsx')).AgencyDetailPage }],
    },
    { path: '/nguoi-dung', load: async () => (await import('./people-page.tsx')).PeoplePage },
    { path: '/tai-khoan', load: async () => (await import('./account-page.tsx')).AccountPage },
  ],
});
