import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { TestHouse } from '#kernel/testkit.ts';
import { answerNotice } from './commands/answer-notice.ts';
import { receive, type Arrival, type Arrived } from './commands/receive.ts';
import { envelope, type Business } from './contract.ts';
import { envelopeHash, writeEnvelope } from './envelope.ts';
import { aClerk, aDocument, aMainFile, anAgency, openExchange } from './testing.ts';
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

/** What another installation could send, in whatever order the lines bring it. */
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
const stateOf = async (sent: Sent): Promise<string> => (await messageIn(house, commune, sent.of)).state;

test('a recall that overtakes its document waits for it, and the document is kept but arrives cancelled', async () => {
  const document = await foreign();
  const recall = await foreign({ business: about(document, 'recall', 1) });
  await take(recall);
  assert.equal(await stateOf(recall), 'asked');
  assert.deepEqual(await eventsAt(house, commune, (await messageIn(house, commune, recall.of)).id), ['exchange.notice-received', 'exchange.notice-kept']);
  await take(document);
  assert.deepEqual([await stateOf(document), await stateOf(recall)], ['recalled', 'agreed']);
  const message = await messageIn(house, commune, document.of);
  assert.equal(await withheld(house, message.id), 1);
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
  const { id } = await messageIn(house, commune, document.of);
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
  const { id } = await messageIn(house, commune, document.of);
  const events = await eventsAt(house, commune, id);
  house.clock.advance(200 * 86_400_000);
  const again = await take(recall, document);
  assert.deepEqual(again.map((result) => result.kind === 'kept' && result.isNew), [false, false]);
  assert.deepEqual(await eventsAt(house, commune, id), events);
  assert.equal((await house.sql('select 1 from exchange.message_answer where message_id = $1', [(await messageIn(house, commune, recall.of)).id])).length, 2);
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
  const messageId = await register(house, commune, document.of);
  const update = await foreign({ business: about(document, 'update', 1, { changed: { summary: 'x', urgency: 'normal', answerDue: null } }) });
  const recall = await foreign({ business: about(document, 'recall', 2) });
  await take(update);
  await take(recall);
  await run(house.kernel, answerNotice, { agencyId: commune, messageId, noticeId: (await messageIn(house, commune, recall.of)).id, agree: true }, { actor: aClerk(commune) });
  assert.deepEqual([await stateOf(update), await stateOf(recall)], ['declined', 'agreed']);
});
