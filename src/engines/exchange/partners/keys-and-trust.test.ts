import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { somebody } from '#kernel/testkit.ts';
import { newId } from '#kernel/ids.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { aSentLetter } from '../testing.ts';
import { callPeer, type InstallationLine } from './adapters/installation/client.ts';
import { newKey } from './adapters/installation/settings.ts';
import type { partnerKeys, partnerTrust } from './contract.ts';
import { endingConnections } from './queries/ending.ts';
import { findPartner, openLine, sealSecrets } from './partner-rows.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';

type Keys = z.output<typeof partnerKeys>['keys'];
type Trust = z.output<typeof partnerTrust>;

const HOUR_MS = 3_600_000;
const anything = z.unknown();
let a: Installation;
let b: Installation;
let pair: Connected;
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b);
});
after(async () => {
  await a.close();
  await b.close();
});

const at = (side: Installation, more = ''): string => `/api/v1/exchange/partners/${side === a ? pair.atInviter : pair.atGuest}${more}`;
const keysOf = async (side: Installation, as = side.admin): Promise<Keys> => (await side.call<{ keys: Keys }>('GET', at(side, '/keys'), { as })).body.keys;
const rotate = (side: Installation) => side.call<{ fingerprint: string; formerEndsAt: string | null; code?: string }>('POST', at(side, '/rotate'));
const reaches = async (side: Installation): Promise<number> => (await side.call('POST', at(side, '/test'))).status;
const auditor = somebody({ roles: ['auditor'] });
const recorded = async (side: Installation, type: string): Promise<unknown[]> => (await side.house.sql(`select data ->> 'fingerprint' as f from audit.entry where type = $1 order by at`, [`exchange.${type}`])).map((row) => row['f']);

async function lineAt(side: Installation): Promise<InstallationLine> {
  const { kernel } = side.house;
  const partner = await findPartner(kernel.database.pool, side === a ? pair.atInviter : pair.atGuest);
  assert.ok(partner);
  // safe because the partner is another installation
  return openLine(kernel, partner, AbortSignal.timeout(10_000)) as InstallationLine;
}

test('both sides see which key is in use since when; the former one counts a day longer and then ends by itself', async () => {
  const before = await keysOf(a);
  assert.deepEqual(before.map(({ side, isInUse, endsAt, abilities }) => [side, isInUse, endsAt, abilities]), [['ours', true, null, ['replace']], ['theirs', true, null, []]]);
  assert.ok(before.every(({ since }) => since !== null));
  assert.deepEqual((await keysOf(a, auditor)).flatMap(({ abilities }) => abilities), [], 'an auditor sees and does not touch');
  for (const side of [a, b]) side.house.clock.advance(HOUR_MS);
  const stolen = await lineAt(a);
  const { body } = await rotate(a);
  const end = new Date(b.house.clock.now().getTime() + 24 * HOUR_MS).toISOString();
  assert.deepEqual([body.formerEndsAt, await reaches(a), await reaches(b)], [end, 200, 200]);
  const [ours, former] = await keysOf(a);
  assert.deepEqual([ours?.fingerprint, ours?.since, former?.fingerprint, former?.endsAt, former?.abilities], [body.fingerprint, a.house.clock.now().toISOString(), before[0]?.fingerprint, end, ['end']]);
  const theirs = (await keysOf(b)).filter(({ side }) => side === 'theirs');
  assert.deepEqual(theirs.map(({ fingerprint, isInUse, endsAt, abilities }) => [fingerprint, isInUse, endsAt, abilities]), [[body.fingerprint, true, null, []], [before[0]?.fingerprint, false, end, ['end']]]);
  assert.deepEqual([(await recorded(a, 'partner-rotated')).at(-1), (await recorded(b, 'partner-rotated')).at(-1)], [body.fingerprint, body.fingerprint]);

  const hello = () => callPeer({ ...stolen, signal: AbortSignal.timeout(10_000) }, { method: 'GET', path: '/hello' }, anything);
  await hello();
  const told = JSON.stringify({ publicKey: newKey().publicKey });
  await assert.rejects(callPeer({ ...stolen, signal: AbortSignal.timeout(10_000) }, { method: 'POST', path: '/keys', body: Buffer.from(told) }, anything), /keyFormer/, 'a former key puts no other in the place of the newest');
  for (const side of [a, b]) side.house.clock.advance(24 * HOUR_MS);
  await assert.rejects(hello(), /not one of a partner/);
  assert.deepEqual([(await keysOf(a)).length, (await keysOf(b)).length, await reaches(a)], [2, 2, 200]);
});

