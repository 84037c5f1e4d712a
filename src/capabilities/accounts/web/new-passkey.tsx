import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { fieldProblem, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { wasClosed } from '#ui/device/closed-dialog.ts';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { accountMessages } from './account-messages.ts';
import { addPasskey } from './passkey-client.ts';

/** Registers this device, or a USB key, under a name. */
export function NewPasskey(): ReactNode {
  const t = useT(accountMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const add = useMutation({
    mutationFn: () => addPasskey(api, { name, password }),
    onSuccess: async () => {
      setName('');
      setPassword('');
      toasts.show({ text: t('passkeyDone'), tone: 'done' });
      await queries.invalidateQueries({ queryKey: ['accounts'] });
    },
  });
  return (
    <form
      className="lt-accounts-narrow"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      {wasClosed(add.error) ? <Banner tone="info">{t('passkeyCancelled')}</Banner> : <ProblemBanner error={add.error} />}
      <TextField label={t('passkeyName')} placeholder={t('passkeyExample')} required maxLength={80} value={name} onChange={setName} error={fieldProblem(add.error, 'name')} />
      <TextField label={t('ownPassword')} required type="password" autoComplete="current-password" value={password} onChange={setPassword} />
      <div className="lt-row">
        <Button type="submit" loading={add.isPending}>
          {t('addPasskey')}
        </Button>
      </div>
    </form>
  );
}
