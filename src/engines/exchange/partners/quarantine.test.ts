import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { somebody } from '#kernel/testkit.ts';
import { vietnamDay, addDays } from '#kernel/time.ts';
import { closeAgency, mergeAgencies } from '#engines/identity/index.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { envelopeHash } from '../envelope.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { aClerk, aMainFile, anAgency, appointClerk, aSentLetter } from '../testing.ts';
import { config } from './adapters/installation/settings.ts';
import { takeParcel } from './adapters/installation/take-parcel.ts';
import { writeWire } from './adapters/installation/wire.ts';
import { parcelOf, type TransferRow } from './parcels.ts';
import type { PartnerId } from './adapter.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';

let a: Installation;
let b: Installation;
let pair: Connected;
let sender: { id: Id<'agency'>; idAt: Id<'agency'>[] };
let commune: { id: Id<'agency'>; idAt: Id<'agency'>[] };
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b);
  sender = await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }]);
  commune = await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]);
  await appointClerk(b.house.kernel, commune.id);
});
after(async () => {
  await a.close();
  await b.close();
});

type Arrivals = { arrivals: { id: string; state: string; problemCode: string | null; senderName: string | null; summary: string | null }[] };
const first = <Value>(list: readonly Value[]): Value => {
  const [value] = list;
  assert.ok(value !== undefined);
  return value;
};
const arrivals = async (as = b.admin) => (await b.call<Arrivals>('GET', '/api/v1/exchange/arrivals', { as })).body.arrivals;
const transferOf = async (envelopeId: string): Promise<TransferRow> => {
  const [row] = await a.house.sql(
    `select agency_id as "agencyId", id, partner_id as "partnerId", kind, envelope_id as "envelopeId", message_id as "messageId", ordinal, position, state, attempts, checks from exchange.transfer where envelope_id = $1`,
    [envelopeId],
  );
  // safe because the statement selects exactly these columns
  return row as TransferRow;
};
/** The parcel as it travelled, as an object to change. */
const wireOf = async (envelopeId: string): Promise<Record<string, unknown>> => {
  const transfer = await transferOf(envelopeId);
  const parcel = await parcelOf({ now: a.house.clock.now(), query: (text, values) => a.house.kernel.database.pool.query(text, values) }, transfer);
  // safe because a parcel travels as an object
  return JSON.parse(writeWire(parcel, { appSecret: a.house.kernel.config.appSecret, partnerId: transfer.partnerId }).toString('utf8')) as Record<string, unknown>;
};
// safe because the id is that of a partner
const offer = (wire: Buffer) => takeParcel(b.house.kernel, { partnerId: pair.atGuest as PartnerId, config: config.parse({}), wire });

test('a letter of an agency that nobody here knows waits in quarantine, and arrives when its cause is mended', async () => {
  // The directory was read before the new agency came into it.
  await settle(a, b);
  const stranger = await anAgency(a.house.kernel, 'Sở Y tế');
  const letter = await aSentLetter(a.house.kernel, { from: stranger, to: [first(commune.idAt)], document: { summary: 'V/v tiêm chủng' } });
  await settle(a, b);
  const [waiting] = await arrivals();
  assert.ok(waiting);
  assert.deepEqual([waiting.state, waiting.problemCode, waiting.senderName, waiting.summary], ['quarantined', 'senderUnknown', 'Sở Y tế', 'V/v tiêm chủng']);
  assert.equal((await b.house.kernel.modules.flatMap((module) => module.health ?? []).find((check) => check.name === 'exchange-partners')?.check(b.house.kernel))?.status, 'warn');

  assert.equal((await b.call('POST', `/api/v1/exchange/arrivals/${waiting.id}/retry`)).status, 204);
  await b.house.drain();
  assert.equal(first(await arrivals()).problemCode, 'senderUnknown', 'trying again mends nothing by itself');
  const there = await anAgency(b.house.kernel, 'Sở Y tế', { hosting: 'external' });
  assert.equal((await b.call('POST', `/api/v1/exchange/partners/${pair.atGuest}/agencies`, { body: { agencyId: there, remoteId: stranger } })).status, 204);
  b.house.clock.advance(1000);
  a.house.clock.advance(1000);
  assert.equal((await b.call('POST', `/api/v1/exchange/arrivals/${waiting.id}/retry`)).status, 204);
  await settle(b, a);
  assert.deepEqual(await arrivals(), []);
  const [line] = await deliveriesOf(a.house.kernel.database.pool, { agencyId: stranger, subject: letter.subject });
  assert.equal(line?.state, 'arrived');
  assert.equal((await b.call('POST', `/api/v1/exchange/arrivals/${waiting.id}/retry`)).status, 409, 'what is done with is not tried again');
});

