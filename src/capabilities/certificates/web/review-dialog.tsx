import Check from 'lucide-react/icons/check';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { REASON_LIMIT, type ReviewKind } from '../contract.ts';
import { messages } from './messages.ts';

type Waiting = { kinds: readonly ReviewKind[]; address: string };

/** What is to be decided about a certificate, the ways out, and the one that leaves the certificate as it is. */
export function ToReview({ kinds, address }: Waiting): ReactNode {
  const t = useT(messages);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Banner
        tone="warn"
        title={t('toReview')}
        actions={
          <Button icon={Check} onClick={() => setOpen(true)}>
            {t('review')}
          </Button>
        }
      >
        {kinds.map((kind) => (
          <p key={kind}>{t(`toReview.${kind}`)}</p>
        ))}
      </Banner>
      {isOpen && <ReviewDialog {...{ kinds, address }} onClose={() => setOpen(false)} />}
    </>
  );
}

function ReviewDialog({ kinds, address, onClose }: Waiting & { onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [reason, setReason] = useState('');
  // One for the dialog: pressed again after a broken line, it is recorded once.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  return (
    <ActDialog
      topics={['certificates']}
      title={t('review')}
      text={t('reviewText')}
      verb={t('review')}
      send={() => api.post(`${address}/review`, { reason }, { idempotencyKey })}
      done={t('reviewed')}
      onClose={onClose}
    >
      {(problem) => <TextArea label={t('reason')} required rows={3} maxLength={REASON_LIMIT} hint={kinds.map((kind) => t(`reviewHint.${kind}`)).join(' ')} value={reason} onChange={setReason} error={problem('reason')} />}
    </ActDialog>
  );
}
