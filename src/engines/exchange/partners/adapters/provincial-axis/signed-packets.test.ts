import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import { hasOracle, runOracle, toPem } from '#engines/signatures/domain/pdf/testing-signer.ts';
import { personSubject } from '#engines/signatures/domain/pki/authority.ts';
import { createTestPki, days, later } from '#engines/signatures/domain/validation/testing.ts';
import { validateXml } from '#engines/signatures/domain/xml/index.ts';
import type { Actor } from '#kernel/actor.ts';
import { somebody, TEST_NOW } from '#kernel/testkit.ts';
import type { Id } from '#kernel/ids.ts';
import { readWhole } from '../../../edxml/testing.ts';
import { aClerk, anAgency, aSentLetter } from '../../../testing.ts';
import { endingConnections } from '../../queries/ending.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { aPacket, openPacket } from './testing.ts';

// The signature of the packets that a vendor's system fetches: none, that of the W3C, or that of older parsers, as the administrator chose.

const OFFICE = { code: 'H56.72.01', name: 'Công ty Môi trường' };
const pki = await createTestPki(later(new Date(TEST_NOW), -days(1)));
const pemOf = (holder: typeof pki.person) => ({ certificate: toPem(holder.certificate.raw), key: String(holder.privateKey.export({ type: 'pkcs8', format: 'pem' })) });
const own = pemOf(pki.person);
const { fingerprint256: ownFingerprint } = new X509Certificate(own.certificate);

type View = { signing: { form: string; certificate: { fingerprint: string; subject: string; validTo: string } | null } };

let place: Installation;
let department: Id<'agency'>;
let linked: Id<'agency'>;
let system: { partnerId: string; headers: Record<string, string> };
before(async () => {
  place = await openInstallation();
  department = await anAgency(place.house.kernel, 'Sở Nội vụ');
  const { body } = await place.call<{ partnerId: string; key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm Môi trường', systemId: 'moi-truong', isSandbox: false, agencies: [OFFICE] } });
  system = { partnerId: body.partnerId, headers: { 'x-systemid': 'moi-truong', 'x-secretkey': body.key.secret } };
  const [row] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [OFFICE.code]);
  linked = (row ?? assert.fail('linked')).id;
});
after(() => place.close());

const some = <Value>(value: Value | undefined): Value => value ?? assert.fail('nothing there');

async function post(call: string, body: object | Buffer): Promise<Buffer> {
  const isPacket = Buffer.isBuffer(body);
  const reply = await fetch(`${place.address}/v1/${call}`, { method: 'POST', headers: { ...system.headers, 'content-type': isPacket ? 'application/octet-stream' : 'application/json' }, body: isPacket ? new Uint8Array(body) : JSON.stringify(body) });
  assert.equal(reply.status, 200, call);
  return Buffer.from(await reply.arrayBuffer());
}

// safe because these calls are answered with objects
const ask = async <Reply>(call: string, body: object | Buffer = {}): Promise<Reply> => JSON.parse((await post(call, body)).toString('utf8')) as Reply;

/** The newest packet of a kind that waits for the system. */
async function waiting(messageType: 'edoc' | 'status'): Promise<string> {
  const { items } = await ask<{ items: { docId: string }[] }>('getReceivedEdocList', { messageType });
  return (await post('getEdoc', { docId: some(items.at(-1)).docId })).toString('utf8');
}

async function letterFetched(number: string): Promise<string> {
  await aSentLetter(place.house.kernel, { from: department, to: [linked], document: { number } });
  await place.house.drain();
  return waiting('edoc');
}

const url = (): string => `/api/v1/exchange/systems/${system.partnerId}`;
const setSigning = (body: object, as?: Actor) => place.call<{ code?: string }>('PUT', `${url()}/signing`, { body, ...(as === undefined ? {} : { as }) });
const view = async () => (await place.call<View>('GET', url())).body.signing;
const certificate = () => ask<{ signature: string; certificate: string | null }>('getSigningCertificate').then(({ signature, certificate: pem }) => [signature, pem]);

test('who is connected gets its packets unsigned, as before, and is told so', async () => {
  const message = await letterFetched('401');
  assert.equal((await readWhole(message)).signature.state, 'absent');
  assert.deepEqual(await view(), { form: 'none', certificate: null });
  assert.deepEqual(await certificate(), ['none', null]);
});

