import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Select } from '#ui/controls/select.tsx';
import { Switch } from '#ui/controls/switch.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { useSession } from '#ui/session-context.tsx';
import { alertKinds, keeperRoles, ruleRoles, type RuleRow } from '../contract.ts';
import { deskMessages } from './desk-messages.ts';

const blank = { name: '', kind: 'partner_down', thresholdMinutes: 10, quietMinutes: 60, isOn: true, agencyRoles: [], keeperRoles: ['province_admin'], posts: [], emails: [] } as const satisfies Omit<RuleRow, 'id'>;

/** When whom to tell: a new rule, or a change of one. */
export function RuleDialog({ rule, canMail, onClose }: { rule: RuleRow | undefined; canMail: boolean; onClose: () => void }): ReactNode {
  const t = useT(deskMessages);
  const api = useApi();
  const session = useSession();
  const [form, setForm] = useState<Omit<RuleRow, 'id'>>(rule ?? { ...blank, agencyRoles: [], keeperRoles: ['province_admin'], posts: [], emails: [] });
  const [emails, setEmails] = useState((rule?.emails ?? []).join(', '));
  const change = (changes: Partial<RuleRow>): void => setForm({ ...form, ...changes });
  const me = { agencyId: session.agency.id, postId: session.post.id, name: `${session.person.name} (${session.post.title})` };
  const tellsMe = form.posts.some((post) => post.postId === me.postId);
  const send = (): Promise<unknown> => {
    const { kind, posts, ...rest } = form;
    const body = { ...rest, postIds: posts.map(({ agencyId, postId }) => ({ agencyId, postId })), emails: emails.split(/[,;\s]+/).filter((each) => each !== '') };
    return rule === undefined ? api.post('/api/v1/exchange-desk/alert-rules', { ...body, kind }) : api.put(`/api/v1/exchange-desk/alert-rules/${rule.id}`, body);
  };
  return (
    <ActDialog topics={['exchange-desk']} title={rule === undefined ? t('addRule') : rule.name} verb={t('save')} send={send} done={t('saved')} onClose={onClose}>
      {(problem) => (
        <>
          <TextField label={t('ruleName')} required value={form.name} onChange={(name) => change({ name })} error={problem('name')} />
          {rule === undefined && <Select label={t('ruleKind')} required value={form.kind} onChange={(kind) => change({ kind })} options={alertKinds.map((value) => ({ value, label: t(`kind.${value}`) }))} />}
          <div className="lt-fields">
            <TextField label={t('threshold')} required inputMode="numeric" value={String(form.thresholdMinutes)} onChange={(text) => change({ thresholdMinutes: digits(text) })} error={problem('thresholdMinutes')} />
            <TextField label={t('quiet')} required inputMode="numeric" value={String(form.quietMinutes)} onChange={(text) => change({ quietMinutes: digits(text) })} error={problem('quietMinutes')} />
          </div>
          {form.kind !== 'partner_down' && form.kind !== 'connection_ends' && <Roles label={t('agencyRoles')} all={ruleRoles} chosen={form.agencyRoles} onChange={(agencyRoles) => change({ agencyRoles })} />}
          <Roles label={t('keeperRoles')} all={keeperRoles} chosen={form.keeperRoles} onChange={(roles) => change({ keeperRoles: roles })} />
          <Checkbox label={t('me')} checked={tellsMe} onChange={(on) => change({ posts: on ? [...form.posts, me] : form.posts.filter((post) => post.postId !== me.postId) })} />
          {canMail && <TextField label={t('emails')} hint={t('emailsHint')} optional value={emails} onChange={setEmails} error={problem('emails') ?? problem('emails.0')} />}
          <Switch label={t('isOn')} checked={form.isOn} onChange={(isOn) => change({ isOn })} />
        </>
      )}
    </ActDialog>
  );
}

const digits = (text: string): number => Number(text.replace(/\D/g, '').slice(0, 5));

function Roles<const Role extends (typeof ruleRoles)[number] | (typeof keeperRoles)[number]>({ label, all, chosen, onChange }: { label: string; all: readonly Role[]; chosen: readonly Role[]; onChange: (roles: Role[]) => void }): ReactNode {
  const t = useT(deskMessages);
  return (
    <fieldset className="lt-desk__roles">
      <legend>{label}</legend>
      {all.map((role) => (
        <Checkbox key={role} label={t(`role.${role}`)} checked={chosen.includes(role)} onChange={(on) => onChange(on ? [...chosen, role] : chosen.filter((each) => each !== role))} />
      ))}
    </fieldset>
  );
}
