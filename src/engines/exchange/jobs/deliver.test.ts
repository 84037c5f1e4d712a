import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { planOf, watchStatements } from '#kernel/testing-statements.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { storeBytes } from '#engines/files/index.ts';
import { closeAgency, mergeAgencies } from '#engines/identity/index.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { retryDelivery } from '../commands/retry-delivery.ts';
import { sendEnvelope } from '../commands/send-envelope.ts';
import { messageArrived, type DeliveryLine } from '../contract.ts';
import { verifyReceipt } from '../domain/receipt.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { stuckDeliveries } from '../queries/troubled-deliveries.ts';
import { receiptKeys } from '../receipt-key.ts';
import { aClerk, aDay, aDocument, aMainFile, anAgency, aSentLetter, exchangeHouse } from '../testing.ts';

let house: TestHouse;
let sender: Id<'agency'>;
before(async () => {
  house = await openTestHouse({ modules: exchangeHouse });
  sender = await anAgency(house.kernel, 'Sở Nội vụ');
});
after(() => house.close());

const lines = (subject: { type: string; id: string }): Promise<DeliveryLine[]> => deliveriesOf(house.kernel.database.pool, { agencyId: sender, subject });
const troubles = (agencyId: Id<'agency'> = sender) => stuckDeliveries(house.kernel.database.pool, { now: house.clock.now(), agencyId });
const refusedWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
const close = (agencyId: Id<'agency'>, successorIds: Id<'agency'>[], lastDay = '2026-11-19'): Promise<void> =>
  run(house.kernel, mergeAgencies, { predecessorIds: [agencyId], successorIds, kind: 'merged', lastDay: aDay(lastDay), legalBasis: 'Nghị quyết' }, { actor: systemActor('test') });
const messageIn = async (agencyId: Id<'agency'>, envelopeId: string): Promise<Id<'message'>[]> =>
  // safe because the column holds message ids
  (await house.sql('select id from exchange.message where agency_id = $1 and envelope_id = $2', [agencyId, envelopeId])).map((row) => row['id'] as Id<'message'>);

test('a letter arrives by itself, and its event carries all that the inbox needs', async () => {
  const commune = await anAgency(house.kernel, 'UBND xã Hoằng Hóa');
  const { envelopeId, subject } = await aSentLetter(house.kernel, { from: sender, to: [commune] });
  await house.drain();
  assert.deepEqual((await lines(subject)).map((line) => [line.state, line.status, line.recipientName]), [['arrived', '01', 'UBND xã Hoằng Hóa']]);
  const [event] = await house.sql(`select data from audit.entry where agency_id = $1 and type = 'exchange.message-arrived'`, [commune]);
  const data = messageArrived.parse(event?.['data']);
  assert.equal(data.envelopeId, envelopeId);
  assert.equal(data.senderName, 'Sở Nội vụ');
  assert.equal(data.document.notation, 'SNV-VP');
  assert.deepEqual(data.files.map((file) => [file.role, file.name]), [['main', 'van-ban.txt']]);
  assert.equal(data.addressedAgencyId, null);
  assert.deepEqual(await troubles(), []);
});

test('the number of statements does not grow with the number of recipients', async () => {
  const recipients: Id<'agency'>[] = [];
  for (let index = 0; index < 60; index += 1) recipients.push(await anAgency(house.kernel, `UBND xã số ${String(index)}`));
  await house.drain();
  const statementsFor = async (to: Id<'agency'>[]): Promise<number> => {
    let count = 0;
    // How many hints go together is a matter of moments.
    const stopWatching = watchStatements((text) => {
      if (!text.includes('pg_notify')) count += 1;
    });
    try {
      const { subject } = await aSentLetter(house.kernel, { from: sender, to });
      await house.drain();
      const sent = count;
      assert.equal((await lines(subject)).filter((line) => line.state === 'arrived').length, to.length);
      return sent;
    } finally {
      stopWatching();
    }
  };
  assert.equal(await statementsFor(recipients), await statementsFor(recipients.slice(0, 2)));
});