test('a former key is ended at once from either side, once, and only by those who keep the partners', async () => {
  for (const ender of [a, b]) {
    const stolen = await lineAt(a);
    await rotate(a);
    const former = (await keysOf(ender)).find(({ isInUse }) => !isInUse);
    const end = (as = ender.admin) => ender.call('DELETE', at(ender, `/keys/${former?.id ?? ''}`), { as });
    assert.equal((await end(auditor)).status, 403);
    assert.equal((await end()).status, 204);
    assert.equal((await end()).status, 404);
    await assert.rejects(callPeer({ ...stolen, signal: AbortSignal.timeout(10_000) }, { method: 'GET', path: '/hello' }, anything), /not one of a partner/);
    assert.equal((await recorded(b, 'partner-key-ended')).at(-1), former?.fingerprint);
    assert.equal(await reaches(a), 200);
  }
  const inUse = (await keysOf(b)).find(({ side }) => side === 'theirs');
  assert.equal((await b.call('DELETE', at(b, `/keys/${inUse?.id ?? ''}`))).status, 404, 'the key in use is not ended like this');
});

test('whoever died after the other side took the new key finds back with the same one, also when the old one has ended', async () => {
  const { kernel } = a.house;
  const next = newKey();
  const line = await lineAt(a);
  await callPeer(line, { method: 'POST', path: '/keys', body: Buffer.from(JSON.stringify({ publicKey: next.publicKey })) }, anything);
  await a.house.sql('update exchange.partner set sealed_secrets = $2 where id = $1', [pair.atInviter, sealSecrets(kernel, { ...line.secrets, next: next.secrets })]);
  for (const side of [a, b]) side.house.clock.advance(25 * HOUR_MS);
  assert.equal(await reaches(a), 502);
  assert.equal((await rotate(a)).status, 200);
  assert.equal(await reaches(a), 200);
});

test('a key is replaced only while the other side can be told of it', async () => {
  assert.equal((await a.call('POST', at(a, '/suspend'), { body: { reason: 'Thử' } })).status, 204);
  assert.equal((await rotate(a)).body.code, 'exchange.partnerNotRotatable');
  assert.deepEqual((await keysOf(a)).flatMap(({ abilities }) => abilities), []);
  assert.equal((await a.call('POST', at(a, '/resume'))).status, 204);
  assert.equal((await a.call('GET', `/api/v1/exchange/partners/${newId()}/keys`)).status, 404);
});

test('how two installations reach each other is set by an operator and counts at once: waiting letters are fetched, or sent', async () => {
  const office = await anAgencyAt(a, 'Sở Du lịch', [{ at: b, partnerId: pair.atGuest }]);
  const commune = await anAgencyAt(b, 'Xã Ngọc Lặc', [{ at: a, partnerId: pair.atInviter }]);
  const [there] = commune.idAt;
  assert.ok(there);
  const address = b.address;
  const reach = (side: Installation, body: object, as = side.admin) => side.call<{ code?: string }>('PUT', at(side, '/reach'), { body, as });
  assert.equal((await reach(a, { address: null, isFetching: false }, auditor)).status, 403);
  assert.equal((await reach(a, { address: null, isFetching: true })).body.code, 'exchange.partnerReachWrong');
  assert.equal((await reach(a, { address: null, isFetching: false })).status, 204);
  const letter = await aSentLetter(a.house.kernel, { from: office.id, to: [there] });
  await settle(a, b);
  const state = async () => (await deliveriesOf(a.house.kernel.database.pool, { agencyId: office.id, subject: letter.subject }))[0]?.state;
  assert.equal(await state(), 'waiting');
  assert.equal((await reach(b, { address: a.address, isFetching: true })).status, 204);
  await settle(b, a);
  assert.equal(await state(), 'arrived', 'nobody waited for the next round');

  assert.equal((await reach(b, { address: a.address, isFetching: false })).status, 204);
  const second = await aSentLetter(a.house.kernel, { from: office.id, to: [there] });
  await settle(a, b);
  assert.equal((await reach(a, { address, isFetching: false })).status, 204);
  await a.pass(6000);
  await settle(a, b);
  assert.equal((await deliveriesOf(a.house.kernel.database.pool, { agencyId: office.id, subject: second.subject }))[0]?.state, 'arrived');
  assert.equal((await reach(a, { address: 'không phải địa chỉ', isFetching: false })).status, 422);
});

