import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { run } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { readBytes } from '#engines/files/index.ts';
import { retryDelivery } from '../commands/retry-delivery.ts';
import { sendEnvelope } from '../commands/send-envelope.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { stuckDeliveries } from '../queries/troubled-deliveries.ts';
import { aClerk, aDocument, aMainFile, anAgency, aSentLetter } from '../testing.ts';
import { definePartnerAdapter, PartnerUnavailable, type Parcel, type PartnerId, type Reading, type SendResult, type TransferId } from './adapter.ts';
import { keepInbound } from './inbound.ts';
import { takeTransfer } from './take-transfer.ts';
import { openInstallation, withAdapter, type Installation } from './testing.ts';

// An axis that the test plays: what it answers, and what it was sent.
let answer: (parcel: Parcel) => Promise<SendResult>;
let reading: (original: string) => Reading;
const sent: Parcel[] = [];
const axis = definePartnerAdapter({
  protocol: 'provincial_axis',
  config: z.object({ systemId: z.string().min(1) }),
  secrets: z.object({ key: z.string().min(1) }),
  send: (line, parcel) => {
    assert.equal(line.secrets.key, 'bí mật', 'the adapter gets its secrets opened');
    sent.push(parcel);
    return answer(parcel);
  },
  read: async ({ kernel }, { sha256 }) => reading((await readBytes(kernel, sha256)).toString('utf8')),
  test: () => Promise.resolve({ vi: 'Có trả lời', en: 'It answers' }),
});

let place: Installation;
let partnerId: string;
let sender: Id<'agency'>;
let outside: Id<'agency'>;
const partner = { protocol: 'provincial_axis', name: 'Trục tỉnh', address: 'https://truc.example', config: { systemId: 'LT' }, secrets: { key: 'bí mật' } };
before(async () => {
  place = await openInstallation({ modules: withAdapter(axis) });
  const added = await place.call<{ partnerId: string }>('POST', '/api/v1/exchange/partners', { body: partner });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  ({ partnerId } = added.body);
  sender = await anAgency(place.house.kernel, 'Sở Nội vụ');
  outside = await anAgency(place.house.kernel, 'Bộ Nội vụ', { hosting: 'external' });
  assert.equal((await place.call('POST', `/api/v1/exchange/partners/${partnerId}/agencies`, { body: { agencyId: outside, remoteId: 'G09' } })).status, 204);
});
after(() => place.close());
beforeEach(() => {
  sent.length = 0;
  answer = () => Promise.resolve({ outcome: 'accepted', partnerRef: newId() });
});

const parcel = async (envelopeId: string) => (await place.house.sql('select id, agency_id, state, attempts, problem_code, next_try_at, partner_ref from exchange.transfer where envelope_id = $1', [envelopeId]))[0];
const line = async (letter: { subject: { type: string; id: string } }) => (await deliveriesOf(place.house.kernel.database.pool, { agencyId: sender, subject: letter.subject }))[0];
const letterOut = () => aSentLetter(place.house.kernel, { from: sender, to: [outside] });

test('what is wrong with the settings of a partner is named, and secrets are never shown again', async () => {
  const add = (body: Record<string, unknown>) => place.call<{ code: string; message: string }>('POST', '/api/v1/exchange/partners', { body: { ...partner, ...body } });
  assert.match((await add({ name: 'Trục khác', config: {} })).body.message, /systemId/);
  assert.match((await add({ name: 'Trục khác', secrets: {} })).body.message, /key/);
  assert.equal((await add({ name: 'TRỤC TỈNH' })).body.code, 'exchange.partnerNameTaken');
  assert.equal((await add({ name: 'Tỉnh bạn', protocol: 'installation' })).body.code, 'exchange.partnerInvitesByKeys');
  const shown = JSON.stringify((await place.call('GET', '/api/v1/exchange/partners')).body);
  assert.ok(!shown.includes('bí mật'));
  const [row] = await place.house.sql('select sealed_secrets from exchange.partner where id = $1', [partnerId]);
  // safe because the column is bytea
  assert.ok(!(row?.['sealed_secrets'] as Buffer).includes(Buffer.from('bí mật')));
  assert.equal((await place.call('PUT', `/api/v1/exchange/partners/${partnerId}/secrets`, { body: { secrets: { key: 'bí mật' } } })).status, 204);
});

