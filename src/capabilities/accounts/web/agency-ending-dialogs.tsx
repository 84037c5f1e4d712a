import { useMemo, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { MultiCombobox, type ComboboxOption } from '#ui/controls/combobox.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { calendarDay, formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import type { AgencyPage } from '../contract.ts';
import { agencyOption, useAgencies } from './agency-choice.ts';
import { agencyMessages } from './agency-messages.ts';
import { ChangeDialog } from './change-dialog.tsx';

type EndingDialogProps = { page: AgencyPage; onClose: () => void };

const KINDS = ['merged', 'split', 'moved'] as const;

/** Some agencies end with a day, and others take over. */
export function MergeDialog({ page: { agency }, onClose }: EndingDialogProps): ReactNode {
  const t = useT(agencyMessages);
  const api = useApi();
  const { agencies, loading } = useAgencies();
  const options = useMemo(() => agencies.map(agencyOption), [agencies]);
  const [form, setForm] = useState<{ predecessorIds: readonly string[]; successorIds: readonly string[]; kind: (typeof KINDS)[number]; lastDay: string; legalBasis: string }>({
    predecessorIds: [agency.id],
    successorIds: [],
    kind: 'merged',
    lastDay: calendarDay(new Date()),
    legalBasis: '',
  });
  const change = (part: Partial<typeof form>) => setForm((old) => ({ ...old, ...part }));
  const without = (ids: readonly string[]) => options.filter(({ value }) => !ids.includes(value));
  const names = { ending: namesOf(options, form.predecessorIds, t('someone')), successors: namesOf(options, form.successorIds, t('someone')) };
  return (
    <ChangeDialog
      title={t('mergeTitle')}
      consequence={t('mergeConsequence', { day: formatDate(form.lastDay), ...names })}
      verb={t('enter')}
      isFinal
      done={t('mergeDone')}
      send={() => api.post('/api/v1/accounts/agencies/merge', form)}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <Select label={t('kind')} value={form.kind} onChange={(kind) => change({ kind })} options={KINDS.map((kind) => ({ value: kind, label: t(kind) }))} />
          <MultiCombobox label={t('ending')} hint={t('endingHint')} required options={without(form.successorIds)} loading={loading} values={form.predecessorIds} onChange={(predecessorIds) => change({ predecessorIds })} error={problem('predecessorIds')} />
          <MultiCombobox label={t('successors')} hint={t('successorsHint')} required options={without(form.predecessorIds)} loading={loading} values={form.successorIds} onChange={(successorIds) => change({ successorIds })} error={problem('successorIds')} />
          <DateField label={t('lastDay')} required value={form.lastDay} onChange={(day) => change({ lastDay: day ?? form.lastDay })} error={problem('lastDay')} />
          <TextField label={t('basis')} placeholder={t('basisExample')} required value={form.legalBasis} onChange={(legalBasis) => change({ legalBasis })} error={problem('legalBasis')} />
        </>
      )}
    </ChangeDialog>
  );
}

function namesOf(options: readonly ComboboxOption[], ids: readonly string[], nobody: string): string {
  const names = ids.flatMap((id) => options.find(({ value }) => value === id)?.label ?? []);
  return names.length === 0 ? nobody : names.join(', ');
}

/** An agency ends with a day, and nobody takes over. */
export function CloseDialog({ page: { agency, people }, onClose }: EndingDialogProps): ReactNode {
  const t = useT(agencyMessages);
  const api = useApi();
  const [lastDay, setLastDay] = useState(calendarDay(new Date()));
  const [legalBasis, setLegalBasis] = useState('');
  return (
    <ChangeDialog
      title={t('closeTitle')}
      consequence={t('closeConsequence', { day: formatDate(lastDay), ending: agency.name, count: people.length })}
      verb={t('close')}
      isFinal
      done={t('closed')}
      send={() => api.post(`/api/v1/accounts/agencies/${agency.id}/close`, { lastDay, legalBasis })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <DateField label={t('lastDay')} required value={lastDay} onChange={(day) => setLastDay(day ?? lastDay)} error={problem('lastDay')} />
          <TextField label={t('basis')} placeholder={t('basisExample')} required value={legalBasis} onChange={setLegalBasis} error={problem('legalBasis')} />
        </>
      )}
    </ChangeDialog>
  );
}
