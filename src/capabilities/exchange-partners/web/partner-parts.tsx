import Plus from 'lucide-react/icons/plus';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { issuedKey, linkView } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { DataList } from '#ui/data/data-list.tsx';
import { pagingOf } from '#ui/data/keyed-pages.ts';
import { StateMark } from '#ui/data/state-mark.tsx';
import { Table } from '#ui/data/table.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { calendarDay, formatDate, formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { messages } from './messages.ts';
import { KeyDialog } from './shown-once.tsx';
import { LOOK_AGAIN_MS, PARTNERS, stepOf, SYSTEMS, type Partner, type System } from './words.ts';

type Link = z.infer<typeof linkView>;
type Issued = z.infer<typeof issuedKey>;
type Key = System['keys'][number];

/** The agencies that are reached through a system. */
export function AgenciesPart({ partner, mayAdd }: { partner: Partner; mayAdd: boolean }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [isOpen, setIsOpen] = useState(false);
  const { data, error, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['exchange', 'partner-agencies', partner.id],
    refetchInterval: LOOK_AGAIN_MS,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => api.get<{ agencies: Link[]; next: string | null }>(`${PARTNERS}/${partner.id}/agencies`, { signal, query: { after: pageParam } }),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return (
    <div className="lt-form">
      {mayAdd && (
        <div className="lt-form__actions">
          <Button icon={Plus} onClick={() => setIsOpen(true)}>
            {t('addAgency')}
          </Button>
        </div>
      )}
      <DataList
        label={t('agencies')}
        rows={data?.pages.flatMap((page) => page.agencies)}
        rowId={(row) => `${row.agencyId} ${row.validFrom}`}
        columns={[
          { id: 'name', label: t('agencyName'), main: true, narrow: 'title', render: (row) => row.name },
          { id: 'code', label: t('agencyCode'), width: '9rem', narrow: 'below', render: (row) => row.code ?? '–' },
          { id: 'since', label: t('since'), width: '8rem', narrow: 'below', render: (row) => formatDate(row.validFrom), renderNarrow: (row) => `${t('since')} ${formatDate(row.validFrom)}` },
          { id: 'until', label: t('until'), width: '8rem', narrow: 'below', render: (row) => (row.validTo === null ? '–' : formatDate(row.validTo)), renderNarrow: (row) => (row.validTo === null ? null : `${t('until')} ${formatDate(row.validTo)}`) },
        ]}
        refreshing={isFetching && !isFetchingNextPage && data !== undefined}
        error={error}
        onRetry={() => void refetch()}
        paging={pagingOf({ hasNextPage, isFetchingNextPage, fetchNextPage })}
        empty={<EmptyState title={t('noAgencies')}>{t(partner.protocol === 'provincial_axis' ? 'noAgenciesText' : 'directoryComes')}</EmptyState>}
      />
      {isOpen && <AddAgency partnerId={partner.id} onClose={() => setIsOpen(false)} />}
    </div>
  );
}

function AddAgency({ partnerId, onClose }: { partnerId: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  return (
    <ActDialog topics={['exchange']} title={t('addAgency')} text={t('addAgencyText')} verb={t('add')} send={() => api.post(`${SYSTEMS}/${partnerId}/agencies`, { code, name })} done={() => t('agencyAdded')} onClose={onClose}>
      {(problem) => (
        <>
          <TextField label={t('agencyCode')} required value={code} onChange={setCode} error={problem('code')} />
          <TextField label={t('agencyName')} required value={name} onChange={setName} error={problem('name')} />
        </>
      )}
    </ActDialog>
  );
}

/** The keys of a vendor's system: who issued each, when it was used, issuing and revoking. */
export function KeysPart({ partner, system, mayKeep }: { partner: Partner; system: System; mayKeep: boolean }): ReactNode {
  const t = useT(messages);
  const [open, setOpen] = useState<'issue' | { revoke: Key } | { issued: Issued } | undefined>();
  const hasGood = system.keys.some(({ isGood }) => isGood);
  const close = () => setOpen(undefined);
  return (
    <div className="lt-form">
      {mayKeep && (
        <div className="lt-form__actions">
          <Button icon={Plus} onClick={() => setOpen('issue')}>
            {t(hasGood ? 'replaceKey' : 'issueKey')}
          </Button>
        </div>
      )}
      {system.keys.length === 0 ? (
        <EmptyState title={t('noKeys')}>{t('noKeysText')}</EmptyState>
      ) : (
        <Table
          caption={t('keys')}
          hideCaption
          rows={system.keys}
          rowId={(row) => row.id}
          columns={[
            { id: 'key', label: t('key'), render: (row) => <span title={row.note ?? undefined}>…{row.hint}</span> },
            { id: 'state', label: t('keyState'), render: (row) => <KeyState row={row} /> },
            { id: 'issued', label: t('issuedAt'), render: (row) => <Day at={row.createdAt} /> },
            { id: 'until', label: t('expiresOn'), render: (row) => <Day at={row.expiresAt} /> },
            { id: 'used', label: t('lastUsed'), render: (row) => (row.lastUsedAt === null ? t('never') : formatDateTime(row.lastUsedAt)) },
            { id: 'by', label: t('issuedBy'), render: (row) => row.createdBy },
            ...(mayKeep
              ? [
                  {
                    id: 'act',
                    label: t('act'),
                    render: (row: Key) =>
                      row.isGood ? (
                        <Button size="small" variant="danger" onClick={() => setOpen({ revoke: row })}>
                          {t('revoke')}
                        </Button>
                      ) : null,
                  },
                ]
              : []),
          ]}
        />
      )}
      {open === 'issue' && <IssueKey partnerId={partner.id} hasGood={hasGood} onClose={close} onDone={(issued) => setOpen({ issued })} />}
      {typeof open === 'object' && 'revoke' in open && <RevokeKey partnerId={partner.id} row={open.revoke} onClose={close} />}
      {typeof open === 'object' && 'issued' in open && <KeyDialog systemId={system.systemId} secret={open.issued.secret} expiresAt={open.issued.expiresAt} onClose={close} />}
    </div>
  );
}

function Day({ at }: { at: string }): ReactNode {
  return (
    <time dateTime={at} title={formatDateTime(at)}>
      {formatDate(at)}
    </time>
  );
}

function KeyState({ row }: { row: Key }): ReactNode {
  const t = useT(messages);
  if (row.isGood) return <StateMark kind={row.isInUse ? 'done' : 'present'}>{t(row.isInUse ? 'keyInUse' : 'keyGood')}</StateMark>;
  return <StateMark kind="stopped">{t(row.revokedAt === null ? 'keyExpired' : 'keyRevoked')}</StateMark>;
}

/** A week is time enough to change a key over, and not so long that the old one is forgotten. */
const OVERLAP_MS = 7 * 86_400_000;

function IssueKey({ partnerId, hasGood, onClose, onDone }: { partnerId: string; hasGood: boolean; onClose: () => void; onDone: (issued: Issued) => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [expiresOn, setExpiresOn] = useState<string | undefined>();
  const [formerEndsOn, setFormerEndsOn] = useState<string | undefined>(hasGood ? calendarDay(new Date(Date.now() + OVERLAP_MS)) : undefined);
  const [note, setNote] = useState('');
  return (
    <ActDialog
      topics={['exchange']}
      title={t(hasGood ? 'replaceKey' : 'issueKey')}
      text={t(hasGood ? 'replaceKeyText' : 'issueKeyText')}
      verb={t('issueKey')}
      disabled={expiresOn === undefined}
      send={() => api.post<Issued>(`${SYSTEMS}/${partnerId}/keys`, { expiresOn, ...(formerEndsOn === undefined ? {} : { formerEndsOn }), ...(note.trim() === '' ? {} : { note }) })}
      done={() => t('keyIssued')}
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <DateField label={t('expiresOn')} required value={expiresOn} onChange={setExpiresOn} error={problem('expiresOn')} />
          {hasGood && <DateField label={t('formerEndsOn')} hint={t('formerEndsOnHint')} optional value={formerEndsOn} onChange={setFormerEndsOn} min={calendarDay(new Date())} error={problem('formerEndsOn')} />}
          <TextField label={t('note')} optional value={note} onChange={setNote} error={problem('note')} />
        </>
      )}
    </ActDialog>
  );
}

function RevokeKey({ partnerId, row, onClose }: { partnerId: string; row: Key; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  return <ActDialog topics={['exchange']} title={t('revoke')} text={t('revokeText', { hint: row.hint })} verb={t('revoke')} danger send={() => api.del(`${SYSTEMS}/${partnerId}/keys/${row.id}`)} done={() => t('revoked')} onClose={onClose} />;
}

/** What the vendor's system has done in the sandbox. */
export function ChecklistPart({ system }: { system: System }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  return (
    <div className="lt-form">
      <p>
        {t('checklistText')} {system.sandboxCode !== null && t('sandboxCode', { code: system.sandboxCode })}
      </p>
      <Table
        caption={t('checklist')}
        hideCaption
        rows={system.steps}
        rowId={(row) => row.step}
        columns={[
          { id: 'step', label: t('step'), render: (row) => stepOf(t, row.step) },
          {
            id: 'state',
            label: t('stepState'),
            render: (row) => <StateMark kind={row.doneAt === null ? 'ahead' : 'done'}>{row.doneAt === null ? t('stepOpen') : t('stepDone', { at: formatDateTime(row.doneAt) })}</StateMark>,
          },
          { id: 'problem', label: t('stepProblem'), render: (row) => (row.problemCode === null ? '–' : `${row.problemCode} · ${(language === 'vi' ? row.problemVi : row.problemEn) ?? ''}`) },
        ]}
      />
    </div>
  );
}
