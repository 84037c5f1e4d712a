import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { run } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { answerMessage, sendEnvelope, sendNotice } from '#engines/exchange/index.ts';
import type { PartnerId } from '#engines/exchange/partners/adapter.ts';
import { settle } from '#engines/exchange/partners/testing.ts';
import { handOver, type HandedOver } from '#engines/exchange/partners/transfers.ts';
import { aClerk, aDocument, aMainFile, anAgency, aSentLetter } from '#engines/exchange/testing.ts';
import { openPair, type Pair } from './pair.ts';

// What the random rounds found once, each as a story of its own.

let pair: Pair;
before(async () => {
  pair = await openPair();
});
after(() => pair.close());

/** A letter of A that B has, while B's answer to it is still on its way. */
async function letterWithoutItsAnswer(): Promise<Awaited<ReturnType<Pair['send']>>> {
  const letter = await pair.send();
  pair.toA.decide(({ method }) => (method === 'POST' ? { kind: 'impostor', status: 502, body: 'Bad Gateway' } : { kind: 'pass' }));
  await settle(pair.a, pair.b);
  pair.toA.decide(() => ({ kind: 'pass' }));
  const [row] = await pair.a.house.sql('select state from exchange.delivery where envelope_id = $1', [letter.envelopeId]);
  assert.equal(row?.['state'], 'waiting');
  return letter;
}

const stateOf = async (envelopeId: string) => (await pair.a.house.sql('select state from exchange.delivery where envelope_id = $1', [envelopeId]))[0]?.['state'];

test('the answer to a replaced document that comes after that to its replacement does not bring the old one back', async () => {
  const letter = await letterWithoutItsAnswer();
  await replacementOf(letter);
  await settle(pair.a, pair.b);
  await pair.assertSame();
  assert.equal(await stateOf(letter.envelopeId), 'replaced');
});

test('the answer to a recalled document that comes after the agreement to its recall does not bring it back', async () => {
  const { a, sender } = pair;
  const letter = await letterWithoutItsAnswer();
  await run(a.house.kernel, sendNotice, { agencyId: sender.id, subject: letter.subject, kind: 'recall', reason: 'Sai thẩm quyền' }, { actor: aClerk(sender.id) });
  await settle(a, pair.b);
  await pair.assertSame();
  assert.equal(await stateOf(letter.envelopeId), 'recalled');
});

/** Replaces what was sent, at everybody who has it. */
async function replacementOf(letter: { subject: { type: string; id: string } }, to = pair.receiver.there): Promise<Awaited<ReturnType<Pair['send']>>> {
  const { a, sender } = pair;
  const subject = { type: 'outgoing-document', id: newId() };
  const replaces = { subject: letter.subject, reason: 'Sai số liệu' };
  const files = [await aMainFile(a.house.kernel)];
  const envelopeId = await run(a.house.kernel, sendEnvelope, { agencyId: sender.id, subject, recipients: [to], document: aDocument(), files, replaces }, { actor: aClerk(sender.id) });
  return { envelopeId, subject };
}

test('a document whose replacement was itself replaced before its own answer came is replaced all the same', async () => {
  const first = await letterWithoutItsAnswer();
  const second = await replacementOf(first);
  await settle(pair.a, pair.b);
  const third = await replacementOf(second);
  await settle(pair.a, pair.b);
  await pair.assertSame();
  assert.deepEqual([await stateOf(first.envelopeId), await stateOf(second.envelopeId), await stateOf(third.envelopeId)], ['replaced', 'replaced', 'arrived']);
});

/** What becomes of a replacement after it arrived: its sender recalls it, or its receiver refuses it. */
async function endOf(replacement: Awaited<ReturnType<Pair['send']>>, end: 'recalled' | 'refused'): Promise<void> {
  const { a, b, sender } = pair;
  if (end === 'recalled') await run(a.house.kernel, sendNotice, { agencyId: sender.id, subject: replacement.subject, kind: 'recall', reason: 'Sai thẩm quyền' }, { actor: aClerk(sender.id) });
  else await answer(replacement, { status: '02', reason: 'Không đúng thẩm quyền' });
  await settle(a, b, a);
}

