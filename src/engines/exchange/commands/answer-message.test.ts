import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { TestHouse } from '#kernel/testkit.ts';
import type { AnswerStatus, DeliveryLine } from '../contract.ts';
import { verifyReceipt } from '../domain/receipt.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { getMessage } from '../queries/message.ts';
import { receiptKeys } from '../receipt-key.ts';
import { aClerk, aSentLetter, openExchange } from '../testing.ts';
import { answerMessage, returnAnswerJobFor } from './answer-message.ts';

let house: TestHouse;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
before(async () => {
  ({ house, sender, commune } = await openExchange());
});
after(() => house.close());

type Letter = { messageId: Id<'message'>; envelopeId: string; subject: { type: string; id: string } };

async function arrivedLetter(): Promise<Letter> {
  const sent = await aSentLetter(house.kernel, { from: sender, to: [commune] });
  await house.drain();
  const [row] = await house.sql('select id from exchange.message where envelope_id = $1', [sent.envelopeId]);
  return { ...sent, messageId: row?.['id'] as Id<'message'> }; // safe because the column holds message ids
}

const answer = (messageId: Id<'message'>, status: AnswerStatus, reason?: string, actor = aClerk(commune)): Promise<void> =>
  run(house.kernel, answerMessage, { agencyId: commune, messageId, status, ...(reason === undefined ? {} : { reason }) }, { actor });

async function lineOf(letter: Letter): Promise<DeliveryLine> {
  const [line] = await deliveriesOf(house.kernel.database.pool, { agencyId: sender, subject: letter.subject });
  assert.ok(line !== undefined);
  return line;
}

const refusedWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
const at = (text: string): string => new Date(text).toISOString();

test('the sender sees arrival and registration with minute, person and post', async () => {
  const letter = await arrivedLetter();
  const arrivedAt = house.clock.now().toISOString();
  assert.equal((await lineOf(letter)).state, 'arrived');
  house.clock.advance(17 * 60_000);
  await answer(letter.messageId, '03');
  await house.drain();
  const line = await lineOf(letter);
  assert.equal(line.state, 'registered');
  assert.equal(line.status, '03');
  assert.equal(at(line.arrivedAt ?? ''), arrivedAt);
  assert.equal(at(line.answeredAt ?? ''), house.clock.now().toISOString());
  assert.deepEqual([line.answeredBy, line.answeredByTitle], ['Lê Thị Hoa', 'Văn thư']);
  assert.deepEqual(line.answers.map((each) => each.status), ['01', '03']);
  const events = await house.sql(`select type from audit.entry where agency_id = $1 and subject_id = $2 order by at, id`, [sender, letter.subject.id]);
  assert.deepEqual(events.map((event) => event['type']), ['exchange.envelope-sent', 'exchange.envelope-inspected', 'exchange.deliveries-arrived', 'exchange.delivery-answered']);
});

test('a refusal travels back with its reason, and needs one', async () => {
  const letter = await arrivedLetter();
  await assert.rejects(answer(letter.messageId, '02'), refusedWith('exchange.reasonMissing'));
  await assert.rejects(answer(letter.messageId, '02', '   '), refusedWith('exchange.reasonMissing'));
  await answer(letter.messageId, '02', 'Không thuộc thẩm quyền');
  await house.drain();
  const line = await lineOf(letter);
  assert.deepEqual([line.state, line.reason, line.answeredBy], ['refused', 'Không thuộc thẩm quyền', 'Lê Thị Hoa']);
});

