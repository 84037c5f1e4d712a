import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import '#ui/layout/form.css';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { HandOverDialog } from '#ui/overlays/hand-over-dialog.tsx';
import type { InvitedReply } from '../contract.ts';
import { staffMessages } from './staff-messages.ts';

/** Makes the link of an invitation, sends it where the installation can, and shows it once to be copied. */
export function InviteDialog({ purpose, mayMail, onClose }: { purpose: 'office' | 'colleague'; mayMail: boolean; onClose: () => void }): ReactNode {
  const t = useT(staffMessages);
  const api = useApi();
  const queries = useQueryClient();
  const [form, setForm] = useState({ invitee: '', contact: '', email: '' });
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => api.post<InvitedReply>(purpose === 'office' ? '/api/v1/guest-offices/invitations' : '/api/v1/guest-offices/own/invitations', { ...form, email: form.email === '' ? null : form.email }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['guest-offices'] }),
  });
  const problem = error instanceof ApiError ? error : undefined;
  if (data !== undefined) return <MadeLink link={`${window.location.origin}${data.path}`} email={form.email} mail={data.mail} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(purpose === 'office' ? 'invite' : 'inviteColleague')}
      description={t(mayMail ? 'inviteMailText' : 'inviteText')}
      actions={
        <>
          <Button variant="primary" loading={isPending} onClick={() => mutate()}>
            {t(form.email === '' ? 'makeLink' : 'sendInvitation')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <div className="lt-form">
        <TextField label={t(purpose === 'office' ? 'invitee' : 'colleague')} required value={form.invitee} onChange={(invitee) => setForm({ ...form, invitee })} error={problem?.fieldMessage('invitee')} />
        {mayMail && <TextField label={t('email')} type="email" optional hint={t('emailHint')} value={form.email} onChange={(email) => setForm({ ...form, email })} error={problem?.fieldMessage('email')} />}
        <TextField label={t(mayMail ? 'phone' : 'contact')} optional value={form.contact} onChange={(contact) => setForm({ ...form, contact })} error={problem?.fieldMessage('contact')} />
        {problem?.fields.length === 0 && <ProblemBanner error={problem} />}
      </div>
    </Dialog>
  );
}

function MadeLink({ link, email, mail, onClose }: { link: string; email: string; mail: InvitedReply['mail']; onClose: () => void }): ReactNode {
  const t = useT(staffMessages);
  return (
    <HandOverDialog title={t(mail === 'sent' ? 'mailSent' : 'link')} text={mail === 'sent' ? t('mailSentText', { email }) : t('linkText')} parts={[{ label: t('link'), value: link }]} onClose={onClose}>
      {mail === 'failed' && <Banner tone="warn">{t('mailFailed', { email })}</Banner>}
    </HandOverDialog>
  );
}
