import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import type { Id } from '#kernel/ids.ts';
import { aSentLetter } from '../../../testing.ts';
import { openFaultyNetwork, type FaultyNetwork } from '../../../testing/network-faults.ts';
import { findPartner, openLine } from '../../partner-rows.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from '../../testing.ts';
import type { InstallationLine } from './client.ts';
import { digestOf, signReply, signRequest } from './http-signatures.ts';
import { signingKey } from './settings.ts';
import { PEER } from './wire.ts';

// Two installations of which one has gone on to a version of the protocol that the other does not speak.

let a: Installation;
let b: Installation;
let network: FaultyNetwork;
let pair: Connected;
let sender: Id<'agency'>;
let there: Id<'agency'>;
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  network = await openFaultyNetwork(b.address);
  pair = await connect(a, b, { guestAddress: network.address });
  sender = (await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }])).id;
  [there = assert.fail('the commune is known')] = (await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }])).idAt;
});
beforeEach(() => {
  network.decide(() => ({ kind: 'pass' }));
});
after(async () => {
  await network.close();
  await a.close();
  await b.close();
});

const NEWER = { kind: 'impostor' as const, status: 401, body: JSON.stringify({ code: 'versionUnknown', problem: 'This installation speaks version 2.', retry: 'again' }) };
/** Time passes at both, and what is due is done. */
async function pass(ms: number): Promise<void> {
  b.house.clock.advance(ms);
  await a.pass(ms);
}

type View = { foreignVersion: { version: string; since: string } | null; line: { circuit: string; waiting: number; trouble: { vi: string; en: string } | null } };
const view = async (): Promise<View> => (await a.call<View>('GET', `/api/v1/exchange/partners/${pair.atInviter}`)).body;
const events = async (type: string) => (await a.house.sql<{ data: Record<string, unknown> }>('select data from audit.entry where type = $1 order by id', [type])).map(({ data }) => data);
async function lineFrom(at: Installation, partnerId: string): Promise<InstallationLine> {
  // safe because a partner of this protocol has settings of its adapter
  return openLine(at.house.kernel, (await findPartner(at.house.kernel.database.pool, partnerId)) ?? assert.fail(), AbortSignal.timeout(10_000)) as InstallationLine;
}

test('what is for one that speaks our version no more waits, the line opens with the reason, and all goes when both speak one again', async () => {
  network.decide(() => NEWER);
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [there] });
  await a.house.drain();
  const parcel = async () => (await a.house.sql('select state, problem_code as code from exchange.transfer where envelope_id = $1', [letter.envelopeId]))[0];
  assert.deepEqual(await parcel(), { state: 'waiting', code: 'versionUnknown' });
  for (let round = 0; round < 8; round += 1) await pass(120_000);
  const { line } = await view();
  assert.deepEqual([line.circuit, line.waiting, line.trouble?.vi, line.trouble?.en], ['open', 1, 'hai bên không có phiên bản giao thức chung', 'both sides speak no common version']);
  assert.match(JSON.stringify(await events('exchange.circuit-opened')), /không có phiên bản giao thức chung/);
  network.decide(() => ({ kind: 'pass' }));
  for (let round = 0; round < 8; round += 1) await pass(600_000);
  await settle(a, b);
  assert.equal((await parcel())?.['state'], 'processed');
  assert.deepEqual(await b.house.sql('select state from exchange.message where envelope_id = $1', [letter.envelopeId]), [{ state: 'arrived' }]);
});

