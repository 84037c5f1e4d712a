import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { TestHouse } from '#kernel/testkit.ts';
import { mergeAgencies } from '#engines/identity/index.ts';
import { addRecipients } from './commands/add-recipients.ts';
import { answerMessage } from './commands/answer-message.ts';
import { answerNotice } from './commands/answer-notice.ts';
import { openMessage } from './commands/open-message.ts';
import { remindRecipients } from './commands/remind-recipients.ts';
import { sendEnvelope } from './commands/send-envelope.ts';
import { sendNotice, type SendNotice } from './commands/send-notice.ts';
import type { DeliveryLine } from './contract.ts';
import { verifyReceipt } from './domain/receipt.ts';
import { deliveriesOf } from './queries/deliveries-of.ts';
import { receiptKeys } from './receipt-key.ts';
import { withheldFiles } from './withheld-files.ts';
import { aClerk, aDay, aDocument, aMainFile, anAgency, aSentLetter, openExchange } from './testing.ts';
import { eventsAt, messageIn, register, withheld } from './testing/arrived-messages.ts';

let house: TestHouse;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
let ward: Id<'agency'>;
before(async () => {
  ({ house, sender, commune } = await openExchange());
  ward = await anAgency(house.kernel, 'UBND phường Hạc Thành');
});
after(() => house.close());

type Letter = Awaited<ReturnType<typeof aSentLetter>>;
type Told = { kind: 'recall' | 'take_back'; recipients?: Id<'agency'>[] } | { kind: 'update'; removes: true; recipients: Id<'agency'>[] } | { kind: 'update'; changed: { summary: string; urgency: 'normal'; answerDue: null } };

const letterTo = async (...to: Id<'agency'>[]): Promise<Letter> => aSentLetter(house.kernel, { from: sender, to });
async function arrivedLetter(...to: Id<'agency'>[]): Promise<Letter> {
  const letter = await letterTo(...(to.length === 0 ? [commune] : to));
  await house.drain();
  return letter;
}
const tell = (letter: Letter, told: Told, from = sender) => {
  const input: SendNotice = { agencyId: from, subject: letter.subject, reason: 'Sai căn cứ pháp lý', ...told };
  return run(house.kernel, sendNotice, input, { actor: aClerk(from) });
};
const lines = (letter: Letter): Promise<DeliveryLine[]> => deliveriesOf(house.kernel.database.pool, { agencyId: sender, subject: letter.subject });
async function line(letter: Letter): Promise<DeliveryLine> {
  const [first] = await lines(letter);
  assert.ok(first);
  return first;
}
const noticeTo = async (letter: Letter, agencyId = commune): Promise<Id<'message'>> => {
  const rows = await house.sql<{ id: Id<'message'> }>('select id from exchange.message where agency_id = $1 and of_envelope_id = $2 order by sequence desc', [agencyId, letter.envelopeId]);
  assert.ok(rows[0]);
  return rows[0].id;
};
const decide = (messageId: Id<'message'>, { noticeId, agree, reason }: { noticeId: string; agree: boolean; reason?: string }) =>
  run(house.kernel, answerNotice, { agencyId: commune, messageId, noticeId, agree, ...(reason === undefined ? {} : { reason }) }, { actor: aClerk(commune) });
const refusedWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

test('a recall of what is not registered cancels it at once: 15 comes back signed, the original and its facts stay, the files are withheld', async () => {
  const letter = await arrivedLetter();
  await tell(letter, { kind: 'recall' });
  await house.drain();
  const message = await messageIn(house, commune, letter.envelopeId);
  assert.equal(message.state, 'recalled');
  assert.equal(await withheld(house, message.id), 1);
  const told = await line(letter);
  assert.equal(told.state, 'recalled');
  assert.deepEqual(told.notices.map((notice) => [notice.kind, notice.state, notice.answeredBy]), [['recall', 'agreed', 'Hệ thống Liên Thông']]);
  assert.ok((await eventsAt(house, commune, message.id)).includes('exchange.message-recalled'));
  const receipts = await house.sql('select receipt from exchange.delivery_answer where envelope_id = $1 order by ordinal', [told.notices[0]?.envelopeId]);
  const verdict = verifyReceipt(String(receipts.at(-1)?.['receipt']), await receiptKeys(house.kernel.database.pool));
  assert.ok(verdict.ok);
  assert.deepEqual([verdict.receipt.status, verdict.receipt.of?.envelopeId], ['15', letter.envelopeId]);
});

