import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Route } from '#kernel/route.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { openMessage } from '../commands/open-message.ts';
import { remindRecipients } from '../commands/remind-recipients.ts';
import type { DeliveryLine } from '../contract.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { aClerk, aSentLetter, exchangeHouse } from '../testing.ts';
import { openFaultyNetwork, type FaultyNetwork } from '../testing/network-faults.ts';
import { callPeer, type InstallationLine } from './adapters/installation/client.ts';
import { ownReceiptKeys } from './adapters/installation/pairing.ts';
import { answerPeer, type PeerCall } from './adapters/installation/peer-call.ts';
import { parcelReply, PEER, waitingReply, type Hello } from './adapters/installation/wire.ts';
import { keepFeatures } from './features.ts';
import { findPartner, openLine } from './partner-rows.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';
import { aVendor } from '../testing/vendor-system.ts';

/** What a version without openings and reminders says of itself. */
const FIRST = ['resume', 'fetch', 'directory', 'rotate'];
let isOlder = false;
/** An installation whose good day is that of the older version when the test wants it. */
const houseOfSomeVersion = exchangeHouse.map((module) => (module.routes === undefined ? module : { ...module, routes: module.routes.map(ofSomeVersion) }));

function ofSomeVersion(each: Route): Route {
  return each.url === `${PEER}/hello` ? { ...each, run: (http) => (isOlder ? answerPeer(http, olderHello) : each.run(http, { params: undefined, query: undefined, body: undefined })) } : each;
}

async function olderHello({ kernel }: PeerCall): Promise<Hello> {
  const limits = { partBytes: 4 * 1024 * 1024, fileBytes: 1024 ** 3, parcelBytes: 2 * 1024 ** 3 };
  return { versions: ['1'], name: 'Bản cũ', features: FIRST, limits, receiptKeys: await ownReceiptKeys({ kernel }) };
}

// A sends to B over a network that the test can spoil; C is a third installation, which cannot be called and fetches.
let a: Installation;
let b: Installation;
let c: Installation;
let toA: FaultyNetwork;
let toB: FaultyNetwork;
let pair: Connected;
let other: Connected;
let sender: Id<'agency'>;
let commune: { id: Id<'agency'>; there: Id<'agency'> };
before(async () => {
  [a, b, c] = [await openInstallation({ modules: houseOfSomeVersion }), await openInstallation({ modules: houseOfSomeVersion }), await openInstallation()];
  [toA, toB] = [await openFaultyNetwork(a.address), await openFaultyNetwork(b.address)];
  pair = await connect(a, b, { through: toA.address, guestAddress: toB.address });
  other = await connect(a, c, { names: ['Tỉnh thứ ba', 'Tỉnh mời'], isFetching: true });
  sender = (await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }, { at: c, partnerId: other.atGuest }])).id;
  const { id, idAt } = await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]);
  const [there] = idAt;
  assert.ok(there);
  commune = { id, there };
});
after(async () => {
  for (const each of [toA, toB, a, b, c]) await each.close();
});

/** Time passes for all three, so that no clock is wrong. */
async function pass(ms: number, ...order: Installation[]): Promise<void> {
  for (const each of [a, b, c]) each.house.clock.advance(ms);
  await settle(...order);
}

type Letter = Awaited<ReturnType<typeof aSentLetter>>;

async function arrivedLetter(): Promise<Letter> {
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [commune.there] });
  await settle(a, b, a);
  assert.equal((await lineOf(letter)).state, 'arrived');
  return letter;
}

async function lineOf(letter: Letter): Promise<DeliveryLine> {
  const [line] = await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender, subject: letter.subject });
  assert.ok(line);
  return line;
}

async function messageOf(letter: Letter): Promise<{ id: Id<'message'>; openedAt: Date | null }> {
  const [row] = await b.house.sql('select id, opened_at as "openedAt" from exchange.message where envelope_id = $1', [letter.envelopeId]);
  // safe because the statement selects exactly these columns
  return row as { id: Id<'message'>; openedAt: Date | null };
}

