import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { defineMessages, useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { fieldProblem, ProblemBanner } from './problem-banner.tsx';

const messages = defineMessages({
  vi: { cancel: 'Hủy', understood: 'Tôi đã đối chiếu với văn bản căn cứ và hiểu rằng việc này không hoàn tác được' },
  en: { cancel: 'Cancel', understood: 'I have compared this with the legal document and know that it cannot be undone' },
});

export type ChangeDialogProps<Reply> = {
  title: string;
  /** What follows from it, said before the button is pressed. */
  consequence: ReactNode;
  /** The verb on the button. */
  verb: string;
  /** Cannot be undone: the person says so before the button works. */
  isFinal?: boolean;
  send: () => Promise<Reply>;
  /** What was done, in the toast. */
  done: string;
  onDone?: (reply: Reply) => void;
  onClose: () => void;
  /** The fields; `problem` tells what the server found wrong with one. */
  children?: (problem: (path: string) => string | undefined) => ReactNode;
};

/** One change of the directory: its fields, what follows from it, and the button. */
export function ChangeDialog<Reply>({ title, consequence, verb, isFinal = false, send, done, onDone, onClose, children }: ChangeDialogProps<Reply>): ReactNode {
  const t = useT(messages);
  const toasts = useToasts();
  const queries = useQueryClient();
  const [understood, setUnderstood] = useState(false);
  const change = useMutation({
    mutationFn: send,
    onSuccess: (reply) => {
      toasts.show({ text: done, tone: 'done' });
      for (const topic of ['accounts', 'identity']) void queries.invalidateQueries({ queryKey: [topic] });
      onClose();
      onDone?.(reply);
    },
  });
  // What was refused is seen also where the form is longer than the window.
  const problem = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (change.error !== null) problem.current?.scrollIntoView({ block: 'nearest' });
  }, [change.error]);
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button variant={isFinal ? 'danger' : 'primary'} loading={change.isPending} disabled={isFinal && !understood} onClick={() => change.mutate()}>
            {verb}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      {children?.((path) => fieldProblem(change.error, path))}
      <Banner tone={isFinal ? 'warn' : 'info'}>{consequence}</Banner>
      {isFinal && <Checkbox label={t('understood')} checked={understood} onChange={setUnderstood} />}
      <div ref={problem}>
        <ProblemBanner error={change.error} />
      </div>
    </Dialog>
  );
}
