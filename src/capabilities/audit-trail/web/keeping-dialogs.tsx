import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { messages, modules } from './messages.ts';

const base = '/api/v1/audit-trail';

/** Holds what the record says of one subject. */
export function HoldDialog({ subject, onClose }: { subject: { type: string; id: string }; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [reason, setReason] = useState('');
  return (
    <ActDialog topics={['audit-trail']} title={t('addHold')} verb={t('addHold')} done={t('holdDone')} send={() => api.post(`${base}/holds`, { subject, reason })} onClose={onClose}>
      {(problem) => <TextArea label={t('reason')} required value={reason} onChange={setReason} maxLength={1000} error={problem('reason')} />}
    </ActDialog>
  );
}

export function LiftDialog({ id, onClose }: { id: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [reason, setReason] = useState('');
  return (
    <ActDialog topics={['audit-trail']} title={t('liftTitle')} verb={t('lift')} done={t('liftDone')} send={() => api.post(`${base}/holds/${id}/lift`, { reason })} onClose={onClose}>
      {(problem) => <TextArea label={t('reason')} required value={reason} onChange={setReason} maxLength={1000} error={problem('reason')} />}
    </ActDialog>
  );
}

export function RuleDialog({ onClose }: { onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [module, setModule] = useState<string>(modules[0]);
  const [years, setYears] = useState('10');
  const [basis, setBasis] = useState('');
  const send = () => api.post(`${base}/rules`, { module, keepYears: Number(years), legalBasis: basis });
  return (
    <ActDialog topics={['audit-trail']} title={t('addRule')} verb={t('save')} done={t('ruleDone')} send={send} onClose={onClose}>
      {(problem) => (
        <>
          <Select label={t('module')} value={module} onChange={setModule} options={modules.map((value) => ({ value, label: t(`module.${value}`) }))} />
          <TextField label={t('years')} inputMode="numeric" value={years} onChange={setYears} error={problem('keepYears')} />
          <TextArea label={t('basis')} required value={basis} onChange={setBasis} maxLength={500} error={problem('legalBasis')} />
        </>
      )}
    </ActDialog>
  );
}
