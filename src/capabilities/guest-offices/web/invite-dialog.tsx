import { useMutation, useQueryClient } from '@tanstack/react-query';
import Copy from 'lucide-react/icons/copy';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Dialog } from '#ui/overlays/dialog.tsx';
import type { invitedReply } from '../contract.ts';
import { staffMessages } from './staff-messages.ts';

/** Makes the link of an invitation, and shows it once to be copied. */
export function InviteDialog({ purpose, onClose }: { purpose: 'office' | 'colleague'; onClose: () => void }): ReactNode {
  const t = useT(staffMessages);
  const api = useApi();
  const queries = useQueryClient();
  const [form, setForm] = useState({ invitee: '', contact: '' });
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => api.post<z.infer<typeof invitedReply>>(purpose === 'office' ? '/api/v1/guest-offices/invitations' : '/api/v1/guest-offices/own/invitations', form),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['guest-offices'] }),
  });
  const problem = error instanceof ApiError ? error : undefined;
  if (data !== undefined) return <MadeLink link={`${window.location.origin}${data.path}`} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(purpose === 'office' ? 'invite' : 'inviteColleague')}
      description={t('inviteText')}
      actions={
        <>
          <Button variant="primary" loading={isPending} onClick={() => mutate()}>
            {t('makeLink')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <div className="lt-form">
        <TextField label={t(purpose === 'office' ? 'invitee' : 'colleague')} required value={form.invitee} onChange={(invitee) => setForm({ ...form, invitee })} error={problem?.fieldMessage('invitee') ?? (problem?.fields.length === 0 ? problem.message : undefined)} />
        <TextField label={t('contact')} optional value={form.contact} onChange={(contact) => setForm({ ...form, contact })} error={problem?.fieldMessage('contact')} />
      </div>
    </Dialog>
  );
}

function MadeLink({ link, onClose }: { link: string; onClose: () => void }): ReactNode {
  const t = useT(staffMessages);
  const toasts = useToasts();
  const copy = () => {
    void navigator.clipboard.writeText(link).then(() => toasts.show({ tone: 'done', text: t('copied') }));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('link')}
      description={t('linkText')}
      actions={
        <>
          {/* Only pages that came over HTTPS, or from this computer, may write to the clipboard. */}
          {window.isSecureContext && (
            <Button variant="primary" icon={Copy} onClick={copy}>
              {t('copy')}
            </Button>
          )}
          <Button onClick={onClose}>{t('close')}</Button>
        </>
      }
    >
      <TextField label={t('link')} hideLabel readOnly value={link} onChange={() => undefined} onFocus={(event) => event.currentTarget.select()} />
    </Dialog>
  );
}
