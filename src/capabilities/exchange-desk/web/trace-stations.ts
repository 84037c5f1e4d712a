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
    ...(parcel === null ? [] : [carrier(parcel, arrivedAt === null && parcel.state === 'sent', t)]),
    ...(arrivedAt === null ? (isOpen ? [openStation(delivery, parcel, t)] : []) : [{ id: 'arrived', label: t('arrived'), state: 'done' as const, at: arrivedAt, ...noteOf([delivery.deliveredToName === null ? '' : t('deliveredTo', { name: delivery.deliveredToName }), toldAtOf(answers.find((answer) => answer.status === '01'), t)]) }]),
    ...(openedAt === null ? [] : [{ id: 'opened', label: t('opened'), state: 'done' as const, at: openedAt }]),
    ...answers.filter((answer) => answer.status !== '01').map((answer) => answerStation(answer, t)),
  ];
}

/** The system that carries it; handed over there without a result, it is there still. */
function carrier(parcel: Parcel, isThere: boolean, t: T): RouteStation {
  const station = parcelStation(parcel, t('parcel', { name: parcel.partnerName }), t);
  return isThere ? { ...station, state: 'present', ...noteOf([station.note ?? '', t('noResultYet')]) } : station;
}

/** Where it is not yet: ahead while a parcel is on its way there. What has no way waits here, and only what came back has stopped. */
function openStation({ state, problem, lastError, attempts }: Delivery, parcel: Delivery['parcel'], t: T): RouteStation {
  const isCarried = state === 'waiting' && parcel !== null && (parcel.state === 'waiting' || parcel.state === 'sent');
  const word = wordOf('state', state);
  return {
    id: 'open',
    label: isCarried ? t('toArrive') : word === undefined ? t('onTheWay') : t(word),
    state: isCarried ? 'future' : state === 'returned' ? 'stopped' : 'present',
    ...noteOf([problem ?? '', attempts > 1 ? t('tries', { count: attempts }) : '', isCarried ? '' : saidBy(lastError, t)]),
  };
}

/** What the line says of itself, in words; anything else as the machine said it. */
function saidBy(problem: string | null, t: T): string {
  return problem === 'circuitOpen' ? t('lineDown') : (problem ?? '');
}

export function answerStation(answer: Pick<Answer, 'ordinal' | 'status' | 'at' | 'toldAt' | 'by' | 'title' | 'reason'>, t: T): RouteStation {
  const word = wordOf('status', answer.status);
  return {
    id: `answer ${String(answer.ordinal)}`,
    label: word === undefined ? answer.status : t(word),
    state: answer.status === '02' || answer.status === '16' ? 'stopped' : 'done',
    at: answer.at,
    ...(answer.by === '' ? {} : { people: [{ name: answer.by, ...(answer.title === null ? {} : { post: answer.title }) }] }),
    ...noteOf([answer.reason ?? '', toldAtOf(answer, t)]),
  };
}

/** A time that the other side's clock gave and that cannot be. */
function toldAtOf(answer: Pick<Answer, 'toldAt'> | undefined, t: T): string {
  return answer === undefined || answer.toldAt === null ? '' : t('toldAt', { at: formatDateTime(answer.toldAt) });
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
      saidBy(parcel.problem ?? parcel.problemCode, t),
    ]),
  };
}

function noteOf(parts: readonly string[]): { note?: string } {
  const note = parts.filter((part) => part !== '').join('; ');
  return note === '' ? {} : { note: `${note.charAt(0).toLocaleUpperCase('vi')}${note.slice(1)}` };
}
