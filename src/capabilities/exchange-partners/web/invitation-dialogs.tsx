import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { invitationReply } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { HandOverDialog } from '#ui/overlays/hand-over-dialog.tsx';
import { invitationMessages } from './invitation-messages.ts';
import { securityMessages } from './security-messages.ts';

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
  return (
    <HandOverDialog
      title={t('made')}
      text={t('madeText')}
      parts={[
        { label: t('letter'), value: text },
        { label: t('fingerprint'), value: fingerprint },
      ]}
      onClose={onClose}
    />
  );
}

/** An invitation of another installation is accepted, with the fingerprint that was heard. */
export function AcceptDialog({ onClose, onDone }: { onClose: () => void; onDone: (accepted: Accepted) => void }): ReactNode {
  const t = useT(invitationMessages);
  const api = useApi();
  const [text, setText] = useState('');
  const [fingerprint, setFingerprint] = useState('');
  const [name, setName] = useState('');
  const security = useT(securityMessages);
  const [isFetching, setIsFetching] = useState(false);
  return (
    <ActDialog
      topics={['exchange']}
      title={t('acceptTitle')}
      text={t('acceptText')}
      verb={t('accept')}
      send={() => api.post<Accepted>('/api/v1/exchange/invitations/accept', { text, fingerprint, isFetching, ...(name.trim() === '' ? {} : { name }) })}
      done={() => t('accepted')}
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextArea label={t('letter')} required rows={5} value={text} onChange={setText} error={problem('text')} />
          <TextField label={t('fingerprint')} required value={fingerprint} onChange={setFingerprint} error={problem('fingerprint')} />
          <TextField label={t('name')} optional hint={t('nameHint')} value={name} onChange={setName} error={problem('name')} />
          <Checkbox label={security('cannotBeCalled')} hint={security('cannotBeCalledHint')} checked={isFetching} onChange={setIsFetching} />
        </>
      )}
    </ActDialog>
  );
}

/** Our own fingerprint, for the other administrator to confirm; it stands on the page of the system too. */
export function AcceptedDialog({ fingerprint, onClose }: { fingerprint: string; onClose: () => void }): ReactNode {
  const t = useT(invitationMessages);
  return <HandOverDialog title={t('acceptedTitle')} text={t('acceptedText')} parts={[{ label: t('ownFingerprint'), value: fingerprint }]} onClose={onClose} />;
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
