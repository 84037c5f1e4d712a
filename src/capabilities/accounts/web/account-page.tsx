import Signature from 'lucide-react/icons/signature';
import type { ReactNode } from 'react';
import { ButtonLink } from '#ui/controls/button.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import { useSession } from '#ui/session-context.tsx';
import { accountMessages } from './account-messages.ts';
import './accounts.css';
import { ConnectionsView } from './connections-view.tsx';
import { DelegationsView } from './delegations-view.tsx';
import { SecurityView } from './security-view.tsx';
import { SessionsView } from './sessions-view.tsx';

const VIEWS = ['bao-mat', 'phien', 'phan-mem', 'uy-quyen'] as const;

/** How I sign in, where I am signed in now, which applications I let in, and who acts for whom in my agency. */
export function AccountPage(): ReactNode {
  const t = useT(accountMessages);
  const { person, post, agency, abilities } = useSession();
  const isGuest = abilities.includes('guest-offices.use');
  const [{ phan: view }, setSearch] = useSearch();
  return (
    <Page title={t('title')} subtitle={`${person.name}, ${post.title}`} width="reading" actions={<ButtonLink icon={Signature} to="/chu-ky-cua-toi">{t('keys')}</ButtonLink>}>
      <Tabs
        label={t('views')}
        value={VIEWS.find((known) => known === view) ?? 'bao-mat'}
        onChange={(id) => setSearch({ phan: id === 'bao-mat' ? undefined : id })}
        items={[
          { id: 'bao-mat', label: t('security'), content: <SecurityView /> },
          { id: 'phien', label: t('sessions'), content: <SessionsView /> },
          ...(isGuest ? [] : [{ id: 'phan-mem', label: t('connections'), content: <ConnectionsView /> }]),
          ...(isGuest ? [] : [{ id: 'uy-quyen', label: t('delegations'), content: <DelegationsView heading="h2" agency={agency} /> }]),
        ]}
      />
    </Page>
  );
}