test('how much is taken from a partner is set without touching its other settings, within what its protocol bears', async () => {
  const config = async () => (await a.call<{ config: Record<string, unknown> }>('GET', at(a))).body.config;
  const before = await config();
  const set = (body: object, as = a.admin) => a.call<{ code?: string }>('PUT', at(a, '/limits'), { body, as });
  assert.equal((await set({ fileLimitMb: 300 })).status, 204);
  assert.deepEqual(await config(), { ...before, fileLimitMb: 300 });
  assert.equal((await set({ fileLimitMb: 1_000_000 })).body.code, 'exchange.partnerConfigWrong');
  assert.equal((await set({ fileLimitMb: 0 })).status, 422);
  assert.equal((await set({ fileLimitMb: 10 }, auditor)).status, 403);
});

test('a connection that fails says why and what to do in words, with the code of the network beside it; the record says it so as well', async () => {
  const { address } = (await a.call<{ address: string }>('GET', at(a))).body;
  const change = (body: object) => a.call('PATCH', at(a), { body });
  assert.equal((await change({ address: 'http://127.0.0.1:1', name: 'Tỉnh bên cạnh' })).status, 204);
  const { status, body } = await a.call<{ code: string; message: string; fix: string; data: { problem: string } }>('POST', at(a, '/test'));
  assert.deepEqual([status, body.code, body.message], [502, 'exchange.partnerUnreachable', 'Chưa kết nối được với đối tác: máy chủ bên kia từ chối kết nối. Mã kỹ thuật: ECONNREFUSED.']);
  assert.match(body.fix, /Kiểm tra địa chỉ và cổng/);
  assert.match(body.data.problem, /ECONNREFUSED 127\.0\.0\.1:1/);
  await a.house.sql(`update exchange.partner_line set problem_code = 'unreachable', problem = $2 where partner_id = $1`, [pair.atInviter, body.data.problem]);
  const { line } = (await a.call<{ line: { trouble: { vi: string; raw: string } | null } }>('GET', at(a))).body;
  assert.deepEqual([line.trouble?.vi, line.trouble?.raw], ['máy chủ bên kia từ chối kết nối', 'ECONNREFUSED']);
  assert.equal((await change({ address })).status, 204);
  assert.equal(await reaches(a), 200);
  const rows = await a.house.sql(`select data -> 'changed' as changed, data -> 'result' as result from audit.entry where type in ('exchange.partner-changed', 'exchange.partner-tested') order by at, id`);
  const told = rows.slice(-4).map(({ changed, result }) => changed ?? result);
  assert.deepEqual(told, [
    { vi: 'tên gọi, địa chỉ', en: 'name, address' },
    { vi: 'máy chủ bên kia từ chối kết nối (ECONNREFUSED)', en: 'the server there refuses the connection (ECONNREFUSED)' },
    { vi: 'địa chỉ', en: 'address' },
    { vi: 'kết nối được', en: 'it works' },
  ]);
});