test('deliveries of a batch are found by their keys, not among all that are open', async () => {
  const commune = await anAgency(house.kernel, 'UBND xã Tìm Theo Khóa');
  // The fewer are open by the statistics, the more the index of the open ones looks like the shorter way.
  const first = await aSentLetter(house.kernel, { from: sender, to: [commune] });
  await house.drain();
  assert.equal((await lines(first.subject))[0]?.state, 'arrived');
  await house.sql('analyze exchange.delivery');
  const texts = new Set<string>();
  const stopWatching = watchStatements((text) => {
    if (text.includes('exchange.delivery d') && text.includes('unnest(')) texts.add(text);
  });
  try {
    await aSentLetter(house.kernel, { from: sender, to: [commune] });
    await house.drain();
  } finally {
    stopWatching();
  }
  assert.ok(texts.size >= 3, 'released, read for delivery, settled');
  for (const text of texts) assert.doesNotMatch(await planOf(house, text), /delivery_open/, text);
});

test('letters that arrive together lie in the order of their sending', async () => {
  const commune = await anAgency(house.kernel, 'UBND xã Theo Thứ Tự');
  const sent: string[] = [];
  for (let count = 0; count < 12; count += 1) sent.push((await aSentLetter(house.kernel, { from: sender, to: [commune] })).envelopeId);
  await house.drain();
  const arrived = await house.sql('select envelope_id from exchange.message where agency_id = $1 order by arrived_at, id', [commune]);
  assert.deepEqual(arrived.map((row) => row['envelope_id']), sent);
});

test('the verdict on a signed PDF is made once and stands in every message', async (t) => {
  const path = join(import.meta.dirname, '../../../../../shared/samples/signed-pdf/decree-2025-sha256.pdf');
  if (!existsSync(path)) {
    t.skip('the sample letters are not beside the repository');
    return;
  }
  const bytes = readFileSync(path);
  const stored = await storeBytes(house.kernel, bytes, { limitBytes: bytes.length });
  const to = [await anAgency(house.kernel, 'UBND xã Một'), await anAgency(house.kernel, 'UBND xã Hai')];
  const { envelopeId } = await aSentLetter(house.kernel, { from: sender, to, files: [{ ...stored, name: 'nghi-dinh.pdf', mediaType: 'application/pdf', role: 'main' }] });
  await house.drain();
  const verdicts = await house.sql('select verdict from exchange.message where envelope_id = $1', [envelopeId]);
  assert.equal(verdicts.length, 2);
  assert.deepEqual(verdicts[0], verdicts[1]);
  const { indication, signatureCount } = messageArrived.shape.verdict.parse(verdicts[0]?.['verdict']);
  assert.ok(['TOTAL-PASSED', 'INDETERMINATE'].includes(indication), indication);
  assert.ok(signatureCount > 0);
});

test('an envelope whose bytes are lost is refused by the receiving side, and the sender sees why', async () => {
  const commune = await anAgency(house.kernel, 'UBND xã Ba');
  const file = { ...(await aMainFile(house.kernel)), sha256: 'f'.repeat(64) };
  const { subject } = await aSentLetter(house.kernel, { from: sender, to: [commune], files: [file] });
  await house.drain();
  const [line] = await lines(subject);
  assert.deepEqual([line?.state, line?.status, line?.reason, line?.answeredBy], ['refused', '02', 'Thiếu tệp “van-ban.txt”.', 'Hệ thống Liên Thông']);
});

