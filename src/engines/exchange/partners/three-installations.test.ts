import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomBytes } from 'node:crypto';
import { run } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import type { Id } from '#kernel/ids.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { storeBytes } from '#engines/files/index.ts';
import { agenciesOn, closeAgency, renameAgency } from '#engines/identity/index.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { aClerk, anAgency, aSentLetter } from '../testing.ts';
import { PART_LIMIT_BYTES } from './adapters/installation/wire.ts';
import type { PartnerView } from './contract.ts';
import { unfetchedParcels } from './queries/unfetched.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';

// A can be called; B can be called; C sits behind an address translation and fetches what A and B have for it.
let a: Installation;
let b: Installation;
let c: Installation;
let ab: Connected;
let ac: Connected;
let bc: Connected;
before(async () => {
  [a, b, c] = [await openInstallation(), await openInstallation(), await openInstallation()];
  ab = await connect(a, b, { names: ['Tỉnh B', 'Tỉnh A'] });
  ac = await connect(a, c, { names: ['Khối Đảng', 'Tỉnh A'], isFetching: true });
  bc = await connect(b, c, { names: ['Khối Đảng', 'Tỉnh B'], isFetching: true });
});
after(async () => {
  for (const each of [a, b, c]) await each.close();
});

const only = (ids: { idAt: Id<'agency'>[] }): Id<'agency'> => {
  const [id] = ids.idAt;
  assert.ok(id);
  return id;
};

