import type { ReactNode } from 'react';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Combobox } from '#ui/controls/combobox.tsx';
import { Select } from '#ui/controls/select.tsx';
import { useT } from '#ui/i18n.ts';
import { useAbility } from '#ui/session-context.tsx';
import type { PostPage } from '../contract.ts';
import './accounts.css';
import { agencyOption, useAgencies, useAgencyPage } from './agency-choice.ts';
import { peopleMessages } from './people-messages.ts';
import { postMessages } from './post-messages.ts';

type Role = PostPage['roles'][number];
type Power = PostPage['signingPowers'][number];

const ROLES = ['clerk', 'officer', 'unit_head', 'chief_of_office', 'leader', 'one_stop_officer', 'agency_admin'] as const;
const PROVINCE_ROLES = ['province_admin', 'auditor'] as const;
const POWERS = ['TM', 'KT', 'TL', 'TUQ', 'Q'] as const;

/** Puts a value in or out, keeping the order. */
const toggled = <Value,>(values: readonly Value[], value: Value, isIn: boolean): Value[] => (isIn ? [...values, value] : values.filter((other) => other !== value));

/** What a post may do; the province's roles only for whom the server lets give them. */
export function RolesField({ values, onChange }: { values: readonly Role[]; onChange: (values: Role[]) => void }): ReactNode {
  const t = useT(peopleMessages);
  const seesAll = useAbility('accounts.keep-directory');
  return (
    <fieldset className="lt-accounts-roles">
      <legend>{t('roles')}</legend>
      <div className="lt-accounts-choices">
        {[...ROLES, ...(seesAll ? PROVINCE_ROLES : [])].map((role) => (
          <Checkbox key={role} label={t(role)} checked={values.includes(role)} onChange={(isIn) => onChange(toggled(values, role, isIn))} />
        ))}
      </div>
    </fieldset>
  );
}

/** The formulas of NĐ 30/2020 Art. 13 in which the post may sign for another. */
export function PowersField({ values, onChange }: { values: readonly Power[]; onChange: (values: Power[]) => void }): ReactNode {
  const t = useT(postMessages);
  return (
    <fieldset className="lt-accounts-roles">
      <legend>{t('powers')}</legend>
      <div className="lt-accounts-choices">
        {POWERS.map((power) => (
          <Checkbox key={power} label={t(power)} checked={values.includes(power)} onChange={(isIn) => onChange(toggled(values, power, isIn))} />
        ))}
      </div>
    </fieldset>
  );
}

/** One of the units of an agency, or none. */
export function UnitField({ agencyId, value, onChange }: { agencyId: string; value: string | null; onChange: (id: string | null) => void }): ReactNode {
  const t = useT(postMessages);
  const units = useAgencyPage(agencyId).data?.units ?? [];
  return (
    <Select
      label={t('unit')}
      value={value ?? ''}
      onChange={(id) => onChange(id === '' ? null : id)}
      options={[{ value: '', label: t('noUnit') }, ...units.map((unit) => ({ value: unit.id, label: unit.name }))]}
    />
  );
}

/** Any agency of the province, for who keeps the directory. */
export function AgencyField({ value, onChange, error }: { value: string; onChange: (id: string) => void; error?: string | undefined }): ReactNode {
  const t = useT(postMessages);
  const { agencies, loading } = useAgencies();
  return (
    <Combobox
      label={t('agency')}
      required
      loading={loading}
      error={error}
      options={agencies.map(agencyOption)}
      value={value}
      onChange={(id) => {
        if (id !== undefined) onChange(id);
      }}
    />
  );
}
