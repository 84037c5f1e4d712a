import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { mergeAgencies } from '#engines/identity/index.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { sendNotice } from '../commands/send-notice.ts';
import { signReceipts, verifyReceipt } from '../domain/receipt.ts';
import { envelopeHash } from '../envelope.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { partnerReceiptKeys, receiptKey } from '../receipt-key.ts';
import { aClerk, aSentLetter } from '../testing.ts';
import { config, newKey } from './adapters/installation/settings.ts';
import { takeParcel } from './adapters/installation/take-parcel.ts';
import { writeWire } from './adapters/installation/wire.ts';
import type { PartnerId } from './adapter.ts';
import { parcelOf, type TransferRow } from './parcels.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';

// A sends to two communes at B, and B says what it likes: its requests are signed, so only what they say can be wrong.

let a: Installation;
let b: Installation;
let pair: Connected;
let sender: { id: Id<'agency'>; idAt: Id<'agency'>[] };
let commune: { id: Id<'agency'>; there: Id<'agency'> };
let ward: { id: Id<'agency'>; there: Id<'agency'> };
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b);
  sender = await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }]);
  const atB = async (name: string) => {
    const { id, idAt } = await anAgencyAt(b, name, [{ at: a, partnerId: pair.atInviter }]);
    return { id, there: first(idAt) };
  };
  [commune, ward] = [await atB('UBND xã Hoằng Hóa'), await atB('UBND phường Hạc Thành')];
});
after(async () => {
  await a.close();
  await b.close();
});

const first = <Value>(list: readonly Value[]): Value => {
  const [value] = list;
  assert.ok(value !== undefined);
  return value;
};

type Wire = Record<string, unknown> & { receipt: string; addressed: { ref: string | null; code: string | null } };

async function wireAt(place: Installation, where: string, values: unknown[]): Promise<Wire> {
  const rows = await place.house.sql(
    `select t.agency_id as "agencyId", t.id, t.partner_id as "partnerId", t.kind, t.envelope_id as "envelopeId", t.message_id as "messageId", t.ordinal, t.position, t.state, t.attempts, t.checks
       from exchange.transfer t left join exchange.message m on m.agency_id = t.agency_id and m.id = t.message_id where ${where}`,
    values,
  );
  // safe because the statement selects exactly these columns
  const parcel = await parcelOf({ now: place.house.clock.now(), query: (text, more) => place.house.kernel.database.pool.query(text, more) }, first(rows) as TransferRow);
  // safe because a parcel travels as an object
  return JSON.parse(writeWire(parcel, { appSecret: place.house.kernel.config.appSecret, partnerId: pair.atGuest as PartnerId }).toString('utf8')) as Wire;
}

/** What B had answered for one of its agencies. */
const answerOf = (agencyId: string, envelopeId: string) => wireAt(b, `t.kind = 'answer' and t.agency_id = $1 and m.envelope_id = $2`, [agencyId, envelopeId]);

/** B offers a parcel to A; what became of it there. */
async function offered(wire: object, at: Installation = a): Promise<string> {
  const id = newId();
  // safe because the id is that of a partner
  const partnerId = (at === a ? pair.atInviter : pair.atGuest) as PartnerId;
  const reply = await takeParcel(at.house.kernel, { partnerId, config: config.parse({}), wire: Buffer.from(JSON.stringify({ ...wire, id })) });
  if (reply.state === 'refused') return reply.code;
  await at.house.drain();
  const [row] = await at.house.sql('select state, problem_code from exchange.inbound where partner_id = $1 and partner_ref = $2', [partnerId, id]);
  return String(row?.['problem_code'] ?? row?.['state']);
}

/** A receipt that B signs about whatever it wants. */
async function signedBy(place: Installation, wire: Wire, change: Record<string, unknown>): Promise<string> {
  const key = await receiptKey(place.house.kernel);
  const verdict = verifyReceipt(wire.receipt, (await b.call<{ keys: [] }>('GET', '/api/v1/exchange/keys')).body.keys);
  assert.ok(verdict.ok);
  return first(signReceipts([{ ...verdict.receipt, ...change }], key));
}

const linesOf = async (subject: { type: string; id: string }) => new Map((await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender.id, subject })).map((each) => [each.recipientAgencyId, each]));

