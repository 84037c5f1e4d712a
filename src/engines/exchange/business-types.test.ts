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
import { receive, type Arrival, type Arrived } from './commands/receive.ts';
import { remindRecipients } from './commands/remind-recipients.ts';
import { sendEnvelope } from './commands/send-envelope.ts';
import { sendNotice, type SendNotice } from './commands/send-notice.ts';
import { envelope, type Business, type DeliveryLine } from './contract.ts';
import { verifyReceipt } from './domain/receipt.ts';
import { envelopeHash, writeEnvelope } from './envelope.ts';
import { deliveriesOf } from './queries/deliveries-of.ts';
import { receiptKeys } from './receipt-key.ts';
import { withheldFiles } from './withheld-files.ts';
import { aClerk, aDay, aDocument, aMainFile, anAgency, aSentLetter, openExchange } from './testing.ts';

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
type Row = { id: Id<'message'>; state: string; kind: string; agency_id: Id<'agency'> };
const messageIn = async (agencyId: Id<'agency'>, envelopeId: string): Promise<Row> => {
  const [row] = await house.sql<Row>('select id, state, kind, agency_id from exchange.message where agency_id = $1 and envelope_id = $2', [agencyId, envelopeId]);
  assert.ok(row);
  return row;
};
const register = async (agencyId: Id<'agency'>, envelopeId: string): Promise<Id<'message'>> => {
  const { id } = await messageIn(agencyId, envelopeId);
  await run(house.kernel, answerMessage, { agencyId, messageId: id, status: '03' }, { actor: aClerk(agencyId) });
  await house.drain();
  return id;
};
const noticeTo = async (letter: Letter, agencyId = commune): Promise<Id<'message'>> => {
  const rows = await house.sql<{ id: Id<'message'> }>('select id from exchange.message where agency_id = $1 and of_envelope_id = $2 order by sequence desc', [agencyId, letter.envelopeId]);
  assert.ok(rows[0]);
  return rows[0].id;
};
const decide = (messageId: Id<'message'>, { noticeId, agree, reason }: { noticeId: string; agree: boolean; reason?: string }) =>
  run(house.kernel, answerNotice, { agencyId: commune, messageId, noticeId, agree, ...(reason === undefined ? {} : { reason }) }, { actor: aClerk(commune) });
const eventsAt = async (agencyId: Id<'agency'>, subjectId: string): Promise<string[]> => (await house.sql<{ type: string }>('select type from audit.entry where agency_id = $1 and subject_id = $2 order by id', [agencyId, subjectId])).map(({ type }) => type);
const withheld = async (messageId: string): Promise<number> => (await house.sql('select 1 from exchange.withheld_file where message_id = $1', [messageId])).length;
const refusedWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

test('a recall of what is not registered cancels it at once: 15 comes back signed, the original and its facts stay, the files are withheld', async () => {
  const letter = await arrivedLetter();
  await tell(letter, { kind: 'recall' });
  await house.drain();
  const message = await messageIn(commune, letter.envelopeId);
  assert.equal(message.state, 'recalled');
  assert.equal(await withheld(message.id), 1);
  const told = await line(letter);
  assert.equal(told.state, 'recalled');
  assert.deepEqual(told.notices.map((notice) => [notice.kind, notice.state, notice.answeredBy]), [['recall', 'agreed', 'Hệ thống Liên Thông']]);
  assert.ok((await eventsAt(commune, message.id)).includes('exchange.message-recalled'));
  const receipts = await house.sql('select receipt from exchange.delivery_answer where envelope_id = $1 order by ordinal', [told.notices[0]?.envelopeId]);
  const verdict = verifyReceipt(String(receipts.at(-1)?.['receipt']), await receiptKeys(house.kernel.database.pool));
  assert.ok(verdict.ok);
  assert.deepEqual([verdict.receipt.status, verdict.receipt.of?.envelopeId], ['15', letter.envelopeId]);
});