async function open(letter: Letter): Promise<void> {
  const { id } = await messageOf(letter);
  await run(b.house.kernel, openMessage, { agencyId: commune.id, messageId: id }, { actor: aClerk(commune.id) });
}

const remind = (letter: Letter) => run(a.house.kernel, remindRecipients, { agencyId: sender, subject: letter.subject }, { actor: aClerk(sender, 'Đỗ Văn Nam') });
const parcelsAt = (at: Installation, kind: string) => at.house.sql('select id, state, problem_code as code from exchange.transfer where kind = $1 order by id', [kind]);
const newestParcelAt = async (at: Installation, kind: string) => (await parcelsAt(at, kind)).at(-1);
const recordedAt = async (at: Installation, type: string, field: string, value: string) => (await at.house.sql(`select 1 from audit.entry where type = $1 and data ->> $2 = $3`, [type, field, value])).length;
const refusedWith = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code;
const remindedAt = async (letter: Letter) => recordedAt(b, 'exchange.message-reminded', 'messageId', (await messageOf(letter)).id);

test('when a letter is opened at another installation its sender sees when, both sides have it on record, and a second look changes nothing', async () => {
  const letter = await arrivedLetter();
  assert.deepEqual([(await lineOf(letter)).openedAt, (await lineOf(letter)).tellsOpenings], [null, true], 'nobody has opened it, and that is known');
  await open(letter);
  await settle(b, a);
  const { id, openedAt } = await messageOf(letter);
  const line = await lineOf(letter);
  assert.ok(openedAt && line.openedAt);
  assert.equal(new Date(line.openedAt).getTime(), openedAt.getTime(), 'the time is that of the look');
  await pass(60_000);
  await open(letter);
  await settle(b, a);
  assert.equal((await lineOf(letter)).openedAt, line.openedAt);
  assert.equal(await recordedAt(b, 'exchange.message-opened', 'messageId', id), 1);
  assert.equal(await recordedAt(a, 'exchange.deliveries-opened', 'envelopeId', letter.envelopeId), 1);
  assert.deepEqual((await newestParcelAt(b, 'opening'))?.['state'], 'processed');
  assert.deepEqual(await parcelsAt(b, 'envelope'), [], 'nothing else goes back');
});

test('an opening waits while the line is down, goes behind the answers that were given before, and comes once although it is sent twice', async () => {
  const letter = await arrivedLetter();
  toA.decide(() => ({ kind: 'cut', afterBytes: 0 }));
  await open(letter);
  await settle(b, a);
  const { id } = await messageOf(letter);
  await run(b.house.kernel, answerMessage, { agencyId: commune.id, messageId: id, status: '03' }, { actor: aClerk(commune.id) });
  await settle(b, a);
  assert.equal((await lineOf(letter)).openedAt, null);
  assert.deepEqual((await newestParcelAt(b, 'opening'))?.['state'], 'waiting');
  // What was said arrives, and the word that it did is lost: it is said again.
  let lost = 0;
  toA.decide(() => (lost++ === 0 ? { kind: 'lose-reply' } : { kind: 'pass' }));
  for (let tries = 0; tries < 4; tries += 1) {
    await pass(3_600_000, b, a);
  }
  assert.ok(lost > 1, 'it was sent again');
  const line = await lineOf(letter);
  assert.deepEqual([line.state, line.openedAt !== null], ['registered', true]);
  assert.equal(await recordedAt(a, 'exchange.deliveries-opened', 'envelopeId', letter.envelopeId), 1);
  const order = await b.house.sql(`select kind from exchange.transfer where message_id = $1 order by sent_at, id`, [id]);
  assert.deepEqual(order.map((row) => row['kind']), ['answer', 'opening', 'answer']);
});

