import { useQuery } from '@tanstack/react-query';
import KeyRound from 'lucide-react/icons/key-round';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { fieldProblem, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { wasClosed } from '#ui/device/closed-dialog.ts';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import type { SignInReply, TotpSecret } from '../contract.ts';
import { signInWithPasskey } from './passkey-client.ts';
import { signInMessages } from './sign-in-messages.ts';
import { useStep } from './use-step.ts';
import { TotpSecretView } from './totp-secret.tsx';

type OnReply = (reply: SignInReply) => void;
type StepOf<State extends SignInReply['state']> = { waiting: Extract<SignInReply, { state: State }>; onReply: OnReply };

const submitting = (act: () => void) => (event: SyntheticEvent) => {
  event.preventDefault();
  act();
};

/** Login and password, or a passkey without either. */
export function PasswordStep({ onReply }: { onReply: OnReply }): ReactNode {
  const t = useT(signInMessages);
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const send = useStep<{ login: string; password: string }>('/api/v1/sign-in', onReply);
  return (
    <>
      <form className="lt-sign-in__form" onSubmit={submitting(() => send.mutate({ login, password }))}>
        <ProblemBanner error={send.error} />
        <TextField label={t('login')} required autoFocus autoComplete="username" autoCapitalize="none" spellCheck={false} value={login} onChange={setLogin} error={fieldProblem(send.error, 'login')} />
        <TextField label={t('password')} required type="password" autoComplete="current-password" value={password} onChange={setPassword} error={fieldProblem(send.error, 'password')} />
        <Button type="submit" variant="primary" loading={send.isPending}>
          {t('signIn')}
        </Button>
      </form>
      <p className="lt-sign-in__or">{t('or')}</p>
      <PasskeyButton label={t('passkey')} onReply={onReply} />
    </>
  );
}

function PasskeyButton({ label, step, onReply }: { label: string; step?: string; onReply: OnReply }): ReactNode {
  const t = useT(signInMessages);
  const api = useApi();
  const prove = useMutation({ mutationFn: () => signInWithPasskey(api, step), onSuccess: onReply });
  return (
    <div className="lt-sign-in__form">
      {wasClosed(prove.error) ? <Banner tone="info">{t('passkeyCancelled')}</Banner> : <ProblemBanner error={prove.error} />}
      <Button icon={KeyRound} loading={prove.isPending} onClick={() => prove.mutate()}>
        {label}
      </Button>
    </div>
  );
}

/** The second factor: the code of the application, or a passkey. */
export function CodeStep({ waiting, onReply }: StepOf<'second_factor'>): ReactNode {
  const t = useT(signInMessages);
  const hasCodes = waiting.methods.includes('totp');
  return (
    <>
      {hasCodes && <CodeForm text={t('codeText')} path="/api/v1/sign-in/code" step={waiting.step} onReply={onReply} />}
      {hasCodes && waiting.methods.includes('passkey') && <p className="lt-sign-in__or">{t('or')}</p>}
      {waiting.methods.includes('passkey') && <PasskeyButton label={t('passkeyAfter')} step={waiting.step} onReply={onReply} />}
    </>
  );
}

function CodeForm({ text, path, step, onReply }: { text?: string; path: string; step: string; onReply: OnReply }): ReactNode {
  const t = useT(signInMessages);
  const [code, setCode] = useState('');
  const send = useStep<{ step: string; code: string }>(path, onReply);
  return (
    <form className="lt-sign-in__form" onSubmit={submitting(() => send.mutate({ step, code }))}>
      {text !== undefined && <p>{text}</p>}
      <ProblemBanner error={send.error} />
      <TextField label={t('code')} required autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={7} value={code} onChange={setCode} error={fieldProblem(send.error, 'code')} />
      <Button type="submit" variant="primary" loading={send.isPending}>
        {t('continue')}
      </Button>
    </form>
  );
}

/** The password that a first sign-in demands. */
export function NewPasswordStep({ waiting, onReply }: StepOf<'change_password'>): ReactNode {
  const t = useT(signInMessages);
  const [newPassword, setNewPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const [differs, setDiffers] = useState(false);
  const send = useStep<{ step: string; newPassword: string }>('/api/v1/sign-in/new-password', onReply);
  const submit = (): void => {
    setDiffers(newPassword !== repeated);
    if (newPassword === repeated) send.mutate({ step: waiting.step, newPassword });
  };
  return (
    <form className="lt-sign-in__form" onSubmit={submitting(submit)}>
      <p>{t('newPasswordText')}</p>
      <ProblemBanner error={send.error} />
      <TextField
        label={t('newPassword')}
        hint={t(waiting.hasSecondFactor ? 'ruleWithFactor' : 'ruleAlone')}
        required
        autoFocus
        type="password"
        autoComplete="new-password"
        value={newPassword}
        onChange={setNewPassword}
        error={fieldProblem(send.error, 'newPassword')}
      />
      <TextField label={t('repeat')} required type="password" autoComplete="new-password" value={repeated} onChange={setRepeated} error={differs ? t('repeatWrong') : undefined} />
      <Button type="submit" variant="primary" loading={send.isPending}>
        {t('continue')}
      </Button>
    </form>
  );
}

/** The codes that an administrator sets up before the first session. */
export function EnrolStep({ waiting, onReply }: StepOf<'enrol_second_factor'>): ReactNode {
  const t = useT(signInMessages);
  const api = useApi();
  const secret = useQuery({
    queryKey: ['sign-in', 'enrol', waiting.step],
    queryFn: () => api.post<TotpSecret>('/api/v1/sign-in/enrol-code', { step: waiting.step }),
    // Another secret would make the one on the screen worthless.
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  return (
    <>
      <p>{t('enrolText')}</p>
      <ProblemBanner error={secret.error} />
      {secret.data === undefined ? <Skeleton shape="block" height="12rem" /> : <TotpSecretView secret={secret.data} />}
      <CodeForm path="/api/v1/sign-in/confirm-code" step={waiting.step} onReply={onReply} />
    </>
  );
}