test('the files of a recalled document open for an auditor of the agency, and for nobody else in it', async () => {
  const letter = await arrivedLetter();
  const { id } = await messageIn(commune, letter.envelopeId);
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
  const messageId = await register(commune, letter.envelopeId);
  await tell(letter, { kind: 'recall' });
  await house.drain();
  assert.equal((await messageIn(commune, letter.envelopeId)).state, 'registered');
  assert.ok((await eventsAt(commune, messageId)).includes('exchange.notice-asked'));
  assert.deepEqual((await line(letter)).notices.map((notice) => notice.state), ['arrived']);
  await assert.rejects(tell(letter, { kind: 'recall' }), refusedWith('exchange.noticeOpen'));
  await decide(messageId, { noticeId: await noticeTo(letter), agree: true });
  await house.drain();
  assert.equal((await messageIn(commune, letter.envelopeId)).state, 'recalled');
  assert.deepEqual([(await line(letter)).state, (await line(letter)).notices[0]?.answeredBy], ['recalled', 'Lê Thị Hoa']);
});

test('the clerk refuses with a reason: 16 goes back, the document stays as it was, and the sender may ask again', async () => {
  const letter = await arrivedLetter();
  const messageId = await register(commune, letter.envelopeId);
  await tell(letter, { kind: 'recall' });
  await house.drain();
  const noticeId = await noticeTo(letter);
  await assert.rejects(decide(messageId, { noticeId, agree: false, reason: ' ' }), refusedWith('exchange.reasonMissing'));
  await decide(messageId, { noticeId, agree: false, reason: 'Đã thi hành xong' });
  await house.drain();
  assert.equal((await messageIn(commune, letter.envelopeId)).state, 'registered');
  const told = await line(letter);
  assert.deepEqual([told.state, told.notices[0]?.state, told.notices[0]?.answerReason], ['registered', 'declined', 'Đã thi hành xong']);
  await assert.rejects(decide(messageId, { noticeId, agree: true }), refusedWith('exchange.answerNotNow'));
  await tell(letter, { kind: 'recall' });
  await house.drain();
  assert.equal((await line(letter)).notices.length, 2);
});

test('another agency answers no notice of ours, and a notice is not registered like a document', async () => {
  const letter = await arrivedLetter();
  const messageId = await register(commune, letter.envelopeId);
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
  const { id } = await messageIn(commune, opened.envelopeId);
  await run(house.kernel, openMessage, { agencyId: commune, messageId: id }, { actor: aClerk(commune) });
  await run(house.kernel, openMessage, { agencyId: commune, messageId: id }, { actor: aClerk(commune) });
  await house.drain();
  assert.equal((await eventsAt(commune, id)).filter((type) => type === 'exchange.message-opened').length, 1);
  assert.ok((await line(opened)).openedAt);
  await assert.rejects(tell(opened, { kind: 'take_back' }), refusedWith('exchange.tooLateToTakeBack'));
});

test('a taking back that meets a document opened in the same moment is declined with 16', async () => {
  const letter = await arrivedLetter();
  await tell(letter, { kind: 'take_back' });
  await run(house.kernel, openMessage, { agencyId: commune, messageId: (await messageIn(commune, letter.envelopeId)).id }, { actor: aClerk(commune) });
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
  const { id } = await messageIn(commune, letter.envelopeId);
  const [, registered] = await Promise.allSettled([house.drain(), run(house.kernel, answerMessage, { agencyId: commune, messageId: id, status: '03' }, { actor: aClerk(commune) })]);
  await house.drain();
  assert.equal((await messageIn(commune, letter.envelopeId)).state, registered.status === 'fulfilled' ? 'registered' : 'recalled');
});