test('one letter to two installations: one is called, the other fetches, and both answer', async () => {
  const office = await anAgency(a.house.kernel, 'Văn phòng tỉnh A');
  for (const [at, partnerId] of [[b, ab.atGuest], [c, ac.atGuest]] as const) {
    const there = await anAgency(at.house.kernel, 'Văn phòng tỉnh A', { hosting: 'external' });
    assert.equal((await at.call('POST', `/api/v1/exchange/partners/${partnerId}/agencies`, { body: { agencyId: there, remoteId: office } })).status, 204);
  }
  const ward = await anAgencyAt(b, 'Phường Hạc Thành', [{ at: a, partnerId: ab.atInviter }]);
  const party = await anAgencyAt(c, 'Đảng ủy phường', [{ at: a, partnerId: ac.atInviter }]);
  const bytes = randomBytes(PART_LIMIT_BYTES + 10);
  const stored = await storeBytes(a.house.kernel, bytes, { limitBytes: bytes.length });
  const letter = await aSentLetter(a.house.kernel, { from: office, to: [only(ward), only(party)], files: [{ ...stored, name: 'de-an.bin', mediaType: 'application/octet-stream', role: 'main' }] });
  await settle(a, b);
  const states = async () => (await deliveriesOf(a.house.kernel.database.pool, { agencyId: office, subject: letter.subject })).map((line) => line.state);
  assert.deepEqual(await states(), ['arrived', 'waiting']);
  await c.pass(31_000);
  await settle(c, a);
  assert.deepEqual(await states(), ['arrived', 'arrived']);
  const [kept] = await c.house.sql(`select size_bytes as n from files.blob where sha256 = decode($1, 'hex')`, [stored.sha256]);
  assert.equal(kept?.['n'], bytes.length);
  const [message] = await c.house.sql('select id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  // safe because the column holds message ids
  await run(c.house.kernel, answerMessage, { agencyId: party.id, messageId: message?.['id'] as Id<'message'>, status: '03' }, { actor: aClerk(party.id) });
  await settle(c, a);
  assert.deepEqual(await states(), ['arrived', 'registered']);
  await c.pass(31_000);
  assert.equal((await c.house.sql('select 1 from exchange.message where envelope_id = $1', [letter.envelopeId])).length, 1, 'what was fetched is not fetched again');
});

test('what lies ready for one that fetches is seen, with when it last came; for a suspended partner nothing does', async () => {
  const party = await anAgencyAt(c, 'Ban Nội chính', [{ at: a, partnerId: ac.atInviter }]);
  const ready = async () => (await unfetchedParcels(a.house.kernel.database.pool, a.house.clock.now())).map(({ name, count, readyAt, fetchedAt }) => ({ name, count, readyAt, fetchedAt }));
  await c.pass(31_000);
  assert.deepEqual(await ready(), []);
  const cameAt = a.house.clock.now();
  a.house.clock.advance(60_000);
  c.house.clock.advance(60_000);
  const sender = await anAgency(a.house.kernel, 'Sở Tài chính');
  await aSentLetter(a.house.kernel, { from: sender, to: [only(party)] });
  const readyAt = a.house.clock.now();
  await a.house.drain();
  const seen = [{ name: 'Khối Đảng', count: 1, readyAt, fetchedAt: cameAt }];
  assert.deepEqual(await ready(), seen);
  const partner = (await a.call<{ partners: PartnerView[] }>('GET', '/api/v1/exchange/partners')).body.partners.find((each) => each.id === ac.atInviter);
  assert.deepEqual(new Date(partner?.line.lastSuccessAt ?? ''), cameAt, 'the list of partners says the same');
  assert.equal((await a.call('POST', `/api/v1/exchange/partners/${ac.atInviter}/suspend`, { body: { reason: 'Bảo trì' } })).status, 204);
  assert.deepEqual(await ready(), []);
  assert.equal((await a.call('POST', `/api/v1/exchange/partners/${ac.atInviter}/resume`)).status, 204);
  assert.deepEqual(await ready(), seen);
  await c.pass(31_000);
  assert.deepEqual(await ready(), []);
});

test('answers to one that fetches wait for it and reach it', async () => {
  const party = await anAgency(c.house.kernel, 'Ban Tổ chức');
  const there = await anAgency(b.house.kernel, 'Ban Tổ chức', { hosting: 'external' });
  assert.equal((await b.call('POST', `/api/v1/exchange/partners/${bc.atInviter}/agencies`, { body: { agencyId: there, remoteId: party } })).status, 204);
  const ward = await anAgencyAt(b, 'Phường Đông Quang', [{ at: c, partnerId: bc.atGuest }]);
  const letter = await aSentLetter(c.house.kernel, { from: party, to: [only(ward)] });
  await settle(c, b);
  const state = async () => (await deliveriesOf(c.house.kernel.database.pool, { agencyId: party, subject: letter.subject }))[0]?.state;
  assert.equal(await state(), 'waiting');
  await c.pass(31_000);
  await settle(c);
  assert.equal(await state(), 'arrived');
});

test('a directory is read from the partner: new agencies come, renamed ones are reported, closed ones are closed with their successors', async () => {
  const [unit, heir] = [await anAgency(b.house.kernel, 'Trung tâm cũ'), await anAgency(b.house.kernel, 'Trung tâm mới')];
  const later = async (): Promise<void> => {
    for (const each of [a, b]) each.house.clock.advance(16 * 60_000);
    await settle(a, b);
  };
  await later();
  const known = async (remote: string) => (await a.house.sql('select agency_id, name from exchange.partner_agency where partner_id = $1 and remote_id = $2 and valid_to is null', [ab.atInviter, remote]))[0];
  const [here, heirHere] = [await known(unit), await known(heir)];
  assert.equal(here?.['name'], 'Trung tâm cũ');
  const agency = async (id: unknown) => {
    // safe because the column holds agency ids
    const agencyId = id as Id<'agency'>;
    return (await agenciesOn(a.house.kernel.database.pool, [agencyId], addDays(vietnamDay(a.house.clock.now()), 1))).get(agencyId);
  };
  assert.deepEqual([(await agency(here['agency_id']))?.hosting, (await agency(here['agency_id']))?.state], ['external', 'active']);

  const options = { actor: systemActor('test') };
  const today = vietnamDay(b.house.clock.now());
  await run(b.house.kernel, renameAgency, { agencyId: heir, name: 'Trung tâm tên khác', abbreviation: 'TTK', from: today, legalBasis: 'Quyết định' }, options);
  await run(b.house.kernel, closeAgency, { agencyId: unit, lastDay: today, legalBasis: 'Nghị quyết', successorIds: [heir] }, options);
  await later();
  const conflicts = async () => (await a.call<{ conflicts: { remoteId: string; problem: string; name: string }[] }>('GET', `/api/v1/exchange/partners/${ab.atInviter}/conflicts`)).body.conflicts;
  const found = (await conflicts()).find((conflict) => conflict.remoteId === heir);
  assert.deepEqual([found?.problem, found?.name], ['name_differs', 'Trung tâm tên khác']);
  assert.equal((await known(heir))?.['name'], 'Trung tâm mới', 'reported, not overwritten');
  const closed = await agency(here['agency_id']);
  assert.deepEqual([closed?.state, closed?.successors.map((successor) => successor.id)], ['closed', [heirHere?.['agency_id']]]);

  const settled = `/api/v1/exchange/partners/${ab.atInviter}/conflicts/${heir}/settle`;
  assert.equal((await a.call('POST', settled)).status, 204);
  assert.equal((await a.call('POST', settled)).status, 404);
  await later();
  assert.equal((await conflicts()).some((conflict) => conflict.remoteId === heir), false, 'what was settled is reported again only when it says something else');
});

test('an agency that lives here is never taken over by a partner’s directory', async () => {
  const own = await anAgency(a.house.kernel, 'Sở Công Thương');
  const [code] = await a.house.sql(`select code from identity.agency_code where agency_id = $1`, [own]);
  const twin = await anAgency(b.house.kernel, 'Sở Công Thương giả');
  await b.house.sql('update identity.agency_code set code = $2 where agency_id = $1', [twin, code?.['code']]);
  for (const each of [a, b]) each.house.clock.advance(16 * 60_000);
  await settle(a, b);
  const [conflict] = await a.house.sql('select problem, agency_id from exchange.partner_conflict where remote_id = $1', [twin]);
  assert.deepEqual(conflict, { problem: 'hosted_here', agency_id: own });
  assert.equal((await a.house.sql('select 1 from exchange.partner_agency where agency_id = $1', [own])).length, 0);
  assert.equal((await a.call('POST', `/api/v1/exchange/partners/${ab.atInviter}/agencies`, { body: { agencyId: own, remoteId: twin } })).status, 409);
});

test('a letter that had no way to go leaves as soon as its agency is linked, and waits again when the link is gone', async () => {
  const office = await anAgency(a.house.kernel, 'Ban Dân tộc');
  const there = await anAgency(b.house.kernel, 'Ban Dân tộc', { hosting: 'external' });
  assert.equal((await b.call('POST', `/api/v1/exchange/partners/${ab.atGuest}/agencies`, { body: { agencyId: there, remoteId: office } })).status, 204);
  const target = await anAgency(b.house.kernel, 'Chi cục Thủy lợi');
  const outside = await anAgency(a.house.kernel, 'Chi cục Thủy lợi', { hosting: 'external' });
  const letter = await aSentLetter(a.house.kernel, { from: office, to: [outside] });
  await a.house.drain();
  const state = async (of: { subject: { type: string; id: string } }) => (await deliveriesOf(a.house.kernel.database.pool, { agencyId: office, subject: of.subject }))[0]?.state;
  assert.equal(await state(letter), 'no_route');
  const url = `/api/v1/exchange/partners/${ab.atInviter}/agencies`;
  assert.equal((await a.call('POST', url, { body: { agencyId: outside, remoteId: target } })).status, 204);
  await settle(a, b);
  assert.equal(await state(letter), 'arrived');
  assert.equal((await a.call('DELETE', `${url}/${outside}`)).status, 204);
  assert.equal((await a.call('DELETE', `${url}/${outside}`)).status, 404);
  const next = await aSentLetter(a.house.kernel, { from: office, to: [outside] });
  await a.house.drain();
  assert.equal(await state(next), 'no_route');
});

test('keys are replaced without a letter being lost, and the test of the connection says who answers', async () => {
  const url = `/api/v1/exchange/partners/${ab.atInviter}`;
  const before = (await b.call<{ fingerprint: string }>('GET', `/api/v1/exchange/partners/${ab.atGuest}`)).body.fingerprint;
  const rotated = await a.call<{ fingerprint: string }>('POST', `${url}/rotate`);
  assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
  const after = (await b.call<{ fingerprint: string }>('GET', `/api/v1/exchange/partners/${ab.atGuest}`)).body.fingerprint;
  const sides = await Promise.all([a.call<{ fingerprint: string; ownFingerprint: string }>('GET', url), b.call<{ fingerprint: string; ownFingerprint: string }>('GET', `/api/v1/exchange/partners/${ab.atGuest}`)]);
  assert.deepEqual([sides[0].body.ownFingerprint, sides[1].body.ownFingerprint], [sides[1].body.fingerprint, sides[0].body.fingerprint], 'what one side calls its own is what the other recognises it by');
  assert.equal(after, rotated.body.fingerprint);
  assert.notEqual(after, before);
  assert.equal((await a.call('POST', `${url}/test`)).status, 200);
  assert.equal((await b.call('POST', `/api/v1/exchange/partners/${ab.atGuest}/test`)).status, 200, 'the other direction goes on with its own key');
  const hidden = JSON.stringify((await a.call('GET', url)).body);
  assert.ok(!hidden.includes('privateKey') && !hidden.includes('"d"'), 'secrets are never shown');
});

test('an invitation is good once, for a week, and only with the right fingerprint', async () => {
  const invited = await a.call<{ partnerId: string; text: string; fingerprint: string }>('POST', '/api/v1/exchange/invitations', { body: { name: 'Bộ Nội vụ' } });
  const accept = (body: Record<string, unknown>) => b.call<{ code: string }>('POST', '/api/v1/exchange/invitations/accept', { body });
  const { text, fingerprint } = invited.body;
  assert.equal((await accept({ text, fingerprint: fingerprint.replace(/^..../, '0000'), name: 'A lần hai' })).body.code, 'exchange.fingerprintDiffers');
  assert.equal((await accept({ text: `${text.slice(0, 60)}x${text.slice(61)}`, fingerprint })).status, 422);
  const read = await b.call<{ fingerprint: string }>('POST', '/api/v1/exchange/invitations/read', { body: { text } });
  assert.equal(read.body.fingerprint, fingerprint);
  assert.equal((await accept({ text, fingerprint, name: 'A lần hai' })).status, 200);
  assert.equal((await a.call('POST', `/api/v1/exchange/partners/${invited.body.partnerId}/confirm`, { body: { fingerprint: '0000-0000-0000-0000' } })).status, 422);
  // Nothing goes before the inviting administrator has compared the key.
  const unconfirmed = (await b.house.sql(`select id from exchange.partner where name = 'A lần hai'`))[0]?.['id'];
  const tested = await b.call<{ code: string; message: string }>('POST', `/api/v1/exchange/partners/${String(unconfirmed)}/test`);
  assert.match(tested.body.message, /partnerNotConfirmed/);
  const stolen = await c.call<{ code: string }>('POST', '/api/v1/exchange/invitations/accept', { body: { text, fingerprint, name: 'Kẻ trộm thư' } });
  assert.equal(stolen.status, 502, 'a second one finds it used');
  c.house.clock.advance(8 * 86_400_000);
  assert.equal((await c.call<{ code: string }>('POST', '/api/v1/exchange/invitations/accept', { body: { text, fingerprint } })).body.code, 'exchange.invitationExpired');
});
