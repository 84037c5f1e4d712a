import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { PersonActor } from '#kernel/actor.ts';
import { somebody } from '#kernel/testkit.ts';
import { aClerk, anAgency, appointClerk, aSentLetter } from '../../../testing.ts';
import { readBytes, storeBytes } from '#engines/files/index.ts';
import { envelopeHash } from '../../../envelope.ts';
import { parcelOf, type TransferRow } from '../../parcels.ts';
import { findPartner, openLine } from '../../partner-rows.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from '../../testing.ts';
import { callPeer, PeerRefusal, type InstallationLine } from './client.ts';
import type { Reconciliation } from '../../contract.ts';
import { recoverDelivery } from './recover-envelope.ts';
import { markOf } from './sent-mark.ts';
import type { ReceivedRow } from './statement.ts';
import { sentParcelOf, wireParcel, writeWire, type WireParcel } from './wire.ts';

// What a partner says that it has from us is believed as far as it can be, and no further. The whole story of a restored backup
// is in tests/faults/restored-backup.test.ts.

let a: Installation;
let b: Installation;
let pair: Connected;
let sender: Id<'agency'>;
let foreignSender: Id<'agency'>;
let recipient: Id<'agency'>;
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b);
  sender = (await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }])).id;
  const commune = await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]);
  const [there] = commune.idAt;
  assert.ok(there);
  recipient = there;
  foreignSender = there;
});
after(async () => {
  await a.close();
  await b.close();
});

const url = (): string => `/api/v1/exchange/partners/${pair.atInviter}/reconcile`;
const since = '2026-11-20T00:00:00Z';
const ask = async (at = a): Promise<Reconciliation> => {
  const reply = await at.call<Reconciliation>('POST', url(), { body: { since } });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body;
};

async function lineOfA(): Promise<InstallationLine> {
  const partner = await findPartner(a.house.kernel.database.pool, pair.atInviter);
  assert.ok(partner);
  // safe because a partner of this protocol has settings of its adapter
  return openLine(a.house.kernel, partner, AbortSignal.timeout(10_000)) as InstallationLine;
}

test('where nothing was lost, nothing is changed', async () => {
  await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  const result = await ask();
  assert.deepEqual(result, { known: 1, recovered: [], askedAgain: 0, answeredBefore: [], problems: [] });
  const [told] = await a.house.sql(`select data from audit.entry where type = 'exchange.partner-reconciled'`);
  assert.ok(told, 'it stands in the record');
});

test('what the partner has with another content is reported and left as it is', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  await a.house.sql(`update exchange.envelope set content_hash = decode(repeat('ab', 32), 'hex') where id = $1`, [letter.envelopeId]);
  assert.deepEqual((await ask()).problems, [{ envelopeId: letter.envelopeId, problem: 'contentDiffers' }]);
});

