import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import X from 'lucide-react/icons/x';
import { useRef, type ReactNode, type RefObject } from 'react';
import { classNames } from '../class-names.ts';
import { defineMessages, useT } from '../i18n.ts';
import './dialog.css';

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, in one or two sentences. */
  description?: ReactNode;
  children?: ReactNode;
  /** The buttons; the main one first: it stands at the right, on a phone on top. */
  actions?: ReactNode;
  size?: 'small' | 'normal' | 'large';
  /** What gets the focus; the first field or button unless given. */
  initialFocus?: RefObject<HTMLElement | null>;
};

const messages = defineMessages({ vi: { close: 'Đóng' }, en: { close: 'Close' } });

/** A question that must be answered before going on. Never opens another one. */
export function Dialog({ open, onClose, title, description, children, actions, size = 'normal', initialFocus }: DialogProps): ReactNode {
  const t = useT(messages);
  const popup = useRef<HTMLDivElement>(null);
  return (
    <BaseDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="lt-dialog-scrim" />
        <BaseDialog.Popup ref={popup} className={classNames('lt-dialog', `lt-dialog--${size}`)} initialFocus={initialFocus ?? (() => firstControl(popup.current))}>
          <header className="lt-dialog__head">
            <BaseDialog.Title className="lt-dialog__title">{title}</BaseDialog.Title>
            <BaseDialog.Close className="lt-icon-button lt-icon-button--small" aria-label={t('close')}>
              <X size={16} aria-hidden="true" />
            </BaseDialog.Close>
          </header>
          {description !== undefined && <BaseDialog.Description className="lt-dialog__description">{description}</BaseDialog.Description>}
          {children !== undefined && <div className="lt-dialog__body">{children}</div>}
          {actions !== undefined && <footer className="lt-dialog__actions">{actions}</footer>}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

const FIELDS = ['input', 'select', 'textarea'].map((tag) => `.lt-dialog__body ${tag}:not(:disabled):not([hidden])`).join(',');

/** The first field, or the first button where there are none: not the cross in the corner. Of several choices the chosen one, as with the Tab key. */
function firstControl(popup: HTMLElement | null): HTMLElement | true {
  const field = popup?.querySelector<HTMLElement>(FIELDS);
  const chosen = field instanceof HTMLInputElement && field.type === 'radio' ? popup?.querySelector<HTMLElement>(`input[name="${CSS.escape(field.name)}"]:checked:not(:disabled)`) : undefined;
  return chosen ?? field ?? popup?.querySelector<HTMLElement>('.lt-dialog__actions button:not(:disabled)') ?? true;
}
