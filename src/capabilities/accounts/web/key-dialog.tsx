import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import '#ui/layout/form.css';
import { CREDENTIALS_KEY } from './key-data.ts';
import { keyMessages } from './key-messages.ts';
import { fieldProblem, ProblemBanner } from './problem-banner.tsx';

export type KeyDialogProps = {
  title: string;
  text: string | undefined;
  verb: string;
  danger?: boolean;
  ready?: boolean;
  send: () => Promise<unknown>;
  /** The toast afterwards. */
  done: string;
  onClose: () => void;
  /** The fields; `problem` tells what the server found wrong with one. */
  children: (problem: (path: string) => string | undefined) => ReactNode;
};

/** One act on a certificate: its fields, the button, and what the server refused. */
export function KeyDialog({ title, text, verb, danger = false, ready = true, send, done, onClose, children }: KeyDialogProps): ReactNode {
  const t = useT(keyMessages);
  const toasts = useToasts();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: send,
    onSuccess: () => {
      toasts.show({ tone: 'done', text: done });
      onClose();
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: CREDENTIALS_KEY }),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      {...(text === undefined ? {} : { description: text })}
      actions={
        <>
          <Button variant={danger ? 'danger' : 'primary'} loading={act.isPending} disabled={!ready} onClick={() => act.mutate()}>
            {verb}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <div className="lt-form">
        {children((path) => fieldProblem(act.error, path))}
        <ProblemBanner error={act.error} />
      </div>
    </Dialog>
  );
}
