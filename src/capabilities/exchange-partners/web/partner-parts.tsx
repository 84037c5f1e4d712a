import Plus from 'lucide-react/icons/plus';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { issuedKey, linkView } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { Table } from '#ui/data/table.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
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
  const { data, error, refetch } = useQuery({ queryKey: ['exchange', 'partner-agencies', partner.id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ agencies: Link[] }>(`${PARTNERS}/${partner.id}/agencies`, { signal }) });
  if (error !== null) return <ErrorState compact error={error} onRetry={() => void refetch()} />;
  return (
    <div className="lt-form">
      {mayAdd && (
        <div className="lt-form__actions">
          <Button icon={Plus} onClick={() => setIsOpen(true)}>
            {t('addAgency')}
          </Button>
        </div>
      )}
      {data?.agencies.length === 0 ? (
        <EmptyState title={t('noAgencies')}>{t(partner.protocol === 'provincial_axis' ? 'noAgenciesText' : 'directoryComes')}</EmptyState>
      ) : (
        <Table
          caption={t('agencies')}
          hideCaption
          rows={data?.agencies ?? []}
          rowId={(row) => `${row.agencyId} ${row.validFrom}`}
          columns={[
            { id: 'name', label: t('agencyName'), render: (row) => row.name },
            { id: 'code', label: t('agencyCode'), render: (row) => row.code ?? '–' },
            { id: 'since', label: t('since'), render: (row) => formatDate(row.validFrom) },
            { id: 'until', label: t('until'), render: (row) => (row.validTo === null ? '–' : formatDate(row.validTo)) },
          ]}
        />
      )}
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
  const close = () => setOpen(undefined);
  return (
    <div className="lt-form">
      {mayKeep && (
        <div className="lt-form__actions">
          <Button icon={Plus} onClick={() => setOpen('issue')}>
            {t('issueKey')}
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
            { id: 'until', label: t('expiresOn'), render: (row) => formatDate(row.expiresAt) },
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
      {open === 'issue' && <IssueKey partnerId={partner.id} onClose={close} onDone={(issued) => setOpen({ issued })} />}
      {typeof open === 'object' && 'revoke' in open && <RevokeKey partnerId={partner.id} row={open.revoke} onClose={close} />}
      {typeof open === 'object' && 'issued' in open && <KeyDialog systemId={system.systemId} secret={open.issued.secret} expiresAt={open.issued.expiresAt} onClose={close} />}
    </div>
  );
}

function KeyState({ row }: { row: Key }): ReactNode {
  const t = useT(messages);
  if (row.isGood) return <StateMark kind="done">{t('keyGood')}</StateMark>;
  return <StateMark kind="stopped">{t(row.revokedAt === null ? 'keyExpired' : 'keyRevoked')}</StateMark>;
}

function IssueKey({ partnerId, onClose, onDone }: { partnerId: string; onClose: () => void; onDone: (issued: Issued) => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [expiresOn, setExpiresOn] = useState<string | undefined>();
  const [note, setNote] = useState('');
  return (
    <ActDialog
      topics={['exchange']}
      title={t('issueKey')}
      text={t('issueKeyText')}
      verb={t('issueKey')}
      disabled={expiresOn === undefined}
      send={() => api.post<Issued>(`${SYSTEMS}/${partnerId}/keys`, { expiresOn, ...(note.trim() === '' ? {} : { note }) })}
      done={() => t('keyIssued')}
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <DateField label={t('expiresOn')} required value={expiresOn} onChange={setExpiresOn} error={problem('expiresOn')} />
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
