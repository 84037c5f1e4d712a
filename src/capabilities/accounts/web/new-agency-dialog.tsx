import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Combobox } from '#ui/controls/combobox.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { calendarDay, formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useNavigation } from '#ui/navigation.tsx';
import '#ui/layout/form.css';
import type { AgencyRow } from '../contract.ts';
import { agencyOption, useAgencies } from './agency-choice.ts';
import { agencyMessages } from './agency-messages.ts';
import { ChangeDialog } from './change-dialog.tsx';

type Kind = AgencyRow['kind'];
type Level = AgencyRow['level'];

/** Each kind with its words and the level that it usually has. */
const KINDS: readonly { value: Kind; words: keyof (typeof agencyMessages)['vi']; level: Level }[] = [
  { value: 'department', words: 'department', level: 'province' },
  { value: 'commune', words: 'commune', level: 'commune' },
  { value: 'public_unit', words: 'public_unit', level: 'province' },
  { value: 'party_body', words: 'party_body', level: 'province' },
  { value: 'socio_political', words: 'socio_political', level: 'province' },
  { value: 'province', words: 'province', level: 'province' },
  { value: 'central', words: 'central_body', level: 'central' },
  { value: 'enterprise', words: 'enterprise_kind', level: 'none' },
  { value: 'press_office', words: 'press_office', level: 'province' },
  { value: 'district', words: 'district', level: 'district' },
  { value: 'other', words: 'other', level: 'none' },
];
const LEVELS: readonly { value: Level; words: keyof (typeof agencyMessages)['vi'] }[] = [
  { value: 'central', words: 'central' },
  { value: 'province', words: 'province_level' },
  { value: 'district', words: 'district_level' },
  { value: 'commune', words: 'commune_level' },
  { value: 'none', words: 'none' },
];

type NewAgency = { kind: Kind; level: Level; parentId: string | null; hosting: AgencyRow['hosting']; establishedOn: string; name: string; abbreviation: string; legalBasis: string; code: string; oldCode: string };

/** A new agency of the directory: what it is, its first name and codes. */
export function NewAgencyDialog({ onClose }: { onClose: () => void }): ReactNode {
  const t = useT(agencyMessages);
  const api = useApi();
  const { navigate } = useNavigation();
  const [form, setForm] = useState<NewAgency>({
    kind: 'department',
    level: 'province',
    parentId: null,
    hosting: 'local',
    establishedOn: calendarDay(new Date()),
    name: '',
    abbreviation: '',
    legalBasis: '',
    code: '',
    oldCode: '',
  });
  const change = (part: Partial<NewAgency>) => setForm((old) => ({ ...old, ...part }));
  return (
    <ChangeDialog
      title={t('addAgency')}
      consequence={t(form.hosting === 'local' ? 'agencyConsequence' : 'agencyConsequenceExternal', { day: formatDate(form.establishedOn) })}
      verb={t('addAgency')}
      done={t('agencyAdded')}
      send={() => api.post<{ id: string }>('/api/v1/accounts/agencies', requestOf(form))}
      onDone={({ id }) => navigate(`/danh-ba/${id}`)}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField label={t('name')} required value={form.name} onChange={(name) => change({ name })} error={problem('name')} />
          <TextField label={t('abbreviation')} hint={t('abbreviationHint')} required value={form.abbreviation} onChange={(abbreviation) => change({ abbreviation })} error={problem('abbreviation')} />
          <Place {...{ form, change }} />
          <div className="lt-fields">
            <TextField label={t('qd20')} placeholder={t('codeExample')} optional spellCheck={false} value={form.code} onChange={(code) => change({ code })} error={problem('codes.0.code')} />
            <TextField label={t('qcvn102')} optional spellCheck={false} value={form.oldCode} onChange={(oldCode) => change({ oldCode })} error={problem(form.code === '' ? 'codes.0.code' : 'codes.1.code')} />
          </div>
          <DateField label={t('established')} required value={form.establishedOn} onChange={(day) => change({ establishedOn: day ?? form.establishedOn })} error={problem('establishedOn')} />
          <TextField label={t('basis')} placeholder={t('basisExample')} required value={form.legalBasis} onChange={(legalBasis) => change({ legalBasis })} error={problem('legalBasis')} />
        </>
      )}
    </ChangeDialog>
  );
}

function requestOf({ code, oldCode, ...agency }: NewAgency): object {
  const codes = [
    { scheme: 'qd20', code },
    { scheme: 'qcvn102', code: oldCode },
  ].filter((each) => each.code.trim() !== '');
  return { ...agency, codes };
}

/** Where it stands among the others. */
function Place({ form, change }: { form: NewAgency; change: (part: Partial<NewAgency>) => void }): ReactNode {
  const t = useT(agencyMessages);
  const { agencies, loading } = useAgencies();
  return (
    <>
      <div className="lt-fields">
        <Select
          label={t('kindOfAgency')}
          value={form.kind}
          onChange={(kind) => change({ kind, level: KINDS.find(({ value }) => value === kind)?.level ?? form.level })}
          options={KINDS.map(({ value, words }) => ({ value, label: t(words) }))}
        />
        <Select label={t('level')} value={form.level} onChange={(level) => change({ level })} options={LEVELS.map(({ value, words }) => ({ value, label: t(words) }))} />
      </div>
      <Combobox label={t('parent')} optional loading={loading} options={agencies.map(agencyOption)} value={form.parentId ?? undefined} onChange={(id) => change({ parentId: id ?? null })} />
      <Select
        label={t('hosting')}
        value={form.hosting}
        onChange={(hosting) => change({ hosting })}
        options={[
          { value: 'local', label: t('local') },
          { value: 'external', label: t('external') },
        ]}
      />
    </>
  );
}