test('a final refusal brings the delivery back with the partner’s words and is not tried again', async () => {
  answer = () => Promise.resolve({ outcome: 'refused', code: '18', problem: 'Nơi nhận không tồn tại' });
  const letter = await letterOut();
  await place.house.drain();
  await place.pass(3_600_000);
  assert.equal(sent.length, 1);
  assert.deepEqual([(await line(letter))?.state, (await line(letter))?.reason], ['returned', 'Trục tỉnh: Nơi nhận không tồn tại']);
});

test('a partner out of reach is tried again with pauses; one that asks for time is left in peace for so long', async () => {
  answer = () => Promise.reject(new PartnerUnavailable('unreachable', { problem: 'ECONNREFUSED' }));
  const letter = await letterOut();
  await place.house.drain();
  await place.house.drain();
  assert.equal(sent.length, 1, 'not before its pause');
  const troubles = await stuckDeliveries(place.house.kernel.database.pool, { now: place.house.clock.now(), agencyId: sender });
  assert.deepEqual(troubles.filter((trouble) => trouble.envelopeId === letter.envelopeId).map(({ trouble, problem }) => [trouble, problem]), [['retrying', 'ECONNREFUSED']]);
  answer = () => Promise.reject(new PartnerUnavailable('busy', { problem: 'bận', retry: 'later', retryAfterMs: 600_000 }));
  await place.pass(5000);
  assert.equal(sent.length, 2);
  await place.pass(590_000);
  assert.equal(sent.length, 2);
  answer = () => Promise.resolve({ outcome: 'accepted' });
  await place.pass(20_000);
  assert.deepEqual([sent.length, (await parcel(letter.envelopeId))?.['state']], [3, 'sent']);
  assert.deepEqual(new Set(sent.map((each) => each.id)).size, 1, 'always the same parcel');
});

test('a clerk may try a waiting delivery at once, as any other', async () => {
  answer = () => Promise.reject(new PartnerUnavailable('busy', { problem: 'bận', retry: 'later', retryAfterMs: 3_600_000 }));
  const letter = await letterOut();
  await place.house.drain();
  answer = () => Promise.resolve({ outcome: 'processed' });
  place.house.clock.advance(1000);
  await run(place.house.kernel, retryDelivery, { agencyId: sender, envelopeId: letter.envelopeId, recipientAgencyId: outside }, { actor: aClerk(sender) });
  await place.house.drain();
  assert.equal((await parcel(letter.envelopeId))?.['state'], 'processed');
});

test('a defect of our own is given up after twelve tries and hurts neither the line nor its neighbours', async () => {
  const broken = await letterOut();
  answer = (each) => (each.kind === 'envelope' && each.envelope.envelopeId === broken.envelopeId ? Promise.reject(new TypeError('defect')) : Promise.resolve({ outcome: 'accepted' }));
  const good = await letterOut();
  for (let tries = 0; tries < 13; tries += 1) await place.pass(3_600_000);
  assert.deepEqual([(await parcel(broken.envelopeId))?.['state'], (await parcel(broken.envelopeId))?.['problem_code']], ['failed', 'defect']);
  assert.equal((await parcel(good.envelopeId))?.['state'], 'sent');
  const { body } = await place.call<{ line: { circuit: string; failed: number } }>('GET', `/api/v1/exchange/partners/${partnerId}`);
  assert.equal(body.line.circuit, 'closed');
  const listed = await place.call<{ transfers: { id: string; state: string }[] }>('GET', '/api/v1/exchange/transfers?state=failed');
  assert.deepEqual(listed.body.transfers.map((each) => each.state), ['failed']);
  answer = () => Promise.resolve({ outcome: 'accepted' });
  const failed = await parcel(broken.envelopeId);
  assert.equal((await place.call('POST', `/api/v1/exchange/agencies/${sender}/transfers/${String(failed?.['id'])}/retry`)).status, 204);
  await place.house.drain();
  assert.equal((await parcel(broken.envelopeId))?.['state'], 'sent');
});

