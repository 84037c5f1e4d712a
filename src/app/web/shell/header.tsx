import { useQueryClient } from '@tanstack/react-query';
import ChevronDown from 'lucide-react/icons/chevron-down';
import CircleHelp from 'lucide-react/icons/circle-question-mark';
import CircleUserRound from 'lucide-react/icons/circle-user-round';
import LogOut from 'lucide-react/icons/log-out';
import Search from 'lucide-react/icons/search';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { IconButton } from '#ui/controls/icon-button.tsx';
import { Avatar } from '#ui/data/avatar.tsx';
import { Kbd } from '#ui/data/kbd.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useLanguage, useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { useNavigation } from '#ui/navigation.tsx';
import { Menu, type MenuEntry } from '#ui/overlays/menu.tsx';
import { setPreference, usePreferences } from '#ui/preferences.ts';
import { useSession } from '#ui/session-context.tsx';
import { messages } from './messages.ts';
import './header.css';

const accountPath = '/tai-khoan';

/** Whose desk this is, the way to everything, and the person's own menu. */
export function Header({ onFind, onHelp }: { onFind: () => void; onHelp: () => void }): ReactNode {
  const t = useT(messages);
  return (
    <div className="lt-header">
      <PostSwitcher />
      <button type="button" className="lt-header__find" onClick={onFind}>
        <Search size={16} aria-hidden="true" />
        <span className="lt-header__find-words">{t('findShort')}</span>
        <span aria-hidden="true">
          <Kbd keys="Mod+k" />
        </span>
      </button>
      <span className="lt-header__help">
        <IconButton icon={CircleHelp} label={t('help')} keys="?" onClick={onHelp} />
      </span>
      <UserMenu />
    </div>
  );
}

/** The agency and the post in which everything is done; switching needs no new sign-in. */
function PostSwitcher(): ReactNode {
  const t = useT(messages);
  const { agency, post, posts } = useSession();
  const { mutate } = useSwitchPost();
  const text = (
    <span className="lt-header__desk">
      <strong>{agency.name}</strong>
      <span>{post.title}</span>
    </span>
  );
  if (posts.length < 2) return <div className="lt-header__post">{text}</div>;
  return (
    <Menu
      trigger={
        <button type="button" className="lt-header__post" title={t('switchPost')}>
          {text}
          <ChevronDown size={16} aria-hidden="true" />
        </button>
      }
      entries={[
        {
          kind: 'choice',
          id: 'posts',
          label: t('posts'),
          value: post.id,
          options: posts.map(({ id, title, agency: { name } }) => ({ value: id, label: title, hint: name })),
          onChange: (id) => mutate(id),
        },
      ]}
    />
  );
}

function useSwitchPost() {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const { navigate } = useNavigation();
  const { posts } = useSession();
  return useMutation({
    mutationFn: (postId: string) => api.post('/api/v1/me/post', { postId }),
    onSuccess: async (_reply, postId) => {
      navigate('/'); // what was open may not be seen from the new post
      await queries.resetQueries();
      toasts.show({ text: t('switched', { post: posts.find(({ id }) => id === postId)?.title ?? '' }), tone: 'info' });
    },
    onError: (error) => toasts.show(problemToast(error)),
  });
}

function UserMenu(): ReactNode {
  const t = useT(messages);
  const { person, post } = useSession();
  const entries = useMenuEntries();
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" className="lt-header__person">
          <Avatar name={person.name} />
          <span className="read-by-screen-reader">{t('accountOf', { name: person.name })}</span>
        </button>
      }
      head={
        <span className="lt-header__desk">
          <strong>{person.name}</strong>
          <span>{post.title}</span>
        </span>
      }
      entries={entries}
    />
  );
}

function useMenuEntries(): readonly MenuEntry[] {
  const t = useT(messages);
  const { language, setLanguage } = useLanguage();
  const { theme, density } = usePreferences();
  const { navigate } = useNavigation();
  const signOut = useSignOut();
  return [
    { id: 'account', label: t('account'), icon: CircleUserRound, onSelect: () => navigate(accountPath) },
    { kind: 'separator', id: 'line-above' },
    {
      kind: 'choice',
      id: 'theme',
      label: t('theme'),
      value: theme,
      options: [
        { value: 'auto', label: t('themeAuto') },
        { value: 'light', label: t('themeLight') },
        { value: 'dark', label: t('themeDark') },
      ],
      onChange: (value) => setPreference('theme', value === 'light' || value === 'dark' ? value : 'auto'),
    },
    {
      kind: 'choice',
      id: 'density',
      label: t('density'),
      value: density,
      options: [
        { value: 'compact', label: t('densityCompact') },
        { value: 'normal', label: t('densityNormal') },
        { value: 'roomy', label: t('densityRoomy') },
      ],
      onChange: (value) => setPreference('density', value === 'compact' || value === 'roomy' ? value : 'normal'),
    },
    {
      kind: 'choice',
      id: 'language',
      label: t('language'),
      value: language,
      options: [
        { value: 'vi', label: 'Tiếng Việt' },
        { value: 'en', label: 'English' },
      ],
      onChange: (value) => setLanguage(value === 'en' ? 'en' : 'vi'),
    },
    { kind: 'separator', id: 'line' },
    { id: 'sign-out', label: t('signOut'), icon: LogOut, onSelect: signOut },
  ];
}

function useSignOut(): () => void {
  const api = useApi();
  const toasts = useToasts();
  const { hrefFor } = useNavigation();
  const { mutate } = useMutation({
    mutationFn: () => api.post('/api/v1/sign-out'),
    // A whole new page, so that nothing of the session stays in memory.
    onSuccess: () => window.location.assign(hrefFor('/dang-nhap')),
    onError: (error) => toasts.show(problemToast(error)),
  });
  return mutate;
}
