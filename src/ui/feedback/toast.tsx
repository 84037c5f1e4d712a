import CircleAlert from 'lucide-react/icons/circle-alert';
import CircleCheck from 'lucide-react/icons/circle-check';
import Info from 'lucide-react/icons/info';
import X from 'lucide-react/icons/x';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { defineMessages, useT } from '../i18n.ts';
import './toast.css';

export type ToastMessage = {
  /** What happened, in one sentence: "Đã gửi tới 3 nơi nhận." */
  text: string;
  detail?: string;
  tone?: 'done' | 'info' | 'danger';
  /** Takes the thing back while the toast is there. */
  undo?: () => void;
  /** Another thing to do next. */
  action?: { label: string; run: () => void };
};

type ShownToast = ToastMessage & { id: number };

type Toasts = { show: (message: ToastMessage) => void };

const messages = defineMessages({
  vi: { undo: 'Hoàn tác', close: 'Đóng thông báo', region: 'Thông báo' },
  en: { undo: 'Undo', close: 'Close notice', region: 'Notices' },
});

const plainMs = 6_000;
const withActionMs = 12_000;

const ToastContext = createContext<Toasts>({ show: () => undefined });

/** Shows short notices at the foot of the screen, the newest below. Errors stay until closed. */
export function ToastProvider({ children }: { children: ReactNode }): ReactNode {
  const t = useT(messages);
  const [shown, setShown] = useState<readonly ShownToast[]>([]);
  const lastId = useRef(0);
  const show = useCallback((message: ToastMessage) => {
    lastId.current += 1;
    const id = lastId.current;
    setShown((before) => [...before.slice(-2), { ...message, id }]);
  }, []);
  const close = useCallback((id: number) => setShown((before) => before.filter((toast) => toast.id !== id)), []);
  const toasts = useMemo(() => ({ show }), [show]);
  return (
    <ToastContext.Provider value={toasts}>
      {children}
      <section className="lt-toasts" aria-label={t('region')} aria-live="polite" role="log">
        {shown.map((toast) => (
          <ToastItem key={toast.id} toast={toast} onClose={close} />
        ))}
      </section>
    </ToastContext.Provider>
  );
}

/** `const toasts = useToasts(); toasts.show({ text: 'Đã trình.', undo })`. */
export function useToasts(): Toasts {
  return useContext(ToastContext);
}

const signs = { done: CircleCheck, info: Info, danger: CircleAlert } as const;

function ToastItem({ toast, onClose }: { toast: ShownToast; onClose: (id: number) => void }): ReactNode {
  const t = useT(messages);
  const { id, text, detail, tone = 'done', undo, action } = toast;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || tone === 'danger') return undefined;
    const timer = window.setTimeout(() => onClose(id), undo === undefined && action === undefined ? plainMs : withActionMs);
    return () => window.clearTimeout(timer);
  }, [held, tone, id, onClose, undo, action]);
  const Sign = signs[tone];
  const runAndClose = (run: () => void) => () => {
    run();
    onClose(id);
  };
  return (
    <div
      className={`lt-toast lt-toast--${tone}${tone !== 'danger' && undo === undefined && action === undefined ? ' lt-toast--plain' : ''}`}
      role={tone === 'danger' ? 'alert' : undefined}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Sign size={18} aria-hidden="true" />
      <p>
        {text}
        {detail !== undefined && <span className="lt-toast__detail">{detail}</span>}
      </p>
      {undo !== undefined && (
        <Button variant="plain" size="small" onClick={runAndClose(undo)}>
          {t('undo')}
        </Button>
      )}
      {action !== undefined && (
        <Button variant="plain" size="small" onClick={runAndClose(action.run)}>
          {action.label}
        </Button>
      )}
      <button type="button" className="lt-icon-button lt-icon-button--small" aria-label={t('close')} onClick={() => onClose(id)}>
        <X size={14} aria-hidden="true" />
      </button>
    </div>
  );
}
