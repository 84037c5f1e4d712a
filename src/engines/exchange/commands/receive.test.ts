import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { TestHouse } from '#kernel/testkit.ts';
import { envelope } from '../contract.ts';
import { envelopeHash, writeEnvelope } from '../envelope.ts';
import { verifyReceipt } from '../domain/receipt.ts';
import { getMessage } from '../queries/message.ts';
import { receiptKeys } from '../receipt-key.ts';
import { aDocument, aMainFile, openExchange } from '../testing.ts';
import type { FileInspection } from '../inspection.ts';
import { receive, type Arrival, type Arrived } from './receive.ts';

let house: TestHouse;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
before(async () => {
  ({ house, sender, commune } = await openExchange());
});
after(() => house.close());

const take = (arrivals: Arrival[]): Promise<Arrived[]> => run(house.kernel, receive, arrivals, { actor: systemActor('test') });

async function arrival(more: { summary?: string; envelopeId?: string; inspection?: Partial<FileInspection>; secrecy?: 'none' | 'secret' } = {}): Promise<Arrival> {
  const file = await aMainFile(house.kernel, 'nội dung');
  const envelopeId = more.envelopeId ?? newId();
  const content = envelope.parse({
    version: 1,
    envelopeId,
    sentAt: '2026-11-20T09:00:00+07:00',
    sender: { agencyId: sender, name: 'Sở Nội vụ', code: 'H56.12' },
    document: aDocument({ summary: more.summary ?? 'V/v báo cáo', secrecy: more.secrecy ?? 'none' }),
    files: [file],
  });
  const original = writeEnvelope(content);
  const found: FileInspection = { sha256: file.sha256, isPresent: true, hashMatches: true, sizeMatches: true, indication: 'UNSIGNED', signatureCount: 0, ...more.inspection };
  const receiver = { agencyId: commune, name: 'UBND xã Hoằng Hóa', code: 'H56.10.12' };
  return { ...receiver, isActive: true, addressed: receiver, envelope: { envelopeId, senderAgencyId: sender, original, contentHash: envelopeHash(original), inspection: [found] } };
}

function kept(result: Arrived | undefined): Arrived & { kind: 'kept' } {
  assert.ok(result?.kind === 'kept');
  return result;
}

const messagesOf = (envelopeId: string) => house.sql('select id, state, original, encode(content_hash, $2) as hash from exchange.message where envelope_id = $1', [envelopeId, 'hex']);
const eventsOf = async (messageId: string): Promise<unknown[]> => (await house.sql('select type from audit.entry where agency_id = $1 and subject_id = $2 order by id', [commune, messageId])).map((row) => row['type']);

test('what arrives is kept to the byte, with its steps, its files and its event', async () => {
  const incoming = await arrival();
  const [result] = await take([incoming]);
  const { messageId } = kept(result);
  const [row] = await messagesOf(incoming.envelope.envelopeId);
  assert.equal(row?.['original'], incoming.envelope.original);
  assert.equal(row['hash'], envelopeHash(incoming.envelope.original));
  const message = await getMessage(house.kernel.database.pool, { agencyId: commune, messageId });
  assert.deepEqual(message.steps.map((step) => step.step), ['original-kept', 'seen-before', 'well-formed', 'integrity', 'signatures', 'policy']);
  assert.deepEqual(await eventsOf(messageId), ['exchange.message-arrived']);
  const files = await house.sql('select f.name, encode(f.sha256, $2) as sha256 from exchange.message_file m join files.file f on f.agency_id = m.agency_id and f.id = m.file_id where m.message_id = $1', [messageId, 'hex']);
  assert.deepEqual(files, [{ name: 'van-ban.txt', sha256: incoming.envelope.inspection[0]?.sha256 }]);
});

test('the bytes of a file are stored once, however many agencies have it', async () => {
  const blobs = await house.sql(`select count(*) as count from files.blob where sha256 = sha256(convert_to('nội dung', 'UTF8'))`);
  assert.equal(blobs[0]?.['count'], 1);
});

test('the same envelope again has no second effect and gets a receipt again', async () => {
  const incoming = await arrival();
  const [first] = await take([incoming]);
  const [second] = await take([incoming]);
  assert.equal(kept(first).isNew, true);
  assert.equal(kept(second).isNew, false);
  assert.equal(kept(second).messageId, kept(first).messageId);
  assert.equal((await messagesOf(incoming.envelope.envelopeId)).length, 1);
  assert.deepEqual(await eventsOf(kept(first).messageId), ['exchange.message-arrived']);
  assert.equal(verifyReceipt(kept(second).receipt, await receiptKeys(house.kernel.database.pool)).ok, true);
});