test('the receipt of one recipient is no answer of another, and changes nothing there', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [commune.there, ward.there] });
  await settle(a, b);
  const own = await answerOf(commune.id, letter.envelopeId);
  const registered = await signedBy(b, own, { status: '03' });
  const answer = { ...own, status: '03', ordinal: 2, receipt: registered };
  assert.equal(await offered({ ...answer, addressed: { ref: ward.there, code: null } }), 'receiptDiffers');
  assert.equal((await linesOf(letter.subject)).get(ward.there)?.state, 'arrived');
  assert.equal(await offered(answer), 'applied', 'for its own recipient it counts');
  assert.equal((await linesOf(letter.subject)).get(commune.there)?.state, 'registered');
});

test('the receipt of a successor is the answer of the agency that it names, and of no other that it succeeded', async () => {
  const [one, two] = [await anAgencyAt(b, 'UBND xã Một', [{ at: a, partnerId: pair.atInviter }]), await anAgencyAt(b, 'UBND xã Hai', [{ at: a, partnerId: pair.atInviter }])];
  const successor = await anAgencyAt(b, 'UBND xã Hợp Nhất', [{ at: a, partnerId: pair.atInviter }]);
  const lastDay = addDays(vietnamDay(b.house.clock.now()), -1);
  await run(b.house.kernel, mergeAgencies, { predecessorIds: [one.id, two.id], successorIds: [successor.id], kind: 'merged', lastDay, legalBasis: 'Nghị quyết' }, { actor: systemActor('test') });
  const [oneHere, twoHere, successorHere] = [first(one.idAt), first(two.idAt), first(successor.idAt)];
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [oneHere, twoHere, successorHere] });
  await settle(a, b);
  const [message] = await b.house.sql('select id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  // safe because the column holds message ids
  await run(b.house.kernel, answerMessage, { agencyId: successor.id, messageId: message?.['id'] as Id<'message'>, status: '03' }, { actor: aClerk(successor.id) });
  await settle(b, a);
  const lines = await linesOf(letter.subject);
  for (const id of [oneHere, twoHere, successorHere]) assert.deepEqual([lines.get(id)?.state, lines.get(id)?.answers.map(({ status }) => status)], ['registered', ['01', '03']]);
  const kept = await a.house.sql<{ recipient: string; receipt: string }>('select recipient_agency_id as recipient, receipt from exchange.delivery_answer where envelope_id = $1 order by ordinal', [letter.envelopeId]);
  const keys = (await b.call<{ keys: [] }>('GET', '/api/v1/exchange/keys')).body.keys;
  const names = new Map([[oneHere, one.id], [twoHere, two.id], [successorHere, undefined]]);
  for (const { recipient, receipt } of kept) {
    const verdict = verifyReceipt(receipt, keys);
    assert.ok(verdict.ok);
    // safe because the column holds agency ids
    assert.deepEqual([verdict.receipt.recipient.agencyId, verdict.receipt.addressed?.agencyId], [successor.id, names.get(recipient as Id<'agency'>)]);
  }
  const wireFor = (addressed: string) => wireAt(b, `t.kind = 'answer' and m.envelope_id = $1 and t.ordinal = 2 and exists (select from exchange.message_origin o where o.message_id = m.id and o.position = t.position and o.addressed_ref = $2)`, [letter.envelopeId, addressed]);
  const answer = await wireFor(oneHere);
  const completed = await signedBy(b, answer, { status: '06' });
  const told = { ...answer, status: '06', ordinal: 3, receipt: completed };
  for (const other of [twoHere, successorHere]) assert.equal(await offered({ ...told, addressed: { ref: other, code: null } }), 'receiptDiffers');
  const direct = await wireFor(successorHere);
  const own = { ...direct, status: '06', ordinal: 3, receipt: await signedBy(b, direct, { status: '06' }) };
  for (const other of [oneHere, twoHere]) assert.equal(await offered({ ...own, addressed: { ref: other, code: null } }), 'receiptDiffers', 'its own answer is not that of those before it');
  assert.deepEqual([...(await linesOf(letter.subject)).values()].map(({ state }) => state), ['registered', 'registered', 'registered']);
  assert.equal(await offered(told), 'applied');
  assert.deepEqual([...(await linesOf(letter.subject)).values()].map(({ recipientAgencyId, state }) => [recipientAgencyId, state]), [[oneHere, 'completed'], [twoHere, 'registered'], [successorHere, 'registered']]);
});

