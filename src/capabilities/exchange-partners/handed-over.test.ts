import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, systemActor, type Actor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { addDays, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { casesModule } from '#engines/cases/index.ts';
import type { TakerList } from '#engines/exchange/contract.ts';
import { exchangeModule } from '#engines/exchange/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { appointPost, closeAgency, createAgency, createPerson, identityModule } from '#engines/identity/index.ts';
import { signaturesModule } from '#engines/signatures/index.ts';
import { exchangePartnersModule } from './index.ts';

let house: TestHouse;
let call: (method: 'POST', url: string, body: object, as?: Actor) => Promise<{ status: number; code: string | undefined }>;
let takers: (text: string) => Promise<TakerList['agencies']>;
let commune: Id<'agency'>;
let ward: Id<'agency'>;
let far: Id<'agency'>;
let admin: PersonActor;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, exchangeModule, exchangePartnersModule] });
  const agency = (name: string, hosting: 'local' | 'external') =>
    run(house.kernel, createAgency, { kind: 'commune', level: 'commune', parentId: null, hosting, establishedOn: vietnamDay(house.clock.now()), name, abbreviation: 'UBND' }, { actor: systemActor('test') });
  [commune, ward, far] = [await agency('UBND xã Hoằng Hóa', 'local'), await agency('UBND phường Hạc Thành', 'local'), await agency('Sở Nội vụ tỉnh bạn', 'external')];
  for (const agencyId of [commune, ward]) await appointClerk(agencyId);
  admin = somebody({ roles: ['province_admin'] });
  let actor: Actor = anonymous;
  const server = house.server(() => Promise.resolve(actor));
  call = async (method, url, body, as = admin) => {
    actor = as;
    const reply = await server.inject({ method, url: `/api/v1/exchange/arrivals/${url}`, payload: body });
    await house.drain();
    return { status: reply.statusCode, code: reply.body === '' ? undefined : reply.json<{ code?: string }>().code };
  };
  takers = async (text) => {
    actor = admin;
    const reply = await server.inject({ method: 'GET', url: `/api/v1/exchange/arrivals/takers?text=${encodeURIComponent(text)}` });
    assert.equal(reply.statusCode, 200, reply.body);
    return reply.json<TakerList>().agencies;
  };
});
after(() => house.close());

async function appointClerk(agencyId: Id<'agency'>, lastDay?: CalendarDay): Promise<void> {
  const as = { actor: systemActor('test') };
  const personId = await run(house.kernel, createPerson, { agencyId, fullName: 'Lê Thị Hoa', isInvented: true }, as);
  const startsOn = vietnamDay(house.clock.now());
  await run(house.kernel, appointPost, { agencyId, personId, unitId: null, title: 'Văn thư', roles: ['clerk'], signingPowers: [], startsOn: lastDay ?? startsOn, endsOn: lastDay }, as);
}

/** Something that came from a partner and could not be read. */
async function anArrival(): Promise<string> {
  const [partnerId, id] = [newId(), newId()];
  const now = house.clock.now();
  await house.sql(
    `insert into exchange.partner (id, protocol, name, address, state, config, sealed_secrets, pinned, valid_from, created_at, changed_at) values ($1, 'installation', $2, null, 'active', '{}', '', '{}', '2026-01-01', $3, $3)`,
    [partnerId, `Tỉnh bạn ${partnerId}`, now],
  );
  await house.sql(
    `insert into exchange.inbound (id, partner_id, partner_ref, original_hash, size_bytes, media_type, state, attempts, problem_code, problem, received_at, changed_at)
     values ($1, $2, 'gói ' || $2::uuid, sha256('x'), 1, 'application/json', 'quarantined', 1, 'parcelUnreadable', 'không đọc được', $3, $3)`,
    [id, partnerId, now],
  );
  return id;
}

const work = (id: string): Promise<unknown[]> => house.sql(`select agency_id, assignee, state, href from cases.task where subject_id = $1 order by opened_at, agency_id`, [id]);

