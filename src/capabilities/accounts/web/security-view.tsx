import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { Section } from '#ui/layout/page.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { useSession } from '#ui/session-context.tsx';
import '#ui/layout/form.css';
import type { SecurityReply } from '../contract.ts';
import { accountMessages } from './account-messages.ts';
import { CodeSetUp } from './code-set-up.tsx';
import { NewPasskey } from './new-passkey.tsx';
import { PasswordForm } from './password-form.tsx';

/** Password, codes and passkeys of the person at the screen. */
export function SecurityView(): ReactNode {
  const t = useT(accountMessages);
  const api = useApi();
  const security = useQuery({ queryKey: ['accounts', 'security'], queryFn: ({ signal }) => api.get<SecurityReply>('/api/v1/me/security', { signal }) });
  const { data } = security;
  if (security.error !== null) return <ErrorState error={security.error} onRetry={() => void security.refetch()} />;
  if (data === undefined) return <Skeleton shape="block" height="16rem" />;
  return (
    <>
      <Section title={t('password')}>
        <Details
          items={[
            { label: t('login'), value: data.login },
            { label: t('changed'), value: formatDateTime(data.passwordChangedAt) },
          ]}
        />
        <PasswordForm length={data.passwordLength} hasSecondFactor={data.totp || data.passkeys.length > 0} />
      </Section>
      <Section title={t('codes')}>
        {data.mustHaveSecondFactor && <Banner tone="info">{t('mustHave')}</Banner>}
        {data.totp ? <CodesOn /> : <CodeSetUp />}
      </Section>
      <Section title={t('passkeys')}>
        <p>{t('passkeysText')}</p>
        {data.passkeys.length > 0 && <PasskeyList passkeys={data.passkeys} />}
        <NewPasskey />
      </Section>
      <OwnNumber ending={data.citizenNumberEnding} />
    </>
  );
}

/** Only the administrator of the account records it; a guest without one is not asked for it. */
function OwnNumber({ ending }: { ending: string | null }): ReactNode {
  const t = useT(accountMessages);
  const { abilities } = useSession();
  if (ending === null && abilities.includes('guest-offices.use')) return null;
  return (
    <Section title={t('citizenNumber')}>
      <p>{ending === null ? t('citizenNumberNone') : t('citizenNumberEnding', { ending })}</p>
      <p className="lt-quiet">{t(ending === null ? 'citizenNumberAsk' : 'citizenNumberText')}</p>
    </Section>
  );
}

function CodesOn(): ReactNode {
  const t = useT(accountMessages);
  const [removing, setRemoving] = useState(false);
  return (
    <div className="lt-accounts-narrow">
      <p>{t('codesOn')}</p>
      <div className="lt-row">
        <Button onClick={() => setRemoving(true)}>{t('remove')}</Button>
      </div>
      {removing && <RemoveFactor path="/api/v1/me/code/remove" title={t('removeCodes')} text={t('removeCodesText')} onClose={() => setRemoving(false)} />}
    </div>
  );
}

function PasskeyList({ passkeys }: { passkeys: SecurityReply['passkeys'] }): ReactNode {
  return (
    <ul className="lt-accounts-list">
      {passkeys.map((passkey) => (
        <Passkey key={passkey.id} passkey={passkey} />
      ))}
    </ul>
  );
}

function Passkey({ passkey }: { passkey: SecurityReply['passkeys'][number] }): ReactNode {
  const t = useT(accountMessages);
  const [removing, setRemoving] = useState(false);
  const used = passkey.lastUsedAt === null ? t('neverUsed') : t('used', { at: formatDateTime(passkey.lastUsedAt) });
  return (
    <li>
      <div>
        <strong>{passkey.name}</strong>
        <p className="lt-quiet">
          {t('added', { at: formatDateTime(passkey.createdAt) })}, {used}
        </p>
      </div>
      <Button size="small" onClick={() => setRemoving(true)} aria-label={`${t('remove')}: ${passkey.name}`}>
        {t('remove')}
      </Button>
      {removing && (
        <RemoveFactor
          path={`/api/v1/me/passkeys/${encodeURIComponent(passkey.id)}/remove`}
          title={t('removePasskey', { name: passkey.name })}
          text={t('removePasskeyText')}
          onClose={() => setRemoving(false)}
        />
      )}
    </li>
  );
}

/** Takes away one way of proving who signs in; the own password says who asks. */
function RemoveFactor({ path, title, text, onClose }: { path: string; title: string; text: string; onClose: () => void }): ReactNode {
  const t = useT(accountMessages);
  const api = useApi();
  const [password, setPassword] = useState('');
  return (
    <ActDialog topics={['accounts']} title={title} text={text} verb={t('remove')} send={() => api.post(path, { password })} done={t('removed')} onClose={onClose}>
      {(problem) => <TextField label={t('ownPassword')} required type="password" autoComplete="current-password" value={password} onChange={setPassword} error={problem('password')} />}
    </ActDialog>
  );
}
