import BookUser from 'lucide-react/icons/book-user';
import CircleUserRound from 'lucide-react/icons/circle-user-round';
import SlidersHorizontal from 'lucide-react/icons/sliders-horizontal';
import UserCog from 'lucide-react/icons/user-cog';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';

const messages = defineMessages({
  vi: { directory: 'Danh bạ cơ quan', directoryShort: 'Danh bạ', account: 'Tài khoản của tôi', people: 'Người dùng', settings: 'Giới hạn đăng nhập', accountShort: 'Tài khoản' },
  en: { directory: 'Directory', directoryShort: 'Directory', account: 'My account', people: 'Users', settings: 'Sign-in limits', accountShort: 'Account' },
});

export const accountsWeb = defineWebModule({
  name: 'accounts',
  messages,
  places: [
    { id: 'directory', path: '/danh-ba', label: 'directory', short: 'directoryShort', icon: BookUser, shortcut: 'b', order: 60 },
    { id: 'people', path: '/nguoi-dung', label: 'people', icon: UserCog, shortcut: 'n', order: 80, ability: 'accounts.administer' },
    { id: 'settings', path: '/gioi-han-dang-nhap', label: 'settings', icon: SlidersHorizontal, shortcut: 'h', order: 85, ability: 'accounts.keep-directory' },
    { id: 'account', path: '/tai-khoan', label: 'account', short: 'accountShort', icon: CircleUserRound, shortcut: 't', order: 90, forGuests: true },
  ],
  routes: [
    { path: '/dang-nhap', bare: true, load: async () => (await import('./sign-in-page.tsx')).SignInPage },
    {
      path: '/danh-ba',
      load: async () => (await import('./directory-page.tsx')).DirectoryPage,
      children: [{ path: '$id', load: async () => (await import('./agency-detail.tsx')).AgencyDetailPage }],
    },
    { path: '/nguoi-dung', load: async () => (await import('./people-page.tsx')).PeoplePage },
    { path: '/gioi-han-dang-nhap', load: async () => (await import('./settings-page.tsx')).SettingsPage },
    { path: '/chu-ky-cua-toi', load: async () => (await import('./keys-page.tsx')).KeysPage },
    { path: '/chu-ky-cua-toi/dong-y', load: async () => (await import('./consent-return-page.tsx')).ConsentReturnPage },
    { path: '/tai-khoan', load: async () => (await import('./account-page.tsx')).AccountPage },
  ],
});
