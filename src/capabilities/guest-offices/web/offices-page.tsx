import { useQuery } from '@tanstack/react-query';
import UserPlus from 'lucide-react/icons/user-plus';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import { useAbility } from '#ui/session-context.tsx';
import type { Overview } from '../contract.ts';
import { ApplicationList } from './application-list.tsx';
import { InvitationTable } from './invitation-table.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { OfficeTable } from './office-table.tsx';
import { staffMessages } from './staff-messages.ts';

const VIEWS = ['ho-so', 'to-chuc', 'loi-moi'] as const;

/** Who outside has an account, who asks for one, and whom the agency invited. */
export function OfficesPage(): ReactNode {
  const t = useT(staffMessages);
  const [inviting, setInviting] = useState(false);
  const mayKeep = useAbility('guest-offices.keep');
  const overview = useOverview(mayKeep);
  const mayMail = overview.data?.abilities.includes('mail') === true;
  if (!mayKeep) {
    return (
      <Page title={t('title')}>
        <Forbidden />
      </Page>
    );
  }
  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      actions={
        <Button variant="primary" icon={UserPlus} onClick={() => setInviting(true)}>
          {t('invite')}
        </Button>
      }
    >
      <Views />
      {inviting && <InviteDialog purpose="office" mayMail={mayMail} onClose={() => setInviting(false)} />}
    </Page>
  );
}

/** One request for the page and its parts. */
function useOverview(enabled: boolean) {
  const api = useApi();
  return useQuery({ queryKey: ['guest-offices', 'overview'], enabled, queryFn: ({ signal }) => api.get<Overview>('/api/v1/guest-offices', { signal }) });
}

function Views(): ReactNode {
  const t = useT(staffMessages);
  const [{ phan: view }, setSearch] = useSearch();
  const overview = useOverview(true);
  if (overview.error !== null) return <ErrorState error={overview.error} onRetry={() => void overview.refetch()} />;
  if (overview.data === undefined) return <Skeleton shape="block" height="20rem" />;
  const { offices, invitations, applications, abilities } = overview.data;
  const decides = abilities.includes('decide');
  const waiting = applications.filter(({ state }) => state === 'waiting').length;
  const items = [
    ...(decides
      ? [{ id: 'ho-so', label: t('applications'), count: waiting, content: applications.length === 0 ? <EmptyState title={t('noApplications')}>{t('noApplicationsText')}</EmptyState> : <ApplicationList applications={applications} /> }]
      : []),
    { id: 'to-chuc', label: t('offices'), content: offices.length === 0 ? <EmptyState title={t('noOffices')}>{t('noOfficesText')}</EmptyState> : <OfficeTable offices={offices} decides={decides} /> },
    {
      id: 'loi-moi',
      label: t('invitations'),
      content: invitations.length === 0 ? <EmptyState title={t('noInvitations')}>{t('noInvitationsText')}</EmptyState> : <InvitationTable invitations={invitations} at="/api/v1/guest-offices/invitations" />,
    },
  ];
  const shown = VIEWS.find((known) => known === view && items.some(({ id }) => id === known)) ?? items[0]?.id ?? 'to-chuc';
  return <Tabs label={t('title')} value={shown} onChange={(id) => setSearch({ phan: id })} items={items} />;
}