test('what is handed to an agency stands in the list of work of its clerks until it is dealt with', async () => {
  const id = await anArrival();
  assert.deepEqual(await call('POST', `${id}/hand-over`, { agencyId: commune }), { status: 204, code: undefined });
  const task = { agency_id: commune, assignee: 'role:clerk', href: '/app/goi-cach-ly' };
  assert.deepEqual(await work(id), [{ ...task, state: 'open' }]);
  assert.equal((await call('POST', `${id}/settle`, { outcome: 'resolved', resolution: 'Đã vào sổ bằng tay' }, somebody({ roles: ['clerk'], agencyId: commune }))).status, 204);
  assert.deepEqual(await work(id), [{ ...task, state: 'done' }]);
});

test('handed on to another agency, or tried again, it leaves the list of those who had it', async () => {
  const id = await anArrival();
  await call('POST', `${id}/hand-over`, { agencyId: commune });
  house.clock.advance(1000);
  await call('POST', `${id}/hand-over`, { agencyId: ward });
  const states = async () => (await house.sql(`select agency_id, state from cases.task where subject_id = $1 order by opened_at`, [id])).map((row) => [row['agency_id'], row['state']]);
  assert.deepEqual(await states(), [[commune, 'cancelled'], [ward, 'open']]);
  assert.equal((await call('POST', `${id}/retry`, {})).status, 204);
  assert.deepEqual(await states(), [[commune, 'cancelled'], [ward, 'cancelled']]);
});

test('an agency that was closed is given nothing: nobody there could deal with it', async () => {
  const id = await anArrival();
  const today = vietnamDay(house.clock.now());
  const closed = await run(house.kernel, createAgency, { kind: 'commune', level: 'commune', parentId: null, hosting: 'local', establishedOn: addDays(today, -30), name: 'UBND xã Hoằng Quang', abbreviation: 'UBND' }, { actor: systemActor('test') });
  await run(house.kernel, closeAgency, { agencyId: closed, lastDay: addDays(today, -1), legalBasis: 'Quyết định' }, { actor: systemActor('test') });
  assert.deepEqual(await call('POST', `${id}/hand-over`, { agencyId: closed }), { status: 422, code: 'exchange.arrivalToClosed' });
  assert.deepEqual(await work(id), []);
});

test('an agency of another installation is given nothing', async () => {
  const id = await anArrival();
  assert.deepEqual(await call('POST', `${id}/hand-over`, { agencyId: far }), { status: 422, code: 'exchange.arrivalElsewhere' });
  assert.deepEqual(await work(id), []);
});

test('an agency in which nobody is clerk is given nothing, and the list of those to choose from says so; a clerk of yesterday is none', async () => {
  const id = await anArrival();
  const today = vietnamDay(house.clock.now());
  const empty = await run(house.kernel, createAgency, { kind: 'commune', level: 'commune', parentId: null, hosting: 'local', establishedOn: addDays(today, -30), name: 'UBND xã Hoằng Tiến', abbreviation: 'UBND' }, { actor: systemActor('test') });
  await appointClerk(empty, addDays(today, -1));
  assert.deepEqual(await call('POST', `${id}/hand-over`, { agencyId: empty }), { status: 422, code: 'exchange.arrivalToNoClerk' });
  assert.deepEqual(await work(id), []);
  const offered = async () => (await takers('ubnd')).map(({ name, hasClerk }) => [name, hasClerk]).sort();
  assert.deepEqual(await offered(), [['UBND phường Hạc Thành', true], ['UBND xã Hoằng Hóa', true], ['UBND xã Hoằng Tiến', false]]);
  assert.deepEqual(await takers('sở nội vụ'), [], 'what is served elsewhere is not offered');
  await appointClerk(empty);
  assert.equal((await call('POST', `${id}/hand-over`, { agencyId: empty })).status, 204);
  assert.equal((await work(id)).length, 1);
});
