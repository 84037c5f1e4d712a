import { useState, type ReactNode } from 'react';
import { fieldProblem } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { messages } from './messages.ts';
import { useDocumentAction } from './use-document-action.ts';

export type ReasonDialogProps = { document: OutgoingDetail; verb: 'return' | 'withdraw'; open: boolean; onClose: () => void; onDone?: () => void };

/** A step that needs a reason: returning and withdrawing. */
export function ReasonDialog({ document, verb, open, onClose, onDone }: ReasonDialogProps): ReactNode {
  const t = useT(messages);
  const [reason, setReason] = useState('');
  const action = useDocumentAction<OutgoingDetail>({
    documentId: document.id,
    step: verb,
    done: () => t(verb === 'return' ? 'returnedToast' : 'withdrawnToast'),
    onDone: () => {
      onClose();
      onDone?.();
    },
  });
  const problem = fieldProblem(action.error, 'reason');
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t(`${verb}Title`)}
      description={t(`${verb}Text`)}
      actions={
        <>
          <Button variant={verb === 'withdraw' ? 'danger' : 'primary'} loading={action.isPending} onClick={() => action.mutate({ reason })}>
            {t(verb)}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <TextArea label={t('reason')} required value={reason} onChange={setReason} error={problem} rows={4} />
      {problem === undefined && <ProblemBanner error={action.error} />}
    </Dialog>
  );
}
