import X from 'lucide-react/icons/x';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { IconButton } from '../controls/icon-button.tsx';
import { defineMessages, useT } from '../i18n.ts';
import './side-panel.css';

export type SidePanelProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Buttons that stay in sight at the bottom. */
  actions?: ReactNode;
};

const messages = defineMessages({ vi: { close: 'Đóng' }, en: { close: 'Close' } });

/** What belongs to the thing in view, beside it: the rest stays usable. Escape closes it and gives the focus back. */
export function SidePanel({ open, onClose, title, children, actions }: SidePanelProps): ReactNode {
  if (!open) return null;
  return <OpenPanel {...{ onClose, title, actions }}>{children}</OpenPanel>;
}

function OpenPanel({ onClose, title, children, actions }: Omit<SidePanelProps, 'open'>): ReactNode {
  const t = useT(messages);
  const titleId = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside
      className="lt-side-panel"
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className="lt-side-panel__head">
        <h2 id={titleId} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <IconButton icon={X} label={t('close')} keys="Escape" size="small" onClick={onClose} />
      </header>
      <div className="lt-side-panel__body">{children}</div>
      {actions !== undefined && <footer className="lt-side-panel__actions">{actions}</footer>}
    </aside>
  );
}
