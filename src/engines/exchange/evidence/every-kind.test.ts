import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { addRecipients } from '../commands/add-recipients.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { answerNotice } from '../commands/answer-notice.ts';
import { openMessage } from '../commands/open-message.ts';
import { receive, type Arrival } from '../commands/receive.ts';
import { remindRecipients } from '../commands/remind-recipients.ts';
import { sendNotice, type SendNotice } from '../commands/send-notice.ts';
import { envelope, type Business } from '../contract.ts';
import { envelopeHash, readEnvelope, writeEnvelope } from '../envelope.ts';
import { aClerk, aDocument, aSentLetter, anAgency } from '../testing.ts';
import { messageIn, register } from '../testing/arrived-messages.ts';
import { logOf, manifestOf, partsOf, sealedAgain } from '../testing/changed-package.ts';
import { aSignedLetter, codes, packed, verified, type SignedLetter } from '../testing/signed-letter.ts';

let letter: SignedLetter;
let later: Id<'agency'>;
let files: NonNullable<Parameters<typeof aSentLetter>[1]['files']>;
before(async () => {
  letter = await aSignedLetter();
  later = await anAgency(letter.house.kernel, 'UBND xã Nông Cống');
  const [row] = await letter.house.sql<{ original: string }>('select original from exchange.envelope where id = $1', [letter.envelopeId]);
  const read = readEnvelope(row?.original ?? '');
  assert.ok(read.ok);
  files = read.envelope.files;
});
after(() => letter.house.close());

type Sent = { envelopeId: Id<'envelope'>; subject: { type: string; id: string } };
type Told = { kind: 'recall' | 'take_back' } | { kind: 'update'; removes: true; recipients: Id<'agency'>[] } | { kind: 'update'; changed: { summary: string; urgency: 'normal'; answerDue: null } };

async function arrived(replaces?: Sent): Promise<Sent> {
  const { house, sender, commune, ward } = letter;
  const more = replaces === undefined ? {} : { replaces: { subject: replaces.subject, reason: 'Sai số liệu' } };
  const sent = await aSentLetter(house.kernel, { from: sender, to: [commune, ward], files, ...more });
  await house.drain();
  return sent;
}

/** Sends a notice; what happens in between meets it on its way. */
async function tell({ subject }: Sent, told: Told, meanwhile?: () => Promise<unknown>): Promise<void> {
  const input: SendNotice = { agencyId: letter.sender, subject, reason: 'Sai căn cứ pháp lý', ...told };
  await run(letter.house.kernel, sendNotice, input, { actor: aClerk(letter.sender) });
  await meanwhile?.();
  await letter.house.drain();
}

async function decide(messageId: Id<'message'>, agree: boolean): Promise<void> {
  const { house, commune } = letter;
  const [notice] = await house.sql<{ id: Id<'message'> }>(`select id from exchange.message where target_message_id = $1 and state = 'asked'`, [messageId]);
  assert.ok(notice);
  await run(house.kernel, answerNotice, { agencyId: commune, messageId, noticeId: notice.id, agree, reason: 'Đã vào sổ' }, { actor: aClerk(commune) });
  await house.drain();
}

const changed = (summary: string): Told => ({ kind: 'update', changed: { summary, urgency: 'normal', answerDue: null } });
const actor = systemActor('test');

/** What another installation could send before the document that it is about, or to an agency that takes nothing more. */
async function foreign(business: Business, more: Partial<Arrival> = {}): Promise<void> {
  const { house, sender, commune } = letter;
  const envelopeId = newId();
  const content = { version: 1, envelopeId, sentAt: '2026-11-20T09:00:00+07:00', sender: { agencyId: sender, name: 'Sở Nội vụ', code: 'H56.12' }, document: aDocument(), files: [], business };
  const original = writeEnvelope(envelope.parse(content));
  const receiver = { agencyId: commune, name: 'UBND xã Hoằng Hóa', code: null };
  const arrival: Arrival = { ...receiver, isActive: true, addressed: receiver, envelope: { envelopeId, senderAgencyId: sender, original, contentHash: envelopeHash(original), inspection: [] }, ...more };
  await run(house.kernel, receive, [arrival], { actor });
}