test('the same envelope from two lines at the same moment arrives once', async () => {
  const incoming = await arrival();
  const results = await Promise.all([take([incoming]), take([incoming]), take([incoming, incoming])]);
  assert.equal(results.flat().filter((result) => kept(result).isNew).length, 1);
  assert.equal((await messagesOf(incoming.envelope.envelopeId)).length, 1);
});

test('the same envelope with another content is refused, kept apart, and leaves the first as it was', async () => {
  const first = await arrival({ summary: 'bản đầu' });
  const [arrived] = await take([first]);
  const other = await arrival({ summary: 'bản khác', envelopeId: first.envelope.envelopeId });
  assert.deepEqual((await take([other])).map((result) => result.kind), ['contradiction']);
  assert.deepEqual((await take([other])).map((result) => result.kind), ['contradiction']);
  const [row, ...others] = await messagesOf(first.envelope.envelopeId);
  assert.equal(row?.['original'], first.envelope.original);
  assert.equal(others.length, 0);
  const apart = await house.sql('select original from exchange.contradiction where envelope_id = $1', [first.envelope.envelopeId]);
  assert.deepEqual(apart, [{ original: other.envelope.original }]);
  assert.deepEqual(await eventsOf(kept(arrived).messageId), ['exchange.message-arrived', 'exchange.contradiction-kept']);
});

test('two contents of one envelope at the same moment: one arrives, the other is kept apart', async () => {
  const envelopeId = newId();
  const results = await Promise.all([take([await arrival({ summary: 'một', envelopeId })]), take([await arrival({ summary: 'hai', envelopeId })])]);
  assert.deepEqual(results.flat().map((result) => result.kind).sort(), ['contradiction', 'kept']);
  assert.equal((await house.sql('select 1 from exchange.contradiction where envelope_id = $1', [envelopeId])).length, 1);
});

const refusals: [string, () => Promise<Arrival>, string][] = [
  ['whose text does not fit its hash', async () => withEnvelope(await arrival(), (given) => ({ ...given, contentHash: '0'.repeat(64) })), 'original-kept'],
  ['that is no envelope', async () => withText(await arrival(), 'không phải JSON'), 'well-formed'],
  ['that lacks a field', async () => withText(await arrival(), '{"version":1}'), 'well-formed'],
  ['that names another sender inside', async () => withEnvelope(await arrival(), (given) => ({ ...given, senderAgencyId: commune })), 'well-formed'],
  ['whose file is missing', () => arrival({ inspection: { isPresent: false } }), 'integrity'],
  ['whose file was changed', () => arrival({ inspection: { hashMatches: false } }), 'integrity'],
  ['that carries a mark of secrecy', () => arrival({ secrecy: 'secret' }), 'policy'],
  ['for an agency that is closed', async () => ({ ...(await arrival()), isActive: false }), 'policy'],
];
for (const [what, build, step] of refusals) {
  test(`an envelope ${what} is refused with 02 and a reason, and its original is kept`, async () => {
    const incoming = await build();
    const [result] = await take([incoming]);
    const { status, reason, receipt, messageId } = kept(result);
    assert.equal(status, '02');
    const verdict = verifyReceipt(receipt, await receiptKeys(house.kernel.database.pool));
    assert.deepEqual(verdict.ok && [verdict.receipt.status, verdict.receipt.reason], ['02', reason]);
    const [row] = await messagesOf(incoming.envelope.envelopeId);
    assert.deepEqual([row?.['state'], row?.['original']], ['refused', incoming.envelope.original]);
    assert.equal((await getMessage(house.kernel.database.pool, { agencyId: commune, messageId })).steps.at(-1)?.step, step);
    assert.deepEqual(await eventsOf(messageId), ['exchange.message-refused']);
    assert.equal((await house.sql('select 1 from exchange.message_file where message_id = $1', [messageId])).length, 0);
  });
}

function withEnvelope(given: Arrival, change: (envelope: Arrival['envelope']) => Arrival['envelope']): Arrival {
  return { ...given, envelope: change(given.envelope) };
}

function withText(given: Arrival, original: string): Arrival {
  return withEnvelope(given, (before) => ({ ...before, original, contentHash: envelopeHash(original) }));
}

test('a bad envelope in a batch does not hold up its neighbours', async () => {
  const [good, bad, alsoGood] = [await arrival(), withText(await arrival(), '{}'), await arrival()];
  const results = await take([good, bad, alsoGood]);
  assert.deepEqual(results.map((result) => kept(result).status), ['01', '02', '01']);
});
