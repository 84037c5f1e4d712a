import { Fragment, type ReactNode } from 'react';
import { Badge } from '#ui/data/badge.tsx';
import type { Column } from '#ui/data/data-list.tsx';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import type { Translate } from '#ui/i18n.ts';
import type { IncomingRow, IncomingState, Verdict } from '../contract.ts';
import { numberOf } from '../domain/number-words.ts';
import type { MessageKey } from './messages.ts';

type T = Translate<MessageKey>;

const stateKinds: Record<IncomingState, StateKind> = { arrived: 'present', registered: 'done', submitted: 'present', assigned: 'present', 'in-process': 'present', reported: 'present', completed: 'done', refused: 'stopped', recalled: 'quiet', replaced: 'quiet' };

export function IncomingStateMark({ state, t }: { state: IncomingState; t: T }): ReactNode {
  return <StateMark kind={stateKinds[state]}>{t(state)}</StateMark>;
}

const verdictKinds: Record<Verdict, StateKind> = { 'TOTAL-PASSED': 'done', INDETERMINATE: 'present', 'TOTAL-FAILED': 'stopped', UNREADABLE: 'stopped', UNSIGNED: 'quiet' };

type VerdictMarkProps = { medium?: IncomingRow['medium']; verdict: Verdict; t: T; /** Where no heading says that it is about the signatures. */ alone?: boolean };

/** The plain verdict of a document's signatures, as its newest report says; paper has none. */
export function VerdictMark({ medium = 'electronic', verdict, t, alone = false }: VerdictMarkProps): ReactNode {
  if (medium === 'paper') return <Badge>{t('onPaper')}</Badge>;
  return <StateMark kind={verdictKinds[verdict]}>{t(alone ? `signature.${verdict}` : `verdict.${verdict}`)}</StateMark>;
}

export function UrgencyBadge({ urgency, t }: { urgency: IncomingRow['urgency']; t: T }): ReactNode {
  return urgency === 'normal' ? null : <Badge tone="danger">{t(urgency)}</Badge>;
}

export function inboxColumns(t: T, now: Date): Column<IncomingRow>[] {
  return [
    { id: 'number', label: t('number'), width: '8rem', narrow: 'top', render: (row) => <span className="lt-nowrap">{numberOf(row)}</span> },
    {
      id: 'summary',
      label: t('summary'),
      narrow: 'title',
      main: true,
      // What stands out is rare: a column of its own would take the room of the words.
      render: (row) => (
        <>
          <Marks row={row} t={t} />
          {row.summary}
        </>
      ),
    },
    { id: 'sender', label: t('sender'), width: '14%', narrow: 'below', optional: true, render: (row) => row.senderName },
    { id: 'issuedOn', label: t('issuedOn'), width: '7rem', narrow: 'hidden', optional: 'hidden', render: (row) => formatDate(row.issuedOn) },
    { id: 'due', label: t('deadline'), width: '6.5rem', narrow: 'below', optional: true, render: (row) => <Due row={row} now={now} /> },
    { id: 'handler', label: t('handler'), width: '9rem', narrow: 'below', optional: 'hidden', render: (row) => row.handlerName },
    {
      id: 'verdict',
      label: t('verdict'),
      width: '9.5rem',
      narrow: 'below',
      optional: true,
      render: (row) => <VerdictMark medium={row.medium} verdict={row.verdict} t={t} />,
      renderNarrow: (row) => <VerdictMark medium={row.medium} verdict={row.verdict} t={t} alone />,
    },
    { id: 'state', label: t('state'), width: '8.5rem', narrow: 'below', optional: true, render: (row) => <IncomingStateMark state={row.state} t={t} /> },
    { id: 'arrivalNumber', label: t('arrivalNumber'), width: '4rem', align: 'end', narrow: 'hidden', optional: true, render: (row) => row.arrivalNumber },
    {
      id: 'arrivedAt',
      label: t('arrivedAt'),
      width: '9.25rem',
      narrow: 'hidden',
      optional: true,
      render: (row) => <time dateTime={row.arrivedAt}>{formatDateTime(row.arrivedAt)}</time>,
    },
  ];
}

/** The leader's deadline while somebody has the document, before that the sender's; none once it is over. */
function Due({ row, now }: { row: IncomingRow; now: Date }): ReactNode {
  const due = row.handlingDue ?? (row.state === 'completed' ? null : row.answerDue);
  return due === null ? null : <DeadlineMark due={due} now={now} short />;
}

/** What makes a row stand out: its urgency, what its sender asks or reminds of, and that the same document came before. */
function Marks({ row, t }: { row: IncomingRow; t: T }): ReactNode {
  return (
    <>
      {[
        row.urgency !== 'normal' && <UrgencyBadge urgency={row.urgency} t={t} />,
        row.asked && <Badge tone="danger">{t('asked')}</Badge>,
        row.reminded && <Badge tone="warn">{t('reminded')}</Badge>,
        row.twin && <Badge tone="warn">{t('twin')}</Badge>,
      ].map((mark, index) => mark !== false && <Fragment key={index}>{mark} </Fragment>)}
    </>
  );
}
