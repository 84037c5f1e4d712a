import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { fieldProblem, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { accountMessages } from './account-messages.ts';

/** Changes the own password; the present one proves who asks. */
export function PasswordForm({ length, hasSecondFactor }: { length: number; hasSecondFactor: boolean }): ReactNode {
  const t = useT(accountMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [form, setForm] = useState({ presentPassword: '', newPassword: '', repeated: '' });
  const [differs, setDiffers] = useState(false);
  const change = useMutation({
    mutationFn: () => api.post('/api/v1/me/password', { presentPassword: form.presentPassword, newPassword: form.newPassword }),
    onSuccess: async () => {
      setForm({ presentPassword: '', newPassword: '', repeated: '' });
      toasts.show({ text: t('passwordDone'), tone: 'done' });
      await queries.invalidateQueries({ queryKey: ['accounts'] });
    },
  });
  const set = (name: keyof typeof form) => (value: string) => setForm((old) => ({ ...old, [name]: value }));
  return (
    <form
      className="lt-accounts-narrow"
      onSubmit={(event) => {
        event.preventDefault();
        setDiffers(form.newPassword !== form.repeated);
        if (form.newPassword === form.repeated) change.mutate();
      }}
    >
      <ProblemBanner error={change.error} />
      <TextField label={t('presentPassword')} required type="password" autoComplete="current-password" value={form.presentPassword} onChange={set('presentPassword')} />
      <TextField
        label={t('newPassword')}
        hint={t(hasSecondFactor ? 'ruleWithFactor' : 'ruleAlone', { length })}
        required
        type="password"
        autoComplete="new-password"
        value={form.newPassword}
        onChange={set('newPassword')}
        error={fieldProblem(change.error, 'newPassword')}
      />
      <TextField label={t('repeat')} required type="password" autoComplete="new-password" value={form.repeated} onChange={set('repeated')} error={differs ? t('repeatWrong') : undefined} />
      <div className="lt-row">
        <Button type="submit" loading={change.isPending}>
          {t('changePassword')}
        </Button>
      </div>
    </form>
  );
}