test('a reminder reaches the receivers of another installation once, however often it is sent, under the limits of every reminder', async () => {
  const letter = await arrivedLetter();
  let lost = 0;
  toB.decide(() => (lost++ === 0 ? { kind: 'lose-reply' } : { kind: 'pass' }));
  assert.deepEqual(await remind(letter), [commune.there]);
  await assert.rejects(remind(letter), refusedWith('exchange.nobodyToRemind'), 'once an hour at most');
  for (let tries = 0; tries < 3; tries += 1) {
    await pass(600_000, a, b, a);
  }
  toB.decide(() => ({ kind: 'pass' }));
  assert.ok(lost > 1, 'it was sent again');
  assert.equal(await remindedAt(letter), 1);
  const [told] = await b.house.sql(`select data ->> 'by' as by, data ->> 'senderName' as sender from audit.entry where type = 'exchange.message-reminded'`);
  assert.match(String(told?.['by']), /Đỗ Văn Nam/, 'the receiver reads who reminds');
  assert.equal(told?.['sender'], 'Sở Nội vụ');
  const line = await lineOf(letter);
  assert.deepEqual([line.reminderCount, line.remindedAt !== null, line.hearsReminders], [1, true, true]);
  assert.equal((await newestParcelAt(a, 'reminder'))?.['state'], 'processed');
  assert.equal((await a.house.sql(`select 1 from audit.entry where type = 'exchange.reminder-sent' and subject_id = $1`, [letter.subject.id])).length, 1);
  await pass(3_600_000);
  assert.deepEqual(await remind(letter), [commune.there], 'and again when the hour is over');
  await settle(a, b);
  assert.equal(await remindedAt(letter), 2);
});

test('who has registered the document meanwhile hears nothing of a reminder', async () => {
  const letter = await arrivedLetter();
  toB.decide(() => ({ kind: 'cut', afterBytes: 0 }));
  await remind(letter);
  await settle(a, b);
  const { id } = await messageOf(letter);
  await run(b.house.kernel, answerMessage, { agencyId: commune.id, messageId: id, status: '03' }, { actor: aClerk(commune.id) });
  toB.decide(() => ({ kind: 'pass' }));
  await pass(600_000, b, a, b);
  assert.equal((await newestParcelAt(a, 'reminder'))?.['state'], 'processed');
  assert.equal(await remindedAt(letter), 0);
  await assert.rejects(remind(letter), refusedWith('exchange.nobodyToRemind'));
});

async function lineFrom(at: Installation, partnerId: string): Promise<InstallationLine> {
  const partner = await findPartner(at.house.kernel.database.pool, partnerId);
  assert.ok(partner);
  // safe because a partner of this protocol has settings of its adapter
  return openLine(at.house.kernel, partner, AbortSignal.timeout(10_000)) as InstallationLine;
}

const offer = (line: InstallationLine, parcel: object) => callPeer(line, { method: 'POST', path: '/parcels', body: Buffer.from(JSON.stringify(parcel)) }, parcelReply);

