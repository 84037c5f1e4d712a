import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Reconciliation } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { calendarDay, formatDate, formatNumber } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Details } from '#ui/layout/details.tsx';
import { useMutation } from '#ui/mutation.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { conflictMessages, type ConflictKey } from './conflict-messages.ts';
import { PARTNERS, type Partner } from './words.ts';

type T = Translate<ConflictKey>;
const DAY_MS = 86_400_000;

/** After a backup was restored: from which day on the two sides compare, then what came of it. */
export function ReconcileDialog({ partner, onClose }: { partner: Partner; onClose: () => void }): ReactNode {
  const t = useT(conflictMessages);
  const api = useApi();
  const queries = useQueryClient();
  const [since, setSince] = useState<string | undefined>(calendarDay(new Date(Date.now() - DAY_MS)));
  const compare = useMutation({
    mutationFn: () => api.post<Reconciliation>(`${PARTNERS}/${partner.id}/reconcile`, { since: `${since ?? ''}T00:00:00+07:00` }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['exchange'] }),
  });
  if (compare.data !== undefined) return <Outcome result={compare.data} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('reconcile')}
      description={t('reconcileText')}
      actions={
        <Button variant="primary" loading={compare.isPending} disabled={since === undefined} onClick={() => compare.mutate()}>
          {t('start')}
        </Button>
      }
    >
      <div className="lt-form">
        {compare.error !== null && <ProblemBanner error={compare.error} />}
        <DateField label={t('sinceDay')} hint={t('sinceHint')} required value={since} max={calendarDay(new Date())} onChange={setSince} />
      </div>
    </Dialog>
  );
}

function Outcome({ result, onClose }: { result: Reconciliation; onClose: () => void }): ReactNode {
  const t = useT(conflictMessages);
  const { known, recovered, askedAgain, answeredBefore, problems } = result;
  return (
    <Dialog open onClose={onClose} title={t('doneTitle')}>
      <Details
        items={[
          { label: t('known'), value: formatNumber(known) },
          { label: t('askedAgain'), value: formatNumber(askedAgain) },
          { label: t('recovered'), value: recovered.length === 0 ? t('none') : <Recovered recovered={recovered} t={t} />, wide: true },
          { label: t('answeredBefore'), value: answeredBefore.length === 0 ? t('none') : formatNumber(answeredBefore.length), wide: true },
          { label: t('problems'), value: problems.length === 0 ? t('none') : <ul>{problems.map(({ envelopeId, problem }) => <li key={envelopeId}>{reasonOf(t, problem)} <code>{envelopeId}</code></li>)}</ul>, wide: true },
        ]}
      />
    </Dialog>
  );
}

function Recovered({ recovered, t }: { recovered: Reconciliation['recovered']; t: T }): ReactNode {
  return (
    <>
      <p>{t('recoveredText')}</p>
      <ul>
        {recovered.map(({ envelopeId, number, issuedOn, senderName, summary }) => (
          <li key={envelopeId}>
            {number}, {formatDate(issuedOn)}, {senderName}: {summary}
          </li>
        ))}
      </ul>
    </>
  );
}

const reasons: Readonly<Record<string, ConflictKey>> = {
  contentDiffers: 'reason.contentDiffers',
  senderNotHere: 'reason.senderNotHere',
  recipientUnknown: 'reason.recipientUnknown',
  envelopeUnreadable: 'reason.envelopeUnreadable',
  notProven: 'reason.notProven',
  known: 'reason.known',
};

function reasonOf(t: T, code: string): string {
  const key = reasons[code];
  return key === undefined ? t('reason.other', { code }) : t(key);
}
