import { useState, type ReactNode } from 'react';
import { fieldProblem } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { calendarDay } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useNavigation } from '#ui/navigation.tsx';
import { Dialog } from '#ui/overlays/dialog.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { messages } from './messages.ts';
import { useDocumentAction } from './use-document-action.ts';

/** Takes the next number of the register, then goes on to the seal. */
export function NumberDialog({ document, open, onClose }: { document: OutgoingDetail; open: boolean; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const { navigate } = useNavigation();
  const [day, setDay] = useState<string>();
  const action = useDocumentAction<OutgoingDetail>({
    documentId: document.id,
    step: 'number',
    done: (reply) => t('numberedToast', { number: reply.numberAndNotation ?? '' }),
    onDone: (reply) => {
      onClose();
      if (reply.abilities.includes('seal')) navigate(`/dong-dau/${document.id}`);
    },
  });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('numberTitle')}
      description={t('numberText')}
      size="small"
      actions={
        <>
          <Button variant="primary" loading={action.isPending} onClick={() => action.mutate(day === undefined ? {} : { issuedOn: day })}>
            {t('numberIt')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <DateField
        label={t('numberDate')}
        hint={t('numberDateHint')}
        optional
        value={day}
        onChange={setDay}
        max={calendarDay(new Date())}
        error={fieldProblem(action.error, 'issuedOn')}
      />
      {fieldProblem(action.error, 'issuedOn') === undefined && <ProblemBanner error={action.error} />}
    </Dialog>
  );
}