test('an installation speaks only of what went between it and us: anything else is refused with its code, and nothing is kept of it', async () => {
  const letter = await arrivedLetter();
  const [sent] = await a.house.sql(`select encode(e.content_hash, 'hex') as hash, d.transfer_id as "parcelId" from exchange.envelope e join exchange.delivery d on d.agency_id = e.agency_id and d.envelope_id = e.id where e.id = $1`, [letter.envelopeId]);
  const about = { version: 1, envelopeId: letter.envelopeId, contentHash: String(sent?.['hash']), addressed: { ref: commune.there, code: null } };
  const openedAt = a.house.clock.now();
  const opening = { ...about, kind: 'opening', sender: { ref: sender, code: null }, at: openedAt.toISOString() };
  const reminder = { ...about, kind: 'reminder', parcelId: String(sent?.['parcelId']), by: 'Người lạ', at: '2026-11-22T08:00:00Z' };
  const [fromC, fromB, fromA] = [await lineFrom(c, other.atGuest), await lineFrom(b, pair.atGuest), await lineFrom(a, pair.atInviter)];
  const code = async (line: InstallationLine, parcel: object): Promise<string> => {
    const reply = await offer(line, { id: newId(), ...parcel });
    return reply.state === 'refused' ? reply.code : reply.state;
  };
  assert.equal(await code(fromC, opening), 'openingUnknown', 'it went through another partner');
  assert.equal(await code(fromC, reminder), 'reminderUnknown');
  assert.equal(await code(fromB, { ...opening, contentHash: 'ab'.repeat(32) }), 'openingUnknown', 'another content than was sent');
  assert.equal(await code(fromB, { ...opening, sender: { ref: newId(), code: null } }), 'openingUnknown');
  assert.equal(await code(fromB, { ...opening, addressed: { ref: sender, code: null } }), 'openingUnknown', 'another recipient than was written on it');
  assert.equal(await code(fromB, { ...reminder, parcelId: newId() }), 'reminderUnknown', 'who received a letter does not remind of it');
  assert.equal(await code(fromA, { ...reminder, parcelId: newId() }), 'reminderUnknown');
  assert.equal(await code(fromA, { ...reminder, addressed: { ref: sender, code: null } }), 'reminderUnknown');
  await settle(a, b, c);
  assert.equal((await lineOf(letter)).openedAt, null);
  assert.equal(await remindedAt(letter), 0);
  for (const at of [a, b]) assert.deepEqual(await at.house.sql(`select state from exchange.inbound where state in ('quarantined', 'refused', 'waiting')`), []);
  assert.equal(await code(fromB, opening), 'processed', 'the one that took it is believed');
  await settle(a);
  assert.equal(Date.parse(String((await lineOf(letter)).openedAt)), openedAt.getTime());
});

const knows = (at: Installation, partnerId: string, features: string[]) =>
  run(at.house.kernel, async (ctx) => {
    const partner = await findPartner(ctx, partnerId);
    assert.ok(partner);
    await keepFeatures(ctx, { partner, features });
  }, undefined, { actor: systemActor('test') });

test('a partner of an older version is told nothing that it could not read, and what is not known is not claimed; once it is newer it learns what it missed', async () => {
  isOlder = true;
  await knows(a, pair.atInviter, FIRST);
  await knows(b, pair.atGuest, FIRST);
  const [before, taken] = [(await parcelsAt(b, 'opening')).length, (await parcelsAt(a, 'reminder')).length];
  for (const network of [toA, toB]) network.seen.length = 0;
  const letter = await arrivedLetter();
  const line = await lineOf(letter);
  assert.deepEqual([line.tellsOpenings, line.hearsReminders], [false, false]);
  await assert.rejects(remind(letter), refusedWith('exchange.nobodyToRemind'));
  await open(letter);
  await settle(b, a);
  assert.equal((await lineOf(letter)).openedAt, null);
  assert.deepEqual([(await parcelsAt(b, 'opening')).length, (await parcelsAt(a, 'reminder')).length], [before, taken], 'nothing of it stands in the outbox');
  const told = [...toA.seen, ...toB.seen].filter(({ url }) => url.endsWith('/parcels')).map(({ body }) => /"kind":"(\w+)"/.exec(body.toString('utf8'))?.[1]);
  assert.ok(told.length > 0 && told.every((kind) => kind === 'envelope' || kind === 'answer'), told.join(' '));

  isOlder = false;
  // Both have the newer version now, and hear of it when they next read each other's directory.
  const readDirectory = async (at: Installation, partnerId: string): Promise<void> => {
    await run(at.house.kernel, (ctx) => {
      // safe because the nil UUID names no real agency
      ctx.enqueue({ kind: 'exchange.read-directory', agencyId: '00000000-0000-0000-0000-000000000000' as Id<'agency'>, payload: { partnerId }, dedupeKey: newId() });
      return Promise.resolve();
    }, undefined, { actor: systemActor('test') });
    await at.house.drain();
  };
  await readDirectory(a, pair.atInviter);
  await readDirectory(b, pair.atGuest);
  await settle(b, a);
  const now = await lineOf(letter);
  assert.deepEqual([now.tellsOpenings, now.openedAt !== null], [true, true], 'what was opened before is not shown as unopened');
  assert.deepEqual(await remind(letter), [commune.there]);
});

