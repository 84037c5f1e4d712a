import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agencyGroups, searchAgencies } from '#engines/identity/index.ts';
import type { DocumentMessage } from '../../../edxml/index.ts';
import { deliveriesOf } from '../../../queries/deliveries-of.ts';
import { stuckDeliveries } from '../../../queries/troubled-deliveries.ts';
import { anAgency, aSentLetter } from '../../../testing.ts';
import { trialAgencies } from '../edxml-packets/sandbox-agencies.ts';
import { sweepTransfers } from '../../jobs/send-parcel.ts';
import { unfetchedParcels } from '../../queries/unfetched.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { conformanceOf } from './conformance.ts';
import { playSandbox } from './sandbox.ts';
import { aPacket, aStatus, openPacket } from './testing.ts';

type Made = { partnerId: string; systemId: string; key: { secret: string } };
let place: Installation;
let made: Made;
let real: Id<'agency'>;
let realCode: string;
before(async () => {
  place = await openInstallation();
  real = await anAgency(place.house.kernel, 'Sở Nội vụ');
  realCode = String((await place.house.sql('select code from identity.agency_code where agency_id = $1', [real]))[0]?.['code']);
  const reply = await place.call<Made>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm Sông Mã', systemId: 'song-ma', isSandbox: true, agencies: [{ code: 'H56.71.01', name: 'Đơn vị Sông Mã' }] } });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  made = reply.body;
});
after(() => place.close());

type Reply = { ErrorCode: string; DocId: string; agencies: { code: string }[]; items: { docId: string; messageType: string; from: string; status: string }[] };
async function ask(path: string, body: object | Buffer = {}): Promise<{ reply: Reply; bytes: Buffer }> {
  const isPacket = Buffer.isBuffer(body);
  const answer = await fetch(`${place.address}/v1/${path}`, {
    method: 'POST',
    headers: { 'x-systemid': made.systemId, 'x-secretkey': made.key.secret, 'content-type': isPacket ? 'application/octet-stream' : 'application/json' },
    body: isPacket ? new Uint8Array(body) : JSON.stringify(body),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  // safe because the reply was checked against the route's schema
  return { bytes, reply: (answer.headers.get('content-type')?.includes('json') === true ? JSON.parse(bytes.toString('utf8')) : {}) as Reply };
}

/** Some rounds of the agencies that answer by themselves. */
async function play(rounds = 1): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    place.house.clock.advance(4000);
    await playSandbox(place.house.kernel);
    await place.house.drain();
  }
}
const own = { code: 'Z99.1', name: 'Phần mềm Sông Mã (thử nghiệm)' };
const given = () => ({ systemId: made.systemId, secret: made.key.secret });
const done = async () => ((await conformanceOf(place.house.kernel, given()))?.steps ?? []).filter((each) => each.doneAt !== null).map((each) => each.step);

test('a vendor goes through the whole checklist against agencies that answer by themselves', async () => {
  assert.deepEqual(await done(), []);
  assert.equal((await ask('registerAgency', { code: own.code })).reply.ErrorCode, '0');
  assert.deepEqual((await ask('getAgenciesList')).reply.agencies.map((each) => each.code), ['Z99.A', 'Z99.B'], 'only the agencies for trying');
  const packet = await aPacket({ from: own, to: ['Z99.A'] });
  for (let twice = 0; twice < 2; twice += 1) assert.equal((await ask('sendEdoc', packet)).reply.ErrorCode, '0');
  await place.house.drain();
  assert.deepEqual(await done(), ['registered', 'listed', 'sent', 'duplicate']);
  await play(5);
  const told: string[] = [];
  const letters: DocumentMessage[] = [];
  const fetchAll = async () => {
    for (const { docId } of (await ask('getReceivedEdocList')).reply.items) {
      const { message } = await openPacket((await ask('getEdoc', { docId })).bytes);
      if (message.kind === 'status') told.push(message.statusCode);
      else letters.push(message);
      await ask('updateStatus', { docId, status: 'done' });
    }
  };
  await fetchAll();
  assert.deepEqual(told, ['01', '03', '04', '05', '06'], 'the agency for trying went through all statuses');
  // Which of the two came first is chance.
  const first = letters.find((each) => each.from.organId === 'Z99.A');
  const second = letters.find((each) => each.from.organId === 'Z99.B');
  assert.ok(letters.length === 2 && first !== undefined && second !== undefined);
  for (const status of ['01', '03', '04', '05', '06'] as const) {
    assert.equal((await ask('sendEdoc', await aStatus(first, { by: own, status }))).reply.ErrorCode, '0');
    await place.house.drain();
  }
  for (const status of ['01', '03'] as const) await ask('sendEdoc', await aStatus(second, { by: own, status }));
  await place.house.drain();
  await play(2);
  await fetchAll();
  const recall = letters[2];
  assert.equal(recall?.business.kind, 'revoke');
  assert.equal(recall.business.documentId, second.documentId);
  assert.equal((await ask('sendEdoc', await aStatus(recall, { by: own, status: '15' }))).reply.ErrorCode, '0');
  await place.house.drain();
  const state = await conformanceOf(place.house.kernel, given());
  assert.deepEqual(state?.steps.filter((each) => each.doneAt === null), []);
  assert.deepEqual(await place.house.sql(`select state from exchange.envelope e join exchange.delivery d on d.agency_id = e.agency_id and d.envelope_id = e.id where e.kind = 'recall'`), [{ state: 'agreed' }]);
  assert.equal((await place.house.sql(`select 1 from exchange.envelope where subject_type = 'sandbox-letter' and kind = 'new'`)).length, 2, 'two letters, however often it plays');
});

