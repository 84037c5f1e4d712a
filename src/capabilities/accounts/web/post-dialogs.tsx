import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { calendarDay, formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useAbility, useSession } from '#ui/session-context.tsx';
import '#ui/layout/form.css';
import type { PersonRow, PostPage } from '../contract.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { AgencyField, PowersField, RolesField, UnitField } from './post-fields.tsx';
import { postMessages } from './post-messages.ts';

type NewPost = Pick<PostPage, 'agencyId' | 'unitId' | 'title' | 'roles' | 'signingPowers' | 'startsOn'> & { endsOn?: string | undefined };

/** Another post for somebody: in the own agency, for the province's administrator in any. */
export function AppointDialog({ person, onClose }: { person: PersonRow; onClose: () => void }): ReactNode {
  const t = useT(postMessages);
  const api = useApi();
  const { agency } = useSession();
  const seesAll = useAbility('accounts.keep-directory');
  const [form, setForm] = useState<NewPost>({
    agencyId: person.posts[0]?.agencyId ?? agency.id,
    unitId: null,
    title: '',
    roles: ['officer'],
    signingPowers: [],
    startsOn: calendarDay(new Date()),
  });
  const change = (part: Partial<NewPost>) => setForm((old) => ({ ...old, ...part }));
  const agencyId = seesAll ? form.agencyId : agency.id;
  return (
    <ChangeDialog
      title={`${t('add')}: ${person.name}`}
      consequence={t('addConsequence', { day: formatDate(form.startsOn), name: person.name })}
      verb={t('addVerb')}
      done={t('added')}
      send={() => api.post('/api/v1/accounts/posts', { ...form, agencyId, personId: person.personId })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {seesAll && <AgencyField value={agencyId} onChange={(id) => change({ agencyId: id, unitId: null })} error={problem('agencyId')} />}
          <UnitField agencyId={agencyId} value={form.unitId} onChange={(unitId) => change({ unitId })} />
          <TextField label={t('title')} placeholder={t('titleExample')} required value={form.title} onChange={(title) => change({ title })} error={problem('title')} />
          <div className="lt-fields">
            <DateField label={t('from')} required value={form.startsOn} onChange={(day) => change({ startsOn: day ?? form.startsOn })} error={problem('startsOn')} />
            <DateField label={t('to')} hint={t('toHint')} optional value={form.endsOn} min={form.startsOn} onChange={(endsOn) => change({ endsOn })} error={problem('endsOn')} />
          </div>
          <RolesField values={form.roles} onChange={(roles) => change({ roles })} />
          <PowersField values={form.signingPowers} onChange={(signingPowers) => change({ signingPowers })} />
        </>
      )}
    </ChangeDialog>
  );
}

/** What a post may do from now on. */
export function ChangePostDialog({ post, onClose }: { post: PostPage; onClose: () => void }): ReactNode {
  const t = useT(postMessages);
  const api = useApi();
  const [roles, setRoles] = useState(post.roles);
  const [signingPowers, setSigningPowers] = useState(post.signingPowers);
  return (
    <ChangeDialog
      title={t('changeOf', { title: post.title })}
      consequence={t('changeConsequence')}
      verb={t('changeVerb')}
      done={t('changed')}
      send={() => api.put(`/api/v1/accounts/agencies/${post.agencyId}/posts/${post.postId}`, { roles, signingPowers })}
      onClose={onClose}
    >
      {() => (
        <>
          <RolesField values={roles} onChange={setRoles} />
          <PowersField values={signingPowers} onChange={setSigningPowers} />
        </>
      )}
    </ChangeDialog>
  );
}

/** The last day in a post, and why. */
export function EndPostDialog({ post, onClose }: { post: PostPage; onClose: () => void }): ReactNode {
  const t = useT(postMessages);
  const api = useApi();
  const today = calendarDay(new Date());
  const [lastDay, setLastDay] = useState(post.startsOn > today ? post.startsOn : today);
  const [reason, setReason] = useState('');
  return (
    <ChangeDialog
      title={t('endOf', { title: post.title })}
      consequence={t('endConsequence', { day: formatDate(lastDay), name: post.name })}
      verb={t('endVerb')}
      done={t('ended')}
      send={() => api.post(`/api/v1/accounts/agencies/${post.agencyId}/posts/${post.postId}/end`, { lastDay, reason })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <DateField label={t('lastDay')} required value={lastDay} min={post.startsOn} onChange={(day) => setLastDay(day ?? lastDay)} error={problem('lastDay')} />
          <TextField label={t('reason')} placeholder={t('reasonExample')} required value={reason} onChange={setReason} error={problem('reason')} />
        </>
      )}
    </ChangeDialog>
  );
}