test('an update changes what is not registered at once, asks where it is registered, and the newest one decides', async () => {
  const changed = (summary: string) => ({ summary, urgency: 'normal' as const, answerDue: null });
  const letter = await arrivedLetter(commune, ward);
  const messageId = await register(ward, letter.envelopeId);
  await tell(letter, { kind: 'update', changed: changed('V/v báo cáo quý IV') });
  await house.drain();
  const here = await messageIn(commune, letter.envelopeId);
  assert.equal(here.state, 'arrived');
  assert.ok((await eventsAt(commune, here.id)).includes('exchange.message-updated'));
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
  const messageId = await register(ward, letter.envelopeId);
  const subject = { type: 'outgoing-document', id: newId() };
  const replaces = { subject: letter.subject, reason: 'Thay thế do sai số liệu' };
  await run(house.kernel, sendEnvelope, { agencyId: sender, subject, recipients: [commune, ward], document: aDocument({ number: '1235' }), files: [await aMainFile(house.kernel)], replaces }, { actor: aClerk(sender) });
  await house.drain();
  assert.deepEqual((await lines(letter)).map((each) => each.state), ['replaced', 'replaced']);
  assert.equal((await messageIn(ward, letter.envelopeId)).state, 'replaced');
  const [event] = await house.sql<{ by: string }>(`select data->>'byNumber' as by from audit.entry where type = 'exchange.message-replaced' and subject_id = $1`, [messageId]);
  assert.equal(event?.by, '1235/SNV-VP');
  assert.equal(await withheld(messageId), 0, 'a replaced document stays readable');
  const news = await deliveriesOf(house.kernel.database.pool, { agencyId: sender, subject });
  assert.deepEqual(news.map((each) => each.state), ['arrived', 'arrived']);
});

test('what was never sent is not recalled, and nobody who refused it is told', async () => {
  const never = { envelopeId: newId<'envelope'>(), subject: { type: 'outgoing-document', id: newId() } };
  await assert.rejects(tell(never, { kind: 'recall' }), refusedWith('exchange.nothingSent'));
  const letter = await arrivedLetter();
  const { id } = await messageIn(commune, letter.envelopeId);
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
  assert.equal((await messageIn(heir, letter.envelopeId)).state, 'recalled');
  assert.deepEqual([(await line(letter)).state, (await line(letter)).recipientName], ['recalled', 'UBND thành phố Thanh Hóa']);
});

test('an agency that was merged after it registered: its record is cancelled, since nobody is left to be asked', async () => {
  const old = await anAgency(house.kernel, 'UBND xã Đông Tiến');
  const heir = await anAgency(house.kernel, 'UBND phường Đông Tiến');
  const letter = await arrivedLetter(old);
  const messageId = await register(old, letter.envelopeId);
  await run(house.kernel, mergeAgencies, { predecessorIds: [old], successorIds: [heir], kind: 'merged', lastDay: aDay('2026-11-19'), legalBasis: 'Nghị quyết thử' }, { actor: systemActor('test') });
  await tell(letter, { kind: 'recall' });
  await house.drain();
  assert.equal((await messageIn(old, letter.envelopeId)).state, 'recalled');
  assert.ok((await eventsAt(old, messageId)).includes('exchange.message-recalled'));
  assert.equal((await line(letter)).state, 'recalled');
});

test('whoever has not registered is reminded, once an hour at most, and both sides have it on record', async () => {
  const letter = await arrivedLetter(commune, ward);
  await register(ward, letter.envelopeId);
  const remind = () => run(house.kernel, remindRecipients, { agencyId: sender, subject: letter.subject }, { actor: aClerk(sender) });
  assert.deepEqual(await remind(), [commune]);
  await assert.rejects(remind(), refusedWith('exchange.nobodyToRemind'));
  await house.drain();
  const { id } = await messageIn(commune, letter.envelopeId);
  assert.ok((await eventsAt(commune, id)).includes('exchange.message-reminded'));
  assert.equal((await line(letter)).reminderCount, 1);
});

test('a plain letter’s text has no business part, as before', async () => {
  const letter = await letterTo(commune);
  const [row] = await house.sql<{ original: string }>('select original from exchange.envelope where id = $1', [letter.envelopeId]);
  assert.deepEqual(Object.keys(JSON.parse(row?.original ?? '{}') as object), ['version', 'envelopeId', 'sentAt', 'sender', 'document', 'files']);
  await house.drain();
});

