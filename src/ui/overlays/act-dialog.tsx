import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useRef, type ReactNode, type SubmitEvent } from 'react';
import { fieldProblem } from '../api-error.ts';
import { Button } from '../controls/button.tsx';
import { ProblemBanner } from '../feedback/problem-banner.tsx';
import { useToasts } from '../feedback/toast.tsx';
import { defineMessages, useT } from '../i18n.ts';
import '../layout/form.css';
import { Dialog } from './dialog.tsx';

export type ActDialogProps<Reply> = {
  title: string;
  /** What will happen, in one or two sentences. */
  text?: string | undefined;
  /** On the button. */
  verb: string;
  danger?: boolean;
  disabled?: boolean;
  send: () => Promise<Reply>;
  /** The toast afterwards. */
  done: string | ((reply: Reply) => string);
  /** What is asked again afterwards, also when the act was refused: the first words of the queries' keys. */
  topics: readonly string[];
  onDone?: (reply: Reply) => void;
  onClose: () => void;
  /** The fields; `problem` tells what the server found wrong with one. */
  children?: ((problem: (path: string) => string | undefined) => ReactNode) | undefined;
};

const messages = defineMessages({ vi: { cancel: 'Thôi' }, en: { cancel: 'Cancel' } });

/** One act: its fields, the button, and what the server refused. Enter in a field does it, unless it is a danger. Closes when it is done and says so. */
export function ActDialog<Reply>({ title, text, verb, danger = false, disabled = false, send, done, topics, onDone, onClose, children }: ActDialogProps<Reply>): ReactNode {
  const t = useT(messages);
  const form = useId();
  const toasts = useToasts();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: send,
    onSuccess: (reply) => {
      toasts.show({ tone: 'done', text: typeof done === 'string' ? done : done(reply) });
      onClose();
      onDone?.(reply);
    },
    onSettled: () => {
      for (const topic of topics) void queries.invalidateQueries({ queryKey: [topic] });
    },
  });
  // What was refused is seen also where the form is longer than the window.
  const problem = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (act.error !== null) problem.current?.scrollIntoView({ block: 'nearest' });
  }, [act.error]);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    event.stopPropagation(); // a form from which the dialog was opened is not sent with it
    if (!danger && !disabled && !act.isPending) act.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      {...(text === undefined ? {} : { description: text })}
      actions={
        <>
          {danger ? (
            <Button variant="danger" disabled={disabled} loading={act.isPending} onClick={() => act.mutate()}>
              {verb}
            </Button>
          ) : (
            <Button variant="primary" type="submit" form={form} disabled={disabled} loading={act.isPending}>
              {verb}
            </Button>
          )}
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <form id={form} className="lt-form" noValidate onSubmit={submit}>
        {children?.((path) => fieldProblem(act.error, path))}
        {act.error !== null && (
          <div ref={problem}>
            <ProblemBanner error={act.error} />
          </div>
        )}
      </form>
    </Dialog>
  );
}
