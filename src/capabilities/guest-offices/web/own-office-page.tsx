import { useQuery } from '@tanstack/react-query';
import Signature from 'lucide-react/icons/signature';
import UserPlus from 'lucide-react/icons/user-plus';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Page, Section } from '#ui/layout/page.tsx';
import { useSession } from '#ui/session-context.tsx';
import type { OwnOffice } from '../contract.ts';
import { guestMessages } from './guest-messages.ts';
import './guest-offices.css';
import { InvitationTable } from './invitation-table.tsx';
import { InviteDialog } from './invite-dialog.tsx';

/** Who sends and receives for the office, and the way to invite another. */
export function OwnOfficePage(): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const { agency } = useSession();
  const [inviting, setInviting] = useState(false);
  const own = useQuery({ queryKey: ['guest-offices', 'own'], queryFn: ({ signal }) => api.get<OwnOffice>('/api/v1/guest-offices/own', { signal }) });
  return (
    <Page
      title={agency.name}
      subtitle={own.data === undefined ? undefined : t('today', { sent: own.data.sentToday, limit: own.data.dailyLimit })}
      width="reading"
      actions={
        <>
          <Button variant="primary" icon={UserPlus} onClick={() => setInviting(true)}>
            {t('invite')}
          </Button>
          <ButtonLink icon={Signature} to="/chu-ky-cua-toi">
            {t('keys')}
          </ButtonLink>
        </>
      }
    >
      {own.error !== null ? (
        <ErrorState error={own.error} onRetry={() => void own.refetch()} />
      ) : own.data === undefined ? (
        <Skeleton shape="block" height="12rem" />
      ) : (
        <>
          <Section title={t('colleagues')}>
            <ul className="lt-guest-list">
              {own.data.colleagues.map(({ name, title }) => (
                <li key={name}>
                  {name} <span className="lt-quiet">{title}</span>
                </li>
              ))}
            </ul>
          </Section>
          <Section title={t('invitations')}>
            {own.data.invitations.length === 0 ? <p className="lt-quiet">{t('noInvitations')}</p> : <InvitationTable invitations={own.data.invitations} at="/api/v1/guest-offices/own/invitations" />}
          </Section>
        </>
      )}
      {inviting && <InviteDialog purpose="colleague" mayMail={own.data?.abilities.includes('mail') === true} onClose={() => setInviting(false)} />}
    </Page>
  );
}
