import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DataList } from '#ui/data/data-list.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import type { InvitationView } from '../contract.ts';
import { staffMessages } from './staff-messages.ts';

const kinds: Record<InvitationView['state'], StateKind> = { open: 'present', used: 'done', expired: 'quiet', revoked: 'quiet' };

/** Who was invited, and what became of the links. `at` is where one is withdrawn. */
export function InvitationTable({ invitations, at }: { invitations: readonly InvitationView[]; at: string }): ReactNode {
  const t = useT(staffMessages);
  return (
    <DataList
      label={t('invitations')}
      storageKey="guest-invitations"
      empty={null}
      rows={invitations}
      rowId={({ id }) => id}
      columns={[
        { id: 'invitee', label: t('name'), narrow: 'title', main: true, render: ({ invitee, contact }) => (contact === '' ? invitee : `${invitee} (${contact})`) },
        { id: 'state', label: t('state'), width: '9rem', narrow: 'below', render: ({ state }) => <StateMark kind={kinds[state]}>{t(state)}</StateMark> },
        { id: 'until', label: t('until'), width: '10rem', narrow: 'top', render: ({ expiresAt }) => formatDateTime(expiresAt) },
        { id: 'by', label: t('by'), width: '18%', narrow: 'below', render: ({ invitedBy }) => invitedBy },
        { id: 'action', label: t('action'), width: '8rem', narrow: 'below', render: ({ id, state }) => (state === 'open' ? <Revoke url={`${at}/${id}/revoke`} /> : null) },
      ]}
    />
  );
}

function Revoke({ url }: { url: string }): ReactNode {
  const t = useT(staffMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.post(url),
    onSuccess: () => toasts.show({ tone: 'done', text: t('revokedToast') }),
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['guest-offices'] }),
  });
  return (
    <Button size="small" loading={isPending} onClick={() => mutate()}>
      {t('revoke')}
    </Button>
  );
}