test('who answered, when and why is what was signed, not what is written around it', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [commune.there] });
  await settle(a, b);
  const own = await answerOf(commune.id, letter.envelopeId);
  const at = a.house.clock.now().toISOString();
  const receipt = await signedBy(b, own, { status: '02', by: { name: 'Lê Thị Hoa', title: 'Văn thư' }, at, reason: 'Gửi nhầm' });
  assert.equal(await offered({ ...own, status: '02', ordinal: 2, receipt, at: '2001-01-01T00:00:00Z', by: { name: 'Chủ tịch tỉnh', title: null }, reason: 'Sai thẩm quyền' }), 'applied');
  const last = (await linesOf(letter.subject)).get(commune.there)?.answers.at(-1);
  assert.deepEqual([last?.by, last?.reason, last?.at.slice(0, 10)], ['Lê Thị Hoa', 'Gửi nhầm', at.slice(0, 10)]);
});

test('what was signed in no form of a receipt is no receipt', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [commune.there] });
  await settle(a, b);
  const own = await answerOf(commune.id, letter.envelopeId);
  for (const change of [{ recipient: undefined }, { at: 'hôm qua' }, { by: 'ai đó' }, { recipient: { agencyId: 7 } }]) {
    assert.equal(await offered({ ...own, status: '01', ordinal: 2, receipt: await signedBy(b, own, change) }), 'receiptUnverified', JSON.stringify(change));
  }
  assert.equal(await offered({ ...own, ordinal: 2, receipt: await signedBy(a, own, {}) }), 'receiptUnverified', 'signed by another installation');
});

test('a letter is not agreed to and a notice is not registered', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [commune.there] });
  await settle(a, b);
  const own = await answerOf(commune.id, letter.envelopeId);
  for (const status of ['15', '16']) assert.equal(await offered({ ...own, status, ordinal: 2, receipt: await signedBy(b, own, { status }) }), 'answerUnknown', status);
  assert.equal((await linesOf(letter.subject)).get(commune.there)?.state, 'arrived');
  const { envelopeId } = await run(a.house.kernel, sendNotice, { agencyId: sender.id, subject: letter.subject, kind: 'recall', reason: 'Ban hành nhầm' }, { actor: aClerk(sender.id) }).then(async () => {
    const [notice] = await a.house.sql(`select id from exchange.envelope where of_envelope_id = $1`, [letter.envelopeId]);
    return { envelopeId: String(notice?.['id']) };
  });
  await a.house.drain();
  await b.house.drain();
  const told = await wireAt(b, `t.kind = 'answer' and t.agency_id = $1 and m.envelope_id = $2 and t.ordinal = 1`, [commune.id, envelopeId]);
  assert.equal(await offered({ ...told, status: '03', ordinal: 3, receipt: await signedBy(b, told, { status: '03' }) }), 'answerUnknown');
});

test('a key of receipts is known by its own thumbprint: none takes the name of another’s', async () => {
  const { publicKey } = newKey();
  const { keyId } = await receiptKey(a.house.kernel);
  const impostor = { ...publicKey, kid: keyId };
  await b.house.sql('insert into exchange.receipt_key (key_id, public_key, sealed_key, created_at, retired_at) values ($1, $2, $3, $4, $4)', ['khóa-giả', JSON.stringify(impostor), Buffer.alloc(60), b.house.clock.now()]);
  assert.equal((await a.call('POST', `/api/v1/exchange/partners/${pair.atInviter}/test`)).status, 200);
  const kids = (await partnerReceiptKeys(a.house.kernel.database.pool)).map(({ kid }) => kid);
  assert.ok(!kids.includes(keyId), kids.join());
  await b.house.sql('delete from exchange.receipt_key where key_id = $1', ['khóa-giả']);
});

test('a partner speaks no more for an agency that was taken from it', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [commune.there] });
  await a.house.drain();
  const wire = await wireAt(a, `t.kind = 'envelope' and t.envelope_id = $1`, [letter.envelopeId]);
  const speaks = (): Promise<string> => {
    const id = newId();
    const original = String(wire['original']).replace(letter.envelopeId, id);
    return offered({ ...wire, original, contentHash: envelopeHash(original) }, b);
  };
  assert.equal(await speaks(), 'applied');
  for (const each of [a, b]) each.house.clock.advance(2 * 86_400_000);
  assert.equal(await speaks(), 'applied');
  const known = first(sender.idAt);
  assert.equal((await b.call('DELETE', `/api/v1/exchange/partners/${pair.atGuest}/agencies/${known}`)).status, 204);
  assert.equal(await speaks(), 'senderElsewhere');
});
