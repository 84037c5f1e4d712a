import { useQuery, useQueryClient } from '@tanstack/react-query';
import ChevronDown from 'lucide-react/icons/chevron-down';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { useCommands, type Command } from '#ui/commands.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useT } from '#ui/i18n.ts';
import { keepFocus } from '#ui/kept-focus.ts';
import { latePart } from '#ui/late-part.tsx';
import { Outlet, useNavigation } from '#ui/navigation.tsx';
import { suggestLanguage } from '#ui/preferences.ts';
import { SessionProvider, useSession, type Session } from '#ui/session-context.tsx';
import { useShortcuts, type Shortcut } from '#ui/shortcuts.tsx';
import type { WebModule } from '#ui/web-module.ts';
import { useIsBehind } from '../last-known.ts';
import { keepFresh } from '../live.ts';
import { Header } from './header.tsx';
import { messages } from './messages.ts';
import { usePaletteSearch } from './palette-search.ts';
import { usePlaces } from './places.ts';
import { PlaceNotices } from './place-notices.tsx';
import { Rail } from './rail.tsx';
import './workplace.css';

const CommandPalette = latePart(() => import('#ui/overlays/command-palette.tsx'), (module) => module.CommandPalette, null);
const ShortcutHelp = latePart(() => import('#ui/overlays/shortcut-help.tsx'), (module) => module.ShortcutHelp, null);

const ASK_WHO_MS = 300_000;

/** The frame around every screen behind the sign-in: who is here, where one can go, what was just said. */
export function Workplace({ modules }: { modules: readonly WebModule[] }): ReactNode {
  const api = useApi();
  const session = useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => api.get<Session>('/api/v1/me', { signal }),
    staleTime: 60_000,
    // Asking renews the session's hourly token, and shows the sign-in as soon as the session is over.
    refetchInterval: ASK_WHO_MS,
    refetchIntervalInBackground: true,
  });
  useSessionLanguage(session.data);
  if (session.data !== undefined) {
    return (
      <SessionProvider session={session.data}>
        <Frame modules={modules} />
      </SessionProvider>
    );
  }
  if (session.error instanceof ApiError && session.error.status === 401) return null; // on the way to the sign-in
  if (session.error !== null) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
  return <div className="lt-workplace" aria-busy="true" />;
}

function Frame({ modules }: { modules: readonly WebModule[] }): ReactNode {
  const t = useT(messages);
  const queries = useQueryClient();
  useEffect(() => keepFresh(queries), [queries]);
  const main = useRef<HTMLElement>(null);
  useEffect(() => (main.current === null ? undefined : keepFocus(main.current)), []);
  const [open, setOpen] = useState<'palette' | 'help' | undefined>(undefined);
  const places = usePlaces(modules);
  const search = usePaletteSearch(modules);
  useFrameKeys(modules, setOpen);
  const close = () => setOpen(undefined);
  return (
    <div className="lt-workplace">
      <PlaceNotices places={places} />
      <a className="lt-skip" href="#main">
        {t('skip')}
      </a>
      <Rail places={places} />
      <div className="lt-workplace__side">
        <header className="lt-workplace__top">
          <Header onFind={() => setOpen('palette')} onHelp={() => setOpen('help')} />
          <Notices />
          {open === 'palette' && <CommandPalette open onClose={close} search={search} />}
          {open === 'help' && <ShortcutHelp open onClose={close} />}
        </header>
        <main className="lt-workplace__main" id="main" tabIndex={-1} ref={main}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}

/** `Ctrl K`, `?`, and `g` with a letter for each place; the same places stand in the palette. */
function useFrameKeys(modules: readonly WebModule[], setOpen: (open: 'palette' | 'help') => void): void {
  const t = useT(messages);
  const { navigate } = useNavigation();
  const places = usePlaces(modules);
  const shortcuts = useMemo<readonly Shortcut[]>(
    () => [
      { keys: 'Mod+k', label: t('find'), run: () => setOpen('palette'), everywhere: true },
      { keys: '?', label: t('help'), run: () => setOpen('help') },
      ...places.map(({ shortcut, label, path }) => ({ keys: `g ${shortcut}`, label, group: t('goTo'), run: () => navigate(path) })),
    ],
    [t, places, navigate, setOpen],
  );
  const commands = useMemo<readonly Command[]>(
    () => [
      ...places.map(({ id, label, icon, shortcut, path }) => ({ id: `go-${id}`, label, icon, keys: `g ${shortcut}`, group: t('goTo'), run: () => navigate(path) })),
      { id: 'help', label: t('help'), keys: '?', group: t('preferences'), run: () => setOpen('help') },
    ],
    [t, places, navigate, setOpen],
  );
  useShortcuts(shortcuts);
  useCommands(commands);
}

/** Takes the language of the account on a browser where nobody has chosen one. */
function useSessionLanguage(session: Session | undefined): void {
  const language = session?.language;
  useEffect(() => {
    if (language !== undefined) suggestLanguage(language);
  }, [language]);
}

function Notices(): ReactNode {
  const t = useT(messages);
  const { notice } = useSession();
  const online = useOnline();
  const isBehind = useIsBehind();
  return (
    <>
      {notice !== null && (
        <details className="lt-workplace__authority">
          <summary>
            <span>{notice}</span>
            <ChevronDown size={14} aria-hidden="true" />
          </summary>
        </details>
      )}
      {!online && (
        <div className="lt-workplace__notice">
          <Banner tone="warn">{t('offline')}</Banner>
        </div>
      )}
      <div role="status">
        {online && isBehind && (
          <div className="lt-workplace__notice">
            <Banner tone="warn">{t('behind')}</Banner>
          </div>
        )}
      </div>
    </>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    window.addEventListener('online', update);
    window.addEventListener('offline', update);
    return () => {
      window.removeEventListener('online', update);
      window.removeEventListener('offline', update);
    };
  }, []);
  return online;
}