test('a letter is written back only when it fits its hash, its sender lives here and its recipient is reached by this partner', async () => {
  const partner = await findPartner(a.house.kernel.database.pool, pair.atInviter);
  assert.ok(partner);
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  const [kept] = await a.house.sql('select original from exchange.envelope where id = $1', [letter.envelopeId]);
  const id = newId();
  const textOf = (from: string): string => String(kept?.['original']).replace(letter.envelopeId, id).replaceAll(sender, from);
  const original = textOf(sender);
  const row: ReceivedRow = { messageId: newId(), envelopeId: id, contentHash: envelopeHash(original), senderRef: sender, addressedRef: recipient, parcelId: newId() };
  const parcel = { ...(await parcelOfLetter(letter.envelopeId)), id: row.parcelId, original, contentHash: row.contentHash };
  const ours = { ...parcel, mark: markOf(a.house.kernel.config.appSecret, sentParcelOf(parcel, partner.id)) };
  const attempt = async (changed: Partial<ReceivedRow>, text = original) => {
    const recovered = await run(a.house.kernel, recoverDelivery, { partner, row: { ...row, ...changed }, original: text, parcel: ours }, { actor: a.admin });
    return recovered.ok ? 'ok' : recovered.problem;
  };
  assert.equal(await attempt({}, 'no envelope'), 'envelopeUnreadable');
  assert.equal(await attempt({ contentHash: '0'.repeat(64) }), 'contentDiffers');
  assert.equal(await attempt({ senderRef: recipient }), 'contentDiffers');
  const foreign = textOf(foreignSender);
  assert.equal(await attempt({ senderRef: foreignSender, contentHash: envelopeHash(foreign) }, foreign), 'senderNotHere');
  const unlinked = await anAgency(a.house.kernel, 'Cơ quan khác', { hosting: 'external' });
  for (const addressedRef of [null, newId(), sender, unlinked]) assert.equal(await attempt({ addressedRef }), 'recipientUnknown');
  assert.equal((await a.house.sql('select 1 from exchange.envelope where id = $1', [id])).length, 0, 'what is refused leaves nothing behind');
  assert.equal(await attempt({}), 'ok');
  const [delivery] = await a.house.sql('select state, transfer_id from exchange.delivery where envelope_id = $1', [id]);
  assert.deepEqual(delivery, { state: 'waiting', transfer_id: row.parcelId });
  assert.equal((await a.house.sql(`select 1 from audit.entry where type = 'exchange.envelope-recovered'`)).length, 1);
});

/** The parcel of a letter as B has kept it. */
async function parcelOfLetter(envelopeId: string): Promise<WireParcel & { kind: 'envelope' }> {
  const [row] = await b.house.sql(
    `select encode(i.original_hash, 'hex') as hash from exchange.message m join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id join exchange.inbound i on i.id = o.inbound_id
      where m.envelope_id = $1`,
    [envelopeId],
  );
  const wire = wireParcel.parse(JSON.parse((await readBytes(b.house.kernel, String(row?.['hash']))).toString('utf8')));
  assert.ok(wire.kind === 'envelope');
  return wire;
}

/** B says that it has got another letter beside this one: the words changed as it likes, with what it can make of the parcel that it really got. */
async function planted(envelopeId: string, change: { number: string; parcel?: (parcel: WireParcel & { kind: 'envelope' }) => object; addressed?: string }): Promise<string> {
  const parcel = await parcelOfLetter(envelopeId);
  const id = newId();
  const original = parcel.original.replace(envelopeId, id).replace('"number":"1234"', `"number":"${change.number}"`);
  const contentHash = envelopeHash(original);
  const forged = { ...parcel, id: newId(), original, contentHash };
  const stored = await storeBytes(b.house.kernel, Buffer.from(JSON.stringify({ ...forged, ...change.parcel?.(forged) })), { limitBytes: 1_000_000 });
  const [message, inbound] = [newId(), newId()];
  await b.house.sql(
    `insert into exchange.inbound (id, partner_id, partner_ref, original_hash, size_bytes, media_type, state, attempts, received_at, changed_at)
     select $2, partner_id, $3, decode($4, 'hex'), $5, media_type, state, 1, received_at, changed_at from exchange.inbound where partner_ref = $1`,
    [parcel.id, inbound, forged.id, stored.sha256, stored.sizeBytes],
  );
  const columns = 'sender_agency_id, addressed_agency_id, verdict, steps, state, answer_ordinal, arrived_at, changed_at, kind, sequence';
  await b.house.sql(
    `insert into exchange.message (agency_id, id, envelope_id, content_hash, original, ${columns}) select agency_id, $2, $3, decode($4, 'hex'), $5, ${columns} from exchange.message where envelope_id = $1`,
    [envelopeId, message, id, contentHash, original],
  );
  await b.house.sql(
    `insert into exchange.message_origin (agency_id, message_id, position, partner_id, inbound_id, addressed_ref, sender_ref)
     select m.agency_id, $2, 0, o.partner_id, $3, coalesce($4, o.addressed_ref), o.sender_ref from exchange.message m join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id where m.envelope_id = $1`,
    [envelopeId, message, inbound, change.addressed ?? null],
  );
  return id;
}

