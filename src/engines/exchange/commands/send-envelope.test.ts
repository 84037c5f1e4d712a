import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { TestHouse } from '#kernel/testkit.ts';
import { closeAgency } from '#engines/identity/index.ts';
import { aClerk, aDay, aDocument, aMainFile, anAgency, aSentLetter, openExchange } from '../testing.ts';
import { sendEnvelope, type SendEnvelope } from './send-envelope.ts';

let house: TestHouse;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
let ward: Id<'agency'>;
before(async () => {
  ({ house, sender, commune } = await openExchange());
  ward = await anAgency(house.kernel, 'UBND phường Hạc Thành');
});
after(() => house.close());

async function send(more: Partial<SendEnvelope> = {}): Promise<Id<'envelope'>> {
  const input = { agencyId: sender, subject: { type: 'outgoing-document', id: newId() }, recipients: [commune], document: aDocument(), files: [await aMainFile(house.kernel)], ...more };
  return run(house.kernel, sendEnvelope, input, { actor: aClerk(sender) });
}

const refusedWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
const count = async (table: string): Promise<number> => (await house.sql<{ count: number }>(`select count(*) as count from ${table}`))[0]?.count ?? 0;

test('a letter to two agencies is one envelope, two deliveries in their order, one event and one job', async () => {
  const { envelopeId, subject } = await aSentLetter(house.kernel, { from: sender, to: [ward, commune, ward] });
  const [envelope] = await house.sql('select * from exchange.envelope where id = $1', [envelopeId]);
  assert.equal(envelope?.['recipient_count'], 2);
  assert.equal(envelope['subject_id'], subject.id);
  assert.deepEqual(envelope['sent_at'], house.clock.now());
  const deliveries = await house.sql('select recipient_agency_id, recipient_name, state, status, answer_ordinal from exchange.delivery where envelope_id = $1 order by position', [envelopeId]);
  assert.deepEqual(deliveries, [
    { recipient_agency_id: ward, recipient_name: 'UBND phường Hạc Thành', state: 'waiting', status: null, answer_ordinal: 0 },
    { recipient_agency_id: commune, recipient_name: 'UBND xã Hoằng Hóa', state: 'waiting', status: null, answer_ordinal: 0 },
  ]);
  const events = await house.sql('select type, data from audit.entry where subject_id = $1', [subject.id]);
  assert.deepEqual(events.map((event) => event['type']), ['exchange.envelope-sent']);
  const jobs = await house.sql('select kind, agency_id, payload from kernel.job where dedupe_key = $1', [envelopeId]);
  assert.deepEqual(jobs, [{ kind: 'exchange.inspect', agency_id: sender, payload: { envelopeId } }]);
  await house.drain();
});

test('an urgent letter overtakes what waits already', async () => {
  const urgent = await send({ document: aDocument({ urgency: 'flash' }) });
  const normal = await send();
  const rows = await house.sql('select dedupe_key from kernel.job where dedupe_key = any($1) order by run_at', [[urgent, normal]]);
  assert.deepEqual(rows.map((row) => row['dedupe_key']), [urgent, normal]);
  await house.drain();
});

test('a recipient that was closed yesterday is refused, its successor is offered, and nothing is sent', async () => {
  const old = await anAgency(house.kernel, 'UBND thành phố Thanh Hóa');
  await run(house.kernel, closeAgency, { agencyId: old, lastDay: aDay('2026-11-19'), legalBasis: 'Nghị quyết', successorIds: [ward, commune] }, { actor: systemActor('test') });
  const before = await count('exchange.envelope');
  await assert.rejects(send({ recipients: [commune, old] }), (error: unknown) => {
    assert.ok(refusedWith('exchange.recipientClosed')(error) && error instanceof AppError);
    // safe because this is the shape that the error promises
    const data = error.details.data as { agencyId: string; successors: { id: string }[]; closed: { agencyId: string }[] };
    assert.equal(data.agencyId, old);
    assert.deepEqual(data.successors.map((successor) => successor.id).sort(), [ward, commune].sort());
    assert.deepEqual(data.closed.map((each) => each.agencyId), [old]);
    assert.match(error.describe('vi').message, /^UBND thành phố Thanh Hóa đã kết thúc hoạt động từ 19\/11\/2026\. Cơ quan kế thừa: UBND/);
    return true;
  });
  assert.equal(await count('exchange.envelope'), before);
});

test('an agency is a recipient until the end of its last day', async () => {
  const ending = await anAgency(house.kernel, 'Chi cục cũ');
  await run(house.kernel, closeAgency, { agencyId: ending, lastDay: aDay('2026-11-20'), legalBasis: 'Quyết định', successorIds: [ward] }, { actor: systemActor('test') });
  await assert.doesNotReject(send({ recipients: [ending] }));
  await house.drain();
});

test('a mark of state secrecy is refused with the law', async () => {
  await assert.rejects(send({ document: aDocument({ secrecy: 'secret' }) }), (error: unknown) => refusedWith('exchange.stateSecret')(error) && error instanceof AppError && error.describe('vi').message.includes('Điều 1.2'));
});

test('a recipient must be there, be known, and be somebody else', async () => {
  await assert.rejects(send({ recipients: [] }), refusedWith('exchange.recipientMissing'));
  await assert.rejects(send({ recipients: [newId<'agency'>()] }), refusedWith('exchange.recipientUnknown'));
  await assert.rejects(send({ recipients: [commune, sender] }), refusedWith('exchange.recipientIsSender'));
});

test('exactly one file is the main one, and every field that is wrong is named', async () => {
  const main = await aMainFile(house.kernel);
  await assert.rejects(send({ files: [] }), refusedWith('exchange.mainFileMissing'));
  await assert.rejects(send({ files: [main, main] }), refusedWith('exchange.mainFileMissing'));
  await assert.rejects(send({ document: aDocument({ number: '', summary: '', issuedOn: '2026-02-30' }) }), (error: unknown) => {
    assert.ok(refusedWith('exchange.envelopeIncomplete')(error) && error instanceof AppError);
    assert.deepEqual(error.details.fields?.map((field) => field.path), ['document.number', 'document.issuedOn', 'document.summary']);
    return true;
  });
});

test('the same click twice sends once', async () => {
  const input = { agencyId: sender, subject: { type: 'outgoing-document', id: newId() }, recipients: [commune], document: aDocument(), files: [await aMainFile(house.kernel)] };
  const options = { actor: aClerk(sender), idempotencyKey: 'phat-hanh-1' };
  const [first, second] = await Promise.all([run(house.kernel, sendEnvelope, input, options), run(house.kernel, sendEnvelope, input, options)]);
  assert.equal(first, second);
  assert.equal((await house.sql('select 1 from exchange.envelope where subject_id = $1', [input.subject.id])).length, 1);
  await house.drain();
});