test('mail on the way to an agency that closes meanwhile goes to its successor, which answers for it', async () => {
  const old = await anAgency(house.kernel, 'UBND thành phố Thanh Hóa');
  const ward = await anAgency(house.kernel, 'UBND phường Hạc Thành');
  const { envelopeId, subject } = await aSentLetter(house.kernel, { from: sender, to: [old] });
  await close(old, [ward]);
  await house.drain();
  const [line] = await lines(subject);
  assert.deepEqual([line?.state, line?.recipientName, line?.deliveredTo], ['arrived', 'UBND thành phố Thanh Hóa', { agencyId: ward, name: 'UBND phường Hạc Thành' }]);
  const [messageId] = await messageIn(ward, envelopeId);
  assert.ok(messageId !== undefined);
  await run(house.kernel, answerMessage, { agencyId: ward, messageId, status: '03' }, { actor: aClerk(ward) });
  await house.drain();
  const [answered] = await lines(subject);
  assert.deepEqual([answered?.state, answered?.answeredBy], ['registered', 'Lê Thị Hoa']);
  const receipts = await house.sql('select receipt from exchange.delivery_answer where envelope_id = $1 order by ordinal', [envelopeId]);
  const keys = await receiptKeys(house.kernel.database.pool);
  for (const { receipt } of receipts) {
    const verdict = verifyReceipt(String(receipt), keys);
    assert.ok(verdict.ok);
    assert.deepEqual([verdict.receipt.recipient.agencyId, verdict.receipt.addressed?.agencyId], [ward, old]);
  }
});

test('a letter to a closed agency and to its successor arrives there once, and both lines are answered', async () => {
  const old = await anAgency(house.kernel, 'UBND phường Ba Đình');
  const ward = await anAgency(house.kernel, 'UBND phường Hạc Thành Mới');
  const later = await anAgency(house.kernel, 'UBND phường Điện Biên');
  const { envelopeId, subject } = await aSentLetter(house.kernel, { from: sender, to: [old, ward, later] });
  // the second predecessor closes only after the successor has registered the letter
  await house.sql(`update exchange.delivery set state = 'no_route' where envelope_id = $1 and recipient_agency_id = $2`, [envelopeId, later]);
  await close(old, [ward]);
  await house.drain();
  const [messageId, ...others] = await messageIn(ward, envelopeId);
  assert.ok(messageId !== undefined && others.length === 0);
  await run(house.kernel, answerMessage, { agencyId: ward, messageId, status: '03' }, { actor: aClerk(ward) });
  await house.drain();
  await close(later, [ward]);
  await run(house.kernel, retryDelivery, { agencyId: sender, envelopeId, recipientAgencyId: later }, { actor: aClerk(sender) });
  await house.drain();
  assert.deepEqual((await lines(subject)).map((line) => [line.state, line.answers.map((answer) => answer.status)]), [
    ['registered', ['01', '03']],
    ['registered', ['01', '03']],
    ['registered', ['01', '03']],
  ]);
  const keys = await receiptKeys(house.kernel.database.pool);
  const receipts = await house.sql<{ recipient: string; receipt: string }>('select recipient_agency_id as recipient, receipt from exchange.delivery_answer where envelope_id = $1', [envelopeId]);
  assert.equal(receipts.length, 6);
  for (const { recipient, receipt } of receipts) {
    const verdict = verifyReceipt(receipt, keys);
    assert.ok(verdict.ok);
    assert.deepEqual([verdict.receipt.recipient.agencyId, verdict.receipt.addressed?.agencyId ?? ward], [ward, recipient], 'each receipt names the agency that the sender addressed');
  }
});

