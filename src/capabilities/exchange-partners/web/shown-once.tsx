import Copy from 'lucide-react/icons/copy';
import type { ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { messages } from './messages.ts';
import './partners.css';

/** A key, once: after this nobody sees it again. */
export function KeyDialog({ systemId, secret, expiresAt, onClose }: { systemId: string; secret: string; expiresAt: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const toasts = useToasts();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret);
    toasts.show({ tone: 'done', text: t('copied') });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('keyTitle')}
      description={t('keyText')}
      actions={
        <>
          <Button variant="primary" icon={Copy} onClick={() => void copy()}>
            {t('copy')}
          </Button>
          <Button onClick={onClose}>{t('close')}</Button>
        </>
      }
    >
      <div className="lt-form">
        <div className="lt-stack">
          <b>{t('systemId')}</b>
          <code className="lt-partners__text">{systemId}</code>
        </div>
        <div className="lt-stack">
          <b>{t('keySecret')}</b>
          <code className="lt-partners__text">{secret}</code>
          <span>{t('keyUntil', { at: formatDateTime(expiresAt) })}</span>
        </div>
      </div>
    </Dialog>
  );
}
