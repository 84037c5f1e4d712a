import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { wasClosed } from '#ui/device/closed-dialog.ts';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import '#ui/layout/form.css';
import type { RemoteCredentialList } from '../contract.ts';
import { enrol, forgetPin } from './approve-client.ts';
import { messages } from './messages.ts';
import { PinPart } from './pin-part.tsx';

/** The person's own certificates, each to be opened to remote signing or closed. */
export function OwnKeys(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const own = useQuery({ queryKey: ['remote-signing', 'credentials'], queryFn: ({ signal }) => api.get<RemoteCredentialList>('/api/v1/remote-signing/credentials', { signal }) });
  if (own.error !== null) return <ErrorState error={own.error} onRetry={() => void own.refetch()} />;
  if (own.data === undefined) return null;
  const { credentials } = own.data;
  return (
    <Section title={t('keys')}>
      <p className="lt-quiet">{t('keysText')}</p>
      {credentials.length === 0 && <Banner tone="info">{t('noKeys')}</Banner>}
      <ul className="lt-remote-list">
        {credentials.map((each) => (
          <OwnKey key={each.id} credential={each} />
        ))}
      </ul>
    </Section>
  );
}

type RemoteCredential = RemoteCredentialList['credentials'][number];

function OwnKey({ credential }: { credential: RemoteCredential }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [isOpening, setOpening] = useState(false);
  const withdraw = useMutation({
    mutationFn: () => api.del(`/api/v1/remote-signing/credentials/${credential.id}/enrolment`),
    onSuccess: () => toasts.show({ tone: 'done', text: t('withdrawn') }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['remote-signing'] }),
  });
  return (
    <li className="lt-remote-request">
      <strong>{credential.label}</strong>
      {credential.isEnrolled ? (
        <ul className="lt-remote-devices" aria-label={t('devices')}>
          {credential.passkeys.map((each) => (
            <Device key={each.id} credential={credential} passkey={each} />
          ))}
        </ul>
      ) : (
        <p className="lt-quiet">{t('closed')}</p>
      )}
      <ProblemBanner error={withdraw.error} />
      {isOpening ? (
        <Enrolment credential={credential} onDone={() => setOpening(false)} />
      ) : (
        <div className="lt-row">
          <Button onClick={() => setOpening(true)}>{t(credential.isEnrolled ? 'enrolMore' : 'enrol')}</Button>
          {credential.isEnrolled && (
            <Button variant="quiet" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
              {t('withdraw')}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

/** A device on which a passkey for the key was made, and whether it asks for the PIN. */
function Device({ credential, passkey }: { credential: RemoteCredential; passkey: RemoteCredential['passkeys'][number] }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const forget = useMutation({
    mutationFn: () => forgetPin(api, { credentialId: credential.id, passkeyId: passkey.id }),
    onSuccess: () => toasts.show({ tone: 'done', text: t('forgotten') }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['remote-signing'] }),
  });
  const how = !credential.needsPin ? 'asksNoPin' : passkey.remembersPin ? 'remembersPin' : 'asksPin';
  return (
    <li>
      <div>
        <span>{passkey.name}</span>
        <p className="lt-quiet">{t(how)}</p>
      </div>
      {passkey.remembersPin && (
        <Button size="small" loading={forget.isPending} aria-label={t('forgetPinOf', { name: passkey.name })} onClick={() => forget.mutate()}>
          {t('forgetPin')}
        </Button>
      )}
      <ProblemBanner error={forget.error} />
    </li>
  );
}

function Enrolment({ credential, onDone }: { credential: RemoteCredential; onDone: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const { id: credentialId, needsPin } = credential;
  const [name, setName] = useState(t('deviceExample'));
  const [password, setPassword] = useState('');
  const [typed, setTyped] = useState({ pin: '', isToBeRemembered: true });
  const send = useMutation({
    mutationFn: () => enrol(api, { credentialId, password, pin: needsPin ? typed.pin : '', name, mayRememberPin: typed.isToBeRemembered }),
    onSuccess: async (isRemembered) => {
      toasts.show({ tone: 'done', text: t('enrolled'), ...(isRemembered === undefined ? {} : { detail: t(isRemembered ? 'nowRemembered' : 'notRemembered') }) });
      onDone();
      await queries.invalidateQueries({ queryKey: ['remote-signing'] });
    },
  });
  return (
    <form
      className="lt-remote-enrolment"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      {wasClosed(send.error) ? <Banner tone="info">{t('cancelled')}</Banner> : <ProblemBanner error={send.error} />}
      <TextField label={t('deviceName')} required maxLength={80} value={name} onChange={setName} />
      <TextField label={t('password')} required type="password" autoComplete="current-password" value={password} onChange={setPassword} />
      {needsPin && <PinPart value={typed} onChange={setTyped} />}
      {needsPin && typed.isToBeRemembered && <p className="lt-quiet">{t('secondTouch')}</p>}
      <div className="lt-row">
        <Button type="submit" variant="primary" loading={send.isPending} disabled={password === '' || (needsPin && typed.pin === '') || name.trim() === ''}>
          {t('enrol')}
        </Button>
      </div>
    </form>
  );
}
