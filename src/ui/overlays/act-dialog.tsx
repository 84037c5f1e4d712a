import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useRef, type ReactNode, type SubmitEvent } from 'react';
import { fieldProblem } from '../api-error.ts';
import { Button } from '../controls/button.tsx';
import { UploadWaitNote, useUploadWait, type SentFiles, type UploadWait } from '../controls/upload-wait.tsx';
import { ProblemBanner } from '../feedback/problem-banner.tsx';
import { useToasts } from '../feedback/toast.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { useFirstProblem } from '../layout/first-problem.ts';
import { useMutation } from '../mutation.ts';
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
  /** What the toast's button takes back, if it can be. */
  undo?: (reply: Reply) => (() => void) | undefined;
  /** What is asked again afterwards, also when the act was refused: the first words of the queries' keys. */
  topics: readonly string[];
  onDone?: (reply: Reply) => void;
  onClose: () => void;
  /** The files that are sent with it: pressed while they are on their way, it goes on by itself once they are there. */
  uploads?: readonly SentFiles[];
  /** The fields; `problem` tells what the server found wrong with one, `errorOf` what a FileDrop says. */
  children?: ((problem: (path: string) => string | undefined, errorOf: UploadWait['errorOf']) => ReactNode) | undefined;
};

const messages = defineMessages({ vi: { cancel: 'Thôi' }, en: { cancel: 'Cancel' } });

/** One act: its fields, the button, and what the server refused. Enter in a field does it, unless it is a danger. Closes when it is done and says so. */
export function ActDialog<Reply>({ title, text, verb, danger = false, disabled = false, send, done, undo, topics, onDone, onClose, uploads, children }: ActDialogProps<Reply>): ReactNode {
  const t = useT(messages);
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const toasts = useToasts();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: send,
    onSuccess: (reply) => {
      const takeBack = undo?.(reply);
      toasts.show({ tone: 'done', text: typeof done === 'string' ? done : done(reply), ...(takeBack === undefined ? {} : { undo: takeBack }) });
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
  useFirstProblem(form, act.error);
  const wait = useUploadWait({ form, verb, uploads: uploads ?? [], go: () => act.mutate() });
  const press = (): void => {
    if (disabled || act.isPending) return;
    act.reset();
    wait.press();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    event.stopPropagation(); // a form from which the dialog was opened is not sent with it
    if (!danger) press();
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
            <Button variant="danger" disabled={disabled} loading={wait.isWaiting || act.isPending} onClick={press}>
              {verb}
            </Button>
          ) : (
            <Button variant="primary" type="submit" form={id} disabled={disabled} loading={wait.isWaiting || act.isPending}>
              {verb}
            </Button>
          )}
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <form ref={form} id={id} className="lt-form" noValidate onSubmit={submit}>
        {children?.((path) => fieldProblem(act.error, path), wait.errorOf)}
        {uploads !== undefined && <UploadWaitNote note={wait.note} />}
        {act.error !== null && (
          <div ref={problem}>
            <ProblemBanner error={act.error} />
          </div>
        )}
      </form>
    </Dialog>
  );
}
