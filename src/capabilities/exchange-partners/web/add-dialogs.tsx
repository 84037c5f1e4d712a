import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { createdSystem } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { messages } from './messages.ts';
import { SYSTEMS } from './words.ts';

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
