import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Combobox } from '#ui/controls/combobox.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { calendarDay, formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useSession } from '#ui/session-context.tsx';
import '#ui/layout/form.css';
import type { DelegationList } from '../contract.ts';
import './accounts.css';
import { agencyOption, useAgencies, useAgencyPage } from './agency-choice.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { delegationMessages } from './delegation-messages.ts';
import { peopleMessages } from './people-messages.ts';

type From = DelegationList['from'][number];
type Form = {
  delegatorPostId: string | undefined;
  delegateAgencyId: string;
  delegatePostId: string | undefined;
  roles: readonly From['roles'][number][];
  content: string;
  documentReference: string;
  startsOn: string;
  endsOn: string | undefined;
};

export type DelegationDialogProps = { agency: { id: string; name: string }; from: readonly From[]; onClose: () => void };

/** A delegation in writing: from which post, to whom, what, from when to when (NĐ 30/2020 Art. 13). */
export function DelegationDialog({ agency, from, onClose }: DelegationDialogProps): ReactNode {
  const t = useT(delegationMessages);
  const api = useApi();
  const { post } = useSession();
  const first = from.find(({ postId }) => postId === post.id) ?? (from.length === 1 ? from[0] : undefined);
  const [form, setForm] = useState<Form>({
    delegatorPostId: first?.postId,
    delegateAgencyId: agency.id,
    delegatePostId: undefined,
    roles: first?.roles ?? [],
    content: '',
    documentReference: '',
    startsOn: calendarDay(new Date()),
    endsOn: undefined,
  });
  const change = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));
  const people = useAgencyPage(form.delegateAgencyId).data?.people ?? [];
  const delegator = from.find(({ postId }) => postId === form.delegatorPostId);
  const names = { delegator: delegator?.name ?? '…', delegate: people.find(({ postId }) => postId === form.delegatePostId)?.name ?? t('someone') };
  return (
    <ChangeDialog
      title={t('add')}
      consequence={t('consequence', { ...names, from: formatDate(form.startsOn), to: form.endsOn === undefined ? '…' : formatDate(form.endsOn) })}
      verb={t('verb')}
      done={t('done')}
      send={() => api.post('/api/v1/accounts/delegations', { ...form, agencyId: agency.id, documentReference: form.documentReference === '' ? undefined : form.documentReference })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <Delegator {...{ from, form, change }} problem={problem('delegatorPostId')} />
          <Delegate {...{ agency, form, change, people }} problem={problem('delegatePostId')} />
          <RolesHandedOn {...{ form, change }} roles={delegator?.roles ?? []} />
          <div className="lt-fields">
            <DateField label={t('from')} required value={form.startsOn} onChange={(day) => change({ startsOn: day ?? form.startsOn })} error={problem('startsOn')} />
            <DateField label={t('to')} required value={form.endsOn} min={form.startsOn} onChange={(endsOn) => change({ endsOn })} error={problem('endsOn')} />
          </div>
          <TextArea label={t('content')} placeholder={t('contentExample')} required rows={2} value={form.content} onChange={(content) => change({ content })} error={problem('content')} />
          <TextField label={t('documentReference')} placeholder={t('documentExample')} optional value={form.documentReference} onChange={(documentReference) => change({ documentReference })} error={problem('documentReference')} />
        </>
      )}
    </ChangeDialog>
  );
}

type PartProps = { form: Form; change: (part: Partial<Form>) => void; problem?: string | undefined };

/** The own post is simply there; an administrator says whose paper is being entered. */
function Delegator({ from, form, change, problem }: PartProps & { from: readonly From[] }): ReactNode {
  const t = useT(delegationMessages);
  const { post } = useSession();
  if (from.every(({ postId }) => postId === post.id)) return null;
  return (
    <>
      <Banner>{t('byPaper')}</Banner>
      <Combobox
        label={t('delegator')}
        required
        options={from.map(({ postId, name, title }) => ({ value: postId, label: name, hint: title }))}
        value={form.delegatorPostId}
        onChange={(id) => change({ delegatorPostId: id, roles: from.find(({ postId }) => postId === id)?.roles ?? [] })}
        error={problem}
      />
    </>
  );
}

/** Somebody of the agency, or of one directly below it where there are any. */
function Delegate({ agency, people, form, change, problem }: PartProps & { agency: DelegationDialogProps['agency']; people: readonly { postId: string; name: string; title: string }[] }): ReactNode {
  const t = useT(delegationMessages);
  const { agencies, loading } = useAgencies();
  const below = agencies.filter(({ parentId }) => parentId === agency.id);
  return (
    <>
      {below.length > 0 && (
        <Combobox
          label={t('agency')}
          hint={t('agencyHint')}
          required
          loading={loading}
          options={[{ value: agency.id, label: agency.name }, ...below.map(agencyOption)]}
          value={form.delegateAgencyId}
          onChange={(id) => change({ delegateAgencyId: id ?? agency.id, delegatePostId: undefined })}
        />
      )}
      <Combobox
        label={t('delegate')}
        required
        options={people.filter(({ postId }) => postId !== form.delegatorPostId).map(({ postId, name, title }) => ({ value: postId, label: name, hint: title }))}
        value={form.delegatePostId}
        onChange={(delegatePostId) => change({ delegatePostId })}
        error={problem}
      />
    </>
  );
}

function RolesHandedOn({ form, change, roles }: PartProps & { roles: From['roles'] }): ReactNode {
  const t = useT(delegationMessages);
  const roleNames = useT(peopleMessages);
  if (roles.length === 0) return null;
  return (
    <fieldset className="lt-accounts-roles">
      <legend>{t('roles')}</legend>
      <div className="lt-accounts-choices">
        {roles.map((role) => (
          <Checkbox
            key={role}
            label={roleNames(role)}
            checked={form.roles.includes(role)}
            onChange={(isIn) => change({ roles: isIn ? [...form.roles, role] : form.roles.filter((other) => other !== role) })}
          />
        ))}
      </div>
    </fieldset>
  );
}
