import { formatDateTime } from '#ui/format.ts';
import type { Translate } from '#ui/i18n.ts';
import type { RouteStation } from '#ui/route/route-line.tsx';
import type { TracedEnvelope, TracedMessage } from '../contract.ts';
import { wordOf, type TraceKey } from './trace-messages.ts';

type Delivery = TracedEnvelope['deliveries'][number];
type Parcel = NonNullable<Delivery['parcel']>;
type Answer = TracedMessage['answers'][number];
type T = Translate<TraceKey>;

/** The stations of one delivery: sent, looked at, carried, arrived, opened, answered. */
export function stationsOf(envelope: TracedEnvelope, delivery: Delivery, t: T): RouteStation[] {
  const { parcel, arrivedAt, openedAt, answers, state } = delivery;
  const isOpen = ['waiting', 'no_route', 'returned'].includes(state);
  return [
    { id: 'sent', label: t('sent'), state: 'done', at: delivery.createdAt },
    { id: 'inspected', label: t('inspected'), state: envelope.inspectedAt === null ? 'present' : 'done', ...(envelope.inspectedAt === null ? {} : { at: envelope.inspectedAt }) },
    ...(parcel === null ? [] : [parcelStation(parcel, t('parcel', { name: parcel.partnerName }), t)]),
    ...(arrivedAt === null ? (isOpen ? [openStation(delivery, t)] : []) : [{ id: 'arrived', label: t('arrived'), state: 'done' as const, at: arrivedAt, ...noteOf([delivery.deliveredToName === null ? '' : t('deliveredTo', { name: delivery.deliveredToName })]) }]),
    ...(openedAt === null ? [] : [{ id: 'opened', label: t('opened'), state: 'done' as const, at: openedAt }]),
    ...answers.filter((answer) => answer.status !== '01').map((answer) => answerStation(answer, t)),
  ];
}

function openStation({ state, problem, lastError, attempts }: Delivery, t: T): RouteStation {
  const word = wordOf('state', state);
  return {
    id: 'open',
    label: word === undefined ? t('onTheWay') : t(word),
    state: state === 'waiting' ? 'present' : 'stopped',
    ...noteOf([problem ?? '', attempts > 1 ? t('tries', { count: attempts }) : '', lastError ?? '']),
  };
}

export function answerStation(answer: Pick<Answer, 'ordinal' | 'status' | 'at' | 'by' | 'title' | 'reason'>, t: T): RouteStation {
  const word = wordOf('status', answer.status);
  return {
    id: `answer ${String(answer.ordinal)}`,
    label: word === undefined ? answer.status : t(word),
    state: answer.status === '02' || answer.status === '16' ? 'stopped' : 'done',
    at: answer.at,
    ...(answer.by === '' ? {} : { people: [{ name: answer.by, ...(answer.title === null ? {} : { post: answer.title }) }] }),
    ...noteOf([answer.reason ?? '']),
  };
}

export function parcelStation(parcel: Parcel, label: string, t: T): RouteStation {
  const states = { waiting: 'present', sent: 'done', processed: 'done', refused: 'stopped', failed: 'stopped' } as const;
  const found = Object.entries(states).find(([state]) => state === parcel.state);
  return {
    id: `parcel ${parcel.createdAt}`,
    label,
    state: found?.[1] ?? 'present',
    at: parcel.sentAt ?? parcel.createdAt,
    ...noteOf([
      parcel.attempts > 0 ? t('tries', { count: parcel.attempts }) : '',
      parcel.checks > 0 ? t('checks', { count: parcel.checks }) : '',
      parcel.state === 'waiting' && parcel.nextTryAt !== null ? t('nextTry', { at: formatDateTime(parcel.nextTryAt) }) : '',
      parcel.problem ?? parcel.problemCode ?? '',
    ]),
  };
}

function noteOf(parts: readonly string[]): { note?: string } {
  const note = parts.filter((part) => part !== '').join('; ');
  return note === '' ? {} : { note };
}