const folder = mkdtempSync(join(tmpdir(), 'lienthong-anchors-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

test('certificates by which a partner is believed are shown, added from a file and withdrawn, on record; the own one with its key is replaced', { skip: hasOpenssl ? false : 'openssl is not installed' }, async () => {
  const made = (name: string): { certificate: string; key: string } => {
    const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
    assert.equal(spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/O=UBND/CN=${name}`, '-keyout', key, '-out', cert]).status, 0);
    return { certificate: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  };
  const [root, other] = [made('CA tinh ban'), made('lien-thong')];
  const trust = async (as = a.admin): Promise<Trust> => (await a.call<Trust>('GET', at(a, '/trust'), { as })).body;
  assert.deepEqual(await trust(), { anchors: [], own: null, signing: null, abilities: ['keep'] });
  const add = (content: string, as = a.admin) => a.call<{ code?: string; fingerprint: string }>('POST', at(a, '/anchors'), { as, body: { content: Buffer.from(content).toString('base64'), fileName: 'ca.crt' } });
  assert.equal((await add(root.certificate, auditor)).status, 403);
  assert.equal((await add('không phải chứng thư')).body.code, 'exchange.anchorUnreadable');
  const { fingerprint } = (await add(root.certificate)).body;
  assert.equal((await add(root.certificate)).body.code, 'exchange.anchorThere');
  const [anchor] = (await trust(auditor)).anchors;
  assert.deepEqual(
    [anchor?.subject, anchor?.issuer, anchor?.fingerprint, anchor?.addedBy, anchor?.source],
    ['CA tinh ban', 'CA tinh ban', fingerprint, a.admin.name, 'ca.crt'],
  );
  assert.ok(Date.parse(anchor?.validTo ?? '') - Date.parse(anchor?.validFrom ?? '') >= 2 * 24 * HOUR_MS);
  assert.deepEqual((await trust(auditor)).abilities, []);
  const [row] = await a.house.sql('select config from exchange.partner where id = $1', [pair.atInviter]);
  // safe because settings are an object
  const config = row?.['config'] as { certificateAuthority: string };
  assert.equal(config.certificateAuthority.trim(), root.certificate.trim(), 'it is what the next call believes');

  const own = (body: object) => a.call<{ code?: string }>('PUT', at(a, '/own-certificate'), { body });
  assert.equal((await own({ certificate: other.certificate, key: root.key })).body.code, 'exchange.certificatePairWrong');
  assert.equal((await own(other)).status, 204);
  assert.deepEqual([(await trust()).own?.subject, await reaches(a)], ['lien-thong', 200]);
  // The root was made a moment before our own, so it ends first; without it our own is the next to end.
  const ending = async (before: string | undefined) => (await endingConnections(a.house.kernel, new Date(before ?? 0))).map(({ partnerId, part }) => [partnerId, part]);
  assert.deepEqual(await ending('2026-01-01T00:00:00Z'), [], 'not before it ends that soon');
  const ownEnd = (await trust()).own?.validTo;
  assert.equal((await ending(ownEnd)).length, 1);
  const partnerConfig = { ...config, certificateAuthority: '' };
  await a.house.sql('update exchange.partner set config = $2 where id = $1', [pair.atInviter, JSON.stringify(partnerConfig)]);
  assert.deepEqual(await ending(ownEnd), [[pair.atInviter, 'own_certificate']]);
  await a.house.sql('update exchange.partner set config = $2 where id = $1', [pair.atInviter, JSON.stringify(config)]);
  assert.equal((await a.call('DELETE', at(a, '/own-certificate'))).status, 204);
  assert.equal((await trust()).own, null);

  const partner = async () => (await a.call<{ securedUntil: string | null }>('GET', at(a))).body;
  assert.equal((await partner()).securedUntil, anchor?.validTo, 'the list of connections says when it has to be looked at');
  const withdraw = () => a.call('DELETE', at(a, `/anchors/${encodeURIComponent(fingerprint)}`));
  assert.equal((await withdraw()).status, 204);
  assert.equal((await withdraw()).status, 404);
  assert.deepEqual((await trust()).anchors, []);
  assert.deepEqual([await recorded(a, 'partner-anchor-added'), await recorded(a, 'partner-anchor-withdrawn')], [[fingerprint], [fingerprint]]);
  const system = await a.call<{ partnerId: string }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm khác', systemId: 'phan-mem', isSandbox: false, agencies: [] } });
  assert.equal((await a.call('GET', `/api/v1/exchange/partners/${system.body.partnerId}/trust`)).status, 404, 'a vendor’s system is never called');
});