// From here on what an other installation could send, in whatever order the lines bring it.

type Sent = { of: string; hash: string; arrival: Arrival };

async function foreign(more: { business?: Business; from?: Id<'agency'>; number?: string; secrecy?: 'secret' } = {}): Promise<Sent> {
  const file = await aMainFile(house.kernel);
  const envelopeId = newId();
  const from = more.from ?? sender;
  const isNotice = more.business !== undefined && more.business.kind !== 'replace';
  const original = writeEnvelope(
    envelope.parse({
      version: 1,
      envelopeId,
      sentAt: '2026-11-20T09:00:00+07:00',
      sender: { agencyId: from, name: 'Sở Nội vụ', code: 'H56.12' },
      document: aDocument({ number: more.number ?? '77', secrecy: more.secrecy ?? 'none' }),
      files: isNotice ? [] : [file],
      business: more.business,
    }),
  );
  const receiver = { agencyId: commune, name: 'UBND xã Hoằng Hóa', code: null };
  const inspection = isNotice ? [] : [{ sha256: file.sha256, isPresent: true, hashMatches: true, sizeMatches: true, indication: 'UNSIGNED' as const, signatureCount: 0 }];
  return { of: envelopeId, hash: envelopeHash(original), arrival: { ...receiver, isActive: true, addressed: receiver, envelope: { envelopeId, senderAgencyId: from, original, contentHash: envelopeHash(original), inspection } } };
}
const about = (document: Sent, kind: Business['kind'], sequence: number, more: Partial<Business> = {}): Business => ({ kind, of: { envelopeId: document.of, documentCode: 'X', contentHash: document.hash }, sequence, reason: 'Lý do', ...more });
const take = (...arrivals: Sent[]): Promise<Arrived[]> => run(house.kernel, receive, arrivals.map(({ arrival }) => arrival), { actor: systemActor('test') });
const stateOf = async (sent: Sent): Promise<string> => (await messageIn(commune, sent.of)).state;

test('a recall that overtakes its document waits for it, and the document is kept but arrives cancelled', async () => {
  const document = await foreign();
  const recall = await foreign({ business: about(document, 'recall', 1) });
  await take(recall);
  assert.equal(await stateOf(recall), 'asked');
  assert.deepEqual(await eventsAt(commune, (await messageIn(commune, recall.of)).id), ['exchange.notice-kept']);
  await take(document);
  assert.deepEqual([await stateOf(document), await stateOf(recall)], ['recalled', 'agreed']);
  const message = await messageIn(commune, document.of);
  assert.equal(await withheld(message.id), 1);
  const [event] = await house.sql<{ data: { standing: { state: string } } }>(`select data from audit.entry where type = 'exchange.message-arrived' and subject_id = $1`, [message.id]);
  assert.equal(event?.data.standing.state, 'recalled');
});

test('document, updates and recall in any order end in the same state', async () => {
  const changed = (summary: string) => ({ changed: { summary, urgency: 'normal' as const, answerDue: null } });
  const orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]];
  for (const order of orders) {
    const document = await foreign();
    const notices = [document, await foreign({ business: about(document, 'update', 1, changed('một')) }), await foreign({ business: about(document, 'update', 2, changed('hai')) }), await foreign({ business: about(document, 'recall', 3) })];
    for (const index of order) await take(notices[index] ?? document);
    assert.equal(await stateOf(document), 'recalled', order.join());
    assert.deepEqual(await house.sql(`select 1 from exchange.message where of_envelope_id = $1 and state = 'asked'`, [document.of]), [], 'each notice is answered');
  }
});

