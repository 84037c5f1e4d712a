import Copy from 'lucide-react/icons/copy';
import { useRef, type ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { IconButton } from '../controls/icon-button.tsx';
import { useToasts } from '../feedback/toast.tsx';
import { defineMessages, useT } from '../i18n.ts';
import '../layout/form.css';
import { Dialog } from './dialog.tsx';
import './hand-over-dialog.css';

export type HandOverDialogProps = {
  title: string;
  /** To whom it goes and on which way; and that it is shown only now, where it is. */
  text: string;
  parts: readonly { label: string; value: string; note?: string }[];
  /** On the button that closes. */
  verb?: string;
  onClose: () => void;
  /** Above the values. */
  children?: ReactNode;
};

const messages = defineMessages({
  vi: { copy: 'Sao chép {label}', copied: 'Đã sao chép: {label}.', notCopied: 'Trình duyệt không cho sao chép. Hãy bấm vào dòng chữ để chọn rồi sao chép bằng bàn phím.', close: 'Đóng' },
  en: { copy: 'Copy {label}', copied: 'Copied: {label}.', notCopied: 'The browser does not allow it. Click the line to select it and copy it with the keyboard.', close: 'Close' },
});

/** What somebody has to carry elsewhere, such as a key that nobody sees again: each value with a button that copies it. */
export function HandOverDialog({ title, text, parts, verb, onClose, children }: HandOverDialogProps): ReactNode {
  const t = useT(messages);
  const toasts = useToasts();
  // Whoever presses Enter once more copies the value, and does not close what is shown only now.
  const first = useRef<HTMLButtonElement>(null);
  const copy = ({ label, value }: { label: string; value: string }): void => {
    navigator.clipboard.writeText(value).then(
      () => toasts.show({ tone: 'done', text: t('copied', { label }) }),
      () => toasts.show({ tone: 'danger', text: t('notCopied') }),
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={text}
      {...(window.isSecureContext ? { initialFocus: first } : {})}
      actions={
        <Button variant="primary" onClick={onClose}>
          {verb ?? t('close')}
        </Button>
      }
    >
      <div className="lt-form">
        {children}
        <dl className="lt-hand-over">
          {parts.map((part, index) => (
            <div key={part.label}>
              <dt>{part.label}</dt>
              <dd className="lt-hand-over__value">
                <code>{part.value}</code>
                {/* Only pages that came over HTTPS, or from this computer, may write to the clipboard. */}
                {window.isSecureContext && <IconButton ref={index === 0 ? first : undefined} icon={Copy} size="small" label={t('copy', { label: part.label })} onClick={() => copy(part)} />}
              </dd>
              {part.note !== undefined && <dd>{part.note}</dd>}
            </div>
          ))}
        </dl>
      </div>
    </Dialog>
  );
}