test('mail for an agency that was split, or closed for good, comes back with the successors named', async () => {
  const split = await anAgency(house.kernel, 'UBND huyện cũ');
  const gone = await anAgency(house.kernel, 'Ban quản lý dự án cũ');
  const heirs = [await anAgency(house.kernel, 'UBND xã Bắc'), await anAgency(house.kernel, 'UBND xã Nam')];
  const { envelopeId, subject } = await aSentLetter(house.kernel, { from: sender, to: [split, gone] });
  await close(split, heirs);
  await run(house.kernel, closeAgency, { agencyId: gone, lastDay: aDay('2026-11-19'), legalBasis: 'Quyết định' }, { actor: systemActor('test') });
  await house.drain();
  const [first, second] = await lines(subject);
  assert.deepEqual([first?.state, first?.successors.map((successor) => successor.name)], ['returned', ['UBND xã Bắc', 'UBND xã Nam']]);
  assert.deepEqual([second?.state, second?.successors, second?.reason], ['returned', [], 'Nơi nhận đã kết thúc hoạt động và không có cơ quan kế thừa.']);
  const events = await house.sql(`select data from audit.entry where type = 'exchange.delivery-returned' and subject_id = $1`, [subject.id]);
  assert.equal(events.length, 2);
  assert.deepEqual((await troubles()).filter((trouble) => trouble.envelopeId === envelopeId).map((trouble) => trouble.trouble), ['returned', 'returned']);
  await assert.rejects(run(house.kernel, retryDelivery, { agencyId: sender, envelopeId, recipientAgencyId: split }, { actor: aClerk(sender) }), refusedWith('exchange.deliveryNotWaiting'));
});

test('a recipient without a system waits in sight, and the others get theirs', async () => {
  const press = await anAgency(house.kernel, 'Báo Thanh Hóa', { hosting: 'external' });
  const commune = await anAgency(house.kernel, 'UBND xã Bốn');
  const { envelopeId, subject } = await aSentLetter(house.kernel, { from: sender, to: [press, commune] });
  await house.drain();
  const [first, second] = await lines(subject);
  assert.deepEqual([first?.state, first?.status, second?.state], ['no_route', null, 'arrived']);
  assert.match(first?.reason ?? '', /chưa kết nối/);
  const trouble = (await troubles()).find((each) => each.recipientAgencyId === press);
  assert.equal(trouble?.trouble, 'no_route');
  // trying again finds the same and loses nothing; once it is connected, it goes through
  const retry = (): Promise<void> => run(house.kernel, retryDelivery, { agencyId: sender, envelopeId, recipientAgencyId: press }, { actor: aClerk(sender) });
  await retry();
  await house.drain();
  assert.equal((await lines(subject))[0]?.state, 'no_route');
  await house.sql(`update identity.agency set hosting = 'local' where id = $1`, [press]);
  await retry();
  await house.drain();
  assert.equal((await lines(subject))[0]?.state, 'arrived');
});

test('a delivery that fails is tried again with growing pauses, then waits for a person, and goes through when the cause is gone', async () => {
  const commune = await anAgency(house.kernel, 'UBND xã Năm');
  const neighbour = await anAgency(house.kernel, 'UBND xã Sáu');
  const { envelopeId, subject } = await aSentLetter(house.kernel, { from: sender, to: [commune, neighbour] });
  await house.sql(`alter table exchange.message add constraint broken check (agency_id <> '${commune}')`);
  await house.drain();
  const byName = async (): Promise<Record<string, string>> => Object.fromEntries((await lines(subject)).map((line) => [line.recipientName, line.state]));
  assert.deepEqual(await byName(), { 'UBND xã Năm': 'waiting', 'UBND xã Sáu': 'arrived' });
  const [retrying] = (await troubles()).filter((each) => each.envelopeId === envelopeId);
  assert.deepEqual([retrying?.trouble, retrying?.attempts], ['retrying', 1]);
  assert.match(retrying?.problem ?? '', /broken/);
  for (let hour = 0; hour < 14; hour += 1) {
    house.clock.advance(3_600_000);
    await house.drain();
  }
  const [stuck] = (await troubles()).filter((each) => each.envelopeId === envelopeId);
  assert.deepEqual([stuck?.trouble, stuck?.nextTryAt], ['stuck', null]);
  await house.sql('alter table exchange.message drop constraint broken');
  const retry = (): Promise<void> => run(house.kernel, retryDelivery, { agencyId: sender, envelopeId, recipientAgencyId: commune }, { actor: aClerk(sender) });
  await retry();
  await house.drain();
  assert.deepEqual(await byName(), { 'UBND xã Năm': 'arrived', 'UBND xã Sáu': 'arrived' });
  assert.deepEqual((await troubles()).filter((each) => each.envelopeId === envelopeId), []);
  await assert.rejects(retry(), refusedWith('exchange.deliveryNotWaiting'));
  const events = await house.sql(`select count(*) as count from audit.entry where type = 'exchange.message-arrived' and data->>'envelopeId' = $1`, [envelopeId]);
  assert.equal(events[0]?.['count'], 2);
});

