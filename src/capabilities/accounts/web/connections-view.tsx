import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Connection, ConnectionList } from '#capabilities/remote-signing/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import '#ui/layout/form.css';
import { accountMessages } from './account-messages.ts';

const CONNECTIONS_KEY = ['remote-signing', 'connections'];
const CONNECTIONS = '/api/v1/remote-signing/connections';

/** The applications that I let connect in my name, and the way to take that back. */
export function ConnectionsView(): ReactNode {
  const t = useT(accountMessages);
  const api = useApi();
  const { data, error, refetch } = useQuery({ queryKey: CONNECTIONS_KEY, queryFn: ({ signal }) => api.get<ConnectionList>(CONNECTIONS, { signal }) });
  if (error !== null) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton shape="block" height="12rem" />;
  if (data.connections.length === 0) return <EmptyState title={t('noConnections')}>{t('noConnectionsText')}</EmptyState>;
  return (
    <div className="lt-form">
      <p className="lt-quiet">{t('connectionsText')}</p>
      <ul className="lt-accounts-list">
        {data.connections.map((connection) => (
          <Application key={connection.clientId} connection={connection} />
        ))}
      </ul>
    </div>
  );
}

function Application({ connection: { clientId, clientName: name, connectedAt, lastUsedAt } }: { connection: Connection }): ReactNode {
  const t = useT(accountMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.del(`${CONNECTIONS}/${clientId}`),
    onSuccess: () => toasts.show({ text: t('revokedConnection', { name }), tone: 'done' }),
    onSettled: () => queries.invalidateQueries({ queryKey: CONNECTIONS_KEY }),
  });
  return (
    <li>
      <div>
        <p>
          <strong>{name}</strong>
        </p>
        <p className="lt-quiet">
          {t('connectedSince', { at: formatDateTime(connectedAt) })}, {lastUsedAt === null ? t('neverCame') : t('used', { at: formatDateTime(lastUsedAt) })}
        </p>
        <ProblemBanner error={revoke.error} />
      </div>
      <Button size="small" aria-label={t('revokeConnectionOf', { name })} loading={revoke.isPending} onClick={() => revoke.mutate()}>
        {t('revokeConnection')}
      </Button>
    </li>
  );
}