test('an arrival can be handed to a clerk of an agency, who alone sees it there and ends it with a word', async () => {
  assert.deepEqual(await offer(Buffer.from('không phải gói tin')), { state: 'refused', code: 'parcelUnreadable', problem: 'Gói không đúng định dạng của giao thức.' });
  await b.house.drain();
  const waiting = first(await arrivals());
  assert.equal(waiting.problemCode, 'parcelUnreadable');
  const clerk = aClerk(commune.id);
  const url = `/api/v1/exchange/arrivals/${waiting.id}`;
  assert.deepEqual(await arrivals(clerk), []);
  assert.equal((await b.call('POST', `${url}/settle`, { as: clerk, body: { outcome: 'resolved', resolution: 'Đã vào sổ bằng tay' } })).status, 404);
  assert.equal((await b.call('POST', `${url}/hand-over`, { as: clerk, body: { agencyId: commune.id } })).status, 403);
  assert.equal((await b.call('POST', `${url}/hand-over`, { body: { agencyId: commune.id } })).status, 204);
  assert.deepEqual((await arrivals(clerk)).map((each) => each.id), [waiting.id]);
  assert.deepEqual(await arrivals(aClerk(newId<'agency'>())), []);
  assert.equal((await b.call('POST', `${url}/settle`, { as: aClerk(newId<'agency'>()), body: { outcome: 'resolved', resolution: 'Đã xong' } })).status, 404);
  assert.equal((await b.call('POST', `${url}/retry`, { as: clerk })).status, 403);
  assert.equal((await b.call('POST', `${url}/settle`, { as: clerk, body: { outcome: 'resolved', resolution: 'Đã vào sổ bằng tay' } })).status, 204);
  assert.equal((await b.call('POST', `${url}/settle`, { as: clerk, body: { outcome: 'resolved', resolution: 'Đã vào sổ bằng tay' } })).status, 409);
  const [row] = await b.house.sql(`select state, resolution, resolved_by ->> 'name' as by from exchange.inbound where id = $1`, [waiting.id]);
  assert.deepEqual(row, { state: 'resolved', resolution: 'Đã vào sổ bằng tay', by: 'Lê Thị Hoa' });
  const told = (await b.house.sql(`select type from audit.entry where data ->> 'inboundId' = $1 order by id`, [waiting.id])).map((entry) => entry['type']);
  assert.deepEqual(told, ['exchange.inbound-quarantined', 'exchange.inbound-assigned', 'exchange.inbound-settled']);
});

test('the original of an arrival is for who has it in hand, on record, and no operator reads what has reached its agency', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [first(commune.idAt)], document: { summary: 'V/v kỷ luật công chức' } });
  await settle(a, b);
  const [applied] = (await b.call<Arrivals>('GET', '/api/v1/exchange/arrivals?state=applied')).body.arrivals;
  assert.ok(applied);
  assert.equal(applied.summary, null, 'what a document says is not told to who runs the lines');
  const [row] = await b.house.sql('select 1 from exchange.message where envelope_id = $1', [letter.envelopeId]);
  assert.ok(row);
  const original = async (id: string, as = b.admin) => (await b.call('GET', `/api/v1/exchange/arrivals/${id}/original`, { as })).status;
  assert.equal(await original(applied.id), 404);
  assert.equal(await original(applied.id, { ...aClerk(commune.id), roles: ['auditor'] }), 404);

  await offer(Buffer.from('{"cũng":"không phải gói tin"}'));
  await b.house.drain();
  const waiting = first(await arrivals());
  assert.equal(await original(waiting.id), 200);
  assert.equal(await original(waiting.id, aClerk(commune.id)), 404);
  assert.equal((await b.call('POST', `/api/v1/exchange/arrivals/${waiting.id}/hand-over`, { body: { agencyId: commune.id } })).status, 204);
  assert.equal(await original(waiting.id, aClerk(commune.id)), 200);
  assert.equal((await b.call('POST', `/api/v1/exchange/arrivals/${waiting.id}/settle`, { as: aClerk(commune.id), body: { outcome: 'discarded', resolution: 'Không phải gói tin' } })).status, 204);
  const told = await b.house.sql<{ name: string }>(`select actor ->> 'name' as name from audit.entry where type = 'exchange.inbound-opened' and data ->> 'inboundId' = $1 order by at, id`, [waiting.id]);
  assert.deepEqual(told.map(({ name }) => name), [b.admin.name, 'Lê Thị Hoa']);
});