test('an update that overtakes its document is in the facts with which it arrives', async () => {
  const document = await foreign();
  await take(await foreign({ business: about(document, 'update', 2, { changed: { summary: 'mới nhất', urgency: 'normal', answerDue: null } }) }));
  await take(await foreign({ business: about(document, 'update', 1, { changed: { summary: 'cũ', urgency: 'normal', answerDue: null } }) }));
  await take(document);
  const { id } = await messageIn(commune, document.of);
  const [event] = await house.sql<{ summary: string }>(`select data->'document'->>'summary' as summary from audit.entry where type = 'exchange.message-arrived' and subject_id = $1`, [id]);
  assert.equal(event?.summary, 'mới nhất');
});

test('a replacing document that overtakes the old one: the old one arrives replaced', async () => {
  const document = await foreign();
  await take(await foreign({ business: about(document, 'replace', 1), number: '78' }));
  await take(document);
  assert.equal(await stateOf(document), 'replaced');
});

test('document and recall by two lines at the same moment never miss each other', async () => {
  for (let round = 0; round < 12; round += 1) {
    const document = await foreign();
    const recall = await foreign({ business: about(document, 'recall', 1) });
    await Promise.all(round % 2 === 0 ? [take(document), take(recall)] : [take(recall), take(document), take(document, recall)]);
    assert.deepEqual([await stateOf(document), await stateOf(recall)], ['recalled', 'agreed'], `round ${String(round)}`);
  }
});

test('a notice that comes again months later has no second effect', async () => {
  const document = await foreign();
  const recall = await foreign({ business: about(document, 'recall', 1) });
  await take(document);
  await take(recall);
  const { id } = await messageIn(commune, document.of);
  const events = await eventsAt(commune, id);
  house.clock.advance(200 * 86_400_000);
  const again = await take(recall, document);
  assert.deepEqual(again.map((result) => result.kind === 'kept' && result.isNew), [false, false]);
  assert.deepEqual(await eventsAt(commune, id), events);
  assert.equal((await house.sql('select 1 from exchange.message_answer where message_id = $1', [(await messageIn(commune, recall.of)).id])).length, 2);
});

test('two senders with one number: a recall touches only the document of its own sender', async () => {
  const mine = await foreign({ number: '90' });
  const theirs = await foreign({ number: '90', from: ward });
  await take(mine, theirs);
  await take(await foreign({ from: ward, business: about(mine, 'recall', 1) }));
  assert.equal(await stateOf(mine), 'arrived', 'somebody else’s recall of it waits for a document that never comes');
  await take(await foreign({ from: ward, business: about(theirs, 'recall', 1) }));
  assert.deepEqual([await stateOf(mine), await stateOf(theirs)], ['arrived', 'recalled']);
});

test('a recall that names another content than the receiver has is declined', async () => {
  const document = await foreign();
  const recall = await foreign({ business: about({ ...document, hash: 'a'.repeat(64) }, 'recall', 1) });
  await take(document);
  await take(recall);
  assert.deepEqual([await stateOf(document), await stateOf(recall)], ['arrived', 'declined']);
});

test('a document that was refused on arrival stays refused, and its recall is agreed to', async () => {
  const document = await foreign({ secrecy: 'secret' });
  const recall = await foreign({ business: about(document, 'recall', 1) });
  await take(document);
  await take(recall);
  assert.deepEqual([await stateOf(document), await stateOf(recall)], ['refused', 'agreed']);
});

test('a recall settles an update that waits for an answer', async () => {
  const document = await foreign();
  await take(document);
  const messageId = await register(commune, document.of);
  const update = await foreign({ business: about(document, 'update', 1, { changed: { summary: 'x', urgency: 'normal', answerDue: null } }) });
  const recall = await foreign({ business: about(document, 'recall', 2) });
  await take(update);
  await take(recall);
  await run(house.kernel, answerNotice, { agencyId: commune, messageId, noticeId: (await messageIn(commune, recall.of)).id, agree: true }, { actor: aClerk(commune) });
  assert.deepEqual([await stateOf(update), await stateOf(recall)], ['declined', 'agreed']);
});
