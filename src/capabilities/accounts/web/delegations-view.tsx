import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import type { DelegationList } from '../contract.ts';
import './accounts.css';
import { ChangeDialog } from './change-dialog.tsx';
import { DelegationDialog } from './delegation-dialog.tsx';
import { delegationMessages } from './delegation-messages.ts';
import { peopleMessages } from './people-messages.ts';

type Delegation = DelegationList['delegations'][number];
type Task = { kind: 'new' } | { kind: 'revoke'; delegation: Delegation };

/** Where the view stands decides the rank of its headings. */
type Heading = 'h2' | 'h3';

const STATES = ['in_force', 'coming', 'ended'] as const;
const ENDED_SHOWN = 10;

/** Who acts for whom in an agency: now, soon and before, with the way to delegate and to take it back. */
export function DelegationsView({ agency, heading }: { agency: { id: string; name: string }; heading: Heading }): ReactNode {
  const t = useT(delegationMessages);
  const api = useApi();
  const [task, setTask] = useState<Task>();
  const list = useQuery({ queryKey: ['identity', 'delegations', agency.id], queryFn: ({ signal }) => api.get<DelegationList>(`/api/v1/accounts/agencies/${agency.id}/delegations`, { signal }) });
  if (list.error !== null) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data === undefined) return <Skeleton shape="block" height="12rem" />;
  const { delegations, from } = list.data;
  const add =
    from.length === 0 ? undefined : (
      <Button variant="primary" onClick={() => setTask({ kind: 'new' })}>
        {t('add')}
      </Button>
    );
  return (
    <div className="lt-form">
      {delegations.length === 0 ? (
        <EmptyState title={t('empty')} actions={add}>
          {t('emptyText')} {add === undefined && t('onlyHolder')}
        </EmptyState>
      ) : (
        <>
          {add !== undefined && <div className="lt-row">{add}</div>}
          {STATES.map((state) => (
            <Group key={state} heading={heading} state={state} delegations={delegations.filter((each) => each.state === state)} onRevoke={(delegation) => setTask({ kind: 'revoke', delegation })} />
          ))}
        </>
      )}
      {task?.kind === 'new' && <DelegationDialog agency={agency} from={from} onClose={() => setTask(undefined)} />}
      {task?.kind === 'revoke' && <RevokeDialog agencyId={agency.id} delegation={task.delegation} onClose={() => setTask(undefined)} />}
    </div>
  );
}

type GroupProps = { heading: Heading; state: (typeof STATES)[number]; delegations: readonly Delegation[]; onRevoke: (delegation: Delegation) => void };

function Group({ heading: Title, state, delegations, onRevoke }: GroupProps): ReactNode {
  const t = useT(delegationMessages);
  const [isWhole, setWhole] = useState(false);
  if (delegations.length === 0) return null;
  const shown = state === 'ended' && !isWhole ? delegations.slice(0, ENDED_SHOWN) : delegations;
  return (
    <section>
      <Title>{t(state)}</Title>
      <ul className="lt-accounts-list">
        {shown.map((delegation) => (
          <DelegationLine key={delegation.id} delegation={delegation} onRevoke={() => onRevoke(delegation)} />
        ))}
      </ul>
      {shown.length < delegations.length && (
        <Button variant="plain" onClick={() => setWhole(true)}>
          {t('showAll', { count: delegations.length })}
        </Button>
      )}
    </section>
  );
}

function DelegationLine({ delegation, onRevoke }: { delegation: Delegation; onRevoke: () => void }): ReactNode {
  const t = useT(delegationMessages);
  const roleNames = useT(peopleMessages);
  const { delegatorName, delegatorTitle, delegateName, delegateTitle, revokedAt, documentReference } = delegation;
  const facts = [
    t('period', { from: formatDate(delegation.startsOn), to: formatDate(delegation.endsOn) }),
    ...(revokedAt === null ? [] : [t('revokedOn', { day: formatDate(revokedAt) })]),
    delegation.roles.map((role) => roleNames(role)).join(', '),
    ...(documentReference === null ? [] : [t('document', { document: documentReference })]),
  ];
  return (
    <li>
      <div>
        <strong>{t('given', { from: delegatorName, fromTitle: delegatorTitle, to: delegateName, toTitle: delegateTitle })}</strong>
        <p>{delegation.content}</p>
        <p className="lt-quiet">{facts.join('; ')}</p>
      </div>
      {delegation.abilities.includes('revoke') && (
        <Button size="small" aria-label={t('revokeOf', { to: delegateName })} onClick={onRevoke}>
          {t('revoke')}
        </Button>
      )}
    </li>
  );
}

function RevokeDialog({ agencyId, delegation, onClose }: { agencyId: string; delegation: Delegation; onClose: () => void }): ReactNode {
  const t = useT(delegationMessages);
  const api = useApi();
  const names = { from: delegation.delegatorName, to: delegation.delegateName };
  return (
    <ChangeDialog
      title={t('revokeOf', names)}
      consequence={t('revokeConsequence', names)}
      verb={t('revoke')}
      done={t('revoked')}
      send={() => api.post(`/api/v1/accounts/agencies/${agencyId}/delegations/${delegation.id}/revoke`)}
      onClose={onClose}
    />
  );
}