test('the same envelope with another content is refused, and the first stands', async () => {
  const file = await aMainFile(a.house.kernel);
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [first(commune.idAt)], files: [file] });
  await settle(a, b);
  const wire = await wireOf(letter.envelopeId);
  assert.equal((await offer(Buffer.from(JSON.stringify({ ...wire, contentHash: '0'.repeat(64) })))).state, 'refused', 'the same parcel with another content');
  const original = String(wire['original']).replace('triển khai', 'dừng');
  const other = { ...wire, id: newId(), original, contentHash: envelopeHash(original) };
  assert.equal((await offer(Buffer.from(JSON.stringify(other)))).state, 'accepted');
  await b.house.drain();
  const refused = await offer(Buffer.from(JSON.stringify(other)));
  assert.deepEqual([refused.state, 'code' in refused && refused.code], ['refused', 'contradiction']);
  const kept = await b.house.sql('select original from exchange.message where envelope_id = $1', [letter.envelopeId]);
  assert.deepEqual(kept, [{ original: wire['original'] }]);
  assert.equal((await b.house.sql('select 1 from exchange.contradiction where envelope_id = $1', [letter.envelopeId])).length, 1);
});

test('nobody answers for a delivery but the partner through which it went', async () => {
  const c = await openInstallation();
  try {
    const other = await connect(a, c, { names: ['Tỉnh thứ ba', 'Tỉnh mời'] });
    const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [first(commune.idAt)] });
    await settle(a, b);
    const [answer] = await b.house.sql(
      `select t.agency_id as "agencyId", t.id, t.partner_id as "partnerId", t.kind, t.envelope_id as "envelopeId", t.message_id as "messageId", t.ordinal, t.position, t.state, t.attempts, t.checks
         from exchange.transfer t join exchange.message m on m.agency_id = t.agency_id and m.id = t.message_id where m.envelope_id = $1`,
      [letter.envelopeId],
    );
    // safe because the statement selects exactly these columns
    const parcel = await parcelOf({ now: b.house.clock.now(), query: (text, values) => b.house.kernel.database.pool.query(text, values) }, answer as TransferRow);
    // safe because a parcel travels as an object
    const wire = { ...(JSON.parse(writeWire(parcel, { appSecret: b.house.kernel.config.appSecret, partnerId: pair.atGuest as PartnerId }).toString('utf8')) as Record<string, unknown>), id: newId(), ordinal: 2, status: '01' };
    const taken = await takeParcel(a.house.kernel, { partnerId: other.atInviter as PartnerId, config: config.parse({}), wire: Buffer.from(JSON.stringify(wire)) });
    assert.equal(taken.state, 'processed', 'it is here for good, and its matter is ours');
    await a.house.drain();
    const [row] = await a.house.sql(`select state, problem_code as code from exchange.inbound where partner_ref = $1`, [wire.id]);
    assert.deepEqual(row, { state: 'quarantined', code: 'receiptUnverified' });
    assert.equal((await a.house.sql('select 1 from exchange.delivery_answer where envelope_id = $1', [letter.envelopeId])).length, 1);
  } finally {
    await c.close();
  }
});

