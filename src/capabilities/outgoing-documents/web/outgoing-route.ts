import type { RouteBranch, RouteStation } from '#ui/route/route-line.tsx';
import type { z } from 'zod';
import type { Language } from '#ui/i18n.ts';
import type { OutgoingDetail, outgoingRow } from '../contract.ts';
import { declinedWords } from '../domain/delivery-words.ts';
import type { MessageKey } from './messages.ts';

type T = (key: MessageKey) => string;
type Recipient = OutgoingDetail['recipients'][number];

const ORDER = ['draft', 'initials', 'sign', 'number', 'seal', 'issue'] as const;
type Station = (typeof ORDER)[number];
/** At which station a document stands in each state; undefined when it has left the last one. */
const PRESENT: Record<OutgoingDetail['state'], Station | undefined> = {
  draft: 'draft',
  initialling: 'initials',
  submitted: 'sign',
  returned: 'draft',
  signed: 'number',
  numbered: 'seal',
  sealed: 'issue',
  issued: undefined,
  recalled: undefined,
  replaced: undefined,
  withdrawn: 'draft',
};

/** The way of a document as the route line draws it: its stations, who stands there, and a branch for each recipient. */
export function routeOf(document: OutgoingDetail, t: T, language: Language): RouteStation[] {
  const clerk = (name: string | null) => (name === null ? [{ name: t('clerk') }] : [{ name, post: t('clerk') }]);
  const { initials, approver } = document;
  const facts: Record<Station, Pick<RouteStation, 'people' | 'at'>> = {
    draft: { people: [{ name: document.drafterName, post: document.draftingUnitName ?? undefined }], at: initials?.askedAt ?? document.submittedAt ?? document.createdAt },
    initials: { people: initials === null ? [] : [{ name: initials.name, post: initials.title }], at: initials?.initialledAt ?? initials?.askedAt },
    sign: {
      people: approver === null ? [] : [{ name: document.signerName ?? approver.name, post: document.signerTitle ?? approver.title, onBehalfOf: onBehalfOf(document) }],
      at: document.signedAt ?? document.submittedAt ?? undefined,
    },
    number: { people: clerk(document.numberedBy), at: document.numberedAt ?? undefined },
    seal: { people: clerk(document.sealedBy), at: document.sealedAt ?? undefined },
    issue: { people: clerk(document.issuedBy), at: document.issuedAt ?? undefined },
  };
  const present = document.state === 'withdrawn' ? beforeWithdrawal(document) : PRESENT[document.state];
  return stationsOf({ state: document.state, present, hasInitials: initials !== null }, t).map((station) => ({
    ...station,
    ...facts[station.id],
    ...(station.id === present && document.returnReason !== null ? { note: document.returnReason } : {}),
    ...(station.id === 'issue' && present === undefined ? { branches: document.recipients.map((recipient) => branchOf(recipient, t, language)) } : {}),
  }));
}

/** The same way as far as a row of the list knows it: where it stands, without times. */
export function routeOfRow(row: Pick<z.infer<typeof outgoingRow>, 'state' | 'numberAndNotation' | 'approverName'>, t: T): RouteStation[] {
  const present = row.state !== 'withdrawn' ? PRESENT[row.state] : row.numberAndNotation !== null ? 'seal' : row.approverName === null ? 'draft' : 'sign';
  return stationsOf({ state: row.state, present, hasInitials: row.state === 'initialling' }, t);
}

function stationsOf({ state, present, hasInitials }: { state: OutgoingDetail['state']; present: Station | undefined; hasInitials: boolean }, t: T): (RouteStation & { id: Station })[] {
  const stations = ORDER.filter((id) => id !== 'initials' || hasInitials);
  const passed = present === undefined ? stations.length : stations.indexOf(present);
  return stations.map((id, index) => ({ id, label: t(`station.${id}`), state: stateAt(index, passed, state) }));
}

function stateAt(index: number, passed: number, state: OutgoingDetail['state']): RouteStation['state'] {
  if (index !== passed) return index < passed ? 'done' : 'future';
  return state === 'withdrawn' || state === 'returned' ? 'stopped' : 'present';
}

