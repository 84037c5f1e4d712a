import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { verifierKey } from '#engines/audit/index.ts';
import { mergeAgencies } from '#engines/identity/index.ts';
import { testModules } from '#engines/signatures/testing.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { aSentLetter, anAgency, exchangeHouse } from '../testing.ts';
import type { EvidenceOf } from './gather.ts';
import { aSignedLetter, codes, failed, packed as pack, verified as verify, type SignedLetter } from '../testing/signed-letter.ts';
import type { EvidenceReport, EvidenceTrust } from './verify.ts';

let house: TestHouse;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
let ward: Id<'agency'>;
let envelopeId: Id<'envelope'>;
let subject: { type: string; id: string };
let messageOf: SignedLetter['messageOf'];
let whole: Buffer;

before(async () => {
  ({ house, sender, commune, ward, envelopeId, subject, messageOf } = await aSignedLetter());
  whole = await packed({ side: 'sender', agencyId: sender, envelopeId });
});
after(() => house.close());

const packed = (of: EvidenceOf): Promise<Buffer> => pack(house, of);
const verified = (bytes: Buffer, more: Partial<EvidenceTrust> = {}): Promise<EvidenceReport> => verify(house, bytes, more);

/** Where a part's content stands in the container, which stores and never compresses: behind its local header of thirty bytes and its name. */
function placeOf(bytes: Buffer, name: string): number {
  for (let at = bytes.indexOf(name); at > 0; at = bytes.indexOf(name, at + 1)) {
    if (bytes.subarray(at - 30, at - 26).toString('latin1') === 'PK\x03\x04') return at + Buffer.byteLength(name);
  }
  throw new Error(`${name} is not in the container`);
}

test('the package of the sender holds with nothing but the roots: files, envelope, receipts of all recipients, record, root and time', async () => {
  const report = await verified(whole);
  assert.deepEqual(failed(report), []);
  assert.equal(report.outcome, 'passed', JSON.stringify(report.checks.filter((each) => each.outcome !== 'passed')));
  assert.equal(report.about?.envelopeId, envelopeId);
  const passed = report.checks.map(({ code, about }) => `${code} ${about}`.trim());
  for (const wanted of ['container.exact', 'seal.valid', 'envelope.intact envelope.json', 'signature.valid files/001.pdf', 'receipt.valid 3']) assert.ok(passed.includes(wanted), `${wanted} in ${passed.join(', ')}`);
});

test('the package for one recipient has that recipient’s receipts and no other’s', async () => {
  const report = await verified(await packed({ side: 'sender', agencyId: sender, envelopeId, recipientAgencyId: ward }));
  assert.deepEqual(failed(report), []);
  assert.ok(report.checks.some(({ code, about }) => code === 'receipt.valid' && about === '1'));
});

test('the receiver’s package proves the arrival from the receiver’s own record', async () => {
  const report = await verified(await packed({ side: 'receiver', agencyId: commune, messageId: await messageOf(commune) }));
  assert.deepEqual(failed(report), []);
  assert.equal(report.about?.side, 'receiver');
  assert.ok(report.checks.some(({ code, about }) => code === 'receipt.valid' && about === '2'));
});

test('for another agency neither envelope nor message exists', async () => {
  await assert.rejects(packed({ side: 'sender', agencyId: ward, envelopeId }), /exchange\.deliveryNotFound/);
  await assert.rejects(packed({ side: 'receiver', agencyId: ward, messageId: await messageOf(commune) }), /exchange\.messageNotFound/);
  await assert.rejects(packed({ side: 'sender', agencyId: sender, envelopeId, recipientAgencyId: sender }), /exchange\.deliveryNotFound/);
});

test('without a trusted root nobody is believed: not the seal, not the time', async () => {
  const report = await verified(whole, { trustFolders: [] });
  assert.equal(report.outcome, 'failed');
  assert.deepEqual(codes(report), ['seal.untrusted', 'timestamp.invalid']);
});

test('a byte that is changed anywhere is found, and the part is named where it lies in one', async () => {
  const parts = ['files/001.pdf', 'files/002.txt', 'envelope.json', 'receipts/001-01.txt', 'keys/receipts.json', 'log/entries.json', 'evidence.json', 'DOC-TOI.txt'];
  for (const name of parts) {
    const changed = Buffer.from(whole);
    const at = placeOf(whole, name) + 3;
    changed[at] = (changed[at] ?? 0) ^ 1;
    const report = await verified(changed);
    assert.equal(report.outcome, 'failed', name);
    assert.ok(failed(report).some((line) => line.includes(name)), `${name}: ${failed(report).join(', ')}`);
  }
  for (let at = 11; at < whole.length; at += Math.ceil(whole.length / 20)) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    assert.equal((await verified(changed)).outcome, 'failed', `byte ${String(at)}`);
  }
});