/** Every kind of envelope, with every way in which a receiver can answer it. */
async function everyKind(): Promise<void> {
  const { house, sender, commune, ward } = letter;
  const { kernel } = house;
  // Recalled at once, and by the clerk who agrees; by one who declines, it can be recalled again.
  const recalled = await arrived();
  await tell(recalled, { kind: 'recall' });
  for (const agree of [true, false]) {
    const registered = await arrived();
    const messageId = await register(house, commune, registered.envelopeId);
    await tell(registered, { kind: 'recall' });
    await decide(messageId, agree);
  }
  // What its receiver returned is used no more: nothing is left to be cancelled, and the recall is agreed to.
  const returned = await arrived();
  await run(kernel, answerMessage, { agencyId: commune, messageId: (await messageIn(house, commune, returned.envelopeId)).id, status: '02', reason: 'Không thuộc thẩm quyền' }, { actor });
  await tell(returned, { kind: 'recall' });
  // Taken back in time, and in the moment in which it is opened.
  await tell(await arrived(), { kind: 'take_back' });
  const opened = await arrived();
  await tell(opened, { kind: 'take_back' }, async () => run(kernel, openMessage, { agencyId: commune, messageId: (await messageIn(house, commune, opened.envelopeId)).id }, { actor: aClerk(commune) }));
  // Changed, changed again, and changed at one who has registered it; a removed and an added recipient, and a reminder.
  const updated = await arrived();
  await tell(updated, changed('V/v báo cáo quý IV'));
  const messageId = await register(house, commune, updated.envelopeId);
  await tell(updated, changed('V/v báo cáo năm'));
  await decide(messageId, true);
  await run(kernel, addRecipients, { agencyId: sender, subject: updated.subject, recipients: [later] }, { actor: aClerk(sender) });
  await house.drain();
  await run(kernel, remindRecipients, { agencyId: sender, subject: updated.subject, recipients: [later] }, { actor: aClerk(sender) });
  await tell(updated, { kind: 'update', removes: true, recipients: [ward] });
  await arrived(await arrived());
  const of = { envelopeId: newId(), documentCode: 'X', contentHash: 'a'.repeat(64) };
  await foreign({ kind: 'recall', of, sequence: 1, reason: 'Đến trước văn bản' });
  await foreign({ kind: 'recall', of, sequence: 1, reason: 'Nơi nhận đã ngừng hoạt động' }, { isActive: false });
  await house.drain();
}

test('every kind of envelope is proven by the package of each side, whatever the receiver answered, and by none that lacks an entry of its own', async () => {
  const { house, sender } = letter;
  await everyKind();
  const sent = await house.sql<{ id: Id<'envelope'>; kind: string }>('select id, kind from exchange.envelope where agency_id = $1', [sender]);
  for (const { id, kind } of sent) {
    const report = await verified(house, await packed(house, { side: 'sender', agencyId: sender, envelopeId: id }));
    assert.equal(report.outcome, 'passed', `${kind} ${JSON.stringify(report.checks.filter(({ outcome }) => outcome !== 'passed'))}`);
  }
  const received = await house.sql<{ id: Id<'message'>; agencyId: Id<'agency'>; kind: string; state: string }>('select id, agency_id as "agencyId", kind, state from exchange.message order by id');
  const stories = new Map(received.map((message) => [`${message.kind} ${message.state}`, message]));
  const wanted = ['new arrived', 'new registered', 'new refused', 'new recalled', 'new replaced', 'replace arrived', 'recall agreed', 'recall declined', 'recall asked', 'recall refused', 'take_back agreed', 'take_back declined', 'update agreed'];
  for (const story of wanted) assert.ok(stories.has(story), `${story} in ${[...stories.keys()].join(', ')}`);
  for (const [story, { id, agencyId }] of stories) {
    const bytes = await packed(house, { side: 'receiver', agencyId, messageId: id });
    const report = await verified(house, bytes);
    assert.equal(report.outcome, 'passed', `${story} ${JSON.stringify(report.checks.filter(({ outcome }) => outcome !== 'passed'))}`);
    const parts = await partsOf(bytes);
    const log = logOf(parts);
    const { receipts } = manifestOf(parts);
    const proving = log.entries.filter(({ entry }) => /^exchange\.(message-arrived|message-refused|notice-received|message-answered)$/.test(entry.type));
    assert.equal(proving.length, receipts.length, `${story}: an entry for each receipt`);
    for (const { entry } of proving) {
      const without = await sealedAgain(house.kernel, parts, { set: { 'log/entries.json': Buffer.from(JSON.stringify({ ...log, entries: log.entries.filter((each) => each.entry.id !== entry.id) })) } });
      const judged = await verified(house, without);
      const found = codes(judged);
      assert.ok(found.includes('receipt.untold'), `${story} without ${entry.type}: ${found.join()}`);
      assert.equal(found.includes('log.silent'), entry.type !== 'exchange.message-answered', `${story} without ${entry.type}: ${found.join()}`);
      const isTold = judged.checks.some(({ code, vi }) => code === 'log.silent' && vi.includes('dùng gói xuất từ nơi gửi'));
      assert.equal(isTold, found.includes('log.silent') && /^(recall|take_back|update)/.test(story), `${story}: what can be done about a notice of before`);
    }
  }
});
