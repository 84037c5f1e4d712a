import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Page, Section } from '#ui/layout/page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import type { AskedAuthorization, AskedKey, AuthorizationList } from '../contract.ts';
import { ApprovalForm } from './approval-form.tsx';
import { ConsentPanel } from './consent-panel.tsx';
import { messages } from './messages.ts';
import { OwnKeys } from './own-keys.tsx';
import './remote-signing.css';

/** What other applications ask the person at the screen to sign; made for a phone. */
export function ApprovalsPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [search] = useSearch();
  const consent = search['ket-noi'];
  const asked = useQuery({ queryKey: ['remote-signing', 'authorizations'], queryFn: ({ signal }) => api.get<AuthorizationList>('/api/v1/remote-signing/authorizations', { signal }) });
  const { data } = asked;
  return (
    <Page title={t('title')} subtitle={t('subtitle')} width="reading">
      {typeof consent === 'string' && <ConsentPanel id={consent} />}
      {asked.error !== null && <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.error === null && data === undefined && <Skeleton shape="block" height="12rem" />}
      {data !== undefined && (
        <Section title={t('waiting')}>
          {data.waiting.length === 0 ? <EmptyState title={t('empty')}>{t('emptyText')}</EmptyState> : <Forms list={data} named={search['yeu-cau']} />}
        </Section>
      )}
      {data !== undefined && data.decided.length > 0 && (
        <Section title={t('decided')}>
          <ul className="lt-remote-list">
            {data.decided.map((each) => (
              <Decided key={each.id} request={each} />
            ))}
          </ul>
        </Section>
      )}
      <OwnKeys />
    </Page>
  );
}

/** One form for each certificate, since a PIN opens one key. */
function Forms({ list, named }: { list: AuthorizationList; named: string | undefined }): ReactNode {
  const asked = list.waiting.some(({ id }) => id === named) ? named : undefined;
  const groups = [...Map.groupBy(list.waiting, (each) => each.credentialId)];
  return groups.map(([credentialId, requests]) => <ApprovalForm key={credentialId} requests={requests} askedKey={keyOf(list, credentialId)} most={list.mostDocuments} named={asked} />);
}

/** A key of which the list says nothing needs its PIN. */
function keyOf({ keys }: AuthorizationList, credentialId: string): AskedKey {
  return keys.find((each) => each.credentialId === credentialId) ?? { credentialId, needsPin: true, remembersPin: false, mayRememberPin: false };
}

const tones = { approved: 'done', refused: 'danger', expired: 'plain', waiting: 'plain' } as const;

function Decided({ request }: { request: AskedAuthorization }): ReactNode {
  const t = useT(messages);
  return (
    <li className="lt-remote-decided">
      <div>
        <strong>{request.description ?? t('asks', { client: request.clientName, count: request.documents.length })}</strong>
        <p className="lt-quiet">
          {request.clientName} · {formatDateTime(request.decidedAt ?? request.askedAt)}
        </p>
      </div>
      <Badge tone={tones[request.state]}>{t(`${request.state}State`)}</Badge>
    </li>
  );
}