test('the files of a recalled document open for an auditor of the agency, and for nobody else in it', async () => {
  const letter = await arrivedLetter();
  const { id } = await messageIn(house, commune, letter.envelopeId);
  const [file] = await house.sql<{ file_id: string }>('select file_id from exchange.message_file where message_id = $1', [id]);
  const refusalFor = (roles: string[]) => withheldFiles.refuse(house.kernel.database.pool, { actor: { ...aClerk(commune), roles }, fileId: file?.file_id ?? '' });
  assert.equal(await refusalFor(['clerk']), undefined);
  await tell(letter, { kind: 'recall' });
  await house.drain();
  assert.ok(refusedWith('exchange.fileWithheld')(await refusalFor(['clerk', 'leader'])));
  assert.equal(await refusalFor(['auditor']), undefined);
});

test('a recall of what is registered waits for the clerk, who agrees: then it is cancelled', async () => {
  const letter = await arrivedLetter();
  const messageId = await register(house, commune, letter.envelopeId);
  await tell(letter, { kind: 'recall' });
  await house.drain();
  assert.equal((await messageIn(house, commune, letter.envelopeId)).state, 'registered');
  assert.ok((await eventsAt(house, commune, messageId)).includes('exchange.notice-asked'));
  assert.deepEqual((await line(letter)).notices.map((notice) => notice.state), ['arrived']);
  await assert.rejects(tell(letter, { kind: 'recall' }), refusedWith('exchange.noticeOpen'));
  await decide(messageId, { noticeId: await noticeTo(letter), agree: true });
  await house.drain();
  assert.equal((await messageIn(house, commune, letter.envelopeId)).state, 'recalled');
  assert.deepEqual([(await line(letter)).state, (await line(letter)).notices[0]?.answeredBy], ['recalled', 'Lê Thị Hoa']);
});

test('the clerk refuses with a reason: 16 goes back, the document stays as it was, and the sender may ask again', async () => {
  const letter = await arrivedLetter();
  const messageId = await register(house, commune, letter.envelopeId);
  await tell(letter, { kind: 'recall' });
  await house.drain();
  const noticeId = await noticeTo(letter);
  await assert.rejects(decide(messageId, { noticeId, agree: false, reason: ' ' }), refusedWith('exchange.reasonMissing'));
  await decide(messageId, { noticeId, agree: false, reason: 'Đã thi hành xong' });
  await house.drain();
  assert.equal((await messageIn(house, commune, letter.envelopeId)).state, 'registered');
  const told = await line(letter);
  assert.deepEqual([told.state, told.notices[0]?.state, told.notices[0]?.answerReason], ['registered', 'declined', 'Đã thi hành xong']);
  await assert.rejects(decide(messageId, { noticeId, agree: true }), refusedWith('exchange.answerNotNow'));
  await tell(letter, { kind: 'recall' });
  await house.drain();
  assert.equal((await line(letter)).notices.length, 2);
});

test('another agency answers no notice of ours, and a notice is not registered like a document', async () => {
  const letter = await arrivedLetter();
  const messageId = await register(house, commune, letter.envelopeId);
  await tell(letter, { kind: 'recall' });
  await house.drain();
  const noticeId = await noticeTo(letter);
  await assert.rejects(run(house.kernel, answerNotice, { agencyId: commune, messageId, noticeId, agree: true }, { actor: aClerk(ward) }), refusedWith('exchange.messageNotFound'));
  await assert.rejects(run(house.kernel, answerMessage, { agencyId: commune, messageId: noticeId, status: '03' }, { actor: aClerk(commune) }), refusedWith('exchange.answerNotNow'));
});

test('what nobody opened is taken back at once; what was opened or registered is not asked for', async () => {
  const untouched = await arrivedLetter();
  await tell(untouched, { kind: 'take_back' });
  await house.drain();
  assert.equal((await line(untouched)).state, 'recalled');
  const opened = await arrivedLetter();
  const { id } = await messageIn(house, commune, opened.envelopeId);
  await run(house.kernel, openMessage, { agencyId: commune, messageId: id }, { actor: aClerk(commune) });
  await run(house.kernel, openMessage, { agencyId: commune, messageId: id }, { actor: aClerk(commune) });
  await house.drain();
  assert.equal((await eventsAt(house, commune, id)).filter((type) => type === 'exchange.message-opened').length, 1);
  assert.ok((await line(opened)).openedAt);
  await assert.rejects(tell(opened, { kind: 'take_back' }), refusedWith('exchange.tooLateToTakeBack'));
});

test('a taking back that meets a document opened in the same moment is declined with 16', async () => {
  const letter = await arrivedLetter();
  await tell(letter, { kind: 'take_back' });
  await run(house.kernel, openMessage, { agencyId: commune, messageId: (await messageIn(house, commune, letter.envelopeId)).id }, { actor: aClerk(commune) });
  await house.drain();
  const told = await line(letter);
  assert.deepEqual([told.state, told.notices[0]?.state], ['arrived', 'declined']);
  assert.match(told.notices[0]?.answerReason ?? '', /đã mở/);
});

