import FileCheck from 'lucide-react/icons/file-check';
import FileIcon from 'lucide-react/icons/file';
import FileX from 'lucide-react/icons/file-x';
import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import Upload from 'lucide-react/icons/upload';
import X from 'lucide-react/icons/x';
import { useId, useRef, useState, type DragEvent, type ReactNode } from 'react';
import { formatBytes } from '../format.ts';
import { defineMessages, useLanguage, useT } from '../i18n.ts';
import { Button } from './button.tsx';
import { IconButton } from './icon-button.tsx';
import type { Upload as UploadItem, Uploads } from './uploads.ts';
import './file-drop.css';

export type FileDropProps<Result> = {
  label: string;
  /** What is taken: "PDF, tới 50 MB". */
  hint?: string;
  error?: string | undefined;
  required?: boolean;
  uploads: Uploads<Result>;
  /** One file or many. */
  multiple?: boolean;
};

const messages = defineMessages({
  vi: {
    required: 'bắt buộc',
    drop: 'Thả tệp vào đây, hoặc',
    dropNow: 'Thả để gửi lên',
    choose: 'Chọn tệp',
    files: 'Các tệp đã chọn',
    waiting: 'Chờ tới lượt',
    sending: 'Đang gửi {sent} trên {total}',
    paused: 'Đã dừng ở {sent} trên {total}',
    done: 'Đã nhận',
    pause: 'Tạm dừng gửi {name}',
    resume: 'Gửi tiếp {name}',
    remove: 'Bỏ tệp {name}',
    retry: 'Gửi tiếp',
  },
  en: {
    required: 'required',
    drop: 'Drop files here, or',
    dropNow: 'Drop to send',
    choose: 'Choose files',
    files: 'Chosen files',
    waiting: 'Waiting its turn',
    sending: 'Sent {sent} of {total}',
    paused: 'Paused at {sent} of {total}',
    done: 'Received',
    pause: 'Pause {name}',
    resume: 'Go on with {name}',
    remove: 'Remove {name}',
    retry: 'Go on',
  },
});

/** Files by drag and drop or by choosing, each with its progress; nothing is lost by a broken network. */
export function FileDrop<Result>({ label, hint, error, required = false, uploads, multiple = false }: FileDropProps<Result>): ReactNode {
  const t = useT(messages);
  const id = useId();
  return (
    <div className="lt-file-drop" role="group" aria-labelledby={`${id}-label`}>
      <span className="lt-field__label" id={`${id}-label`}>
        {label}
        {required && (
          <>
            <span className="lt-field__required" title={t('required')} aria-hidden="true">
              {' '}
              *
            </span>
            <span className="read-by-screen-reader"> ({t('required')})</span>
          </>
        )}
      </span>
      <DropZone {...{ label, uploads, multiple }} isInvalid={error !== undefined} describedBy={error === undefined ? `${id}-hint` : `${id}-error ${id}-hint`} />
      {error !== undefined && (
        <p className="lt-field__error" id={`${id}-error`}>
          {error}
        </p>
      )}
      <p className="lt-field__hint" id={`${id}-hint`}>
        {hint}
      </p>
      {uploads.items.length > 0 && (
        <ul className="lt-file-drop__files" aria-label={t('files')}>
          {uploads.items.map((item) => (
            <FileRow key={item.id} item={item} uploads={uploads} />
          ))}
        </ul>
      )}
    </div>
  );
}

type DropZoneProps<Result> = { label: string; uploads: Uploads<Result>; multiple: boolean; isInvalid: boolean; describedBy: string };

function DropZone<Result>({ label, uploads, multiple, isInvalid, describedBy }: DropZoneProps<Result>): ReactNode {
  const t = useT(messages);
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const chosen = [...(files ?? [])];
    if (chosen.length > 0) uploads.add(multiple ? chosen : chosen.slice(0, 1));
  };
  const drag = (isOver: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setOver(isOver);
  };
  return (
    <div
      className="lt-file-drop__zone"
      data-over={over ? '' : undefined}
      data-invalid={isInvalid ? '' : undefined}
      onDragEnter={drag(true)}
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={(event) => {
        drag(false)(event);
        take(event.dataTransfer.files);
      }}
    >
      <Upload size={20} aria-hidden="true" />
      <span className="lt-file-drop__words">{over ? t('dropNow') : t('drop')}</span>
      <Button size="small" onClick={() => input.current?.click()} aria-describedby={describedBy}>
        {t('choose')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        multiple={multiple}
        accept={uploads.rules.endings?.join(',')}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = '';
        }}
      />
    </div>
  );
}

function FileRow<Result>({ item, uploads }: { item: UploadItem<Result>; uploads: Uploads<Result> }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  const { id, file, state, sentBytes, problem, fix } = item;
  const sizes = { sent: formatBytes(sentBytes, language), total: formatBytes(file.size, language) };
  const bad = state === 'failed' || state === 'refused';
  const words = { waiting: t('waiting'), sending: t('sending', sizes), paused: t('paused', sizes), done: `${t('done')} · ${sizes.total}`, failed: problem, refused: problem }[state];
  const Sign = bad ? FileX : state === 'done' ? FileCheck : FileIcon;
  return (
    <li className={`lt-file lt-file--${state}`}>
      <Sign size={18} aria-hidden="true" />
      <div className="lt-file__text">
        <span className="lt-file__name" title={file.name} dir="auto">
          {file.name}
        </span>
        <span className="lt-file__state" role={bad ? 'alert' : undefined}>
          {words} {bad && fix}
        </span>
        {(state === 'sending' || state === 'paused') && <progress aria-label={file.name} value={sentBytes} max={file.size} />}
      </div>
      {state === 'sending' && <IconButton icon={Pause} size="small" label={t('pause', { name: file.name })} onClick={() => uploads.pause(id)} />}
      {state === 'paused' && <IconButton icon={Play} size="small" label={t('resume', { name: file.name })} onClick={() => uploads.resume(id)} />}
      {state === 'failed' && (
        <Button size="small" onClick={() => uploads.resume(id)}>
          {t('retry')}
        </Button>
      )}
      <IconButton icon={X} size="small" label={t('remove', { name: file.name })} onClick={() => uploads.remove(id)} />
    </li>
  );
}
