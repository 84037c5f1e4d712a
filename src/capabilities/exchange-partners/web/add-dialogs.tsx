import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { createdSystem } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { messages } from './messages.ts';
import { securityMessages } from './security-messages.ts';
import { PARTNERS, SYSTEMS } from './words.ts';

export type Created = z.infer<typeof createdSystem>;

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
    <ActDialog topics={['exchange']} title={t('addTitle')} text={t('addText')} verb={t('add')} send={() => api.post<Created>(SYSTEMS, { name, systemId, isSandbox, agencies })} done={() => t('added')} onDone={onDone} onClose={onClose}>
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

/** The national axis, which is called by us with a secret that both know. */
export function AddAxisDialog({ onClose }: { onClose: () => void }): ReactNode {
  const t = useT(securityMessages);
  const api = useApi();
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [systemId, setSystemId] = useState('');
  const [secret, setSecret] = useState('');
  const isWhole = [name, address, systemId, secret].every((value) => value.trim() !== '');
  const send = () => api.post<{ partnerId: string }>(PARTNERS, { protocol: 'national_axis', name, address: address.trim(), config: { systemId }, secrets: { secret: secret.trim() } });
  return (
    <ActDialog topics={['exchange']} title={t('axisTitle')} text={t('axisText')} verb={t('axisAdd')} disabled={!isWhole} send={send} done={t('axisAdded')} onClose={onClose}>
      {(problem) => (
        <>
          <TextField label={t('axisName')} required value={name} onChange={setName} error={problem('name')} />
          <TextField label={t('axisAddress')} required inputMode="url" value={address} onChange={setAddress} error={problem('address')} />
          <TextField label={t('axisSystemId')} required value={systemId} onChange={setSystemId} error={problem('config.systemId')} />
          <TextField type="password" label={t('axisSecret')} required autoComplete="off" value={secret} onChange={setSecret} error={problem('secrets.secret')} />
        </>
      )}
    </ActDialog>
  );
}
