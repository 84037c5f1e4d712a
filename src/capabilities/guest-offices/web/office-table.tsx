import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { officeKinds, type OfficeView } from '../contract.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import { staffMessages } from './staff-messages.ts';

/** The organisations with an account; whoever decides suspends and lifts here. */
export function OfficeTable({ offices, decides }: { offices: readonly OfficeView[]; decides: boolean }): ReactNode {
  const t = useT(staffMessages);
  const columns: Column<OfficeView>[] = [
    { id: 'name', label: t('name'), narrow: 'title', main: true, render: ({ name }) => name },
    { id: 'kind', label: t('kind'), width: '20%', narrow: 'below', render: ({ kind }) => t(officeKinds.find((known) => known === kind) ?? 'other') },
    {
      id: 'state',
      label: t('state'),
      width: '28%',
      narrow: 'below',
      render: ({ state, suspensionReason }) => (
        <>
          <StateMark kind={state === 'active' ? 'done' : 'stopped'}>{t(state)}</StateMark> {suspensionReason !== null && <span className="lt-quiet">{suspensionReason}</span>}
        </>
      ),
    },
    { id: 'at', label: t('at'), width: '8rem', narrow: 'top', render: ({ approvedAt }) => formatDate(approvedAt) },
  ];
  const action: Column<OfficeView> = { id: 'action', label: t('action'), width: '9rem', narrow: 'below', render: (office) => <Act office={office} /> };
  return <DataList label={t('offices')} storageKey="guest-offices" rows={offices} rowId={({ agencyId }) => agencyId} columns={decides ? [...columns, action] : columns} empty={null} />;
}

function Act({ office: { agencyId, name, state } }: { office: OfficeView }): ReactNode {
  const t = useT(staffMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [suspending, setSuspending] = useState(false);
  const url = `/api/v1/guest-offices/offices/${agencyId}`;
  const settled = () => void queries.invalidateQueries({ queryKey: ['guest-offices'] });
  const lift = useMutation({
    mutationFn: () => api.post(`${url}/lift`),
    onSuccess: () => toasts.show({ tone: 'done', text: t('liftedToast') }),
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: settled,
  });
  // What is being written stays when a colleague suspends it first: the answer then says so.
  return (
    <>
      {state === 'suspended' ? (
        <Button size="small" loading={lift.isPending} aria-label={`${t('lift')}: ${name}`} onClick={() => lift.mutate()}>
          {t('lift')}
        </Button>
      ) : (
        <Button size="small" aria-label={`${t('suspend')}: ${name}`} onClick={() => setSuspending(true)}>
          {t('suspend')}
        </Button>
      )}
      {suspending && (
        <ReasonDialog
          title={t('suspendTitle', { name })}
          text={t('suspendText')}
          verb={t('suspend')}
          onClose={() => setSuspending(false)}
          act={(reason) => api.post(`${url}/suspend`, { reason })}
          onDone={() => {
            toasts.show({ tone: 'done', text: t('suspendedToast') });
            settled();
          }}
        />
      )}
    </>
  );
}
