import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { useT } from '#ui/i18n.ts';
import { batchMessages } from './batch-messages.ts';
import { messages } from './messages.ts';
import { UrgencyBadge } from './outgoing-marks.tsx';
import { approvalPage } from './release-by-passkey.ts';
import type { Batch, BatchEntry } from './use-batch.ts';

/** Where the key is released: on this page, once on a device, once on the page of its service, or in the window of a program on this computer for each document. */
export type Confirms = 'here' | 'once' | 'on page' | 'one by one';

type Props = { entry: BatchEntry; open: boolean; signerName: string; batch: Batch; confirms: Confirms; onOpen: () => void };

/** One document of the batch: where it will be signed, or what became of it. */
export function BatchRow({ entry, open, signerName, batch, confirms, onOpen }: Props): ReactNode {
  const t = useT(batchMessages);
  const words = useT(messages);
  const { row, included, readiness, result } = entry;
  return (
    <li data-open={open ? '' : undefined} data-left-out={included ? undefined : ''}>
      <button type="button" className="lt-batch__open" aria-pressed={open} onClick={onOpen}>
        <span className="lt-row lt-quiet">
          {row.typeName} <UrgencyBadge urgency={row.urgency} t={words} />
        </span>
        <span>{row.summary}</span>
      </button>
      {result === undefined ? <Where entry={entry} signerName={signerName} /> : <Result result={result} confirms={confirms} isTouching={batch.isTouching} />}
      {result === undefined && !batch.running && (
        <span className="lt-row">
          {included && readiness === 'guessed' && open && (
            <Button size="small" variant="primary" onClick={() => batch.confirm(row.id)}>
              {t('confirm')}
            </Button>
          )}
          {included && readiness === 'guessed' && !open && (
            <Button size="small" onClick={onOpen}>
              {t('open', { summary: row.summary })}
            </Button>
          )}
          <Button size="small" variant="plain" onClick={() => batch.include(row.id, !included)}>
            {t(included ? 'leaveOut' : 'takeBack')}
          </Button>
        </span>
      )}
    </li>
  );
}

const RESULT_KINDS = { waiting: 'ahead', signing: 'present', pending: 'present', signed: 'done' } as const;

function Where({ entry: { included, place, readiness }, signerName }: { entry: BatchEntry; signerName: string }): ReactNode {
  const t = useT(batchMessages);
  if (!included) return <StateMark kind="quiet">{t('leftOut')}</StateMark>;
  const page = place?.page ?? 1;
  if (readiness === 'guessed') {
    return (
      <p className="lt-batch__guess">
        <TriangleAlert size={16} aria-hidden="true" />
        {t('guessed', { page })}
      </p>
    );
  }
  const looks: Record<typeof readiness, { kind: StateKind; text: string }> = {
    searching: { kind: 'ahead', text: t('searching') },
    unreadable: { kind: 'stopped', text: t('unreadable') },
    found: { kind: 'present', text: t('found', { page, name: signerName }) },
    confirmed: { kind: 'present', text: t('confirmed', { page }) },
    automatic: { kind: 'present', text: t('initials', { page }) },
  };
  return <StateMark kind={looks[readiness].kind}>{looks[readiness].text}</StateMark>;
}

function Result({ result, confirms, isTouching }: { result: NonNullable<BatchEntry['result']>; confirms: Confirms; isTouching: boolean }): ReactNode {
  const t = useT(batchMessages);
  if (result.state === 'pending' && confirms === 'here') return <StateMark kind="present">{t(isTouching ? 'pending' : 'completing')}</StateMark>;
  if (result.state === 'pending' && confirms === 'on page') return <StateMark kind="present">{t('onPage')}</StateMark>;
  if (result.state === 'pending' && confirms === 'one by one') return <StateMark kind="ahead">{t('waiting')}</StateMark>;
  if (result.state !== 'refused') return <StateMark kind={RESULT_KINDS[result.state]}>{t(result.state)}</StateMark>;
  return (
    <>
      {result.approvalId === undefined ? <StateMark kind="stopped">{t('refused', { reason: result.message })}</StateMark> : <StateMark kind="present">{result.message}</StateMark>}
      {result.fix !== undefined && <p className="lt-quiet">{result.fix}</p>}
      {result.approvalId !== undefined && (
        <span className="lt-row">
          <ButtonLink size="small" to={approvalPage(result.approvalId)}>
            {t('openWaiting')}
          </ButtonLink>
        </span>
      )}
    </>
  );
}