test('who dies between sending and noting it: the same parcel goes again when its hold has ended', async () => {
  const letter = await letterOut();
  await handOver(letter.envelopeId);
  // As far as a worker gets that is killed in the middle: taken up, perhaps sent, not noted.
  const taken = await run(place.house.kernel, takeTransfer, await keyOf(letter.envelopeId), { actor: systemActor('test') });
  assert.ok(taken);
  answer = () => Promise.resolve({ outcome: 'accepted' });
  await place.house.drain();
  const ofLetter = () => sent.filter((each) => each.kind === 'envelope' && each.envelope.envelopeId === letter.envelopeId);
  assert.equal(ofLetter().length, 0, 'nobody else takes it up while it may still be under way');
  await place.pass(130_000);
  assert.deepEqual([ofLetter().map((each) => each.id), (await parcel(letter.envelopeId))?.['state']], [[taken.transfer.id], 'sent']);
});

/** Lays the letter's delivery into the outbox, as the delivery job does, and takes its own job away. */
async function handOver(envelopeId: string): Promise<void> {
  answer = () => Promise.reject(new PartnerUnavailable('busy', { problem: 'bận', retry: 'later', retryAfterMs: 1000 }));
  await place.house.drain();
  sent.length = 0;
  await place.house.sql(`delete from kernel.job where kind = 'exchange.send-parcel' and payload ->> 'transferId' = (select id::text from exchange.transfer where envelope_id = $1)`, [envelopeId]);
  place.house.clock.advance(2000);
}

async function keyOf(envelopeId: string) {
  const row = await parcel(envelopeId);
  // safe because the columns hold these ids
  return { agencyId: row?.['agency_id'] as Id<'agency'>, transferId: row?.['id'] as Id<'transfer'> };
}

test('the parcels of one document keep their order; those of others do not wait', async () => {
  const subject = { type: 'outgoing-document', id: newId() };
  const file = await aMainFile(place.house.kernel);
  const sendOne = (summary: string) => run(place.house.kernel, sendEnvelope, { agencyId: sender, subject, recipients: [outside], document: aDocument({ summary }), files: [file] }, { actor: aClerk(sender) });
  answer = () => Promise.reject(new PartnerUnavailable('busy', { problem: 'bận', retry: 'later', retryAfterMs: 30_000 }));
  const first = await sendOne('trước');
  await place.house.drain();
  answer = () => Promise.resolve({ outcome: 'accepted' });
  const second = await sendOne('sau');
  const other = await letterOut();
  await place.house.drain();
  assert.deepEqual(await Promise.all([first, second, other.envelopeId].map(async (id) => (await parcel(id))?.['state'])), ['waiting', 'waiting', 'sent']);
  await place.pass(31_000);
  await place.pass(6000);
  assert.deepEqual(await Promise.all([first, second].map(async (id) => (await parcel(id))?.['state'])), ['sent', 'sent']);
  assert.deepEqual(sent.flatMap((each) => (each.kind === 'envelope' ? each.envelope.document.summary : [])).filter((text) => text === 'trước' || text === 'sau'), ['trước', 'trước', 'sau']);
});

test('the next parcel of a document goes when the one before it went, also while somebody looks at it in that very moment', async () => {
  const { house } = place;
  const subject = { type: 'outgoing-document', id: newId() };
  const file = await aMainFile(house.kernel);
  const sendOne = (summary: string) => run(house.kernel, sendEnvelope, { agencyId: sender, subject, recipients: [outside], document: aDocument({ summary }), files: [file] }, { actor: aClerk(sender) });
  answer = () => Promise.reject(new PartnerUnavailable('busy', { problem: 'bận', retry: 'later', retryAfterMs: 30_000 }));
  await sendOne('trước');
  const second = await sendOne('sau');
  await house.drain();
  answer = () => Promise.resolve({ outcome: 'accepted' });
  house.clock.advance(31_000);
  const now = house.clock.now();
  const transferId = String((await parcel(second))?.['id']);
  // Another worker has taken up a try of this moment, and found the parcel blocked.
  await house.sql(`update kernel.job set run_at = $2, dedupe_key = payload ->> 'transferId' || ':' || $3, lease_until = $4 where kind = 'exchange.send-parcel' and payload ->> 'transferId' = $1`, [
    transferId,
    now,
    String(now.getTime()),
    new Date(now.getTime() + 600_000),
  ]);
  await house.drain();
  assert.equal((await parcel(second))?.['state'], 'sent');
});

