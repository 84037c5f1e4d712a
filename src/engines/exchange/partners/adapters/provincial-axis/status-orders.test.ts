import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { sendNotice, type SendNotice } from '../../../commands/send-notice.ts';
import type { DeliveryStatus, NoticeKind } from '../../../contract.ts';
import type { DocumentMessage } from '../../../edxml/index.ts';
import { deliveriesOf } from '../../../queries/deliveries-of.ts';
import { aClerk, aDocument, aMainFile, anAgency, aSentLetter } from '../../../testing.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { aVendorSystem, type VendorSystem } from './testing.ts';

// Statuses of another maker's system, in whatever order and with whatever missing: each order ends in the state that is true.

const OFFICE = { code: 'H56.72.01', name: 'Công ty Môi trường' };
let place: Installation;
let from: Id<'agency'>;
let system: VendorSystem;
let count = 500;
before(async () => {
  place = await openInstallation();
  from = await anAgency(place.house.kernel, 'Sở Nội vụ');
  system = await aVendorSystem(place, OFFICE);
});
after(() => place.close());

type Told = DeliveryStatus | `new ${DeliveryStatus}`;
type Asked = NoticeKind | 'replace' | 'nothing';

/** A letter that the system has and has said nothing of; it is told something about it, and says these statuses one after another. `new` is about what replaces it. */
async function ends(asked: Asked, told: readonly Told[]): Promise<{ letter: string; notice: string | undefined; hasArrivalTime: boolean }> {
  const { kernel, clock } = place.house;
  const letter = async (replaces?: { subject: { type: string; id: string }; reason: string }) => {
    count += 1;
    const { subject } = await aSentLetter(kernel, { from, to: [system.agencyId], document: aDocument({ number: String(count) }), files: [await aMainFile(kernel, `công văn ${String(count)}`)], ...(replaces === undefined ? {} : { replaces }) });
    await place.house.drain();
    const message = (await system.fetchAll('edoc')).at(-1);
    assert.ok(message?.kind === 'document');
    return { subject, message };
  };
  const old = await letter();
  clock.advance(60_000);
  const input = { agencyId: from, subject: old.subject, reason: 'Ban hành nhầm' };
  let replacing: DocumentMessage | undefined;
  if (asked === 'replace') replacing = (await letter({ subject: old.subject, reason: 'Sai số liệu' })).message;
  else if (asked !== 'nothing') {
    const notice: SendNotice = asked === 'update' ? { ...input, kind: 'update', changed: { summary: 'V/v đã sửa', urgency: 'normal', answerDue: null } } : { ...input, kind: asked };
    await run(kernel, sendNotice, notice, { actor: aClerk(from) });
    await place.house.drain();
    await system.fetchAll(asked === 'take_back' ? 'status' : 'edoc');
  }
  for (const each of told) {
    clock.advance(60_000);
    const status = each.replace('new ', '') as DeliveryStatus; // safe because the type has no other words
    await system.tell(each === status ? old.message : (replacing ?? old.message), status);
  }
  assert.deepEqual(await place.house.sql(`select problem from exchange.inbound where state = 'quarantined'`), []);
  const [line] = await deliveriesOf(kernel.database.pool, { agencyId: from, subject: old.subject });
  assert.ok(line);
  return { letter: line.state, notice: line.notices[0]?.state, hasArrivalTime: line.arrivedAt !== null };
}

/** What is told, one status after another, with the states of letter and notice in which it ends. */
async function eachEnds(asked: Asked, orders: readonly (readonly [told: string, letter: string, notice?: string])[]): Promise<void> {
  for (const [told, letter, notice] of orders) {
    // safe because the lists of this file hold statuses only
    const end = await ends(asked, told.split(', ') as Told[]);
    assert.deepEqual([end.letter, end.notice], [letter, notice], `${asked}: ${told}`);
  }
}

test('a letter whose recall is agreed to is recalled, whether its arrival was told before, afterwards or never', () =>
  eachEnds('recall', [
    ['15', 'recalled', 'agreed'],
    ['15, 01', 'recalled', 'agreed'],
    ['15, 01, 03', 'recalled', 'agreed'],
    ['15, 03', 'recalled', 'agreed'],
    ['03, 15', 'recalled', 'agreed'],
    ['03, 15, 01, 05', 'recalled', 'agreed'],
    ['03, 03', 'recalled', 'agreed'],
    ['15, 15', 'recalled', 'agreed'],
  ]));

test('a refusal stands, on whichever side of the agreement to a recall it comes', () =>
  eachEnds('recall', [
    ['15, 02', 'refused', 'agreed'],
    ['02, 15', 'refused', 'agreed'],
    ['01, 15, 02', 'refused', 'agreed'],
  ]));

test('whoever declines a recall has the letter, and goes on from there', () =>
  eachEnds('recall', [
    ['16', 'arrived', 'declined'],
    ['16, 01', 'arrived', 'declined'],
    ['16, 03', 'registered', 'declined'],
    ['16, 02', 'refused', 'declined'],
    ['03, 16, 06', 'completed', 'declined'],
    ['03, 02', 'registered', 'declined'],
  ]));

test('a taking back is agreed to or declined by a system that never said that the letter arrived', () =>
  eachEnds('take_back', [
    ['15', 'recalled', 'agreed'],
    ['15, 01', 'recalled', 'agreed'],
    ['16', 'arrived', 'declined'],
    ['16, 05', 'in_process', 'declined'],
  ]));

test('whoever answers a change has the letter', () =>
  eachEnds('update', [
    ['15', 'arrived', 'agreed'],
    ['15, 01, 03', 'registered', 'agreed'],
    ['16', 'arrived', 'declined'],
    ['16, 02', 'refused', 'declined'],
  ]));

test('where the replacing letter is, the old one is replaced, whatever was told of either and in which order', () =>
  eachEnds('replace', [
    ['new 01', 'replaced'],
    ['new 03', 'replaced'],
    ['new 05, 01', 'replaced'],
    ['new 01, 03', 'replaced'],
    ['03, new 03', 'replaced'],
    ['new 01, new 02, 01', 'replaced'],
    ['new 02', 'waiting'],
    ['new 03, 02', 'refused'],
  ]));

test('a letter whose registration is the first that is told has arrived by then', async () => {
  assert.deepEqual(await ends('nothing', ['03']), { letter: 'registered', notice: undefined, hasArrivalTime: true });
  const [row] = await place.house.sql(`select count(*)::int as missing from exchange.delivery where state = 'registered' and arrived_at is null`);
  assert.deepEqual(row, { missing: 0 });
  assert.deepEqual(await ends('nothing', ['06', '01']), { letter: 'completed', notice: undefined, hasArrivalTime: true });
  assert.deepEqual(await ends('take_back', ['16']), { letter: 'arrived', notice: 'declined', hasArrivalTime: true });
  assert.deepEqual(await ends('recall', ['15']), { letter: 'recalled', notice: 'agreed', hasArrivalTime: false });
});