test('the form of the W3C with SHA-256 passes a strict verifier and xmlsec1, and the vendor reads the certificate', async (t) => {
  assert.equal((await setSigning({ form: 'standard', pair: own })).status, 204);
  assert.deepEqual([(await view()).form, (await view()).certificate?.fingerprint], ['standard', ownFingerprint]);
  const [form, pem] = await certificate();
  assert.deepEqual([form, new X509Certificate(pem ?? '').fingerprint256], ['standard', ownFingerprint]);
  const message = await letterFetched('402');
  const { signature } = await readWhole(message);
  assert.deepEqual([signature.state, signature.form, signature.hash, signature.certificate?.equals(pki.person.certificate.raw)], ['intact', 'standard', 'sha256', true]);
  const now = place.house.clock.now();
  const report = validateXml(Buffer.from(message), { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now), certificates: [pki.issuing.certificate] }, subject: { kind: 'document' } });
  assert.equal(report.indication, 'TOTAL-PASSED');
  assert.equal(await waiting('edoc'), message, 'fetched again it is the same');
  if (!hasOracle(t, 'xmlsec1')) return;
  const files = { 'packet.xml': message, 'root.pem': toPem(pki.root.certificate.raw), 'ca.pem': toPem(pki.issuing.certificate.raw) };
  const words = ['--verify', '--verification-gmt-time', now.toISOString().slice(0, 19).replace('T', ' '), '--trusted-pem', 'root.pem', '--untrusted-pem', 'ca.pem', 'packet.xml'];
  runOracle('xmlsec1', words, files);
  assert.throws(() => runOracle('xmlsec1', words, { ...files, 'packet.xml': message.replace('>402<', '>403<') }), /Command failed/);
});

test('a status for the system is signed the same way', async () => {
  const [row] = await place.house.sql('select code from identity.agency_code where agency_id = $1', [department]);
  await ask('sendEdoc', await aPacket({ from: OFFICE, to: [String(row?.['code'])] }));
  await place.house.drain();
  const message = await waiting('status');
  assert.equal((await openPacket(Buffer.from(message))).message.kind, 'status');
  assert.equal((await readWhole(message)).signature.state, 'intact');
});

test('an older parser gets the form that it looks for with the key that is there, and nothing when the administrator takes it back', async () => {
  assert.equal((await setSigning({ form: 'legacy' })).status, 204);
  const { signature } = await readWhole(await letterFetched('404'));
  assert.deepEqual([signature.state, signature.form, signature.hash], ['intact', 'legacy', 'sha1']);
  assert.equal((await certificate())[0], 'legacy');
  const soon = await pki.leaf('signer', personSubject({ name: 'Hệ thống liên thông', organization: 'UBND tỉnh' }), { validDays: 90 });
  assert.equal((await setSigning({ form: 'legacy', pair: pemOf(soon) })).status, 204);
  assert.deepEqual((await endingConnections(place.house.kernel, new X509Certificate(soon.certificate.raw).validToDate)).map(({ partnerId, part }) => [partnerId, part]), [[system.partnerId, 'own_certificate']], 'somebody is told before it ends');
  assert.equal((await setSigning({ form: 'none' })).status, 204);
  assert.equal((await readWhole(await letterFetched('405'))).signature.state, 'absent');
  assert.deepEqual(await view(), { form: 'none', certificate: null });
  assert.equal((await setSigning({ form: 'standard' })).body.code, 'exchange.axisSigningKeyMissing', 'the key was thrown away');
});

test('only the province’s administrator sets it, with a pair that fits and holds; the key is shown nowhere', async () => {
  assert.equal((await setSigning({ form: 'standard', pair: { certificate: own.certificate, key: pemOf(pki.agency).key } })).body.code, 'exchange.certificatePairWrong');
  const former = await createTestPki(later(new Date(TEST_NOW), -days(4000)));
  assert.equal((await setSigning({ form: 'standard', pair: pemOf(former.person) })).body.code, 'exchange.axisSigningCertificateEnded');
  for (const actor of [aClerk(department), somebody({ name: 'Kiểm tra viên', roles: ['auditor'] })]) assert.equal((await setSigning({ form: 'standard', pair: own }, actor)).status, 403);
  assert.equal((await setSigning({ form: 'sha1', pair: own })).status, 422);
  assert.deepEqual(await view(), { form: 'none', certificate: null });
  assert.equal((await setSigning({ form: 'standard', pair: own })).status, 204);
  const recorded = await place.house.sql(`select data -> 'form' ->> 'vi' as form, data ->> 'fingerprint' as fingerprint from audit.entry where type = 'exchange.axis-signing-set' order by id desc limit 1`);
  assert.deepEqual(recorded, [{ form: 'theo chuẩn XML Signature (SHA-256)', fingerprint: ownFingerprint }]);
  const secret = own.key.split('\n')[2] ?? assert.fail('a line of the key');
  const everything = JSON.stringify([await place.call('GET', url()), await place.call('GET', `/api/v1/exchange/partners/${system.partnerId}`), await place.house.sql('select (select json_agg(e) from audit.entry e) as audit, (select json_agg(i) from kernel.idempotency i) as replies, (select json_agg(p) from exchange.partner p) as partners')]);
  assert.ok(!everything.includes(secret));
});