type Arrivals = { arrivals: { id: string; abilities: string[]; claimedAgency: { id: string; name: string; hasClerk: boolean } | null; kind: string | null; problemCode: string | null; senderName: string | null; summary: string | null; problem: string | null }[] };
const arrivals = async (as = a.admin) => (await a.call<Arrivals>('GET', '/api/v1/exchange/arrivals', { as })).body.arrivals;
const settleAll = async (): Promise<void> => {
  for (const { id } of await arrivals()) await a.call('POST', `/api/v1/exchange/arrivals/${id}/settle`, { body: { outcome: 'discarded', resolution: 'Thử nghiệm' } });
};
const problemsOf = ({ problems }: Reconciliation, id: string): string[] => problems.filter(({ envelopeId }) => envelopeId === id).map(({ problem }) => problem);
const inRegister = async (envelopeId: string) => (await a.house.sql('select 1 from exchange.envelope where id = $1', [envelopeId])).length;

test('a letter that we never sent is not put into our register because a partner says so: it waits for a person', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  const forged = await planted(letter.envelopeId, { number: '666' });
  const result = await ask();
  assert.deepEqual([result.recovered, problemsOf(result, forged)], [[], ['notProven']]);
  assert.equal(await inRegister(forged), 0);
  const waiting = await arrivals();
  assert.deepEqual(waiting.map(({ kind, problemCode, senderName, problem }) => [kind, problemCode, senderName, problem]), [['claim', 'notProven', 'Sở Nội vụ', '666/SNV-VP']]);
  await ask();
  assert.equal((await arrivals()).length, 1, 'asked again it is told once');
  const [first] = waiting;
  assert.equal((await a.call('POST', `/api/v1/exchange/arrivals/${first?.id ?? ''}/retry`)).status, 409, 'trying again proves nothing');
  await settleAll();
  assert.deepEqual(problemsOf(await ask(), forged), [], 'what a person has decided is not asked again');
  assert.deepEqual(await arrivals(), [], 'what was discarded stays so');
  assert.equal(await inRegister(forged), 0);
});

test('the mark of one parcel proves no other: not another text, sender, recipient or parcel, nor what another partner got', async () => {
  const other = await anAgencyAt(b, 'UBND xã Hoằng Quang', [{ at: a, partnerId: pair.atInviter }]);
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  const genuine = await parcelOfLetter(letter.envelopeId);
  assert.equal(typeof genuine.mark, 'string');
  const forged = [
    await planted(letter.envelopeId, { number: '701' }),
    await planted(letter.envelopeId, { number: '702', parcel: () => ({ mark: undefined }) }),
    await planted(letter.envelopeId, { number: '703', parcel: () => ({ mark: 'x' }) }),
    await planted(letter.envelopeId, { number: '704', parcel: () => ({ id: genuine.id }) }),
    await planted(letter.envelopeId, { number: '705', parcel: () => genuine }),
    await planted(letter.envelopeId, { number: '706', parcel: (parcel) => ({ mark: markOf(b.house.kernel.config.appSecret, sentParcelOf(parcel, pair.atGuest)) }) }),
    await planted(letter.envelopeId, { number: '707', parcel: (parcel) => ({ mark: markOf(a.house.kernel.config.appSecret, sentParcelOf(parcel, newId())) }) }),
    await planted(letter.envelopeId, { number: '708', addressed: other.idAt[0] ?? '', parcel: (parcel) => ({ mark: markOf(a.house.kernel.config.appSecret, sentParcelOf(parcel, pair.atInviter)) }) }),
  ];
  const result = await ask();
  assert.deepEqual(result.recovered, []);
  for (const id of forged) {
    assert.equal(await inRegister(id), 0);
    assert.ok(['notProven', 'contentDiffers'].includes(problemsOf(result, id).join()), JSON.stringify(result.problems));
  }
  await settleAll();
});

