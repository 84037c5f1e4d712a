import Copy from 'lucide-react/icons/copy';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { invitationReply } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { invitationMessages } from './invitation-messages.ts';
import './partners.css';

export type Invited = z.infer<typeof invitationReply>;
export type Accepted = { partnerId: string; fingerprint: string };

/** Another installation is invited: it gets a text, and its administrator hears a fingerprint. */
export function InviteDialog({ onClose, onDone }: { onClose: () => void; onDone: (invited: Invited) => void }): ReactNode {
  const t = useT(invitationMessages);
  const api = useApi();
  const [name, setName] = useState('');
  return (
    <ActDialog topics={['exchange']} title={t('inviteTitle')} text={t('inviteText')} verb={t('make')} send={() => api.post<Invited>('/api/v1/exchange/invitations', { name })} done={() => t('madeToast')} onDone={onDone} onClose={onClose}>
      {(problem) => <TextField label={t('name')} required value={name} onChange={setName} error={problem('name')} />}
    </ActDialog>
  );
}

/** An invitation with the fingerprint that travels on another way. */
export function InvitationDialog({ text, fingerprint, onClose }: { text: string; fingerprint: string; onClose: () => void }): ReactNode {
  const t = useT(invitationMessages);
  const toasts = useToasts();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    toasts.show({ tone: 'done', text: t('copied') });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('made')}
      description={t('madeText')}
      actions={
        <>
          <Button variant="primary" icon={Copy} onClick={() => void copy()}>
            {t('copy')}
          </Button>
          <Button onClick={onClose}>{t('close')}</Button>
        </>
      }
    >
      <div className="lt-form">
        <div className="lt-stack">
          <b>{t('letter')}</b>
          <code className="lt-partners__text">{text}</code>
        </div>
        <div className="lt-stack">
          <b>{t('fingerprint')}</b>
          <code className="lt-partners__text">{fingerprint}</code>
        </div>
      </div>
    </Dialog>
  );
}

/** An invitation of another installation is accepted, with the fingerprint that was heard. */
export function AcceptDialog({ onClose, onDone }: { onClose: () => void; onDone: (accepted: Accepted) => void }): ReactNode {
  const t = useT(invitationMessages);
  const api = useApi();
  const [text, setText] = useState('');
  const [fingerprint, setFingerprint] = useState('');
  const [name, setName] = useState('');
  return (
    <ActDialog
      topics={['exchange']}
      title={t('acceptTitle')}
      text={t('acceptText')}
      verb={t('accept')}
      send={() => api.post<Accepted>('/api/v1/exchange/invitations/accept', { text, fingerprint, ...(name.trim() === '' ? {} : { name }) })}
      done={() => t('accepted')}
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextArea label={t('letter')} required rows={5} value={text} onChange={setText} error={problem('text')} />
          <TextField label={t('fingerprint')} required value={fingerprint} onChange={setFingerprint} error={problem('fingerprint')} />
          <TextField label={t('name')} optional hint={t('nameHint')} value={name} onChange={setName} error={problem('name')} />
        </>
      )}
    </ActDialog>
  );
}

/** Our own fingerprint, for the other administrator to confirm; it stands on the page of the system too. */
export function AcceptedDialog({ fingerprint, onClose }: { fingerprint: string; onClose: () => void }): ReactNode {
  const t = useT(invitationMessages);
  return (
    <Dialog open onClose={onClose} title={t('acceptedTitle')} description={t('acceptedText')} actions={<Button onClick={onClose}>{t('close')}</Button>}>
      <div className="lt-stack">
        <b>{t('ownFingerprint')}</b>
        <code className="lt-partners__text">{fingerprint}</code>
      </div>
    </Dialog>
  );
}

/** The last word is that of who invited: the fingerprint of who answered, as it was heard. */
export function ConfirmDialog({ url, onClose }: { url: string; onClose: () => void }): ReactNode {
  const t = useT(invitationMessages);
  const api = useApi();
  const [fingerprint, setFingerprint] = useState('');
  return (
    <ActDialog topics={['exchange']} title={t('confirm')} text={t('confirmText')} verb={t('confirm')} send={() => api.post(`${url}/confirm`, { fingerprint })} done={() => t('confirmed')} onClose={onClose}>
      {(problem) => <TextField label={t('fingerprint')} required value={fingerprint} onChange={setFingerprint} error={problem('fingerprint')} />}
    </ActDialog>
  );
}
