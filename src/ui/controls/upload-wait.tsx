import { useEffect, useState, type ReactNode, type RefObject } from 'react';
import { defineMessages, useT } from '../i18n.ts';
import { useFirstProblem } from '../layout/first-problem.ts';
import { Button } from './button.tsx';
import type { Uploads } from './uploads.ts';
import './upload-wait.css';

/** The files of a form, whatever the server answers about them. */
export type SentFiles = Pick<Uploads<unknown>, 'items' | 'resume'>;

export type UploadWait = {
  isWaiting: boolean;
  /** For the form's `onSubmit`: does it, or keeps the press until the files are there. */
  press: () => void;
  /** The `error` of a FileDrop: its files stopped a press, or what was `said` of the missing file, until one is there or on its way. */
  errorOf: (uploads: SentFiles, said?: string) => string | undefined;
  /** For UploadWaitNote. */
  note: { verb: string; hasChanged: boolean; cancel: () => void } | undefined;
};

export type UseUploadWaitOptions = {
  form: RefObject<HTMLFormElement | null>;
  /** On the button. */
  verb: string;
  uploads: readonly SentFiles[];
  /** What stands in the form, as JSON can write it: who changes it meanwhile presses again. */
  content?: unknown;
  /** The server would refuse it whatever the files are: it is asked at once, and says all that is missing. */
  isIncomplete?: boolean;
  /** Something else about the files is still being found out. */
  isChecking?: boolean;
  /** What the button does. */
  go: () => void;
};

const messages = defineMessages({
  vi: {
    waiting: 'Sẽ {verb} ngay khi tệp tải lên xong; hãy để trang này mở.',
    stop: 'Dừng chờ',
    changed: 'Đã dừng chờ vì biểu mẫu vừa được sửa. Sửa xong, bấm lại để {verb}.',
    failed: 'Chưa {verb} được vì tệp chưa tải lên xong. Gửi tiếp hoặc bỏ tệp đó, rồi bấm lại.',
  },
  en: {
    waiting: 'It goes on by itself as soon as the files are uploaded; keep this page open.',
    stop: 'Stop waiting',
    changed: 'The waiting has ended because the form was changed. Press again when you are done.',
    failed: 'Not done, because a file was not uploaded. Go on with it or remove it, then press again.',
  },
});

/**
 * Keeps a press while files are still on their way and does it once they are there. It is given up when one of them
 * fails, which gets the focus, and when the form changes: what was half typed is never sent.
 */
export function useUploadWait({ form, verb, uploads, content, isIncomplete = false, isChecking = false, go }: UseUploadWaitOptions): UploadWait {
  const t = useT(messages);
  const words = { verb: verb.charAt(0).toLocaleLowerCase() + verb.slice(1) };
  /** What stood in the form when it was pressed. */
  const [held, setHeld] = useState<string>();
  const [end, setEnd] = useState<{ why: 'failed' | 'changed' }>();
  const files = uploads.flatMap(({ items }) => items);
  const isBusy = files.some(({ state }) => state === 'waiting' || state === 'sending' || state === 'paused');
  const hasFailed = files.some(({ state }) => state === 'failed');
  const stands = JSON.stringify([content, files.map(({ id }) => id)]);
  const failure = end?.why === 'failed' ? end : undefined;
  useFirstProblem(form, failure);
  const finish = (why?: 'failed' | 'changed'): void => {
    setHeld(undefined);
    setEnd(why && { why });
  };
  useEffect(() => {
    if (held === undefined) return;
    if (hasFailed) finish('failed');
    else if (held !== stands) finish('changed');
    else if (!isBusy && !isChecking) {
      finish();
      go();
    }
  });
  const press = (): void => {
    if (held !== undefined) return;
    finish(hasFailed && !isIncomplete ? 'failed' : undefined);
    if (isIncomplete) go();
    else if (hasFailed) return;
    else if (!isBusy && !isChecking) go();
    else {
      for (const { items, resume } of uploads) for (const { id, state } of items) if (state === 'paused') resume(id);
      setHeld(stands);
    }
  };
  const cancel = (): void => {
    finish();
    // The button that was pressed leaves with the note.
    for (const button of form.current?.elements ?? []) if (button instanceof HTMLButtonElement && button.type === 'submit') button.focus();
  };
  return {
    isWaiting: held !== undefined,
    press,
    errorOf: ({ items }, said) => (items.some(({ state }) => state === 'failed') ? failure && t('failed', words) : items.every(({ state }) => state === 'refused') ? said : undefined),
    note: held === undefined && end?.why !== 'changed' ? undefined : { ...words, hasChanged: held === undefined, cancel },
  };
}

/** Beside the form's buttons: that it waits for files, with the way to stop it, or why it waits no more. */
export function UploadWaitNote({ note }: Pick<UploadWait, 'note'>): ReactNode {
  const t = useT(messages);
  return (
    <div className="lt-upload-wait" role="status">
      {note !== undefined && (
        <>
          <span>{t(note.hasChanged ? 'changed' : 'waiting', { verb: note.verb })}</span>
          {!note.hasChanged && (
            <Button size="small" onClick={note.cancel}>
              {t('stop')}
            </Button>
          )}
        </>
      )}
    </div>
  );
}