test('bytes that are added, cut off or put in front are found', async () => {
  for (const changed of [Buffer.concat([whole, Buffer.from('x')]), whole.subarray(0, -1), Buffer.concat([Buffer.from('x'), whole]), Buffer.alloc(0), Buffer.from('không phải gói')]) {
    assert.equal((await verified(changed)).outcome, 'failed');
  }
});

test('the key of the record can be pinned, and a root that a witness kept is compared', async () => {
  const [head] = await house.sql<{ size: number; root: Buffer; origin: string; public_key: Buffer }>(
    'select h.size, h.root, k.origin, k.public_key from audit.tree_head h join audit.signing_key k using (key_id) order by size desc limit 1',
  );
  assert.ok(head);
  const fresh = await packed({ side: 'sender', agencyId: sender, envelopeId });
  const key = verifierKey(head.origin, head.public_key);
  assert.equal((await verified(fresh, { logKeys: [key] })).outcome, 'passed');
  assert.deepEqual(codes(await verified(fresh, { logKeys: [verifierKey(head.origin, Buffer.alloc(32, 7))] })), ['head.otherKey']);
  const kept = (root: Buffer): string => `${head.origin}\n${String(head.size)}\n${root.toString('base64')}\n`;
  assert.ok((await verified(fresh, { witnessed: [kept(head.root)] })).checks.some(({ code }) => code === 'head.witnessed'));
  assert.deepEqual(codes(await verified(fresh, { witnessed: [kept(Buffer.alloc(32, 1))] })), ['head.contradicted']);
});

/** Somebody who owns the database changes it; the package that is made afterwards shows it. Everything is put back. */
async function afterChange(change: string, values: unknown[], undo: { sql: string; values: unknown[] }): Promise<EvidenceReport> {
  await house.sql(change, values);
  try {
    return await verified(await packed({ side: 'sender', agencyId: sender, envelopeId }));
  } finally {
    await house.sql(undo.sql, undo.values);
  }
}

test('a row that the owner of the database changed or removed is named', async () => {
  const [receipt] = await house.sql<{ receipt: string; ordinal: number }>('select receipt, ordinal from exchange.delivery_answer where envelope_id = $1 and recipient_agency_id = $2 and status = $3', [envelopeId, commune, '03']);
  assert.ok(receipt);
  const key = [envelopeId, commune, receipt.ordinal];
  const where = 'where envelope_id = $1 and recipient_agency_id = $2 and ordinal = $3';
  const back = { sql: `update exchange.delivery_answer set receipt = $4, status = '03' ${where}`, values: [...key, receipt.receipt] };
  const other = receipt.receipt.replace(/\.(.)/, (_, char: string) => `.${char === 'e' ? 'f' : 'e'}`);
  assert.deepEqual(codes(await afterChange(`update exchange.delivery_answer set receipt = $4 ${where}`, [...key, other], back)), ['receipt.forged', 'receipt.missing']);
  assert.ok(codes(await afterChange(`update exchange.delivery_answer set status = '06' ${where}`, key, back)).includes('receipt.mislabelled'));

  const [row] = await house.sql(`select * from exchange.delivery_answer ${where}`, key);
  assert.ok(row);
  const columns = Object.keys(row);
  const putBack = { sql: `insert into exchange.delivery_answer (${columns.join(', ')}) values (${columns.map((_, i) => `$${String(i + 1)}`).join(', ')})`, values: Object.values(row) };
  assert.deepEqual(codes(await afterChange(`delete from exchange.delivery_answer ${where}`, key, putBack)), ['receipt.missing']);

  const [entry] = await house.sql<{ id: string; data: unknown }>('select id, data from audit.entry where subject_id = $1 and type = $2', [subject.id, 'exchange.envelope-sent']);
  assert.ok(entry);
  const restored = { sql: 'update audit.entry set data = $2 where id = $1', values: [entry.id, JSON.stringify(entry.data)] };
  assert.deepEqual(failed(await afterChange(`update audit.entry set data = jsonb_set(data, '{recipientCount}', '9') where id = $1`, [entry.id], restored)), [`log.changed exchange.envelope-sent ${entry.id}`]);

  const [sent] = await house.sql<{ original: string }>('select original from exchange.envelope where id = $1', [envelopeId]);
  assert.ok(sent);
  const original = { sql: 'update exchange.envelope set original = $2 where id = $1', values: [envelopeId, sent.original] };
  assert.ok(codes(await afterChange('update exchange.envelope set original = $2 where id = $1', [envelopeId, sent.original.replace('1234', '1235')], original)).includes('envelope.changed'));
});

