import KeyRound from 'lucide-react/icons/key-round';
import type { ReactNode } from 'react';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Page, Section } from '#ui/layout/page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import { useSession } from '#ui/session-context.tsx';
import type { CredentialSummary } from '#engines/signatures/contract.ts';
import './keys.css';
import { ConnectKey } from './connect-key.tsx';
import { KeyCard } from './key-card.tsx';
import { useOwnKeys } from './key-data.ts';
import { keyMessages } from './key-messages.ts';
import { useWaitingReleases, WaitingReleases } from './waiting-releases.tsx';

/** The certificates with which I sign, where each key is, and the way to connect another. */
export function KeysPage(): ReactNode {
  const t = useT(keyMessages);
  const [{ 'ket-noi': connecting }, setSearch] = useSearch();
  const keys = useOwnKeys();
  const isConnecting = connecting !== undefined;
  return (
    <Page
      title={t(isConnecting ? 'connectTitle' : 'title')}
      subtitle={isConnecting ? undefined : t('subtitle')}
      width="reading"
      actions={
        isConnecting ? (
          <ButtonLink to="/chu-ky-cua-toi">{t('toList')}</ButtonLink>
        ) : (
          <>
            <Button variant="primary" icon={KeyRound} onClick={() => setSearch({ 'ket-noi': '1' }, { push: true })}>
              {t('connect')}
            </Button>
            <ButtonLink variant="plain" to="/tai-khoan">
              {t('back')}
            </ButtonLink>
          </>
        )
      }
    >
      {isConnecting ? (
        <ConnectKey />
      ) : keys.error !== null ? (
        <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
      ) : keys.data === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="10rem" />
          <Skeleton shape="block" height="10rem" />
        </SkeletonGroup>
      ) : (
        <>
          <Waiting />
          <KeyLists credentials={keys.data.credentials} />
        </>
      )}
    </Page>
  );
}

/** What waits for my consent on the page of a service stands in front: it ends within minutes. */
function Waiting(): ReactNode {
  const t = useT(keyMessages);
  const { data, error } = useWaitingReleases();
  if (error !== null) return <ErrorState compact error={error} />;
  if (data === undefined || data.releases.length === 0) return null;
  return (
    <Section title={t('releases')}>
      <WaitingReleases releases={data.releases} returnPath="/chu-ky-cua-toi" />
    </Section>
  );
}

function KeyLists({ credentials }: { credentials: readonly CredentialSummary[] }): ReactNode {
  const t = useT(keyMessages);
  const { post } = useSession();
  const own = credentials.filter(({ kind }) => kind === 'person');
  const agency = credentials.filter(({ kind }) => kind === 'agency');
  return (
    <>
      <Section title={t('own')}>{own.length === 0 ? <EmptyState title={t('emptyTitle')}>{t('emptyText')}</EmptyState> : <KeyList label={t('own')} credentials={own} />}</Section>
      {post.roles.includes('clerk') && <Section title={t('agency')}>{agency.length === 0 ? <p className="lt-quiet">{t('emptyAgency')}</p> : <KeyList label={t('agency')} credentials={agency} />}</Section>}
    </>
  );
}

function KeyList({ label, credentials }: { label: string; credentials: readonly CredentialSummary[] }): ReactNode {
  return (
    <ul className="lt-own-keys" aria-label={label}>
      {credentials.map((credential) => (
        <KeyCard key={credential.id} credential={credential} />
      ))}
    </ul>
  );
}