test('nothing goes between the sandbox and real agencies, in either direction', async () => {
  assert.equal((await ask('sendEdoc', await aPacket({ from: own, to: [realCode] }))).reply.ErrorCode, '18');
  assert.equal((await ask('sendEdoc', await aPacket({ from: { code: 'H56.71.01', name: 'Đơn vị Sông Mã' }, to: ['Z99.A'] }))).reply.ErrorCode, '19');
  const [trial] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.axis_sandbox where partner_id is not null');
  const [answering] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.axis_sandbox where partner_id is null order by agency_id');
  const [outside] = await place.house.sql<{ id: Id<'agency'> }>(`select agency_id as id from exchange.partner_agency where code = 'H56.71.01'`);
  assert.ok(trial && answering && outside);
  const letters = [];
  for (const to of [trial.id, answering.id, outside.id]) letters.push(await aSentLetter(place.house.kernel, { from: real, to: [to] }));
  await place.house.drain();
  await play();
  const states = [];
  for (const { subject } of letters) states.push((await deliveriesOf(place.house.kernel.database.pool, { agencyId: real, subject }))[0]?.state);
  assert.deepEqual(states, ['returned', 'refused', 'waiting'], 'sent back, refused, and kept until the system is real');
  const { body } = await place.call<{ steps: { step: string; problemCode: string | null }[] }>('GET', `/api/v1/exchange/systems/${made.partnerId}`);
  assert.equal(body.steps.find((each) => each.step === 'sent')?.problemCode, '19', 'the last error is shown');

  assert.equal((await place.call('PUT', `/api/v1/exchange/systems/${made.partnerId}/sandbox`, { body: { isSandbox: false } })).status, 204);
  await sweepTransfers(place.house.kernel);
  await place.house.drain();
  assert.deepEqual((await ask('getReceivedEdocList', { messageType: 'edoc' })).reply.items.map((each) => each.from), [realCode]);
  assert.equal((await ask('sendEdoc', await aPacket({ from: { code: 'H56.71.01', name: 'Đơn vị Sông Mã' }, to: [realCode] }))).reply.ErrorCode, '0');
  assert.equal((await ask('sendEdoc', await aPacket({ from: own, to: ['Z99.A'] }))).reply.ErrorCode, '19');
});

test('a client that is being tried neither sees nor settles what was laid out for the real one, and the other way round', async () => {
  const setSandbox = async (isSandbox: boolean) => assert.equal((await place.call('PUT', `/api/v1/exchange/systems/${made.partnerId}/sandbox`, { body: { isSandbox } })).status, 204);
  const real = (await ask('getReceivedEdocList', { messageType: 'edoc' })).reply.items;
  assert.deepEqual(real.map((each) => each.from), [realCode]);
  const docId = String(real[0]?.docId);
  await setSandbox(true);
  await play();
  const trial = (await ask('getReceivedEdocList')).reply.items;
  assert.deepEqual(trial.filter((each) => !each.from.startsWith('Z99')), []);
  assert.equal((await ask('getEdoc', { docId })).reply.ErrorCode, '30');
  assert.equal((await ask('updateStatus', { docId, status: 'fail' })).reply.ErrorCode, '30');
  await setSandbox(false);
  assert.deepEqual((await ask('getReceivedEdocList', { messageType: 'edoc' })).reply.items.map((each) => [each.docId, each.status]), [[docId, 'initial']]);
});

test('agencies for trying are found by nobody in the province, stand in no group and in no list of troubles', async () => {
  const { kernel } = place.house;
  const day = vietnamDay(kernel.clock.now());
  const trial = await trialAgencies(kernel.database.pool);
  assert.ok(trial.size >= 3);
  for (const text of ['', 'co quan thu nghiem', 'thử nghiệm', 'TNA', 'Z99', 'Z99.A']) assert.deepEqual((await searchAgencies(kernel, { text, day, limit: 1000, includeClosed: true })).filter(({ id }) => trial.has(id)), [], text);
  assert.deepEqual((await agencyGroups(kernel.database.pool, day)).flatMap(({ agencyIds }) => agencyIds).filter((id) => trial.has(id)), []);
  const late = await stuckDeliveries(kernel.database.pool, { now: new Date(kernel.clock.now().getTime() + 86_400_000) });
  assert.deepEqual(late.filter(({ agencyId }) => trial.has(agencyId)), []);
});

test('what agencies for trying laid out for a system counts as nothing that it stays away from; what real ones did counts', async () => {
  const { kernel } = place.house;
  const counts = async () => (await unfetchedParcels(kernel.database.pool, kernel.clock.now())).map(({ count }) => count);
  const trial = await trialAgencies(kernel.database.pool);
  await place.house.sql(`update exchange.axis_parcel set state = 'initial'`);
  const laidOut = (await place.house.sql<{ agency_id: Id<'agency'> }>('select agency_id from exchange.axis_parcel')).map((row) => row.agency_id);
  const ofReal = laidOut.filter((id) => !trial.has(id));
  assert.ok(ofReal.length > 0 && ofReal.length < laidOut.length, 'both are there');
  assert.deepEqual(await counts(), [ofReal.length]);
  await place.house.sql(`update exchange.axis_parcel set state = 'done' where agency_id = any($1)`, [ofReal]);
  assert.deepEqual(await counts(), []);
});

test('the checklist opens with the key only', async () => {
  assert.equal(await conformanceOf(place.house.kernel, { systemId: made.systemId, secret: 'lt_sai' }), undefined);
});