test('what has not left is called off: its recipient never hears of it', async () => {
  const press = await anAgency(house.kernel, 'Báo Thanh Hóa', { hosting: 'external' });
  const letter = await letterTo(commune, press);
  const { told, calledOff } = await tell(letter, { kind: 'recall' });
  assert.deepEqual([told, calledOff], [[], [commune, press]]);
  await house.drain();
  assert.deepEqual((await lines(letter)).map((each) => each.state), ['cancelled', 'cancelled']);
  assert.deepEqual(await house.sql('select 1 from exchange.message where envelope_id = $1', [letter.envelopeId]), []);
});

test('sending, recalling and registering at once end in one story on both sides', async () => {
  for (let round = 0; round < 6; round += 1) {
    const letter = await letterTo(commune, ward);
    await Promise.allSettled([house.drain(), tell(letter, { kind: 'recall' })]);
    await house.drain();
    house.clock.advance(3_600_000);
    await house.drain();
    for (const each of await lines(letter)) {
      const [row] = await house.sql<{ state: string }>('select state from exchange.message where agency_id = $1 and envelope_id = $2', [each.recipientAgencyId, letter.envelopeId]);
      assert.deepEqual([each.state, row?.state], each.state === 'cancelled' ? ['cancelled', undefined] : ['recalled', 'recalled']);
    }
  }
  const letter = await arrivedLetter();
  await tell(letter, { kind: 'recall' });
  const { id } = await messageIn(house, commune, letter.envelopeId);
  const [, registered] = await Promise.allSettled([house.drain(), run(house.kernel, answerMessage, { agencyId: commune, messageId: id, status: '03' }, { actor: aClerk(commune) })]);
  await house.drain();
  assert.equal((await messageIn(house, commune, letter.envelopeId)).state, registered.status === 'fulfilled' ? 'registered' : 'recalled');
});

test('an update changes what is not registered at once, asks where it is registered, and the newest one decides', async () => {
  const changed = (summary: string) => ({ summary, urgency: 'normal' as const, answerDue: null });
  const letter = await arrivedLetter(commune, ward);
  const messageId = await register(house, ward, letter.envelopeId);
  await tell(letter, { kind: 'update', changed: changed('V/v báo cáo quý IV') });
  await house.drain();
  const here = await messageIn(house, commune, letter.envelopeId);
  assert.equal(here.state, 'arrived');
  assert.ok((await eventsAt(house, commune, here.id)).includes('exchange.message-updated'));
  assert.deepEqual((await lines(letter)).map((each) => each.notices[0]?.state), ['agreed', 'arrived']);
  await tell(letter, { kind: 'update', changed: changed('V/v báo cáo năm') });
  await house.drain();
  const [older, newer] = await house.sql<{ id: Id<'message'> }>('select id from exchange.message where agency_id = $1 and of_envelope_id = $2 order by sequence', [ward, letter.envelopeId]);
  const answer = (noticeId: string) => run(house.kernel, answerNotice, { agencyId: ward, messageId, noticeId, agree: true }, { actor: aClerk(ward) });
  await answer(newer?.id ?? '');
  await answer(older?.id ?? '');
  const updates = await house.sql<{ summary: string }>(`select data->'changed'->>'summary' as summary from audit.entry where agency_id = $1 and type = 'exchange.message-updated' and subject_id = $2`, [ward, messageId]);
  assert.deepEqual(updates.map(({ summary }) => summary), ['V/v báo cáo năm'], 'the older update does not undo the newer one');
});

test('an added recipient gets the same envelope to the byte, a removed one is told and cancels it, the others hear nothing', async () => {
  const later = await anAgency(house.kernel, 'UBND xã Nông Cống');
  const letter = await arrivedLetter(commune, ward);
  await run(house.kernel, addRecipients, { agencyId: sender, subject: letter.subject, recipients: [later] }, { actor: aClerk(sender) });
  await tell(letter, { kind: 'update', removes: true, recipients: [ward] });
  await house.drain();
  assert.deepEqual((await lines(letter)).map((each) => [each.recipientAgencyId, each.state]), [[commune, 'arrived'], [ward, 'recalled'], [later, 'arrived']]);
  const originals = await house.sql('select count(distinct original)::int as n from exchange.message where envelope_id = $1', [letter.envelopeId]);
  assert.deepEqual(originals, [{ n: 1 }]);
  await assert.rejects(run(house.kernel, addRecipients, { agencyId: sender, subject: letter.subject, recipients: [commune] }, { actor: aClerk(sender) }), refusedWith('exchange.recipientKnown'));
});

