import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { fieldProblem, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { calendarDay } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { SidePanel } from '#ui/overlays/side-panel.tsx';
import { useAbility, useSession } from '#ui/session-context.tsx';
import '#ui/layout/form.css';
import type { PostPage } from '../contract.ts';
import { CitizenNumberField } from './citizen-number.tsx';
import { peopleMessages } from './people-messages.ts';
import { AgencyField, PowersField, RolesField, UnitField } from './post-fields.tsx';
import { TemporaryPassword } from './temporary-password-view.tsx';

type Registration = { agencyId: string; fullName: string; citizenNumber: string; login: string } & Pick<PostPage, 'unitId' | 'title' | 'startsOn' | 'roles' | 'signingPowers'>;

/** A new colleague: name, login, first post. The temporary password is shown once. */
export function NewPersonPanel({ onClose }: { onClose: () => void }): ReactNode {
  const t = useT(peopleMessages);
  const { agency } = useSession();
  const seesAll = useAbility('accounts.keep-directory');
  const [form, setForm] = useState<Registration>({ agencyId: agency.id, fullName: '', citizenNumber: '', login: '', unitId: null, title: '', startsOn: calendarDay(new Date()), roles: ['officer'], signingPowers: [] });
  const add = useRegistration();
  const change = (part: Partial<typeof form>) => setForm((old) => ({ ...old, ...part }));
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
        {seesAll && <AgencyField value={form.agencyId} onChange={(agencyId) => change({ agencyId, unitId: null })} />}
        <TextField label={t('fullName')} required value={form.fullName} onChange={(fullName) => change({ fullName })} error={fieldProblem(add.error, 'fullName')} />
        <TextField label={t('login')} hint={t('loginHint')} required autoCapitalize="none" spellCheck={false} value={form.login} onChange={(login) => change({ login })} error={fieldProblem(add.error, 'login')} />
        <CitizenNumberField optional value={form.citizenNumber} onChange={(citizenNumber) => change({ citizenNumber })} error={fieldProblem(add.error, 'citizenNumber')} />
        <TextField label={t('post')} placeholder={t('postExample')} required value={form.title} onChange={(title) => change({ title })} error={fieldProblem(add.error, 'post.title')} />
        <UnitField agencyId={form.agencyId} value={form.unitId} onChange={(unitId) => change({ unitId })} />
        <DateField label={t('from')} required value={form.startsOn} onChange={(startsOn) => change({ startsOn: startsOn ?? form.startsOn })} error={fieldProblem(add.error, 'post.startsOn')} />
        <RolesField values={form.roles} onChange={(roles) => change({ roles })} />
        <PowersField values={form.signingPowers} onChange={(signingPowers) => change({ signingPowers })} />
      </div>
    </SidePanel>
  );
}

function useRegistration() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ agencyId, fullName, citizenNumber, login, ...post }: Registration) =>
      api.post<{ temporaryPassword: string }>('/api/v1/accounts/people', { agencyId, fullName, ...(citizenNumber.trim() === '' ? {} : { citizenNumber }), login, post }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['identity', 'people'] }),
  });
}
