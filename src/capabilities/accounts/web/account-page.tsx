import type { ReactNode } from 'react';
import { Tabs } from '#ui/data/tabs.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import { useSession } from '#ui/session-context.tsx';
import { accountMessages } from './account-messages.ts';
import './accounts.css';
import { SecurityView } from './security-view.tsx';
import { SessionsView } from './sessions-view.tsx';

/** How I sign in, and where I am signed in now. */
export function AccountPage(): ReactNode {
  const t = useT(accountMessages);
  const { person, post } = useSession();
  const [{ phan: view }, setSearch] = useSearch();
  return (
    <Page title={t('title')} subtitle={`${person.name}, ${post.title}`} width="reading">
      <Tabs
        label={t('views')}
        value={view === 'phien' ? 'phien' : 'bao-mat'}
        onChange={(id) => setSearch({ phan: id === 'phien' ? id : undefined })}
        items={[
          { id: 'bao-mat', label: t('security'), content: <SecurityView /> },
          { id: 'phien', label: t('sessions'), content: <SessionsView /> },
        ]}
      />
    </Page>
  );
}
