import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import '#ui/layout/form.css';
import { messages } from './messages.ts';

export type ActDialogProps<Reply> = {
  title: string;
  text?: string;
  verb: string;
  danger?: boolean;
  disabled?: boolean;
  send: () => Promise<Reply>;
  done: (reply: Reply) => string;
  onDone?: (reply: Reply) => void;
  onClose: () => void;
  /** The fields; `problem` tells what the server found wrong with one. */
  children?: (problem: (path: string) => string | undefined) => ReactNode;
};

/** One act on a connected system: its fields, the button, and what the server refused. */
export function ActDialog<Reply>({ title, text, verb, danger = false, disabled = false, send, done, onDone, onClose, children }: ActDialogProps<Reply>): ReactNode {
  const t = useT(messages);
  const toasts = useToasts();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: send,
    onSuccess: (reply) => {
      toasts.show({ tone: 'done', text: done(reply) });
      onClose();
      onDone?.(reply);
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['exchange'] }),
  });
  const problem = (path: string): string | undefined => (act.error instanceof ApiError ? act.error.fieldMessage(path) : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      {...(text === undefined ? {} : { description: text })}
      actions={
        <>
          <Button variant={danger ? 'danger' : 'primary'} disabled={disabled} loading={act.isPending} onClick={() => act.mutate()}>
            {verb}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <div className="lt-form">
        {children?.(problem)}
        {act.error !== null && (
          <Banner tone="danger" title={act.error.message}>
            {act.error instanceof ApiError ? act.error.fix : undefined}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}
