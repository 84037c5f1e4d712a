import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Combobox } from '#ui/controls/combobox.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { calendarDay } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { SidePanel } from '#ui/overlays/side-panel.tsx';
import { useAbility, useSession } from '#ui/session-context.tsx';
import '#ui/layout/form.css';
import type { AgencyRow } from '../contract.ts';
import './accounts.css';
import { peopleMessages } from './people-messages.ts';
import { fieldProblem, ProblemBanner } from './problem-banner.tsx';
import { TemporaryPassword } from './temporary-password-view.tsx';

const ROLES = ['clerk', 'officer', 'unit_head', 'chief_of_office', 'leader', 'one_stop_officer', 'agency_admin'] as const;
const PROVINCE_ROLES = ['province_admin', 'auditor'] as const;

/** A new colleague: name, login, first post. The temporary password is shown once. */
export function NewPersonPanel({ onClose }: { onClose: () => void }): ReactNode {
  const t = useT(peopleMessages);
  const { agency } = useSession();
  const seesAll = useAbility('accounts.keep-directory');
  const [form, setForm] = useState({ agencyId: agency.id, fullName: '', login: '', title: '', startsOn: calendarDay(new Date()), roles: ['officer'] as readonly string[] });
  const add = useRegistration();
  const change = (part: Partial<typeof form>) => setForm((old) => ({ ...old, ...part }));
  const toggle = (role: string, checked: boolean) => change({ roles: checked ? [...form.roles, role] : form.roles.filter((held) => held !== role) });
  if (add.data !== undefined) {
    return (
      <SidePanel open onClose={onClose} title={form.fullName} actions={<Button onClick={onClose}>{t('close')}</Button>}>
        <TemporaryPassword name={form.fullName} password={add.data.temporaryPassword} />
      </SidePanel>
    );
  }
  return (
    <SidePanel
      open
      onClose={onClose}
      title={t('addTitle')}
      actions={
        <>
          <Button variant="primary" loading={add.isPending} onClick={() => add.mutate(form)}>
            {t('save')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <div className="lt-form">
        <ProblemBanner error={add.error} />
        {seesAll && <AgencyField value={form.agencyId} onChange={(agencyId) => change({ agencyId })} />}
        <TextField label={t('fullName')} required value={form.fullName} onChange={(fullName) => change({ fullName })} error={fieldProblem(add.error, 'fullName')} />
        <TextField label={t('login')} hint={t('loginHint')} required autoCapitalize="none" spellCheck={false} value={form.login} onChange={(login) => change({ login })} error={fieldProblem(add.error, 'login')} />
        <TextField label={t('post')} placeholder={t('postExample')} required value={form.title} onChange={(title) => change({ title })} error={fieldProblem(add.error, 'post.title')} />
        <DateField label={t('from')} required value={form.startsOn} onChange={(startsOn) => change({ startsOn: startsOn ?? form.startsOn })} error={fieldProblem(add.error, 'post.startsOn')} />
        <fieldset className="lt-accounts-roles">
          <legend>{t('roles')}</legend>
          {[...ROLES, ...(seesAll ? PROVINCE_ROLES : [])].map((role) => (
            <Checkbox key={role} label={t(role)} checked={form.roles.includes(role)} onChange={(checked) => toggle(role, checked)} />
          ))}
        </fieldset>
      </div>
    </SidePanel>
  );
}

type Registration = { agencyId: string; fullName: string; login: string; title: string; startsOn: string; roles: readonly string[] };

function useRegistration() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ agencyId, fullName, login, ...post }: Registration) => api.post<{ temporaryPassword: string }>('/api/v1/accounts/people', { agencyId, fullName, login, post }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['identity', 'people'] }),
  });
}

function AgencyField({ value, onChange }: { value: string; onChange: (id: string) => void }): ReactNode {
  const t = useT(peopleMessages);
  const api = useApi();
  const agencies = useQuery({
    queryKey: ['accounts', 'agencies'],
    queryFn: ({ signal }) => api.get<{ agencies: AgencyRow[] }>('/api/v1/accounts/agencies', { signal, query: { limit: 1000 } }),
    staleTime: 300_000,
  });
  return (
    <Combobox
      label={t('agency')}
      required
      loading={agencies.isPending}
      options={(agencies.data?.agencies ?? []).map((agency) => ({ value: agency.id, label: agency.name, ...(agency.code === null ? {} : { hint: agency.code }) }))}
      value={value}
      onChange={(id) => {
        if (id !== undefined) onChange(id);
      }}
    />
  );
}
