import { useState, type ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { RecipientChoice } from './recipient-choice.tsx';
import { sentMessages, type SentKey } from './sent-messages.ts';
import './sent.css';
import { useDocumentAction } from './use-document-action.ts';

export type NoticeVerb = 'recall' | 'take-back' | 'resend' | 'remind';
type Recipient = OutgoingDetail['recipients'][number];

const words = {
  recall: { title: 'recallTitle', text: 'recallText', act: 'recall', done: 'recalledToast' },
  'take-back': { title: 'takeBackTitle', text: 'takeBackText', act: 'takeBack', done: 'takenBackToast' },
  resend: { title: 'resendTitle', text: 'resendText', act: 'resend', done: 'resentToast' },
  remind: { title: 'remindTitle', text: 'remindText', act: 'remind', done: 'remindedToast' },
} as const satisfies Record<NoticeVerb, Record<string, SentKey>>;

/** Whom the server says that the verb concerns. */
const concerns: Record<NoticeVerb, (delivery: NonNullable<Recipient['delivery']>) => boolean> = {
  recall: () => true,
  'take-back': ({ effects }) => effects.takeBack === 'at_once' || effects.takeBack === 'called_off',
  resend: ({ mayResend }) => mayResend,
  remind: ({ mayRemind }) => mayRemind,
};

/** Says what will happen at which recipients before it does, and asks for the reason that they will read. */
export function NoticeDialog({ document, verb, onClose }: { document: OutgoingDetail; verb: NoticeVerb; onClose: () => void }): ReactNode {
  const t = useT(sentMessages);
  const { title, text, act, done } = words[verb];
  const [reason, setReason] = useState('');
  const choice = document.recipients.filter(({ delivery }) => delivery !== null && concerns[verb](delivery));
  const [left, setLeft] = useState<readonly string[]>([]);
  const recipientIds = choice.flatMap(({ agencyId }) => (left.includes(agencyId) ? [] : [agencyId]));
  const action = useDocumentAction<OutgoingDetail>({ documentId: document.id, step: verb, done: () => t(done), onDone: onClose });
  const problem = action.error instanceof ApiError ? action.error : undefined;
  const needsReason = verb === 'recall' || verb === 'take-back';
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(title)}
      description={t(text)}
      actions={
        <>
          <Button
            variant={verb === 'recall' ? 'danger' : 'primary'}
            loading={action.isPending}
            disabled={recipientIds.length === 0}
            onClick={() => action.mutate({ ...(needsReason ? { reason } : {}), ...(verb === 'recall' ? {} : { recipientIds }) })}
          >
            {t(act)}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      {problem?.fields.length === 0 && <ProblemBanner error={problem} />}
      {needsReason && <TextArea label={t('reason')} hint={t('reasonHint')} required value={reason} onChange={setReason} error={problem?.fieldMessage('reason')} maxLength={900} rows={3} />}
      {verb === 'recall' ? <Effects recipients={choice} /> : <RecipientChoice legend={t('chooseRecipients')} recipients={choice} chosen={recipientIds} onChange={(chosen) => setLeft(choice.flatMap(({ agencyId }) => (chosen.includes(agencyId) ? [] : [agencyId])))} />}
      {verb === 'remind' && <OutOfReach recipients={document.recipients.filter(({ delivery }) => delivery?.state === 'arrived' && !delivery.mayRemind)} />}
    </Dialog>
  );
}

const ORDER = ['at_once', 'asked', 'called_off', 'none'] as const;

/** What the recall will do, and where. */
function Effects({ recipients }: { recipients: readonly Recipient[] }): ReactNode {
  const t = useT(sentMessages);
  return (
    <section className="lt-effects" aria-label={t('willHappen')}>
      <h3 className="lt-effects__title">{t('willHappen')}</h3>
      <dl>
        {ORDER.map((effect) => {
          const there = recipients.filter(({ delivery }) => delivery?.effects.recall === effect);
          if (there.length === 0) return null;
          return (
            <div key={effect}>
              <dt>
                {t(`effect.${effect}`)} <span className="lt-effects__count">{there.length}</span>
              </dt>
              <dd>{there.map(({ name }) => name).join(', ')}</dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

/** Whom no reminder reaches: the standard by which their systems are connected has none. */
function OutOfReach({ recipients }: { recipients: readonly Recipient[] }): ReactNode {
  const t = useT(sentMessages);
  return recipients.length === 0 ? null : <p className="lt-quiet">{t('outOfReach', { names: recipients.map(({ name }) => name).join(', ') })}</p>;
}