test('one that answers, and says that it speaks other versions, counts as out of reach with that reason', async () => {
  const key = signingKey((await lineFrom(b, pair.atGuest)).secrets);
  const newer = createServer((request, reply) => {
    if (request.url?.endsWith('/hello') !== true) {
      reply.writeHead(NEWER.status).end(NEWER.body);
      return;
    }
    const body = Buffer.from(JSON.stringify({ versions: ['2', '3'], name: 'Tỉnh bạn', features: [], limits: { partBytes: 1, fileBytes: 1, parcelBytes: 1 }, receiptKeys: [] }));
    const nonce = /nonce="([^"]+)"/.exec(String(request.headers['signature-input']))?.[1] ?? '';
    reply.writeHead(200, signReply({ status: 200, content: body, nonce }, key)).end(body);
  });
  await new Promise<void>((ready) => newer.listen(0, '127.0.0.1', ready));
  // safe because the server listens on a port
  network.turnTo(`http://127.0.0.1:${String((newer.address() as AddressInfo).port)}`);
  try {
    const tested = await a.call<{ code: string }>('POST', `/api/v1/exchange/partners/${pair.atInviter}/test`);
    assert.deepEqual([tested.status, tested.body.code], [502, 'exchange.partnerUnreachable']);
    assert.match(JSON.stringify(tested.body), /không có phiên bản giao thức chung/);
    const schedule = a.house.kernel.modules.flatMap((module) => module.schedules ?? []).find(({ name }) => name === 'exchange.directory') ?? assert.fail();
    for (let round = 0; round < 6; round += 1) {
      await schedule.run(a.house.kernel);
      await pass(20 * 60_000);
    }
    assert.deepEqual([(await view()).line.circuit, (await view()).line.trouble?.en], ['open', 'both sides speak no common version']);
  } finally {
    network.turnTo(b.address);
    newer.closeAllConnections();
    newer.close();
  }
});

test('one that calls in a version that we do not speak is turned away with the one that we speak; administrators here see it until it calls in ours', async () => {
  const theirs = signingKey((await lineFrom(b, pair.atGuest)).secrets);
  const call = async (version: string | undefined, more: { forged?: boolean } = {}): Promise<[number, unknown]> => {
    const target = `${PEER}/waiting`;
    const { headers } = signRequest({ method: 'GET', target, digest: digestOf(Buffer.alloc(0)), ...(version === undefined ? {} : { version }) }, theirs, a.house.clock.now());
    const reply = await fetch(a.address + target, { headers: { ...headers, ...(more.forged === true ? { 'lienthong-version': '9' } : {}) } });
    return [reply.status, reply.status === 200 ? undefined : await reply.json()];
  };
  assert.equal((await view()).foreignVersion, null);
  assert.deepEqual((await call(undefined, { forged: true }))[0], 401);
  assert.equal((await view()).foreignVersion, null, 'what its key did not sign is nobody’s word');
  const refusal = { code: 'versionUnknown', problem: 'This installation speaks version 1.', retry: 'again' };
  assert.deepEqual(await call('2'), [401, refusal]);
  const since = a.house.clock.now().toISOString();
  a.house.clock.advance(60_000);
  assert.deepEqual(await call('2'), [401, refusal]);
  const { foreignVersion } = await view();
  assert.deepEqual([foreignVersion?.version, new Date(foreignVersion?.since ?? '').toISOString()], ['2', since]);
  assert.deepEqual((await events('exchange.partner-version-refused')).map(({ version, own }) => [version, own]), [['2', '1']], 'told once');
  assert.deepEqual((await call(undefined))[0], 200);
  assert.equal((await view()).foreignVersion, null);
  assert.equal((await events('exchange.partner-version-accepted')).length, 1);
});

test('who accepts an invitation of a newer installation is told why it does not go, and may try again', async () => {
  const c = await openInstallation();
  c.house.clock.advance(a.house.clock.now().getTime() - c.house.clock.now().getTime());
  const facing = await openFaultyNetwork(a.address);
  try {
    const invited = await a.call<{ text: string; fingerprint: string }>('POST', '/api/v1/exchange/invitations', { body: { name: 'Tỉnh mới', address: facing.address } });
    const accept = () => c.call<{ code?: string }>('POST', '/api/v1/exchange/invitations/accept', { body: { text: invited.body.text, fingerprint: invited.body.fingerprint, name: 'Tỉnh mời', isFetching: false } });
    facing.decide(() => NEWER);
    const refused = await accept();
    assert.deepEqual([refused.status, refused.body.code], [502, 'exchange.partnerUnreachable']);
    assert.match(JSON.stringify(refused.body), /không có phiên bản giao thức chung/);
    facing.decide(() => ({ kind: 'pass' }));
    assert.equal((await accept()).status, 200);
  } finally {
    await facing.close();
    await c.close();
  }
});
