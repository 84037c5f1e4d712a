import { useState, type ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { RecipientChoice } from './recipient-choice.tsx';
import { RecipientsField } from './recipients-field.tsx';
import { sentMessages } from './sent-messages.ts';
import './sent.css';
import { useDocumentAction } from './use-document-action.ts';

/** Adds and removes recipients of an issued document, and puts right what stands beside the signed text. */
export function UpdateDialog({ document, onClose }: { document: OutgoingDetail; onClose: () => void }): ReactNode {
  const t = useT(sentMessages);
  const [reason, setReason] = useState('');
  const [addIds, setAdded] = useState<readonly string[]>([]);
  const [removeIds, setRemoved] = useState<readonly string[]>([]);
  const [summary, setSummary] = useState(document.summary);
  const [answerDue, setDue] = useState(document.answerDue ?? undefined);
  const action = useDocumentAction<OutgoingDetail>({ documentId: document.id, step: 'update', done: () => t('updatedToast'), onDone: onClose });
  const problem = action.error instanceof ApiError ? action.error : undefined;
  const removable = document.recipients.filter(({ delivery }) => delivery !== null && delivery.effects.recall !== 'none');
  return (
    <Dialog
      open
      size="large"
      onClose={onClose}
      title={t('updateTitle')}
      description={t('updateText')}
      actions={
        <>
          <Button variant="primary" loading={action.isPending} onClick={() => action.mutate({ reason, addIds, removeIds, changed: { summary, urgency: document.urgency, answerDue: answerDue ?? null } })}>
            {t('updateAct')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      {problem?.fields.length === 0 && <ProblemBanner error={problem} />}
      <TextArea label={t('reason')} hint={t('reasonHint')} required value={reason} onChange={setReason} error={problem?.fieldMessage('reason')} maxLength={900} rows={2} />
      <RecipientsField label={t('addRecipients')} values={addIds} onChange={setAdded} known={[]} error={problem?.fieldMessage('addIds')} />
      {removable.length > 0 && (
        <RecipientChoice
          legend={t('removeRecipients')}
          recipients={removable.map(({ agencyId, name, delivery }) => ({ agencyId, name, hint: delivery === null ? undefined : t(`effect.${delivery.effects.recall}`) }))}
          chosen={removeIds}
          onChange={setRemoved}
        />
      )}
      <TextArea label={t('summary')} required rows={2} maxLength={500} value={summary} onChange={setSummary} error={problem?.fieldMessage('changed.summary')} />
      <DateField label={t('due')} optional value={answerDue} onChange={setDue} error={problem?.fieldMessage('changed.answerDue')} />
    </Dialog>
  );
}