test('a delivery of another agency, or one that never was, cannot be tried again', async () => {
  const commune = await anAgency(house.kernel, 'UBND xã Bảy');
  const { envelopeId } = await aSentLetter(house.kernel, { from: sender, to: [commune] });
  await assert.rejects(run(house.kernel, retryDelivery, { agencyId: commune, envelopeId, recipientAgencyId: commune }, { actor: aClerk(commune) }), refusedWith('exchange.deliveryNotFound'));
  await house.drain();
});

test('what waits too long without an error is pointed out as late', async () => {
  const commune = await anAgency(house.kernel, 'UBND xã Tám');
  const { envelopeId } = await aSentLetter(house.kernel, { from: sender, to: [commune] });
  assert.deepEqual((await troubles()).filter((each) => each.envelopeId === envelopeId), []);
  house.clock.advance(121_000);
  assert.deepEqual((await troubles()).filter((each) => each.envelopeId === envelopeId).map((each) => each.trouble), ['late']);
  await house.drain();
});

test('two workers on the same deliveries bring each letter once', async () => {
  const to = [await anAgency(house.kernel, 'UBND xã Chín'), await anAgency(house.kernel, 'UBND xã Mười')];
  const sent = await Promise.all(Array.from({ length: 6 }, () => aSentLetter(house.kernel, { from: sender, to })));
  await house.drain();
  // as if the leases of a worker that still lives had run out: the same jobs stand there again
  for (const { envelopeId } of sent) {
    await run(
      house.kernel,
      (ctx) => {
        for (const recipientAgencyId of to) ctx.enqueue({ kind: 'exchange.deliver', agencyId: sender, payload: { envelopeId, recipientAgencyId } });
        return Promise.resolve();
      },
      null,
      { actor: systemActor('test') },
    );
  }
  await Promise.all([house.drain(), house.drain()]);
  const counts = await house.sql('select count(*) as messages, count(distinct (agency_id, envelope_id)) as distinct_messages from exchange.message where envelope_id = any($1)', [sent.map((each) => each.envelopeId)]);
  assert.deepEqual(counts, [{ messages: 12, distinct_messages: 12 }]);
});

test('one document to a hundred agencies in one click: each has it, and the sender has one line of arrivals', async () => {
  const to: Id<'agency'>[] = [];
  for (let index = 0; index < 100; index += 1) to.push(await anAgency(house.kernel, `UBND xã thứ ${String(index)}`));
  const subject = { type: 'outgoing-document', id: 'fan-out' };
  await run(house.kernel, sendEnvelope, { agencyId: sender, subject, recipients: to, document: aDocument(), files: [await aMainFile(house.kernel)] }, { actor: aClerk(sender) });
  await house.drain();
  const arrived = await lines(subject);
  assert.deepEqual(arrived.map((line) => line.recipientAgencyId), to);
  assert.ok(arrived.every((line) => line.state === 'arrived' && line.answers.length === 1));
  const events = await house.sql(`select data->>'count' as count from audit.entry where agency_id = $1 and subject_id = 'fan-out' and type = 'exchange.deliveries-arrived'`, [sender]);
  assert.deepEqual(events, [{ count: '100' }]);
});
