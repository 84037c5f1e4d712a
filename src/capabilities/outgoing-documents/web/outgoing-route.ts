import type { RouteBranch, RouteStation } from '#ui/route/route-line.tsx';
import type { z } from 'zod';
import type { OutgoingDetail, outgoingRow } from '../contract.ts';
import type { MessageKey } from './messages.ts';

type T = (key: MessageKey) => string;
type Recipient = OutgoingDetail['recipients'][number];

const ORDER = ['draft', 'sign', 'number', 'seal', 'issue'] as const;
/** How many stations lie behind a document in each state. */
const PASSED: Record<OutgoingDetail['state'], number> = { draft: 0, submitted: 1, returned: 0, signed: 2, numbered: 3, sealed: 4, issued: 5, withdrawn: 0 };

/** The way of a document as the route line draws it: its stations, who stands there, and a branch for each recipient. */
export function routeOf(document: OutgoingDetail, t: T): RouteStation[] {
  const passed = document.state === 'withdrawn' ? passedBeforeWithdrawal(document) : PASSED[document.state];
  const clerk = (name: string | null) => (name === null ? [{ name: t('clerk') }] : [{ name, post: t('clerk') }]);
  const facts: Record<(typeof ORDER)[number], Pick<RouteStation, 'people' | 'at'>> = {
    draft: { people: [{ name: document.drafterName, post: document.draftingUnitName ?? undefined }], at: document.submittedAt ?? document.createdAt },
    sign: {
      people: document.approver === null ? [] : [{ name: document.signerName ?? document.approver.name, post: document.signerTitle ?? document.approver.title }],
      at: document.signedAt ?? document.submittedAt ?? undefined,
    },
    number: { people: clerk(document.numberedBy), at: document.numberedAt ?? undefined },
    seal: { people: clerk(document.sealedBy), at: document.sealedAt ?? undefined },
    issue: { people: clerk(document.issuedBy), at: document.issuedAt ?? undefined },
  };
  return ORDER.map((id, index) => ({
    id,
    label: t(`station.${id}`),
    state: stateAt(index, passed, document.state),
    ...facts[id],
    ...(index === passed && document.returnReason !== null ? { note: document.returnReason } : {}),
    ...(id === 'issue' && document.state === 'issued' ? { branches: document.recipients.map((recipient) => branchOf(recipient, t)) } : {}),
  }));
}

/** The same way as far as a row of the list knows it: where it stands, without times. */
export function routeOfRow(row: Pick<z.infer<typeof outgoingRow>, 'state' | 'numberAndNotation' | 'approverName'>, t: T): RouteStation[] {
  const submitted = row.approverName === null ? 0 : 1;
  const passed = row.state === 'withdrawn' ? (row.numberAndNotation === null ? submitted : PASSED.numbered) : PASSED[row.state];
  return ORDER.map((id, index) => ({ id, label: t(`station.${id}`), state: stateAt(index, passed, row.state) }));
}

function stateAt(index: number, passed: number, state: OutgoingDetail['state']): RouteStation['state'] {
  if (index !== passed) return index < passed ? 'done' : 'future';
  return state === 'withdrawn' || state === 'returned' ? 'stopped' : 'present';
}

function passedBeforeWithdrawal(document: OutgoingDetail): number {
  return [document.submittedAt, document.signedAt, document.numberedAt, document.sealedAt].filter((at) => at !== null).length;
}

function branchOf(recipient: Recipient, t: T): RouteBranch {
  const { delivery } = recipient;
  const arrived: RouteStation = {
    id: `${recipient.agencyId}-arrived`,
    label: delivery?.state === 'no_route' ? t('station.waiting') : t('station.arrived'),
    state: delivery?.arrivedAt === null || delivery === null ? 'present' : 'done',
    at: delivery?.arrivedAt ?? undefined,
  };
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
  return { id: recipient.agencyId, label: recipient.name, stations: [arrived, answered] };
}
