import type { ReactNode } from 'react';
import type { Column } from '#ui/data/data-list.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { formatDate } from '#ui/format.ts';
import type { Translate } from '#ui/i18n.ts';
import type { CertificateRow, CertificateState, RequestRow, RequestState } from '../contract.ts';
import type { MessageKey } from './messages.ts';

type T = Translate<MessageKey>;

const certificateKinds: Record<CertificateState, StateKind> = { active: 'done', endsSoon: 'present', expired: 'quiet', notYetValid: 'ahead', suspended: 'stopped', revoked: 'stopped' };
const requestKinds: Record<RequestState, StateKind> = { submitted: 'present', approved: 'present', refused: 'stopped', withdrawn: 'quiet', completed: 'done' };

export function CertificateStateMark({ row, t }: { row: Pick<CertificateRow, 'state' | 'daysLeft'>; t: T }): ReactNode {
  return (
    <StateMark kind={certificateKinds[row.state]}>
      {t(row.state)}
      {row.state === 'endsSoon' && `, ${t('left', { count: row.daysLeft })}`}
    </StateMark>
  );
}

/** What stands beside the state: a question under way, or one that nobody answers. */
function AskedMark({ row, t }: { row: Pick<CertificateRow, 'isAsking' | 'unansweredSince'>; t: T }): ReactNode {
  if (row.isAsking) return <span className="lt-quiet">· {t('asking')}</span>;
  return row.unansweredSince === null ? null : <span className="lt-quiet">· {t('unanswered')}</span>;
}

export function RequestStateMark({ state, t }: { state: RequestState; t: T }): ReactNode {
  return <StateMark kind={requestKinds[state]}>{t(state)}</StateMark>;
}

export function certificateColumns(t: T): Column<CertificateRow>[] {
  return [
    { id: 'name', label: t('name'), main: true, narrow: 'title', render: (row) => row.holderName },
    { id: 'holder', label: t('holder'), width: '6.5rem', narrow: 'top', optional: true, render: (row) => t(row.holderKind) },
    { id: 'post', label: t('post'), width: '11%', narrow: 'below', optional: true, render: (row) => row.holderPost },
    { id: 'managing', label: t('managing'), width: '15%', narrow: 'below', optional: true, render: (row) => row.agencyName },
    { id: 'issuer', label: t('issuer'), width: '12%', narrow: 'hidden', optional: true, render: (row) => row.issuerName },
    { id: 'serial', label: t('serial'), width: '10rem', narrow: 'hidden', optional: 'hidden', render: (row) => <code>{row.serial}</code> },
    { id: 'token', label: t('tokenSerial'), width: '9rem', narrow: 'hidden', optional: 'hidden', render: (row) => row.tokenSerial },
    { id: 'validTo', label: t('validTo'), width: '6.5rem', narrow: 'below', render: (row) => <time dateTime={row.validTo}>{formatDate(row.validTo)}</time>, renderNarrow: (row) => `${t('validTo')} ${formatDate(row.validTo)}` },
    {
      id: 'state',
      label: t('state'),
      width: '13rem',
      narrow: 'below',
      optional: true,
      render: (row) => (
        <>
          <CertificateStateMark row={row} t={t} /> <AskedMark row={row} t={t} />
        </>
      ),
    },
  ];
}

export function requestColumns(t: T): Column<RequestRow>[] {
  return [
    { id: 'kind', label: t('kind'), width: '8.5rem', narrow: 'top', render: (row) => t(row.kind) },
    { id: 'name', label: t('name'), main: true, narrow: 'title', render: (row) => row.holderName },
    { id: 'managing', label: t('managing'), width: '22%', narrow: 'below', optional: true, render: (row) => row.agencyName },
    { id: 'askedBy', label: t('askedBy'), width: '12rem', narrow: 'below', optional: true, render: (row) => row.askedBy },
    { id: 'askedAt', label: t('askedAt'), width: '7rem', narrow: 'below', render: (row) => <time dateTime={row.askedAt}>{formatDate(row.askedAt)}</time>, renderNarrow: (row) => `${t('askedAt')} ${formatDate(row.askedAt)}` },
    { id: 'state', label: t('state'), width: '9rem', narrow: 'below', optional: true, render: (row) => <RequestStateMark state={row.state} t={t} /> },
  ];
}