test('while the certificate does not hold, packets wait with the reason in sight, nothing fails, and with the next one they go by themselves', async () => {
  const soon = await pki.leaf('signer', personSubject({ name: 'Hệ thống liên thông', organization: 'UBND tỉnh' }), { validDays: 90 });
  assert.equal((await setSigning({ form: 'standard', pair: pemOf(soon) })).status, 204);
  const { kernel, clock } = place.house;
  const calls = async (call: string, body: object): Promise<[number, { ErrorCode: string; ErrorDesc: string; items?: { docId: string }[] }]> => {
    const reply = await fetch(`${place.address}/v1/${call}`, { method: 'POST', headers: { ...system.headers, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    // safe because these calls are answered with objects
    return [reply.status, (await reply.json()) as { ErrorCode: string; ErrorDesc: string }];
  };
  for (const { docId } of (await calls('getReceivedEdocList', {}))[1].items ?? []) await calls('updateStatus', { docId, status: 'done' });
  const letter = async (number: string) => {
    const { envelopeId } = await aSentLetter(kernel, { from: department, to: [linked], document: { number } });
    await place.house.drain();
    return async () => (await place.house.sql('select state, attempts, problem_code as code, problem from exchange.transfer where envelope_id = $1', [envelopeId]))[0];
  };
  const laidOut = await letter('501');
  const { items: [before] = [] } = (await calls('getReceivedEdocList', {}))[1];
  clock.advance(days(91));
  const held = await letter('502');
  const { state, attempts, code, problem } = (await held()) ?? {};
  assert.deepEqual([state, attempts, code], ['waiting', 0, 'packetCertificateEnded']);
  assert.match(String(problem), /^Chứng thư ký gói tin Hệ thống liên thông đã hết hạn lúc /);
  for (const [status, reply] of [await calls('getReceivedEdocList', {}), await calls('getEdoc', { docId: some(before).docId })]) {
    assert.deepEqual([status, reply.ErrorCode], [503, '20']);
    assert.match(reply.ErrorDesc, /chứng thư ký gói tin .* đã hết hạn/i);
  }
  const shown = (await place.call<{ transfers: { problemCode: string; trouble: { fixVi: string } | null }[] }>('GET', `/api/v1/exchange/transfers?partnerId=${system.partnerId}&state=waiting`)).body.transfers;
  assert.deepEqual(shown.map(({ problemCode, trouble }) => [problemCode, trouble?.fixVi.includes('tự đi')]), [['packetCertificateEnded', true]]);
  await place.pass(days(30));
  assert.deepEqual([(await held())?.['state'], (await held())?.['attempts'], (await laidOut())?.['state']], ['waiting', 0, 'sent'], 'however long it takes, nothing is given up');

  assert.equal((await setSigning({ form: 'standard', pair: own })).status, 204);
  const sweep = some(kernel.modules.flatMap((module) => module.schedules ?? []).find(({ name }) => name === 'exchange.sweep-transfers'));
  await sweep.run(kernel);
  await place.house.drain();
  assert.equal((await held())?.['state'], 'sent');
  const { items = [] } = (await calls('getReceivedEdocList', {}))[1];
  assert.equal(items.length, 2, 'the one that was laid out before, and the one that waited');
  for (const { docId } of items) {
    const { signature } = await readWhole((await post('getEdoc', { docId })).toString('utf8'));
    assert.deepEqual([signature.state, signature.certificate?.equals(pki.person.certificate.raw)], ['intact', true]);
  }
});