test('a signed root that was rewritten with its tree does not verify', async () => {
  const [head] = await house.sql<{ size: number; root: Buffer }>('select size, root from audit.tree_head order by size desc limit 1');
  assert.ok(head);
  const report = await afterChange('update audit.tree_head set root = $2 where size = $1', [head.size, Buffer.alloc(32, 3)], { sql: 'update audit.tree_head set root = $2 where size = $1', values: [head.size, head.root] });
  assert.ok(codes(report).includes('head.forged') || codes(report).includes('log.changed'), codes(report).join());
});

test('a package that somebody else made and sealed is not believed', async () => {
  const stranger = await openTestHouse({ modules: [...new Set([...exchangeHouse, ...testModules])] });
  const from = await anAgency(stranger.kernel, 'Sở Nội vụ');
  const to = await anAgency(stranger.kernel, 'UBND xã Hoằng Hóa');
  const letter = await aSentLetter(stranger.kernel, { from, to: [to] });
  await stranger.drain();
  const foreign = await pack(stranger, { side: 'sender', agencyId: from, envelopeId: letter.envelopeId });
  assert.ok(codes(await verified(foreign)).includes('seal.untrusted'));
  await stranger.close();
});

test('an envelope that nobody answered yet gives a package that says so', async () => {
  const external = await anAgency(house.kernel, 'Báo Thanh Hóa', { hosting: 'external' });
  const letter = await aSentLetter(house.kernel, { from: sender, to: [external] });
  const report = await verified(await packed({ side: 'sender', agencyId: sender, envelopeId: letter.envelopeId }));
  assert.deepEqual(failed(report), []);
  assert.equal(report.outcome, 'warned');
  assert.ok(report.checks.some(({ code }) => code === 'receipt.none'));
});

test('a successor proves its answer for each agency that it succeeded; a receipt that names another one proves it for that alone', async () => {
  const [one, two, heir] = [await anAgency(house.kernel, 'UBND xã Một'), await anAgency(house.kernel, 'UBND xã Hai'), await anAgency(house.kernel, 'UBND xã Hợp Nhất')];
  const letter = await aSentLetter(house.kernel, { from: sender, to: [one, two, heir] });
  const lastDay = addDays(vietnamDay(house.clock.now()), -1);
  await run(house.kernel, mergeAgencies, { predecessorIds: [one, two], successorIds: [heir], kind: 'merged', lastDay, legalBasis: 'Nghị quyết' }, { actor: systemActor('test') });
  await house.drain();
  const [message] = await house.sql<{ id: Id<'message'> }>('select id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  assert.ok(message);
  await run(house.kernel, answerMessage, { agencyId: heir, messageId: message.id, status: '03' }, { actor: systemActor('test') });
  await house.drain();
  const judged = async () => verified(await packed({ side: 'sender', agencyId: sender, envelopeId: letter.envelopeId }));
  const receipts = (report: EvidenceReport): string[] => report.checks.filter(({ code }) => code.startsWith('receipt.')).map(({ code, about }) => `${code} ${about}`);
  assert.deepEqual(receipts(await judged()), ['receipt.valid 6']);
  // As they were before each agency got a receipt of its own: the successor's names the first one.
  const swap = (recipient: string, from: string) =>
    house.sql(
      `update exchange.delivery_answer set receipt = (select receipt from exchange.delivery_answer where envelope_id = $1 and recipient_agency_id = $3 and status = '03') where envelope_id = $1 and recipient_agency_id = $2 and status = '03'`,
      [letter.envelopeId, recipient, from],
    );
  await swap(two, one);
  const older = await judged();
  assert.deepEqual([failed(older), older.outcome], [[], 'warned']);
  assert.deepEqual(receipts(older).map((each) => each.split(' ')[0]), ['receipt.valid', 'receipt.unbound']);
  await swap(two, heir);
  assert.deepEqual(codes(await judged()), ['receipt.mislabelled', 'receipt.missing'], 'the successor’s answer for itself is no answer of an agency that it succeeded');
});