test('a partner speaks for its own agencies only', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [first(commune.idAt)] });
  await settle(a, b);
  const wire = await wireOf(letter.envelopeId);
  const [own] = await b.house.sql('select code from identity.agency_code where agency_id = $1', [commune.id]);
  const forge = async (change: (original: string) => string, more: object = {}) => {
    const original = change(String(wire['original']));
    const id = newId();
    await offer(Buffer.from(JSON.stringify({ ...wire, ...more, id, original, contentHash: envelopeHash(original) })));
    await b.house.drain();
    return (await b.house.sql('select problem_code as code from exchange.inbound where partner_ref = $1', [id]))[0]?.['code'];
  };
  const another = (original: string) => original.replace(letter.envelopeId, newId());
  assert.equal(await forge((original) => another(original).replace(/"sender":\{[^}]*\}/, (text) => text.replace(/"code":"[^"]*"/, `"code":"${String(own?.['code'])}"`))), 'senderElsewhere', 'under the code of an agency that lives here');
  assert.equal(await forge(another, { sender: { ref: newId(), code: null, name: 'Ai đó' } }), 'senderDiffers', 'for another than the envelope names');
  const stranger = newId();
  assert.equal(await forge((original) => another(original).replace(sender.id, stranger), { sender: { ref: stranger, code: null, name: 'Ai đó' } }), 'senderUnknown');
});

test('mail for a closed agency goes to its successor, whose answers carry the code that the sender used', async () => {
  const old = await anAgencyAt(b, 'UBND xã Hoằng Quang', [{ at: a, partnerId: pair.atInviter }]);
  const [code] = await b.house.sql('select code from identity.agency_code where agency_id = $1', [old.id]);
  const successor = await anAgency(b.house.kernel, 'UBND xã Hoằng Tiến');
  const lastDay = addDays(vietnamDay(b.house.clock.now()), -1);
  await run(b.house.kernel, mergeAgencies, { predecessorIds: [old.id], successorIds: [successor], kind: 'merged', lastDay, legalBasis: 'Nghị quyết' }, { actor: systemActor('test') });
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [first(old.idAt)] });
  await settle(a, b);
  const [message] = await b.house.sql('select id, agency_id, addressed_agency_id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  assert.deepEqual([message?.['agency_id'], message?.['addressed_agency_id']], [successor, old.id]);
  // safe because the column holds message ids
  await run(b.house.kernel, answerMessage, { agencyId: successor, messageId: message?.['id'] as Id<'message'>, status: '03' }, { actor: aClerk(successor) });
  await settle(b, a);
  const [line] = await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender.id, subject: letter.subject });
  assert.deepEqual([line?.recipientAgencyId, line?.state], [first(old.idAt), 'registered']);
  const [origin] = await b.house.sql('select addressed_ref, addressed_code from exchange.message_origin where message_id = $1', [message?.['id']]);
  assert.deepEqual(origin, { addressed_ref: first(old.idAt), addressed_code: line?.recipientCode });
  assert.notEqual(code?.['code'], undefined);
});

test('two addressed agencies that became one: each of the sender’s deliveries gets its answers', async () => {
  const [one, two] = [await anAgencyAt(b, 'UBND xã Một', [{ at: a, partnerId: pair.atInviter }]), await anAgencyAt(b, 'UBND xã Hai', [{ at: a, partnerId: pair.atInviter }])];
  const successor = await anAgency(b.house.kernel, 'UBND xã Hợp Nhất');
  const lastDay = addDays(vietnamDay(b.house.clock.now()), -1);
  await run(b.house.kernel, mergeAgencies, { predecessorIds: [one.id, two.id], successorIds: [successor], kind: 'merged', lastDay, legalBasis: 'Nghị quyết' }, { actor: systemActor('test') });
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [first(one.idAt), first(two.idAt)] });
  await settle(a, b);
  assert.equal((await a.house.sql('select 1 from exchange.transfer where envelope_id = $1', [letter.envelopeId])).length, 1, 'one parcel carries both');
  const [message] = await b.house.sql('select id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  // safe because the column holds message ids
  await run(b.house.kernel, answerMessage, { agencyId: successor, messageId: message?.['id'] as Id<'message'>, status: '03' }, { actor: aClerk(successor) });
  await settle(b, a);
  const lines = await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender.id, subject: letter.subject });
  assert.deepEqual(lines.map((line) => [line.state, line.answers.map((answer) => answer.status)]), [['registered', ['01', '03']], ['registered', ['01', '03']]]);
});

