import { useState, type ReactNode } from 'react';
import { TextArea } from '#ui/controls/text-area.tsx';
import { useT } from '#ui/i18n.ts';
import { messages } from './messages.ts';
import { StepDialog } from './step-dialog.tsx';

/** Asks why, then refuses; the reason travels back to the sender. */
export function RefuseDialog({ documentId, onClose }: { documentId: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const [reason, setReason] = useState('');
  return (
    <StepDialog documentId={documentId} step="refuse" title={t('refuseTitle')} text={t('refuseText')} verb={t('refuse')} danger body={{ reason }} done={t('refusedToast')} onClose={onClose}>
      {(problem) => <TextArea label={t('reason')} required value={reason} onChange={setReason} error={problem('reason')} rows={4} />}
    </StepDialog>
  );
}
