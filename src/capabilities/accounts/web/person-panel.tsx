import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { SidePanel } from '#ui/overlays/side-panel.tsx';
import '#ui/layout/form.css';
import type { PersonRow } from '../contract.ts';
import './accounts.css';
import { peopleMessages } from './people-messages.ts';
import { ProblemBanner } from './problem-banner.tsx';
import { TemporaryPassword } from './temporary-password-view.tsx';

/** One person's account and posts, with what an administrator does about them. */
export function PersonPanel({ person, onClose }: { person: PersonRow; onClose: () => void }): ReactNode {
  const t = useT(peopleMessages);
  const act = useAccountAction(person.personId);
  const run = (verb: string, body?: object) => () => act.mutate({ verb, body });
  const temporary = act.data?.temporaryPassword;
  return (
    <SidePanel open onClose={onClose} title={person.name} actions={<Button onClick={onClose}>{t('close')}</Button>}>
      <div className="lt-form">
        <Details
          columns={1}
          items={[
            { label: t('login'), value: person.login },
            { label: t('lastSignIn'), value: person.lastSignInAt === null ? t('never') : formatDateTime(person.lastSignInAt) },
            { label: t('state'), value: person.lockedUntil === null ? null : t('lockedUntil', { at: formatDateTime(person.lockedUntil) }) },
          ]}
        />
        <ul className="lt-accounts-list">
          {person.posts.map((post) => (
            <li key={post.postId}>
              <div>
                <strong>{post.title}</strong>
                <p>{post.agencyName}</p>
                <p className="lt-quiet">{post.roles.map((role) => t(role)).join(', ')}</p>
              </div>
            </li>
          ))}
        </ul>
        <ProblemBanner error={act.error} />
        {temporary !== undefined && <TemporaryPassword name={person.name} password={temporary} />}
        {person.login !== null && (
          <div className="lt-row">
            {person.lockedUntil !== null && (
              <Button loading={act.isPending} onClick={run('unlock')}>
                {t('unlock')}
              </Button>
            )}
            <Button loading={act.isPending} onClick={run('reset-password')}>
              {t('resetPassword')}
            </Button>
            {person.hasSecondFactor && (
              <Button loading={act.isPending} onClick={run('reset-second-factor')}>
                {t('resetSecondFactor')}
              </Button>
            )}
            {person.disabledAt === null ? (
              <Button variant="danger" loading={act.isPending} onClick={run('disable', { reason: t('disableReason') })}>
                {t('disable')}
              </Button>
            ) : (
              <Button loading={act.isPending} onClick={run('enable')}>
                {t('enable')}
              </Button>
            )}
          </div>
        )}
      </div>
    </SidePanel>
  );
}

function useAccountAction(personId: string) {
  const t = useT(peopleMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, body }: { verb: string; body: object | undefined }) =>
      api.post<{ temporaryPassword?: string } | undefined>(`/api/v1/accounts/people/${personId}/${verb}`, body),
    onSuccess: async () => {
      toasts.show({ text: t('done'), tone: 'done' });
      await queries.invalidateQueries({ queryKey: ['identity', 'people'] });
    },
  });
}
