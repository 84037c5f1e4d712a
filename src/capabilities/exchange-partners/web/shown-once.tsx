import type { ReactNode } from 'react';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { HandOverDialog } from '#ui/overlays/hand-over-dialog.tsx';
import { messages } from './messages.ts';

/** A key, once: after this nobody sees it again. */
export function KeyDialog({ systemId, secret, expiresAt, onClose }: { systemId: string; secret: string; expiresAt: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  return (
    <HandOverDialog
      title={t('keyTitle')}
      text={t('keyText')}
      parts={[
        { label: t('systemId'), value: systemId },
        { label: t('keySecret'), value: secret, note: t('keyUntil', { at: formatDateTime(expiresAt) }) },
      ]}
      onClose={onClose}
    />
  );
}
