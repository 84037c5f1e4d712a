import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import '#ui/layout/form.css';
import { deskMessages } from './desk-messages.ts';

export type ActDialogProps = {
  title: string;
  text?: string;
  verb: string;
  send: () => Promise<unknown>;
  /** The toast afterwards. */
  done: string;
  onClose: () => void;
  /** The fields; `problem` tells what the server found wrong with one. */
  children?: (problem: (path: string) => string | undefined) => ReactNode;
};

/** One act at the desk: its fields, the button, and what the server refused. */
export function ActDialog({ title, text, verb, send, done, onClose, children }: ActDialogProps): ReactNode {
  const t = useT(deskMessages);
  const toasts = useToasts();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: send,
    onSuccess: () => {
      toasts.show({ tone: 'done', text: done });
      onClose();
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['exchange-desk'] }),
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
          <Button variant="primary" loading={act.isPending} onClick={() => act.mutate()}>
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
