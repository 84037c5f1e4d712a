import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { messages, modules } from './messages.ts';

const base = '/api/v1/audit-trail';

type FormProps = { title: string; verb: string; done: string; send: () => Promise<unknown>; onClose: () => void; children: (problem: (path: string) => string | undefined) => ReactNode };

function FormDialog({ title, verb, done, send, onClose, children }: FormProps): ReactNode {
  const t = useT(messages);
  const toasts = useToasts();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: send,
    onSuccess: () => {
      toasts.show({ tone: 'done', text: done });
      onClose();
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['audit-trail'] }),
  });
  const problem = (path: string): string | undefined => (act.error instanceof ApiError ? act.error.fieldMessage(path) : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button variant="primary" loading={act.isPending} onClick={() => act.mutate()}>
            {verb}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <div className="lt-form">
        {children(problem)}
        {act.error !== null && (
          <Banner tone="danger" title={act.error.message}>
            {act.error instanceof ApiError ? act.error.fix : undefined}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}

/** Holds what the record says of one subject. */
export function HoldDialog({ subject, onClose }: { subject: { type: string; id: string }; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [reason, setReason] = useState('');
  return (
    <FormDialog title={t('addHold')} verb={t('addHold')} done={t('holdDone')} send={() => api.post(`${base}/holds`, { subject, reason })} onClose={onClose}>
      {(problem) => <TextArea label={t('reason')} required value={reason} onChange={setReason} maxLength={1000} error={problem('reason')} />}
    </FormDialog>
  );
}

export function LiftDialog({ id, onClose }: { id: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [reason, setReason] = useState('');
  return (
    <FormDialog title={t('liftTitle')} verb={t('lift')} done={t('liftDone')} send={() => api.post(`${base}/holds/${id}/lift`, { reason })} onClose={onClose}>
      {(problem) => <TextArea label={t('reason')} required value={reason} onChange={setReason} maxLength={1000} error={problem('reason')} />}
    </FormDialog>
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
    <FormDialog title={t('addRule')} verb={t('save')} done={t('ruleDone')} send={send} onClose={onClose}>
      {(problem) => (
        <>
          <Select label={t('module')} value={module} onChange={setModule} options={modules.map((value) => ({ value, label: t(`module.${value}`) }))} />
          <TextField label={t('years')} inputMode="numeric" value={years} onChange={setYears} error={problem('keepYears')} />
          <TextArea label={t('basis')} required value={basis} onChange={setBasis} maxLength={500} error={problem('legalBasis')} />
        </>
      )}
    </FormDialog>
  );
}
