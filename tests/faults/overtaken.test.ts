import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { run } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { answerMessage, sendEnvelope, sendNotice } from '#engines/exchange/index.ts';
import { definePartnerAdapter, PartnerUnavailable, type PartnerId, type SendResult } from '#engines/exchange/partners/adapter.ts';
import { openInstallation, settle, withAdapter } from '#engines/exchange/partners/testing.ts';
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
  const { a, sender, receiver } = pair;
  const letter = await letterWithoutItsAnswer();
  const subject = { type: 'outgoing-document', id: newId() };
  const replaces = { subject: letter.subject, reason: 'Sai số liệu' };
  await run(a.house.kernel, sendEnvelope, { agencyId: sender.id, subject, recipients: [receiver.there], document: aDocument(), files: [await aMainFile(a.house.kernel)], replaces }, { actor: aClerk(sender.id) });
  await settle(a, pair.b);
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

test('our own database that is away for a moment is no defect of a parcel, however often the partner was out of reach before', async () => {
  let answer: () => Promise<SendResult> = () => Promise.reject(new PartnerUnavailable('busy', { problem: 'bận', retry: 'later', retryAfterMs: 1000 }));
  const axis = definePartnerAdapter({
    protocol: 'provincial_axis',
    config: z.object({}),
    secrets: z.object({}),
    send: () => answer(),
    read: () => Promise.resolve({ ok: false, code: 'none', problem: '' }),
    test: () => Promise.resolve({ vi: '', en: '' }),
  });
  const place = await openInstallation({ modules: withAdapter(axis) });
  try {
    const added = await place.call<{ partnerId: string }>('POST', '/api/v1/exchange/partners', { body: { protocol: 'provincial_axis', name: 'Trục tỉnh', address: 'https://truc.example', config: {}, secrets: {} } });
    const [from, to] = [await anAgency(place.house.kernel, 'Sở Nội vụ'), await anAgency(place.house.kernel, 'Bộ Nội vụ', { hosting: 'external' })];
    assert.equal((await place.call('POST', `/api/v1/exchange/partners/${added.body.partnerId}/agencies`, { body: { agencyId: to, remoteId: 'G09' } })).status, 204);
    const letter = await aSentLetter(place.house.kernel, { from, to: [to] });
    const parcel = async () => (await place.house.sql('select state, attempts from exchange.transfer where envelope_id = $1', [letter.envelopeId]))[0];
    for (let tries = 0; tries < 14; tries += 1) await place.pass(6000);
    assert.ok(Number((await parcel())?.['attempts']) >= 12);
    answer = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    await place.pass(6000);
    assert.equal((await parcel())?.['state'], 'waiting');
    answer = () => Promise.resolve({ outcome: 'processed' });
    await place.pass(130_000);
    assert.equal((await parcel())?.['state'], 'processed');
  } finally {
    await place.close();
  }
});
