import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { calendarDay, formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import type { AgencyPage } from '../contract.ts';
import { agencyMessages } from './agency-messages.ts';
import { ChangeDialog } from './change-dialog.tsx';

type AgencyDialogProps = { page: AgencyPage; onClose: () => void };

const today = (): string => calendarDay(new Date());

/** Another name from a day on. */
export function RenameDialog({ page: { agency }, onClose }: AgencyDialogProps): ReactNode {
  const t = useT(agencyMessages);
  const api = useApi();
  const [form, setForm] = useState({ name: agency.name, abbreviation: agency.abbreviation, from: today(), legalBasis: '' });
  const change = (part: Partial<typeof form>) => setForm((old) => ({ ...old, ...part }));
  return (
    <ChangeDialog
      title={t('renameTitle')}
      consequence={t('renameConsequence', { day: formatDate(form.from) })}
      verb={t('rename')}
      done={t('renamed')}
      send={() => api.post(`/api/v1/accounts/agencies/${agency.id}/rename`, form)}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField label={t('newName')} required value={form.name} onChange={(name) => change({ name })} error={problem('name')} />
          <TextField label={t('abbreviation')} hint={t('abbreviationHint')} required value={form.abbreviation} onChange={(abbreviation) => change({ abbreviation })} error={problem('abbreviation')} />
          <DateField label={t('from')} required value={form.from} onChange={(from) => change({ from: from ?? form.from })} error={problem('from')} />
          <TextField label={t('basis')} placeholder={t('basisExample')} required value={form.legalBasis} onChange={(legalBasis) => change({ legalBasis })} error={problem('legalBasis')} />
        </>
      )}
    </ChangeDialog>
  );
}

const SCHEMES = ['qd20', 'qcvn102', 'enterprise'] as const;

/** Another code of a scheme from a day on. */
export function CodeDialog({ page: { agency, codes }, onClose }: AgencyDialogProps): ReactNode {
  const t = useT(agencyMessages);
  const api = useApi();
  const present = (scheme: (typeof SCHEMES)[number]): string => codes.find((code) => code.scheme === scheme && code.validTo === null)?.code ?? '';
  const [form, setForm] = useState<{ scheme: (typeof SCHEMES)[number]; code: string; from: string; note: string }>({ scheme: 'qd20', code: present('qd20'), from: today(), note: '' });
  const change = (part: Partial<typeof form>) => setForm((old) => ({ ...old, ...part }));
  return (
    <ChangeDialog
      title={t('codeTitle')}
      consequence={t('codeConsequence', { day: formatDate(form.from) })}
      verb={t('code')}
      done={t('coded')}
      send={() => api.post(`/api/v1/accounts/agencies/${agency.id}/codes`, { ...form, note: form.note === '' ? null : form.note })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <Select label={t('scheme')} value={form.scheme} onChange={(scheme) => change({ scheme, code: present(scheme) })} options={SCHEMES.map((scheme) => ({ value: scheme, label: t(scheme) }))} />
          <TextField label={t('newCode')} placeholder={t('codeExample')} required spellCheck={false} value={form.code} onChange={(code) => change({ code })} error={problem('code')} />
          <DateField label={t('from')} required value={form.from} onChange={(from) => change({ from: from ?? form.from })} error={problem('from')} />
          <TextField label={t('basis')} placeholder={t('basisExample')} optional value={form.note} onChange={(note) => change({ note })} error={problem('note')} />
        </>
      )}
    </ChangeDialog>
  );
}

/** A new unit of the agency. */
export function UnitDialog({ page: { agency, units }, onClose }: AgencyDialogProps): ReactNode {
  const t = useT(agencyMessages);
  const api = useApi();
  const [form, setForm] = useState<{ parentId: string | undefined; name: string; abbreviation: string; from: string }>({ parentId: undefined, name: '', abbreviation: '', from: today() });
  const change = (part: Partial<typeof form>) => setForm((old) => ({ ...old, ...part }));
  return (
    <ChangeDialog
      title={`${t('addUnit')}: ${agency.name}`}
      consequence={t('unitConsequence', { day: formatDate(form.from) })}
      verb={t('addUnit')}
      done={t('unitAdded')}
      send={() => api.post(`/api/v1/accounts/agencies/${agency.id}/units`, form)}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField label={t('unitName')} placeholder={t('unitExample')} required value={form.name} onChange={(name) => change({ name })} error={problem('name')} />
          <TextField label={t('abbreviation')} hint={t('abbreviationHint')} required value={form.abbreviation} onChange={(abbreviation) => change({ abbreviation })} error={problem('abbreviation')} />
          {units.length > 0 && (
            <Select
              label={t('unitParent')}
              value={form.parentId ?? ''}
              onChange={(id) => change({ parentId: id === '' ? undefined : id })}
              options={[{ value: '', label: t('noParent') }, ...units.map((unit) => ({ value: unit.id, label: unit.name }))]}
            />
          )}
          <DateField label={t('from')} required value={form.from} onChange={(from) => change({ from: from ?? form.from })} error={problem('from')} />
        </>
      )}
    </ChangeDialog>
  );
}