function beforeWithdrawal(document: OutgoingDetail): Station {
  if (document.sealedAt !== null) return 'issue';
  if (document.numberedAt !== null) return 'seal';
  if (document.signedAt !== null) return 'number';
  if (document.submittedAt !== null) return 'sign';
  return document.initials === null ? 'draft' : 'initials';
}

/** `Giám đốc Nguyễn Văn Bình, TUQ.`: whose authority the signer used, in the formula of NĐ 30/2020 Art. 13. */
function onBehalfOf({ signingFormula, signedOnBehalfOf }: OutgoingDetail): string | undefined {
  if (signedOnBehalfOf === null) return undefined;
  return `${signedOnBehalfOf.title} ${signedOnBehalfOf.name}${signingFormula === null ? '' : `, ${signingFormula}.`}`;
}

function branchOf(recipient: Recipient, t: T, language: Language): RouteBranch {
  const { delivery } = recipient;
  const arrived: RouteStation = {
    id: `${recipient.agencyId}-arrived`,
    label: delivery?.state === 'no_route' ? t('station.waiting') : t('station.arrived'),
    state: delivery?.arrivedAt === null || delivery === null ? 'present' : 'done',
    at: delivery?.arrivedAt ?? undefined,
  };
  if (delivery?.state === 'recalled' || delivery?.state === 'replaced' || delivery?.state === 'cancelled') return endedBranch(recipient, { arrived, state: delivery.state }, t);
  const refused = delivery?.state === 'refused' || delivery?.state === 'returned';
  const isAnswered = delivery?.answeredAt !== null && delivery?.answeredAt !== undefined;
  const answered: RouteStation = {
    id: `${recipient.agencyId}-answered`,
    label: refused ? t('station.refused') : isAnswered ? t('station.registered') : t('station.toRegister'),
    state: refused ? 'stopped' : isAnswered ? 'done' : arrived.state === 'done' ? 'present' : 'future',
    at: delivery?.answeredAt ?? undefined,
    people: delivery?.answeredBy === null || delivery?.answeredBy === undefined ? [] : [{ name: delivery.answeredBy }],
    ...(delivery?.reason === null || delivery?.reason === undefined ? {} : { note: delivery.reason }),
  };
  return { id: recipient.agencyId, label: recipient.name, stations: [arrived, answered, ...declinedStation(recipient, language)] };
}

/** A recipient that does not agree to what was asked of it last goes on with the document as it had it. */
function declinedStation({ agencyId, delivery }: Recipient, language: Language): RouteStation[] {
  const notice = delivery?.notices.at(-1);
  if (notice?.state !== 'declined') return [];
  return [
    {
      id: `${agencyId}-declined`,
      label: declinedWords(notice.kind)[language],
      state: 'stopped',
      at: notice.answeredAt ?? undefined,
      people: notice.answeredBy === null ? [] : [{ name: notice.answeredBy }],
      ...(notice.answerReason === null ? {} : { note: notice.answerReason }),
    },
  ];
}

/** A branch whose document is no longer in force at its recipient: recalled, replaced, or never delivered. */
function endedBranch(recipient: Recipient, { arrived, state }: { arrived: RouteStation; state: 'recalled' | 'replaced' | 'cancelled' }, t: T): RouteBranch {
  const notice = recipient.delivery?.notices.findLast(({ cancels, state: answer }) => cancels && answer === 'agreed');
  const ended: RouteStation = {
    id: `${recipient.agencyId}-ended`,
    label: t(`station.${state}`),
    state: 'stopped',
    at: notice?.answeredAt ?? undefined,
    people: notice?.answeredBy === null || notice?.answeredBy === undefined ? [] : [{ name: notice.answeredBy }],
    ...(notice === undefined ? {} : { note: notice.reason }),
  };
  return { id: recipient.agencyId, label: recipient.name, stations: state === 'cancelled' ? [ended] : [arrived, ended] };
}
