import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { fieldProblem, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import type { TotpSecret } from '../contract.ts';
import { accountMessages } from './account-messages.ts';
import { TotpSecretView } from './totp-secret.tsx';

/** Turns codes on: the own password, a secret for the application, then its first code as the proof. */
export function CodeSetUp(): ReactNode {
  const t = useT(accountMessages);
  const api = useApi();
  const [password, setPassword] = useState('');
  const begin = useMutation({ mutationFn: () => api.post<TotpSecret>('/api/v1/me/code', { password }), onSuccess: () => setPassword('') });
  if (begin.data !== undefined) return <FirstCode secret={begin.data} onCancel={begin.reset} />;
  return (
    <form
      className="lt-accounts-narrow"
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate();
      }}
    >
      <p>{t('codesOff')}</p>
      <ProblemBanner error={begin.error} />
      <TextField label={t('ownPassword')} required type="password" autoComplete="current-password" value={password} onChange={setPassword} error={fieldProblem(begin.error, 'password')} />
      <div className="lt-row">
        <Button type="submit" loading={begin.isPending}>
          {t('setUp')}
        </Button>
      </div>
    </form>
  );
}

function FirstCode({ secret, onCancel }: { secret: TotpSecret; onCancel: () => void }): ReactNode {
  const t = useT(accountMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => api.post('/api/v1/me/code/confirm', { code }),
    onSuccess: async () => {
      toasts.show({ text: t('codesDone'), tone: 'done' });
      await queries.invalidateQueries({ queryKey: ['accounts'] });
    },
  });
  return (
    <form
      className="lt-accounts-narrow"
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <p>{t('setUpText')}</p>
      <TotpSecretView secret={secret} />
      <ProblemBanner error={confirm.error} />
      <TextField label={t('code')} required inputMode="numeric" autoComplete="one-time-code" maxLength={7} value={code} onChange={setCode} error={fieldProblem(confirm.error, 'code')} />
      <div className="lt-row">
        <Button type="submit" variant="primary" loading={confirm.isPending}>
          {t('confirm')}
        </Button>
        <Button onClick={onCancel}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
