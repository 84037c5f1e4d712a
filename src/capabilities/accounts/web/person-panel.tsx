import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { useMutation } from '#ui/mutation.ts';
import { SidePanel } from '#ui/overlays/side-panel.tsx';
import '#ui/layout/form.css';
import type { PersonRow } from '../contract.ts';
import './accounts.css';
import { CitizenNumber, CitizenNumberDialog, type NumberTask } from './citizen-number.tsx';
import { peopleMessages } from './people-messages.ts';
import { PersonPosts, type PostTask } from './person-posts.tsx';
import { AppointDialog, ChangePostDialog, EndPostDialog } from './post-dialogs.tsx';
import { TemporaryPassword } from './temporary-password-view.tsx';

/** One person's account and posts, with what an administrator does about them. */
export function PersonPanel({ person, onClose }: { person: PersonRow; onClose: () => void }): ReactNode {
  const t = useT(peopleMessages);
  const [task, setTask] = useState<PostTask>();
  const [numberTask, setNumberTask] = useState<NumberTask>();
  // A dialog stands beside the panel and not in it: Escape closes the one in front only.
  return (
    <>
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
          <PersonPosts person={person} onTask={setTask} />
          <CitizenNumber person={person} onTask={setNumberTask} />
          {person.login !== null && <AccountActions person={person} />}
        </div>
      </SidePanel>
      {task !== undefined && <PostDialog person={person} task={task} onClose={() => setTask(undefined)} />}
      {numberTask !== undefined && <CitizenNumberDialog person={person} task={numberTask} onClose={() => setNumberTask(undefined)} />}
    </>
  );
}

function AccountActions({ person }: { person: PersonRow }): ReactNode {
  const t = useT(peopleMessages);
  const act = useAccountAction(person.personId);
  const run = (verb: string, body?: object) => () => act.mutate({ verb, body });
  const temporary = act.data?.temporaryPassword;
  return (
    <>
      {person.isDormant && <Banner tone="warn">{t('dormantText')}</Banner>}
      <ProblemBanner error={act.error} />
      {temporary !== undefined && <TemporaryPassword name={person.name} password={temporary} />}
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
        {(person.disabledAt !== null || person.isDormant) && (
          <Button loading={act.isPending} onClick={run('enable')}>
            {t('enable')}
          </Button>
        )}
        {person.disabledAt === null && (
          <Button variant="danger" loading={act.isPending} onClick={run('disable', { reason: t('disableReason') })}>
            {t('disable')}
          </Button>
        )}
      </div>
    </>
  );
}

function PostDialog({ person, task, onClose }: { person: PersonRow; task: PostTask; onClose: () => void }): ReactNode {
  switch (task.kind) {
    case 'add':
      return <AppointDialog person={person} onClose={onClose} />;
    case 'change':
      return <ChangePostDialog post={task.post} onClose={onClose} />;
    case 'end':
      return <EndPostDialog post={task.post} onClose={onClose} />;
  }
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
