import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { Page } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import type { ClientSecret, RemoteClientList } from '../contract.ts';
import { clientMessages } from './client-messages.ts';
import { ConfirmDialog, RegisterDialog, SecretDialog } from './client-dialogs.tsx';
import './clients.css';

type Client = RemoteClientList['clients'][number];
type Open = { kind: 'register' } | { kind: 'rotate' | 'suspend'; client: Client } | { kind: 'secret'; name: string; secret: ClientSecret } | undefined;
const address = '/api/v1/remote-signing/clients';

/** The applications that may ask for signatures, for the province's administrator. */
export function ClientsPage(): ReactNode {
  const t = useT(clientMessages);
  const api = useApi();
  const [open, setOpen] = useState<Open>();
  const list = useQuery({ queryKey: ['remote-signing', 'clients'], queryFn: ({ signal }) => api.get<RemoteClientList>(address, { signal }) });
  const close = (): void => setOpen(undefined);
  const told = (name: string) => (secret: ClientSecret) => setOpen({ kind: 'secret', name, secret });
  const register = (
    <Button variant="primary" onClick={() => setOpen({ kind: 'register' })}>
      {t('register')}
    </Button>
  );
  return (
    <Page title={t('title')} subtitle={t('subtitle')} actions={register} width="reading">
      {list.error !== null ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="40vh" />
        </SkeletonGroup>
      ) : list.data.clients.length === 0 ? (
        <EmptyState title={t('empty')}>{t('emptyText')}</EmptyState>
      ) : (
        <ClientList clients={list.data.clients} onOpen={setOpen} />
      )}
      {open?.kind === 'register' && <RegisterDialog send={(body) => api.post<ClientSecret>(address, body)} onDone={(body, secret) => told(body.name)(secret)} onClose={close} />}
      {open?.kind === 'rotate' && (
        <ConfirmDialog act="rotate" client={open.client.name} send={() => api.post<ClientSecret>(`${address}/${open.client.id}/secret`)} onDone={told(open.client.name)} onClose={close} />
      )}
      {open?.kind === 'suspend' && <ConfirmDialog act="suspend" client={open.client.name} send={() => api.post(`${address}/${open.client.id}/disable`)} onDone={close} onClose={close} />}
      {open?.kind === 'secret' && <SecretDialog name={open.name} secret={open.secret} onClose={close} />}
    </Page>
  );
}

function ClientList({ clients, onOpen }: { clients: readonly Client[]; onOpen: (open: Open) => void }): ReactNode {
  const t = useT(clientMessages);
  return (
    <ul className="lt-client-list" aria-label={t('caption')}>
      {clients.map((client) => (
        <li key={client.id} className="lt-client">
          <div className="lt-client__head">
            <h2>{client.name}</h2>
            {client.disabledAt === null ? <Badge tone="done">{t('active')}</Badge> : <Badge tone="danger">{t('suspended', { at: formatDateTime(client.disabledAt) })}</Badge>}
          </div>
          <Details
            items={[
              { label: t('rights'), value: client.scopes.map((scope) => t(scope)).join(', ') },
              { label: t('perMinute'), value: client.perMinute.toLocaleString('vi-VN') },
              { label: t('addresses'), value: <Addresses uris={client.redirectUris} /> },
              { label: t('registered'), value: t('registeredBy', { name: client.createdBy, at: formatDateTime(client.createdAt) }) },
              { label: t('clientId'), value: <code className="lt-client__id">{client.id}</code> },
            ]}
          />
          <Actions client={client} onOpen={onOpen} />
        </li>
      ))}
    </ul>
  );
}

function Addresses({ uris }: { uris: readonly string[] }): ReactNode {
  const t = useT(clientMessages);
  if (uris.length === 0) return <span className="lt-quiet">{t('noAddresses')}</span>;
  return (
    <ul className="lt-client-addresses">
      {uris.map((uri) => (
        <li key={uri}>{uri}</li>
      ))}
    </ul>
  );
}

function Actions({ client, onOpen }: { client: Client; onOpen: (open: Open) => void }): ReactNode {
  const t = useT(clientMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const resume = useMutation({
    mutationFn: () => api.post(`${address}/${client.id}/resume`),
    onSuccess: () => toasts.show({ tone: 'done', text: t('resumedDone', { client: client.name }) }),
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['remote-signing'] }),
  });
  if (client.disabledAt !== null) {
    return (
      <div className="lt-client__actions">
        <Button size="small" loading={resume.isPending} onClick={() => resume.mutate()}>
          {t('resume')}
        </Button>
      </div>
    );
  }
  return (
    <div className="lt-client__actions">
      <Button size="small" onClick={() => onOpen({ kind: 'rotate', client })}>
        {t('rotate')}
      </Button>
      <Button size="small" variant="quiet" onClick={() => onOpen({ kind: 'suspend', client })}>
        {t('suspend')}
      </Button>
    </div>
  );
}