test('both sides hold the same signed receipts, which verify alone and name envelope, hash, person and time', async () => {
  const letter = await arrivedLetter();
  await answer(letter.messageId, '03');
  await answer(letter.messageId, '04');
  await house.drain();
  const ours = await house.sql('select receipt from exchange.message_answer where message_id = $1 order by ordinal', [letter.messageId]);
  const theirs = await house.sql('select receipt from exchange.delivery_answer where envelope_id = $1 order by ordinal', [letter.envelopeId]);
  assert.equal(ours.length, 3);
  assert.deepEqual(ours, theirs);
  const keys = await receiptKeys(house.kernel.database.pool);
  const verdicts = ours.map((row) => verifyReceipt(String(row['receipt']), keys));
  assert.deepEqual(verdicts.map((verdict) => verdict.ok && verdict.receipt.status), ['01', '03', '04']);
  const message = await getMessage(house.kernel.database.pool, { agencyId: commune, messageId: letter.messageId });
  for (const verdict of verdicts) {
    assert.ok(verdict.ok);
    assert.equal(verdict.receipt.envelopeId, letter.envelopeId);
    assert.equal(verdict.receipt.contentHash, message.contentHash);
    assert.equal(verdict.receipt.recipient.agencyId, commune);
    assert.equal(verdict.receipt.sender.name, 'Sở Nội vụ');
  }
  assert.deepEqual(verdicts[1]?.ok === true && verdicts[1].receipt.by, { name: 'Lê Thị Hoa', title: 'Văn thư' });
});

test('whoever acts for another is named together with the other', async () => {
  const letter = await arrivedLetter();
  const deputy = { ...aClerk(commune, 'Trần Văn Bình'), onBehalfOf: { personId: newId<'person'>(), name: 'Lê Thị Hoa', postId: newId<'post'>(), postTitle: 'Văn thư trưởng' } };
  await answer(letter.messageId, '03', undefined, deputy);
  await house.drain();
  assert.deepEqual([(await lineOf(letter)).answeredBy, (await lineOf(letter)).answeredByTitle], ['Trần Văn Bình', 'Văn thư, thay mặt Lê Thị Hoa (Văn thư trưởng)']);
});

test('an answer that does not follow from the state is refused with the state in words', async () => {
  const letter = await arrivedLetter();
  for (const status of ['04', '05', '06'] as const) await assert.rejects(answer(letter.messageId, status), refusedWith('exchange.answerNotNow'));
  await answer(letter.messageId, '03');
  for (const status of ['02', '03'] as const) await assert.rejects(answer(letter.messageId, status, 'muộn'), refusedWith('exchange.answerNotNow'));
  await answer(letter.messageId, '06');
  await assert.rejects(answer(letter.messageId, '05'), (error: unknown) => error instanceof AppError && error.describe('vi').message === 'Văn bản này đang “đã hoàn thành” nên không thể báo “Đang xử lý”.');
});

test('two clerks who register and refuse at once: one wins, and the sender hears one answer', async () => {
  const letter = await arrivedLetter();
  const results = await Promise.allSettled([answer(letter.messageId, '03'), answer(letter.messageId, '02', 'Trùng')]);
  assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
  await house.drain();
  assert.equal((await lineOf(letter)).answers.length, 2);
});

test('a message of another agency does not exist for a person', async () => {
  const letter = await arrivedLetter();
  await assert.rejects(answer(letter.messageId, '03', undefined, aClerk(sender)), refusedWith('exchange.messageNotFound'));
  await assert.rejects(answer(newId<'message'>(), '03'), refusedWith('exchange.messageNotFound'));
});

test('an answer that is carried back twice, or after a later one, changes nothing', async () => {
  const letter = await arrivedLetter();
  await answer(letter.messageId, '03');
  await answer(letter.messageId, '05');
  // the first answer is held up and comes last
  await house.sql(`update kernel.job set run_at = $1 where kind = 'exchange.return-answer' and (payload->>'ordinal')::int = 2`, [new Date(house.clock.now().getTime() + 60_000)]);
  await house.drain();
  assert.equal((await lineOf(letter)).state, 'in_process');
  house.clock.advance(61_000);
  await house.drain();
  const settled = await lineOf(letter);
  assert.equal(settled.state, 'in_process');
  assert.deepEqual(settled.answers.map((each) => each.status), ['01', '03', '05']);
  await run(
    house.kernel,
    (ctx) => {
      ctx.enqueue(returnAnswerJobFor(commune, letter.messageId, 3));
      return Promise.resolve();
    },
    null,
    { actor: aClerk(commune) },
  );
  await house.drain();
  assert.deepEqual(await lineOf(letter), settled);
  const events = await house.sql(`select count(*) as count from audit.entry where type = 'exchange.delivery-answered' and subject_id = $1`, [letter.subject.id]);
  assert.equal(events[0]?.['count'], 2);
});