/** B's clerk answers a letter. */
async function answer(letter: { envelopeId: string }, given: { status: '02'; reason: string } | { status: '03' }): Promise<void> {
  const { b, receiver } = pair;
  const [message] = await b.house.sql('select id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  // safe because the column holds message ids
  await run(b.house.kernel, answerMessage, { agencyId: receiver.id, messageId: message?.['id'] as Id<'message'>, ...given }, { actor: aClerk(receiver.id) });
}

for (const end of ['recalled', 'refused'] as const) {
  test(`a document whose replacement was ${end} before its own answer came is replaced all the same`, async () => {
    const first = await letterWithoutItsAnswer();
    const second = await replacementOf(first);
    await settle(pair.a, pair.b);
    await endOf(second, end);
    await pair.assertSame();
    assert.deepEqual([await stateOf(first.envelopeId), await stateOf(second.envelopeId)], ['replaced', end]);
  });

  test(`a document that arrives after its replacement, and after that was ${end}, is replaced all the same`, async () => {
    pair.toB.decide(({ method }) => (method === 'POST' ? { kind: 'impostor', status: 502, body: 'Bad Gateway' } : { kind: 'pass' }));
    const first = await pair.send();
    await settle(pair.a);
    pair.toB.decide(() => ({ kind: 'pass' }));
    const second = await replacementOf(first);
    await settle(pair.a, pair.b, pair.a);
    await endOf(second, end);
    assert.equal((await pair.b.house.sql('select 1 from exchange.message where envelope_id = $1', [first.envelopeId])).length, 0, 'the old one is still on its way');
    await pair.assertSame();
    assert.deepEqual([await stateOf(first.envelopeId), await stateOf(second.envelopeId)], ['replaced', end]);
  });
}

test('a document whose registration was heard of before its arrival, and its replacement before both, is replaced all the same', async () => {
  const { a, b } = pair;
  const first = await letterWithoutItsAnswer();
  await answer(first, { status: '03' });
  await settle(b);
  const second = await replacementOf(first);
  await settle(a, b, a);
  assert.deepEqual([await stateOf(first.envelopeId), await stateOf(second.envelopeId)], ['waiting', 'arrived']);
  // The arrival lies here already, but the disk it is read from hesitates: the registration is read first.
  for (const each of [a, b]) each.house.clock.advance(5000);
  await settle(b);
  await a.house.sql(`update kernel.job set run_at = run_at + interval '1 minute' where kind = 'exchange.take-inbound' and payload->>'inboundId' in (select id::text from exchange.inbound where state = 'waiting' order by received_at, id limit 1)`);
  for (const each of [a, b]) each.house.clock.advance(5000);
  await settle(a, b, a);
  await pair.assertSame();
  assert.equal(await stateOf(first.envelopeId), 'replaced');
});

test('the answers to a replacement and to what replaces it in turn, read at the same moment, agree', async () => {
  const { a, b } = pair;
  const first = await pair.send();
  await pair.assertSame();
  pair.toA.decide(({ method }) => (method === 'POST' ? { kind: 'impostor', status: 502, body: 'Bad Gateway' } : { kind: 'pass' }));
  const second = await replacementOf(first);
  await settle(a, b);
  const third = await replacementOf(second);
  await settle(a, b);
  pair.toA.decide(() => ({ kind: 'pass' }));
  for (const each of [a, b]) each.house.clock.advance(60_000);
  await settle(b);
  // Both answers lie here. The one to the last document is held up at its last statement, while the other goes on.
  const holder = new pg.Client({ connectionString: a.house.ownerUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select 1 from exchange.transfer where envelope_id = $1 for update', [third.envelopeId]);
  const working = a.house.drain();
  await untilHeldUp(second);
  await holder.query('rollback');
  await holder.end();
  await working;
  await pair.assertSame();
  assert.deepEqual([await stateOf(second.envelopeId), await stateOf(third.envelopeId)], ['replaced', 'arrived']);
});

/** Until the answer to a letter is written down, or waits for somebody. */
async function untilHeldUp(letter: { envelopeId: string }): Promise<void> {
  for (let looks = 0; looks < 200; looks += 1) {
    const [row] = await pair.a.house.sql(`select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    if (Number(row?.['n']) > 1 || ((await stateOf(letter.envelopeId)) !== 'waiting' && Number(row?.['n']) > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('neither answer was read');
}

test('a document that was refused stays refused, also when its refusal comes after the agreement to its recall', async () => {
  const { a, b, sender, receiver } = pair;
  const letter = await pair.send();
  await pair.assertSame();
  const [message] = await b.house.sql('select id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  // safe because the column holds message ids
  const messageId = message?.['id'] as Id<'message'>;
  await run(b.house.kernel, answerMessage, { agencyId: receiver.id, messageId, status: '02', reason: 'Không đúng thẩm quyền' }, { actor: aClerk(receiver.id) });
  pair.toA.decide(({ method }) => (method === 'POST' ? { kind: 'impostor', status: 502, body: 'Bad Gateway' } : { kind: 'pass' }));
  await settle(b);
  pair.toA.decide(() => ({ kind: 'pass' }));
  await run(a.house.kernel, sendNotice, { agencyId: sender.id, subject: letter.subject, kind: 'recall', reason: 'Sai thẩm quyền' }, { actor: aClerk(sender.id) });
  await settle(a, b, a);
  await pair.assertSame();
  assert.equal(await stateOf(letter.envelopeId), 'refused');
});

test('within one installation, too, a letter that is delivered after its replacement is replaced on both sides', async () => {
  const { house } = pair.a;
  const to = await anAgency(house.kernel, 'UBND xã Nông Cống');
  const letter = await aSentLetter(house.kernel, { from: pair.sender.id, to: [to] });
  const putOff = (by: string) => house.sql(`update kernel.job set run_at = run_at + $2::interval where kind = 'exchange.inspect' and payload->>'envelopeId' = $1`, [letter.envelopeId, by]);
  await putOff('1 hour');
  await replacementOf(letter, to);
  await house.drain();
  await putOff('-1 hour');
  await house.drain();
  const [message] = await house.sql('select state from exchange.message where envelope_id = $1', [letter.envelopeId]);
  assert.deepEqual([message?.['state'], await stateOf(letter.envelopeId)], ['replaced', 'replaced']);
});

test('an answer under a key that its giver has not told yet waits while the giver is out of reach, and no person is called', async () => {
  const { a, b, toB, partners } = pair;
  const letter = await letterWithoutItsAnswer();
  await a.house.sql(`update exchange.partner set pinned = jsonb_set(pinned, '{receiptKeys}', '[]') where id = $1`, [partners.atInviter]);
  toB.decide(() => ({ kind: 'impostor', status: 502, body: 'Bad Gateway' }));
  for (const each of [a, b]) each.house.clock.advance(5000);
  await settle(b);
  for (let tries = 0; tries < 7; tries += 1) await a.pass(60_000);
  const [waiting] = await a.house.sql(`select i.state, j.attempts from exchange.inbound i left join kernel.job j on j.payload->>'inboundId' = i.id::text where i.state <> 'applied'`);
  assert.deepEqual(waiting?.['state'], 'waiting');
  assert.ok(Number(waiting['attempts']) > 5);
  toB.decide(() => ({ kind: 'pass' }));
  b.house.clock.advance(7 * 60_000);
  await pair.assertSame();
  assert.equal(await stateOf(letter.envelopeId), 'arrived');
});

/** The letter's delivery on its way to the outbox. */
const handedOver = (letter: Awaited<ReturnType<Pair['send']>>): HandedOver => ({
  agencyId: pair.sender.id,
  envelopeId: letter.envelopeId,
  recipientAgencyId: pair.receiver.there,
  subject: letter.subject,
  to: pair.receiver.there,
  toName: 'UBND xã Hoằng Hóa',
  // safe because connecting gives partner ids
  partnerId: pair.partners.atInviter as PartnerId,
});

test('two workers that lay the same delivery into the outbox at once make one parcel', async () => {
  const letter = await pair.send();
  const { kernel } = pair.a.house;
  await Promise.all([1, 2, 3].map(() => run(kernel, handOver, [handedOver(letter)], { actor: systemActor('test') })));
  assert.equal((await pair.a.house.sql('select 1 from exchange.transfer where envelope_id = $1', [letter.envelopeId])).length, 1);
  await pair.assertSame();
});

test('a delivery that was called off while a worker took it up does not leave', async () => {
  const letter = await pair.send();
  const { kernel } = pair.a.house;
  await run(kernel, sendNotice, { agencyId: pair.sender.id, subject: letter.subject, kind: 'recall', reason: 'Sai thẩm quyền' }, { actor: aClerk(pair.sender.id) });
  await run(kernel, handOver, [handedOver(letter)], { actor: systemActor('test') });
  assert.equal(await stateOf(letter.envelopeId), 'cancelled');
  assert.equal((await pair.a.house.sql('select 1 from exchange.transfer where envelope_id = $1', [letter.envelopeId])).length, 0);
  await pair.assertSame();
});
