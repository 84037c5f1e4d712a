import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DataList } from '#ui/data/data-list.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { useMutation } from '#ui/mutation.ts';
import { SidePanel } from '#ui/overlays/side-panel.tsx';
import type { ApplicationView } from '../contract.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import './guest-offices.css';
import { staffMessages } from './staff-messages.ts';

const kinds: Record<ApplicationView['state'], StateKind> = { waiting: 'present', approved: 'done', refused: 'stopped' };

/** What waits for a decision stands on top; a side panel shows what an organisation says of itself. */
export function ApplicationList({ applications }: { applications: readonly ApplicationView[] }): ReactNode {
  const t = useT(staffMessages);
  const [openId, setOpenId] = useState<string>();
  const open = applications.find(({ id }) => id === openId);
  return (
    <>
      <DataList
        label={t('applications')}
        storageKey="guest-applications"
        empty={null}
        rows={applications}
        rowId={({ id }) => id}
        columns={[
          { id: 'name', label: t('name'), narrow: 'title', main: true, render: ({ name }) => name },
          { id: 'kind', label: t('kind'), width: '22%', narrow: 'below', render: ({ kind }) => t(kind) },
          { id: 'at', label: t('appliedAt'), width: '10rem', narrow: 'top', render: ({ appliedAt }) => formatDateTime(appliedAt) },
          { id: 'state', label: t('state'), width: '9rem', narrow: 'below', render: ({ state }) => <StateMark kind={kinds[state]}>{t(state)}</StateMark> },
          {
            id: 'action',
            label: t('action'),
            width: '7rem',
            narrow: 'below',
            render: ({ id }) => (
              <Button size="small" onClick={() => setOpenId(id)}>
                {t('view')}
              </Button>
            ),
          },
        ]}
      />
      {open !== undefined && <Opened application={open} onClose={() => setOpenId(undefined)} />}
    </>
  );
}

function Opened({ application, onClose }: { application: ApplicationView; onClose: () => void }): ReactNode {
  const t = useT(staffMessages);
  const { id, name, state, papers } = application;
  const [refusing, setRefusing] = useState(false);
  const { approve, refuse, onRefused } = useDecisions(id, onClose);
  if (refusing) return <ReasonDialog title={t('refuseTitle', { name })} text={t('refuseText')} verb={t('refuse')} onClose={() => setRefusing(false)} act={refuse} onDone={onRefused} />;
  return (
    <SidePanel
      open
      onClose={onClose}
      title={name}
      actions={
        state === 'waiting' ? (
          <>
            <Button variant="primary" loading={approve.isPending} onClick={() => approve.mutate()}>
              {t('approve')}
            </Button>
            <Button onClick={() => setRefusing(true)}>
              {t('refuse')}
            </Button>
          </>
        ) : (
          <Button onClick={onClose}>{t('close')}</Button>
        )
      }
    >
      <ProblemBanner error={approve.error} />
      <Facts application={application} />
      <h3 className="lt-guest-heading">{t('papers')}</h3>
      <ul className="lt-guest-list">
        {papers.map((paper) => (
          <li key={paper.position}>
            <a href={`/api/v1/guest-offices/applications/${id}/papers/${String(paper.position)}`} download={paper.name}>
              {paper.name}
            </a>
          </li>
        ))}
      </ul>
    </SidePanel>
  );
}

function Facts({ application }: { application: ApplicationView }): ReactNode {
  const t = useT(staffMessages);
  const { abbreviation, kind, licenceNumber, address, contactName, contactTitle, email, phone, login, invitedBy, appliedAt, state, decidedBy, decidedAt, refusalReason } = application;
  return (
    <Details
      columns={1}
      items={[
        { label: t('kind'), value: `${t(kind)} (${abbreviation})` },
        { label: t('licenceNumber'), value: licenceNumber },
        { label: t('address'), value: address },
        { label: t('contactPerson'), value: `${contactName}, ${contactTitle}` },
        { label: t('email'), value: email },
        { label: t('phone'), value: phone },
        { label: t('login'), value: login },
        { label: t('invitedBy'), value: invitedBy ?? undefined },
        { label: t('appliedAt'), value: formatDateTime(appliedAt) },
        { label: t('decision'), value: decidedAt === null ? undefined : `${t(state)}, ${decidedBy ?? ''}, ${formatDateTime(decidedAt)}` },
        { label: t('reason'), value: refusalReason ?? undefined },
      ]}
    />
  );
}

function useDecisions(id: string, onClose: () => void) {
  const t = useT(staffMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const url = `/api/v1/guest-offices/applications/${id}`;
  const settled = () => void queries.invalidateQueries({ queryKey: ['guest-offices'] });
  const approve = useMutation({
    mutationFn: () => api.post(`${url}/approve`),
    onSuccess: () => {
      toasts.show({ tone: 'done', text: t('approvedToast') });
      onClose();
    },
    onSettled: settled,
  });
  return {
    approve,
    refuse: (reason: string) => api.post(`${url}/refuse`, { reason }),
    onRefused: () => {
      toasts.show({ tone: 'done', text: t('refusedToast') });
      settled();
      onClose();
    },
  };
}