test('a delivery that we never made is not added to a letter that we sent', async () => {
  const other = await anAgencyAt(b, 'UBND xã Hoằng Lộc', [{ at: a, partnerId: pair.atInviter }]);
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  await b.house.sql(
    `insert into exchange.message_origin (agency_id, message_id, position, partner_id, inbound_id, addressed_ref, sender_ref)
     select o.agency_id, o.message_id, 7, o.partner_id, o.inbound_id, $2, o.sender_ref from exchange.message m join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id where m.envelope_id = $1`,
    [letter.envelopeId, other.idAt[0]],
  );
  assert.deepEqual(problemsOf(await ask(), letter.envelopeId), ['notProven']);
  assert.equal((await a.house.sql('select 1 from exchange.delivery where envelope_id = $1', [letter.envelopeId])).length, 1);
  await settleAll();
});

test('a person decides about what nothing proves: an administrator, or the clerk of the agency in whose name it is', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  const [own, foreign] = [await planted(letter.envelopeId, { number: '801' }), await planted(letter.envelopeId, { number: '802' })];
  await ask();
  const of = async (number: string): Promise<string> => (await arrivals()).find((each) => each.problem?.startsWith(number))?.id ?? '';
  const url = (id: string): string => `/api/v1/exchange/arrivals/${id}`;
  const [first, second] = [await of('801'), await of('802')];
  const body = { resolution: 'Văn bản có thật, sổ giấy trang 12' };
  assert.equal((await a.call('POST', `${url(first)}/recover`, { body, as: aClerk(sender) })).status, 404, 'not handed to anybody');
  assert.equal((await a.call('POST', `${url(first)}/recover`, { body: { resolution: '' } })).status, 422);
  assert.equal((await a.call('POST', `${url(newId())}/recover`, { body })).status, 404);
  const stranger = await anAgency(a.house.kernel, 'Sở Xây dựng');
  const claim = async (as?: PersonActor) => (await arrivals(as)).find(({ id }) => id === first);
  assert.deepEqual((await claim())?.claimedAgency, { id: sender, name: 'Sở Nội vụ', hasClerk: false });
  assert.deepEqual((await claim())?.abilities, ['hand-over', 'recover', 'original', 'settle'], 'an administrator decides or hands it over');
  assert.deepEqual((await claim(somebody({ roles: ['auditor'] })))?.abilities, [], 'an auditor looks on');
  const refused = await a.call('POST', `${url(first)}/hand-over`, { body: { agencyId: stranger } });
  assert.deepEqual([refused.status, refused.body['code']], [422, 'exchange.claimOfAnother'], 'whose clerks could not write it back');
  assert.deepEqual(await arrivals(aClerk(stranger)), []);
  const unseen = await a.call('POST', `${url(first)}/hand-over`, { body: { agencyId: sender } });
  assert.deepEqual([unseen.status, unseen.body['code']], [422, 'exchange.arrivalToNoClerk'], 'nobody there would see it');
  await appointClerk(a.house.kernel, sender);
  assert.equal((await claim())?.claimedAgency?.hasClerk, true);
  assert.equal((await a.call('POST', `${url(first)}/hand-over`, { body: { agencyId: sender } })).status, 204);
  assert.deepEqual((await claim())?.abilities, ['recover', 'original', 'settle'], 'it is there');
  assert.deepEqual((await claim(aClerk(sender)))?.abilities, ['recover', 'original', 'settle'], 'who has it in hand can do all that is to be done');
  assert.equal((await a.call('POST', `${url(first)}/recover`, { body, as: aClerk(stranger) })).status, 404);
  assert.equal((await a.call('POST', `${url(first)}/recover`, { body, as: aClerk(sender) })).status, 204);
  assert.equal((await a.call('POST', `${url(first)}/recover`, { body })).status, 409, 'it is decided once');
  assert.deepEqual([await inRegister(own), await inRegister(foreign)], [1, 0]);
  const [row] = await a.house.sql(`select state, resolution, resolved_by ->> 'name' as by from exchange.inbound where id = $1`, [first]);
  assert.deepEqual(row, { state: 'resolved', ...body, by: 'Lê Thị Hoa' });
  const told = (await a.house.sql(`select type from audit.entry where data ->> 'envelopeId' = $1 or data ->> 'inboundId' = $2 order by id`, [own, first])).map((each) => each['type']);
  assert.deepEqual(told, ['exchange.inbound-quarantined', 'exchange.inbound-assigned', 'exchange.envelope-recovered', 'exchange.inbound-settled']);
  await a.house.sql('update exchange.partner_agency set valid_to = valid_from where agency_id = $1', [recipient]);
  a.house.clock.advance(86_400_000);
  assert.equal((await a.call('POST', `${url(second)}/recover`, { body })).status, 409, 'what cannot be ours is not written back by anybody');
  await a.house.sql('update exchange.partner_agency set valid_to = null where agency_id = $1', [recipient]);
  b.house.clock.advance(86_400_000);
  await settleAll();
});

