import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_TROUBLED, type TroubledDelivery } from '#engines/exchange/contract.ts';
import { moreToChoose } from './trouble-choice.ts';
import { canBeRetried, keyOf, outcomeOf } from './trouble.ts';

const now = new Date('2026-11-20T08:00:00Z');
let made = 0;
const anId = (): string => `01960000-0000-7000-8000-${String((made += 1)).padStart(12, '0')}`;
const anAgency = () => anId() as TroubledDelivery['agencyId']; // safe because these agencies exist in this test only
const trouble = (kind: TroubledDelivery['trouble'], minutesAgo = 60): TroubledDelivery => ({
  agencyId: anAgency(),
  envelopeId: anId(),
  recipientAgencyId: anAgency(),
  recipientName: 'UBND xã Hoằng Hóa',
  subject: { type: 'outgoing-document', id: anId() },
  document: { number: '12', notation: 'SNV-VP', summary: 'V/v thử', senderName: 'Sở Nội vụ' },
  trouble: kind,
  since: new Date(now.getTime() - minutesAgo * 60_000).toISOString(),
  attempts: 3,
  nextTryAt: null,
  problem: null,
});

test('a delivery that left the list has arrived', () => {
  assert.equal(outcomeOf(trouble('stuck'), [trouble('late')], now), 'sent');
  assert.equal(outcomeOf(trouble('no_route', 1), [], now), 'sent');
});

test('a young delivery that left the list may only be on its way', () => {
  assert.equal(outcomeOf(trouble('retrying', 1), [], now), 'open');
});

test('a failure after trying again is a new failure', () => {
  const tried = trouble('late');
  for (const kind of ['stuck', 'retrying', 'returned'] as const) assert.equal(outcomeOf(tried, [{ ...tried, trouble: kind }], now), 'failed', kind);
});

test('while it waits, nothing is known', () => {
  const tried = trouble('stuck');
  for (const kind of ['late', 'no_route'] as const) assert.equal(outcomeOf(tried, [{ ...tried, trouble: kind }], now), 'open', kind);
});

test('what came back for good is not tried again', () => {
  assert.equal(canBeRetried(trouble('returned')), false);
  for (const kind of ['stuck', 'retrying', 'late', 'no_route'] as const) assert.equal(canBeRetried(trouble(kind)), true);
});

test('once all in view that can be tried again are chosen, all of the list can be, and only then', () => {
  const items = [trouble('stuck'), trouble('returned'), trouble('late'), trouble('no_route')];
  const retryable = items.filter(canBeRetried);
  const [first, , third, last] = items.map(keyOf);
  assert.ok(first !== undefined && third !== undefined && last !== undefined);
  assert.equal(moreToChoose({ items, retryable, shown: 3, chosen: new Set([first]) }), undefined, 'one in view is not chosen');
  assert.deepEqual(moreToChoose({ items, retryable, shown: 3, chosen: new Set([first, third]) }), { keys: new Set([first, third, last]), isBounded: false });
  assert.equal(moreToChoose({ items, retryable, shown: 3, chosen: new Set([first, third, last]) }), undefined, 'all are');
  assert.equal(moreToChoose({ items, retryable, shown: 4, chosen: new Set([first, third, last]) }), undefined, 'all are shown');
});

test('a list at its bound says that more may follow', () => {
  const items = Array.from({ length: MOST_TROUBLED }, () => trouble('stuck'));
  assert.equal(moreToChoose({ items, retryable: items, shown: 1, chosen: new Set(items.slice(0, 1).map(keyOf)) })?.isBounded, true);
});
