import type { ReactNode } from 'react';
import { Badge } from '#ui/data/badge.tsx';
import type { Column } from '#ui/data/data-list.tsx';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import type { Translate } from '#ui/i18n.ts';
import type { IncomingRow, IncomingState, Verdict } from '../contract.ts';
import type { MessageKey } from './messages.ts';

type T = Translate<MessageKey>;

const stateKinds: Record<IncomingState, StateKind> = { arrived: 'present', registered: 'done', refused: 'stopped' };

export function IncomingStateMark({ state, t }: { state: IncomingState; t: T }): ReactNode {
  return <StateMark kind={stateKinds[state]}>{t(state)}</StateMark>;
}

const verdictKinds: Record<Verdict, StateKind> = { 'TOTAL-PASSED': 'done', INDETERMINATE: 'present', 'TOTAL-FAILED': 'stopped', UNREADABLE: 'stopped', UNSIGNED: 'quiet' };

/** The plain verdict of a document's signatures, as it was on arrival. */
export function VerdictMark({ verdict, t }: { verdict: Verdict; t: T }): ReactNode {
  return <StateMark kind={verdictKinds[verdict]}>{t(`verdict.${verdict}`)}</StateMark>;
}

export function UrgencyBadge({ urgency, t }: { urgency: IncomingRow['urgency']; t: T }): ReactNode {
  return urgency === 'normal' ? null : <Badge tone="danger">{t(urgency)}</Badge>;
}

export function inboxColumns(t: T, now: Date): Column<IncomingRow>[] {
  return [
    { id: 'number', label: t('number'), width: '8rem', narrow: 'top', render: (row) => <span className="lt-nowrap">{`${row.number}/${row.notation}`}</span> },
    {
      id: 'summary',
      label: t('summary'),
      narrow: 'title',
      main: true,
      render: (row) => row.summary,
    },
    { id: 'marks', label: t('urgency'), width: '6.5rem', narrow: 'aside', optional: true, render: (row) => (row.urgency === 'normal' && !row.twin ? null : <Marks row={row} t={t} />) },
    { id: 'sender', label: t('sender'), width: '14%', narrow: 'below', optional: true, render: (row) => row.senderName },
    { id: 'issuedOn', label: t('issuedOn'), width: '7rem', narrow: 'hidden', optional: 'hidden', render: (row) => formatDate(row.issuedOn) },
    { id: 'due', label: t('due'), width: '6.5rem', narrow: 'below', optional: true, render: (row) => (row.answerDue === null ? null : <DeadlineMark due={row.answerDue} now={now} short />) },
    { id: 'verdict', label: t('verdict'), width: '8.5rem', narrow: 'below', optional: true, render: (row) => <VerdictMark verdict={row.verdict} t={t} /> },
    { id: 'state', label: t('state'), width: '8.5rem', narrow: 'below', optional: true, render: (row) => <IncomingStateMark state={row.state} t={t} /> },
    { id: 'arrivalNumber', label: t('arrivalNumber'), width: '4.5rem', align: 'end', narrow: 'hidden', optional: true, render: (row) => row.arrivalNumber },
    {
      id: 'arrivedAt',
      label: t('arrivedAt'),
      width: '9rem',
      narrow: 'hidden',
      optional: true,
      render: (row) => <time dateTime={row.arrivedAt}>{formatDateTime(row.arrivedAt)}</time>,
    },
  ];
}

/** What makes a row stand out: its urgency, and that the same document came before. */
function Marks({ row, t }: { row: IncomingRow; t: T }): ReactNode {
  return (
    <>
      <UrgencyBadge urgency={row.urgency} t={t} />
      {row.twin && <Badge tone="warn">{t('twin')}</Badge>}
    </>
  );
}