test('a parcel that was begun before parcels bore a mark stays the bytes that it was', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  const marked = await parcelOfLetter(letter.envelopeId);
  const written = async (): Promise<WireParcel> => {
    const [row] = await a.house.sql(`select agency_id as "agencyId", id, partner_id as "partnerId", kind, envelope_id as "envelopeId" from exchange.transfer where envelope_id = $1`, [letter.envelopeId]);
    // safe because these columns are what a parcel with an envelope is made of
    const transfer = row as TransferRow;
    const parcel = await parcelOf({ now: a.house.clock.now(), query: (text, values) => a.house.kernel.database.pool.query(text, values) }, transfer);
    return wireParcel.parse(JSON.parse(writeWire(parcel, { appSecret: a.house.kernel.config.appSecret, partnerId: transfer.partnerId }).toString('utf8')));
  };
  assert.deepEqual(await written(), marked, 'written again it is the same');
  await a.house.sql('update exchange.transfer set carries_mark = false where envelope_id = $1', [letter.envelopeId]);
  const { mark, ...unmarked } = marked;
  assert.ok(mark);
  assert.deepEqual(await written(), unmarked);
});

test('a partner is told nothing but its own, and a wrong request is refused for good', async () => {
  const line = await lineOfA();
  const refusal = (code: string) => (error: unknown) => error instanceof PeerRefusal && error.problem.code === code;
  await assert.rejects(callPeer(line, { method: 'GET', path: `/statement/originals/${newId()}` }, z.object({})), refusal('messageUnknown'));
  for (const body of ['{', '{"ids":[]}', '{"ids":["x"]}']) await assert.rejects(callPeer(line, { method: 'POST', path: '/statement/again', body: Buffer.from(body) }, z.object({})), refusal('bodyUnreadable'));
  await callPeer(line, { method: 'POST', path: '/statement/again', body: Buffer.from(JSON.stringify({ ids: [newId()] })) }, z.object({}));
});

test('only administrators of the province reconcile, with a partner that there is and that answers', async () => {
  assert.equal((await a.call('POST', url(), { body: { since }, as: aClerk(sender) })).status, 403);
  assert.equal((await a.call('POST', `/api/v1/exchange/partners/${newId()}/reconcile`, { body: { since } })).status, 404);
  assert.equal((await b.call('POST', `/api/v1/exchange/partners/${pair.atGuest}/suspend`, { body: { reason: 'Bảo trì' } })).status, 204);
  assert.equal((await a.call('POST', url(), { body: { since } })).status, 502);
});
