import { useState, type ReactNode } from 'react';
import { fieldProblem } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { defineMessages, useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';

const messages = defineMessages({ vi: { reason: 'Lý do', cancel: 'Hủy bỏ' }, en: { reason: 'Reason', cancel: 'Cancel' } });

export type ReasonDialogProps = { title: string; text?: string; verb: string; onClose: () => void; act: (reason: string) => Promise<unknown>; onDone: () => void };

/** A step that the other side reads a reason of. */
export function ReasonDialog({ title, text, verb, onClose, act, onDone }: ReasonDialogProps): ReactNode {
  const t = useT(messages);
  const [reason, setReason] = useState('');
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => act(reason),
    onSuccess: () => {
      onDone();
      onClose();
    },
  });
  const problem = fieldProblem(error, 'reason');
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      {...(text === undefined ? {} : { description: text })}
      actions={
        <>
          <Button variant="danger" loading={isPending} onClick={() => mutate()}>
            {verb}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <TextArea label={t('reason')} required rows={4} maxLength={1000} value={reason} onChange={setReason} error={problem} />
      {problem === undefined && <ProblemBanner error={error} />}
    </Dialog>
  );
}