test('an answer to a sender that was closed meanwhile reaches its successor’s partner under the old id', async () => {
  const old = await anAgencyAt(a, 'Sở Tài chính cũ', [{ at: b, partnerId: pair.atGuest }]);
  const letter = await aSentLetter(a.house.kernel, { from: old.id, to: [first(commune.idAt)] });
  await settle(a, b);
  const lastDay = addDays(vietnamDay(b.house.clock.now()), -1);
  await run(b.house.kernel, closeAgency, { agencyId: first(old.idAt), lastDay, legalBasis: 'Nghị quyết', successorIds: [first(sender.idAt)] }, { actor: systemActor('test') });
  const [message] = await b.house.sql('select id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  // safe because the column holds message ids
  await run(b.house.kernel, answerMessage, { agencyId: commune.id, messageId: message?.['id'] as Id<'message'>, status: '03' }, { actor: aClerk(commune.id) });
  await settle(b, a);
  const [line] = await deliveriesOf(a.house.kernel.database.pool, { agencyId: old.id, subject: letter.subject });
  assert.equal(line?.state, 'registered');
});

test('partners are for those who run the province; auditors see them, others do not', async () => {
  const url = '/api/v1/exchange/partners';
  assert.equal((await b.call('GET', url, { as: anonymous })).status, 401);
  assert.equal((await b.call('GET', url, { as: aClerk(commune.id) })).status, 403);
  assert.equal((await b.call('GET', url, { as: somebody({ roles: ['auditor'] }) })).status, 200);
  for (const [method, path, body] of [
    ['POST', url, { protocol: 'national_axis', name: 'Trục', address: null, config: {}, secrets: {} }],
    ['PATCH', `${url}/${pair.atGuest}`, { name: 'Khác' }],
    ['POST', `${url}/${pair.atGuest}/suspend`, { reason: 'x' }],
    ['POST', `${url}/${pair.atGuest}/resume`, {}],
    ['POST', `${url}/${pair.atGuest}/test`, {}],
    ['POST', `${url}/${pair.atGuest}/rotate`, {}],
    ['POST', `${url}/${pair.atGuest}/confirm`, { fingerprint: 'AAAA-AAAA-AAAA' }],
    ['POST', '/api/v1/exchange/invitations', { name: 'Tỉnh khác' }],
    ['POST', `/api/v1/exchange/agencies/${sender.id}/transfers/${newId()}/retry`, {}],
  ] as const) {
    assert.equal((await b.call(method, path, { as: somebody({ roles: ['auditor'] }), body })).status, 403, path);
  }
  assert.equal((await b.call('GET', `${url}/${newId()}`)).status, 404);
});

test('a parcel that was refused can be sent again by hand once its cause is mended', async () => {
  const url = `/api/v1/exchange/partners/${pair.atGuest}`;
  assert.equal((await b.call('PATCH', url, { body: { config: { fileLimitMb: 1 } } })).status, 204);
  const file = await aMainFile(a.house.kernel, 'x'.repeat(999_999));
  const large = { ...file, sizeBytes: 999_999 };
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [first(commune.idAt)], files: [{ ...large, sizeBytes: 2_000_000 }] });
  await settle(a, b);
  const line = async () => (await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender.id, subject: letter.subject }))[0];
  assert.equal((await line())?.state, 'returned');
  const transfer = await transferOf(letter.envelopeId);
  const retry = `/api/v1/exchange/agencies/${sender.id}/transfers/${transfer.id}/retry`;
  assert.equal((await a.call('POST', retry)).status, 204);
  assert.equal((await line())?.state, 'waiting');
  await settle(a, b);
  assert.equal((await line())?.state, 'returned', 'nothing was mended, so it came back again');
  assert.equal((await a.call('POST', `/api/v1/exchange/agencies/${sender.id}/transfers/${newId()}/retry`)).status, 404);
  assert.equal((await b.call('PATCH', url, { body: { config: {} } })).status, 204);
});