test('what waits for a partner that understands it no longer leaves the outbox, and what waits behind it goes', async () => {
  const letter = await arrivedLetter();
  toA.decide(() => ({ kind: 'cut', afterBytes: 0 }));
  await open(letter);
  const { id } = await messageOf(letter);
  await run(b.house.kernel, answerMessage, { agencyId: commune.id, messageId: id, status: '03' }, { actor: aClerk(commune.id) });
  await settle(b);
  assert.equal((await newestParcelAt(b, 'opening'))?.['state'], 'waiting', JSON.stringify(await parcelsAt(b, 'opening')));
  isOlder = true;
  await knows(b, pair.atGuest, FIRST);
  const { state, code } = (await newestParcelAt(b, 'opening')) ?? {};
  assert.deepEqual([state, code], ['refused', 'notUnderstood']);
  toA.decide(() => ({ kind: 'pass' }));
  await pass(3_600_000, b, a, b, a);
  assert.deepEqual([(await lineOf(letter)).state, (await lineOf(letter)).openedAt], ['registered', null]);
  isOlder = false;
  await pass(16 * 60_000, b, a);
  assert.ok((await lineOf(letter)).openedAt, 'and it goes after all once the partner understands it again');
});

test('one that cannot be called fetches reminders with its letters and tells its openings; it says what it understands when it asks', async () => {
  const { id: party, idAt } = await anAgencyAt(c, 'Đảng ủy phường', [{ at: a, partnerId: other.atInviter }]);
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: idAt });
  const fetched = async (): Promise<void> => {
    for (const each of [a, b]) each.house.clock.advance(31_000);
    await settle(a);
    await c.pass(31_000);
    await settle(c, a);
  };
  await fetched();
  assert.deepEqual([(await lineOf(letter)).state, (await lineOf(letter)).tellsOpenings], ['arrived', true]);
  assert.deepEqual(await remind(letter), idAt);
  await fetched();
  await fetched();
  const [message] = await c.house.sql('select id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  const messageId = String(message?.['id']);
  assert.equal(await recordedAt(c, 'exchange.message-reminded', 'messageId', messageId), 1);
  assert.equal((await newestParcelAt(a, 'reminder'))?.['state'], 'processed');
  // safe because the column holds message ids
  await run(c.house.kernel, openMessage, { agencyId: party, messageId: messageId as Id<'message'> }, { actor: aClerk(party) });
  await settle(c, a);
  assert.ok((await lineOf(letter)).openedAt);

  // Of an older version it asks without a word of what it understands.
  await callPeer(await lineFrom(c, other.atGuest), { method: 'GET', path: '/waiting' }, waitingReply);
  assert.deepEqual([(await lineOf(letter)).tellsOpenings, (await lineOf(letter)).hearsReminders], [false, false]);
  await fetched();
  assert.deepEqual([(await lineOf(letter)).tellsOpenings, (await lineOf(letter)).hearsReminders], [true, true]);
});

test('of an agency to which the other installation only passes the letter on nothing is claimed, and no reminder goes to it', async () => {
  const code = 'H38.72.01';
  const vendor = await aVendor(b, 'chieu-sang', { code, name: 'Công ty chiếu sáng' });
  await knows(a, pair.atInviter, [...FIRST, 'relay', 'openings', 'reminders']);
  // Directories are read every quarter of an hour.
  await pass(16 * 60_000, b, a);
  const [company] = await a.house.sql('select agency_id as id from exchange.partner_agency where code = $1 and valid_to is null', [code]);
  assert.ok(company, 'it is announced');
  // safe because the column holds agency ids
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [company['id'] as Id<'agency'>] });
  await settle(a, b);
  const { message } = await vendor.fetchDocument();
  await vendor.answer(message, '01');
  await settle(b, a);
  const line = await lineOf(letter);
  assert.deepEqual([line.state, line.tellsOpenings, line.hearsReminders], ['arrived', false, false]);
  await assert.rejects(remind(letter), refusedWith('exchange.nobodyToRemind'));
});