test('a replacing document makes the old one point to it, whatever became of that, and its own text is a version-1 envelope', async () => {
  const letter = await arrivedLetter(commune, ward);
  const messageId = await register(house, ward, letter.envelopeId);
  const subject = { type: 'outgoing-document', id: newId() };
  const replaces = { subject: letter.subject, reason: 'Thay thế do sai số liệu' };
  await run(house.kernel, sendEnvelope, { agencyId: sender, subject, recipients: [commune, ward], document: aDocument({ number: '1235' }), files: [await aMainFile(house.kernel)], replaces }, { actor: aClerk(sender) });
  await house.drain();
  assert.deepEqual((await lines(letter)).map((each) => each.state), ['replaced', 'replaced']);
  assert.equal((await messageIn(house, ward, letter.envelopeId)).state, 'replaced');
  const [event] = await house.sql<{ by: string }>(`select data->>'byNumber' as by from audit.entry where type = 'exchange.message-replaced' and subject_id = $1`, [messageId]);
  assert.equal(event?.by, '1235/SNV-VP');
  assert.equal(await withheld(house, messageId), 0, 'a replaced document stays readable');
  const news = await deliveriesOf(house.kernel.database.pool, { agencyId: sender, subject });
  assert.deepEqual(news.map((each) => each.state), ['arrived', 'arrived']);
});

test('what was never sent is not recalled, and nobody who refused it is told', async () => {
  const never = { envelopeId: newId<'envelope'>(), subject: { type: 'outgoing-document', id: newId() } };
  await assert.rejects(tell(never, { kind: 'recall' }), refusedWith('exchange.nothingSent'));
  const letter = await arrivedLetter();
  const { id } = await messageIn(house, commune, letter.envelopeId);
  await run(house.kernel, answerMessage, { agencyId: commune, messageId: id, status: '02', reason: 'Gửi nhầm' }, { actor: aClerk(commune) });
  await house.drain();
  await assert.rejects(tell(letter, { kind: 'recall' }), refusedWith('exchange.nobodyToTell'));
});

test('another agency cannot recall what it did not send', async () => {
  const letter = await arrivedLetter();
  await assert.rejects(tell(letter, { kind: 'recall' }, ward), refusedWith('exchange.nothingSent'));
});

test('a recall reaches the successor that took the letter on the way, and the answer stands at the addressed agency', async () => {
  const old = await anAgency(house.kernel, 'UBND thành phố Thanh Hóa');
  const heir = await anAgency(house.kernel, 'UBND phường Hàm Rồng');
  const letter = await letterTo(old);
  await run(house.kernel, mergeAgencies, { predecessorIds: [old], successorIds: [heir], kind: 'merged', lastDay: aDay('2026-11-19'), legalBasis: 'Nghị quyết thử' }, { actor: systemActor('test') });
  await house.drain();
  await tell(letter, { kind: 'recall' });
  await house.drain();
  assert.equal((await messageIn(house, heir, letter.envelopeId)).state, 'recalled');
  assert.deepEqual([(await line(letter)).state, (await line(letter)).recipientName], ['recalled', 'UBND thành phố Thanh Hóa']);
});

test('an agency that was merged after it registered: its record is cancelled, since nobody is left to be asked', async () => {
  const old = await anAgency(house.kernel, 'UBND xã Đông Tiến');
  const heir = await anAgency(house.kernel, 'UBND phường Đông Tiến');
  const letter = await arrivedLetter(old);
  const messageId = await register(house, old, letter.envelopeId);
  await run(house.kernel, mergeAgencies, { predecessorIds: [old], successorIds: [heir], kind: 'merged', lastDay: aDay('2026-11-19'), legalBasis: 'Nghị quyết thử' }, { actor: systemActor('test') });
  await tell(letter, { kind: 'recall' });
  await house.drain();
  assert.equal((await messageIn(house, old, letter.envelopeId)).state, 'recalled');
  assert.ok((await eventsAt(house, old, messageId)).includes('exchange.message-recalled'));
  assert.equal((await line(letter)).state, 'recalled');
});

test('whoever has not registered is reminded, once an hour at most, and both sides have it on record', async () => {
  const letter = await arrivedLetter(commune, ward);
  await register(house, ward, letter.envelopeId);
  const remind = () => run(house.kernel, remindRecipients, { agencyId: sender, subject: letter.subject }, { actor: aClerk(sender) });
  assert.deepEqual(await remind(), [commune]);
  await assert.rejects(remind(), refusedWith('exchange.nobodyToRemind'));
  await house.drain();
  const { id } = await messageIn(house, commune, letter.envelopeId);
  assert.ok((await eventsAt(house, commune, id)).includes('exchange.message-reminded'));
  assert.equal((await line(letter)).reminderCount, 1);
});

test('a plain letter’s text has no business part, as before', async () => {
  const letter = await letterTo(commune);
  const [row] = await house.sql<{ original: string }>('select original from exchange.envelope where id = $1', [letter.envelopeId]);
  assert.deepEqual(Object.keys(JSON.parse(row?.original ?? '{}') as object), ['version', 'envelopeId', 'sentAt', 'sender', 'document', 'files']);
  await house.drain();
});
