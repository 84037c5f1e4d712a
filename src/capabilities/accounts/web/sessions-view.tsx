import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime, formatRelative } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import '#ui/layout/form.css';
import type { SessionRow } from '../contract.ts';
import { accountMessages } from './account-messages.ts';
import { browserName } from './browser-name.ts';

const SESSIONS_KEY = ['identity', 'my-sessions'];

/** Where I am signed in, and the way to end what is not me any more. */
export function SessionsView(): ReactNode {
  const t = useT(accountMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const sessions = useQuery({ queryKey: SESSIONS_KEY, queryFn: ({ signal }) => api.get<{ sessions: SessionRow[] }>('/api/v1/me/sessions', { signal }) });
  const endOthers = useMutation({
    mutationFn: () => api.post<{ ended: number }>('/api/v1/me/sessions/revoke-all', { keepPresent: true }),
    onSuccess: async ({ ended }) => {
      toasts.show({ text: t('endedOthers', { count: ended }), tone: 'done' });
      await queries.invalidateQueries({ queryKey: SESSIONS_KEY });
    },
  });
  const rows = sessions.data?.sessions;
  if (sessions.error !== null) return <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />;
  if (rows === undefined) return <Skeleton shape="block" height="12rem" />;
  return (
    <div className="lt-form">
      <ul className="lt-accounts-list">
        {rows.map((session) => (
          <Session key={session.id} session={session} />
        ))}
      </ul>
      <ProblemBanner error={endOthers.error} />
      {rows.length > 1 ? (
        <div className="lt-row">
          <Button loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {t('endOthers')}
          </Button>
        </div>
      ) : (
        <p className="lt-quiet">{t('onlyThis')}</p>
      )}
    </div>
  );
}

function Session({ session }: { session: SessionRow }): ReactNode {
  const t = useT(accountMessages);
  const { language } = useLanguage();
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => api.del(`/api/v1/me/sessions/${session.id}`),
    onSuccess: async () => {
      toasts.show({ text: t('ended'), tone: 'done' });
      await queries.invalidateQueries({ queryKey: SESSIONS_KEY });
    },
  });
  return (
    <li>
      <div>
        <p className="lt-row">
          <strong>{browserName(session.userAgent) ?? t('unknownBrowser')}</strong>
          {session.isPresent && <Badge tone="done">{t('present')}</Badge>}
        </p>
        <p>
          {session.postTitle}, {session.agencyName}
        </p>
        <p className="lt-quiet">
          <time dateTime={session.lastSeenAt} title={formatDateTime(session.lastSeenAt)}>
            {t('lastSeen', { when: formatRelative(session.lastSeenAt, { now: new Date(), language }) })}
          </time>
          , {t('since', { at: formatDateTime(session.createdAt) })}, {t(`${session.factors}_factor`)}, {session.ip}
        </p>
        <ProblemBanner error={end.error} />
      </div>
      {!session.isPresent && (
        <Button size="small" loading={end.isPending} onClick={() => end.mutate()}>
          {t('endSession')}
        </Button>
      )}
    </li>
  );
}