test('whoever waits for the one that ends the parcel before it finds it ended, and goes', async () => {
  const { house } = place;
  const subject = { type: 'outgoing-document', id: newId() };
  const file = await aMainFile(house.kernel);
  const sendOne = (summary: string) => run(house.kernel, sendEnvelope, { agencyId: sender, subject, recipients: [outside], document: aDocument({ summary }), files: [file] }, { actor: aClerk(sender) });
  answer = () => Promise.reject(new PartnerUnavailable('busy', { problem: 'bận', retry: 'later', retryAfterMs: 30_000 }));
  const [first, second] = [await sendOne('trước'), await sendOne('sau')];
  await house.drain();
  house.clock.advance(61_000);
  // safe because the columns hold ids of transfers
  const [ended, follower] = [(await parcel(first))?.['id'] as TransferId, (await parcel(second))?.['id'] as TransferId];
  const options = { actor: systemActor('exchange.send-parcel') };
  let looking: ReturnType<typeof lookAt> | undefined;
  const lookAt = () => run(house.kernel, takeTransfer, { agencyId: sender, transferId: follower }, options);
  await run(
    house.kernel,
    async (ctx) => {
      await ctx.query(`update exchange.transfer set state = 'processed', next_try_at = null where agency_id = $1 and id = $2`, [sender, ended]);
      await ctx.query('update exchange.transfer set next_try_at = $3 where agency_id = $1 and id = $2', [sender, follower, ctx.now]);
      looking = lookAt();
      while ((await house.sql(`select 1 from pg_locks where not granted`)).length === 0) await pause(5);
    },
    undefined,
    options,
  );
  assert.equal((await looking)?.transfer.id, follower);
});

test('a large parcel that goes on in slices is no failure', async () => {
  let slices = 0;
  const letter = await letterOut();
  answer = (each) => {
    if (each.kind !== 'envelope' || each.envelope.envelopeId !== letter.envelopeId) return Promise.resolve({ outcome: 'accepted' });
    slices += 1;
    return Promise.resolve(slices < 4 ? { outcome: 'continues' } : { outcome: 'processed' });
  };
  for (let passes = 0; passes < 5; passes += 1) await place.pass(5000);
  assert.deepEqual([slices, (await parcel(letter.envelopeId))?.['state']], [4, 'processed']);
});

test('an axis tells later what became of a parcel: its status and its refusal reach the sender, each once', async () => {
  answer = () => Promise.resolve({ outcome: 'accepted', partnerRef: 'DOC-1' });
  const letter = await letterOut();
  await place.house.drain();
  reading = (text) => {
    const [status, ref] = text.split(' ');
    assert.equal(ref, 'DOC-1');
    const facts = { senderAgencyId: sender, envelopeId: letter.envelopeId, addressed: { ref: outside, code: null }, at: place.house.clock.now(), by: { name: 'Văn thư Bộ', title: null }, reason: null };
    return { ok: true, content: { kind: 'answer', status: status === '03' ? '03' : '01', ...facts } };
  };
  // safe because the id is that of a partner
  const come = (ref: string, text: string) => keepInbound(place.house.kernel, { partnerId: partnerId as PartnerId, partnerRef: ref, original: Buffer.from(text), mediaType: 'text/plain' });
  await come('S-1', '01 DOC-1');
  await come('S-1', '01 DOC-1');
  await place.house.drain();
  await come('S-2', '03 DOC-1');
  await place.house.drain();
  assert.deepEqual((await line(letter))?.answers.map((each) => each.status), ['01', '03']);
  assert.equal((await parcel(letter.envelopeId))?.['state'], 'processed');
  await assert.rejects(come('S-1', '03 DOC-1'), /parcelChanged/);
  reading = () => {
    throw new Error('an adapter that fails');
  };
  await come('S-3', '??');
  for (let tries = 0; tries < 6; tries += 1) await place.pass(60_000);
  const [row] = await place.house.sql(`select state, problem_code as code from exchange.inbound where partner_ref = 'S-3'`);
  assert.deepEqual(row, { state: 'quarantined', code: 'defect' }, 'what fails for no known reason ends in sight, too');
});
