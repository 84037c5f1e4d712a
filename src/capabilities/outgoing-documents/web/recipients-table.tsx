import Download from 'lucide-react/icons/download';
import FileArchive from 'lucide-react/icons/file-archive';
import Printer from 'lucide-react/icons/printer';
import Search from 'lucide-react/icons/search';
import { useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { matchScore } from '#ui/search-text.ts';
import type { OutgoingDetail } from '../contract.ts';
import { deliveryWords, noticeKindWords, noticeStateWords } from '../domain/delivery-words.ts';
import { MANY_RECIPIENTS } from './recipient-choice.tsx';
import { sentMessages } from './sent-messages.ts';
import './sent.css';

type Recipient = OutgoingDetail['recipients'][number];
type Delivery = NonNullable<Recipient['delivery']>;
type Sent = Recipient & { delivery: Delivery };

const kinds: Record<string, StateKind> = { waiting: 'present', no_route: 'present', returned: 'stopped', cancelled: 'quiet', arrived: 'present', refused: 'stopped', recalled: 'quiet', replaced: 'quiet' };

/** Each recipient with its state, its times, what was asked of it since and what it answered; to print and to take along. */
export function RecipientsTable({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(sentMessages);
  const sent = document.recipients.flatMap(({ delivery, ...recipient }): Sent[] => (delivery === null ? [] : [{ ...recipient, delivery }]));
  const { shown, filters } = useFilters(sent);
  if (sent.length === 0) return <p className="lt-quiet">{t('noneSent')}</p>;
  return (
    <section className="lt-sent">
      <div className="lt-sent__head">
        <SendDue document={document} />
        <div className="lt-row lt-sent__tools">
          <a className="lt-button lt-button--quiet lt-button--small" href={`/api/v1/outgoing-documents/${document.id}/recipients.csv`} download>
            <span className="lt-button__content">
              <Download size={16} aria-hidden="true" />
              {t('download')}
            </span>
          </a>
          {document.mayTakeEvidence && document.envelopeId !== null && (
            <a className="lt-button lt-button--quiet lt-button--small" href={`/api/v1/exchange/envelopes/${document.envelopeId}/evidence`} download>
              <span className="lt-button__content">
                <FileArchive size={16} aria-hidden="true" />
                {t('evidence')}
              </span>
            </a>
          )}
          <Button size="small" icon={Printer} onClick={() => window.print()}>
            {t('print')}
          </Button>
        </div>
      </div>
      {filters}
      <table className="lt-sent__table">
        <caption className="read-by-screen-reader">{t('tableCaption')}</caption>
        <thead>
          <tr>
            {(['recipients', 'state', 'arrivedAt', 'openedAt', 'answeredAt', 'notices'] as const).map((key) => (
              <th key={key} scope="col">
                {t(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((recipient) => (
            <Line key={recipient.agencyId} hasEvidence={document.mayTakeEvidence} recipient={recipient} delivery={recipient.delivery} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const EVERY = '';
const NOT_OPENED = 'not-opened';

/** Of many recipients one looks for those in a state, those that have not opened it, or one of a name. */
function useFilters(sent: readonly Sent[]): { shown: readonly Sent[]; filters: ReactNode } {
  const t = useT(sentMessages);
  const { language } = useLanguage();
  const [state, setState] = useState(EVERY);
  const [typed, setTyped] = useState('');
  if (sent.length <= MANY_RECIPIENTS) return { shown: sent, filters: null };
  const isIn = ({ delivery }: Sent, wanted: string): boolean =>
    wanted === EVERY || (wanted === NOT_OPENED ? delivery.state === 'arrived' && delivery.openedAt === null && delivery.tellsOpenings : delivery.state === wanted);
  const states = [...new Set(sent.map(({ delivery }) => delivery.state))].map((each) => ({ value: each, words: deliveryWords(each)[language] }));
  const options = [...states, { value: NOT_OPENED, words: t('arrivedNotOpened') }].map(({ value, words }) => ({ value, words, count: sent.filter((each) => isIn(each, value)).length }));
  const shown = sent.filter((each) => isIn(each, state) && matchScore(each.name, typed) > 0);
  return {
    shown,
    filters: (
      <div className="lt-sent__filters">
        <Select
          label={t('stateFilter')}
          hideLabel
          value={state}
          onChange={setState}
          options={[{ value: EVERY, label: t('everyState', { count: sent.length }) }, ...options.filter(({ count, value }) => count > 0 || value === state).map(({ value, words, count }) => ({ value, label: t('stateCount', { state: words, count }) }))]}
        />
        <TextField label={t('findRecipient')} hideLabel placeholder={t('findRecipient')} icon={Search} type="search" value={typed} onChange={setTyped} />
        <span className="lt-quiet" role="status">
          {shown.length === 0 ? t('noneFound') : shown.length < sent.length && t('shownOf', { count: shown.length, all: sent.length })}
        </span>
      </div>
    ),
  };
}

function Line({ recipient, delivery, hasEvidence }: { recipient: Recipient; delivery: Delivery; hasEvidence: boolean }): ReactNode {
  const t = useT(sentMessages);
  const { language } = useLanguage();
  const at = (instant: string | null) => (instant === null ? null : <time dateTime={instant}>{formatDateTime(instant)}</time>);
  return (
    <tr>
      <th scope="row">
        {recipient.name}
        {delivery.via !== null && <span className="lt-quiet lt-sent__more">{t('via', { name: delivery.via })}</span>}
        {delivery.deliveredTo !== null && <span className="lt-quiet lt-sent__more">{t('deliveredTo', { name: delivery.deliveredTo })}</span>}
        {hasEvidence && (
          <a className="lt-sent__more lt-sent__evidence" href={`/api/v1/exchange/envelopes/${delivery.envelopeId}/evidence?recipientAgencyId=${recipient.agencyId}`} download aria-label={t('evidenceOf', { name: recipient.name })}>
            {t('evidence')}
          </a>
        )}
      </th>
      <td data-label={t('state')}>
        <StateMark kind={kinds[delivery.state] ?? 'done'}>{deliveryWords(delivery.state)[language]}</StateMark>
        {delivery.reason !== null && delivery.reason !== '' && <span className="lt-quiet lt-sent__more">{delivery.reason}</span>}
      </td>
      <td data-label={t('arrivedAt')}>{at(delivery.arrivedAt)}</td>
      <td data-label={t('openedAt')}>
        {at(delivery.openedAt) ?? (delivery.state === 'arrived' ? <span className="lt-quiet">{t(delivery.tellsOpenings ? 'notOpened' : 'openingUnknown')}</span> : null)}
        {delivery.remindedAt !== null && <span className="lt-quiet lt-sent__more">{t('remindedAt', { count: delivery.reminderCount, at: formatDateTime(delivery.remindedAt) })}</span>}
      </td>
      <td data-label={t('answeredAt')}>
        {at(delivery.answeredAt)}
        {delivery.answeredBy !== null && <span className="lt-quiet lt-sent__more">{delivery.answeredBy}</span>}
      </td>
      <td data-label={t('notices')}>
        {delivery.notices.map((notice) => (
          <div key={notice.sentAt} className="lt-sent__notice">
            <StateMark kind={notice.state === 'agreed' ? 'done' : notice.state === 'declined' ? 'stopped' : 'present'}>{`${noticeKindWords[notice.kind][language]}: ${noticeStateWords(notice.state)[language]}`}</StateMark>
            <span className="lt-quiet lt-sent__more">
              {[formatDateTime(notice.answeredAt ?? notice.sentAt), notice.answeredBy, notice.answerReason].filter((text) => text !== null && text !== '').join(', ')}
            </span>
          </div>
        ))}
      </td>
    </tr>
  );
}

/** Whether it was sent by the law's hour. */
function SendDue({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(sentMessages);
  if (document.sendDueAt === null || document.issuedAt === null) return <span />;
  const isInTime = document.issuedAt <= document.sendDueAt;
  return (
    <p className="lt-quiet">
      {t('sendDue', { at: formatDateTime(document.sendDueAt) })} <strong>{t(isInTime ? 'sentInTime' : 'sentLate')}</strong>
    </p>
  );
}
