import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { createdSystem, invitationReply } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from './act-dialog.tsx';
import { messages } from './messages.ts';
import { SYSTEMS } from './words.ts';

export type Created = z.infer<typeof createdSystem>;
export type Invited = z.infer<typeof invitationReply>;

export function AddSystemDialog({ onClose, onDone }: { onClose: () => void; onDone: (created: Created) => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [name, setName] = useState('');
  const [systemId, setSystemId] = useState('');
  const [code, setCode] = useState('');
  const [agency, setAgency] = useState('');
  const [isSandbox, setIsSandbox] = useState(true);
  const agencies = code.trim() === '' ? [] : [{ code, name: agency }];
  return (
    <ActDialog title={t('addTitle')} text={t('addText')} verb={t('add')} send={() => api.post<Created>(SYSTEMS, { name, systemId, isSandbox, agencies })} done={() => t('added')} onDone={onDone} onClose={onClose}>
      {(problem) => (
        <>
          <TextField label={t('name')} required value={name} onChange={setName} error={problem('name')} />
          <TextField label={t('systemId')} hint={t('systemIdHint')} required value={systemId} onChange={setSystemId} error={problem('systemId')} />
          <div className="lt-fields">
            <TextField label={t('agencyCode')} optional value={code} onChange={setCode} error={problem('agencies.0.code')} />
            <TextField label={t('agencyName')} optional hint={t('firstAgency')} value={agency} onChange={setAgency} error={problem('agencies.0.name')} />
          </div>
          <Checkbox label={t('isSandbox')} hint={t('isSandboxHint')} checked={isSandbox} onChange={setIsSandbox} />
        </>
      )}
    </ActDialog>
  );
}

export function InviteDialog({ onClose, onDone }: { onClose: () => void; onDone: (invited: Invited) => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [name, setName] = useState('');
  return (
    <ActDialog title={t('inviteTitle')} text={t('inviteText')} verb={t('inviteMake')} send={() => api.post<Invited>('/api/v1/exchange/invitations', { name })} done={() => t('inviteMade')} onDone={onDone} onClose={onClose}>
      {(problem) => <TextField label={t('inviteName')} required value={name} onChange={setName} error={problem('name')} />}
    </ActDialog>
  );
}

export function AcceptDialog({ onClose }: { onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [text, setText] = useState('');
  const [fingerprint, setFingerprint] = useState('');
  return (
    <ActDialog
      title={t('acceptTitle')}
      text={t('acceptText')}
      verb={t('acceptVerb')}
      send={() => api.post<{ fingerprint: string }>('/api/v1/exchange/invitations/accept', { text, fingerprint })}
      done={(reply) => t('accepted', { fingerprint: reply.fingerprint })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextArea label={t('inviteLetter')} required rows={5} value={text} onChange={setText} error={problem('text')} />
          <TextField label={t('fingerprint')} required value={fingerprint} onChange={setFingerprint} error={problem('fingerprint')} />
        </>
      )}
    </ActDialog>
  );
}
