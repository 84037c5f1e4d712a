import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import { toPem } from '#engines/signatures/domain/pdf/testing-signer.ts';
import { personSubject } from '#engines/signatures/domain/pki/authority.ts';
import { createTestPki, days, later } from '#engines/signatures/domain/validation/testing.ts';
import type { Id } from '#kernel/ids.ts';
import { somebody, TEST_NOW } from '#kernel/testkit.ts';
import { readWhole } from '../../../edxml/testing.ts';
import { aClerk, anAgency, aSentLetter } from '../../../testing.ts';
import { openFakeNationalAxis, type FakeNationalAxis } from '../../../testing/national-axis.ts';
import { findPartner, openLine } from '../../partner-rows.ts';
import { openInstallation, type Installation } from '../../testing.ts';

// The signature of packets for the national axis: none, that of the W3C, or the older form, as the administrator set it.

const SYSTEM = 'H56.LIENTHONG';
const TLS = { certificate: 'giữ nguyên', key: 'giữ nguyên' };
const pki = await createTestPki(later(new Date(TEST_NOW), -days(1)));
const pemOf = (holder: typeof pki.person) => ({ certificate: toPem(holder.certificate.raw), key: String(holder.privateKey.export({ type: 'pkcs8', format: 'pem' })) });
const own = pemOf(pki.person);

let place: Installation;
let axis: FakeNationalAxis;
let department: Id<'agency'>;
let ministry: Id<'agency'>;
let url: string;
before(async () => {
  place = await openInstallation();
  const { kernel } = place.house;
  department = await anAgency(kernel, 'Sở Nội vụ');
  ministry = await anAgency(kernel, 'Bộ Nội vụ', { hosting: 'external' });
  axis = await openFakeNationalAxis({ systemId: SYSTEM, secret: 'khóa chung', serves: (code) => code.startsWith('H56'), now: () => place.house.clock.now() });
  const [row] = await place.house.sql(`select code from identity.agency_code where agency_id = $1 and scheme = 'qd20'`, [department]);
  for (const code of ['G09', String(row?.['code'])]) axis.registered.add(code);
  const body = { protocol: 'national_axis', name: 'Trục quốc gia', address: axis.address, config: { systemId: SYSTEM, answerWithinSeconds: 2 }, secrets: { secret: 'khóa chung', tls: TLS } };
  const added = await place.call<{ partnerId: string }>('POST', '/api/v1/exchange/partners', { body });
  url = `/api/v1/exchange/partners/${added.body.partnerId}`;
  assert.equal((await place.call('POST', `${url}/agencies`, { body: { agencyId: ministry, remoteId: 'u1', code: 'G09' } })).status, 204);
});
after(async () => {
  await axis.close();
  await place.close();
});

const set = (body: object, as = place.admin) => place.call<{ code?: string }>('PUT', `${url}/signing`, { body, as });
const view = async () => {
  const { signing } = (await place.call<{ signing: { form: string; certificate: { fingerprint: string } | null } | null }>('GET', `${url}/trust`)).body;
  return [signing?.form, signing?.certificate?.fingerprint];
};
const secrets = async () => openLine(place.house.kernel, (await findPartner(place.house.kernel.database.pool, url.slice(-36))) ?? assert.fail(), AbortSignal.timeout(0)).secrets;

async function letter(number: string) {
  const { envelopeId } = await aSentLetter(place.house.kernel, { from: department, to: [ministry], document: { number } });
  await place.house.drain();
  return {
    transfer: async () => (await place.house.sql('select state, attempts, problem_code as code from exchange.transfer where envelope_id = $1', [envelopeId]))[0],
    signature: async () => {
      const packet = axis.packets.find(({ message }) => message?.kind === 'document' && message.codeNumber === number) ?? assert.fail(`${number} is on the axis`);
      return (await readWhole(packet.bytes.toString('utf8'))).signature;
    },
  };
}

test('the administrator has packets for the axis signed in the form of the W3C, or in the older one, and no longer', async () => {
  assert.deepEqual(await view(), ['none', undefined]);
  assert.equal((await (await letter('11')).signature()).state, 'absent');
  assert.equal((await set({ form: 'standard' })).body.code, 'exchange.axisSigningKeyMissing');
  assert.equal((await set({ form: 'standard', pair: own })).status, 204);
  assert.deepEqual(await view(), ['standard', new X509Certificate(own.certificate).fingerprint256]);
  const standard = await (await letter('12')).signature();
  assert.deepEqual([standard.state, standard.form, standard.hash, standard.certificate?.equals(pki.person.certificate.raw)], ['intact', 'standard', 'sha256', true]);
  assert.equal((await set({ form: 'legacy' })).status, 204);
  const legacy = await (await letter('13')).signature();
  assert.deepEqual([legacy.state, legacy.form, legacy.hash], ['intact', 'legacy', 'sha1']);
  assert.equal((await set({ form: 'none' })).status, 204);
  assert.equal((await (await letter('14')).signature()).state, 'absent');
  assert.deepEqual([await view(), await secrets()], [['none', undefined], { secret: 'khóa chung', tls: TLS }], 'the key is thrown away, and nothing else');
});

test('a key that was set before there was a choice of forms signs on as before, and is seen', async () => {
  assert.equal((await place.call('PATCH', url, { body: { config: { systemId: SYSTEM, answerWithinSeconds: 2 } } })).status, 204);
  assert.equal((await place.call('PUT', `${url}/secrets`, { body: { secrets: { packetKey: { certificate: own.certificate, privateKey: own.key } } } })).status, 204);
  assert.equal((await view())[0], 'standard');
  assert.equal((await (await letter('21')).signature()).form, 'standard');
});

test('only the province’s administrator sets it, for an axis, with a pair that fits; the key is shown nowhere', async () => {
  for (const actor of [aClerk(department), somebody({ roles: ['auditor'] })]) assert.equal((await set({ form: 'standard', pair: own }, actor)).status, 403);
  assert.equal((await set({ form: 'standard', pair: { certificate: own.certificate, key: pemOf(pki.agency).key } })).body.code, 'exchange.certificatePairWrong');
  const invited = (await place.call<{ partnerId: string }>('POST', '/api/v1/exchange/invitations', { body: { name: 'Tỉnh bạn' } })).body.partnerId;
  assert.equal((await place.call<{ code: string }>('PUT', `/api/v1/exchange/partners/${invited}/signing`, { body: { form: 'none' } })).body.code, 'exchange.partnerNotFound');
  const everything = JSON.stringify([await place.call('GET', url), await place.call('GET', `${url}/trust`), await place.house.sql('select (select json_agg(e) from audit.entry e) as audit, (select json_agg(i) from kernel.idempotency i) as replies')]);
  assert.ok(!everything.includes(own.key.split('\n')[2] ?? assert.fail()));
  assert.equal((await place.house.sql(`select 1 from audit.entry where type = 'exchange.axis-signing-set' and data -> 'form' ->> 'vi' = 'không ký'`)).length, 1);
});

test('with a certificate that has ended nothing new is sent, what the axis has is asked after, and a new one lets everything go', async () => {
  const soon = await pki.leaf('signer', personSubject({ name: 'Hệ thống liên thông', organization: 'UBND tỉnh' }), { validDays: 90 });
  assert.equal((await set({ form: 'standard', pair: pemOf(soon) })).status, 204);
  const sent = await letter('31');
  assert.equal((await sent.transfer())?.['state'], 'sent');
  place.house.clock.advance(days(91));
  const held = await letter('32');
  assert.deepEqual(await held.transfer(), { state: 'waiting', attempts: 0, code: 'packetCertificateEnded' });
  for (const packet of axis.packets) axis.tell(packet.docId, 'done');
  await place.pass(days(1));
  assert.deepEqual([(await sent.transfer())?.['state'], (await held.transfer())?.['attempts']], ['processed', 0]);
  assert.equal((await set({ form: 'standard', pair: own })).status, 204);
  const sweep = place.house.kernel.modules.flatMap((module) => module.schedules ?? []).find(({ name }) => name === 'exchange.sweep-transfers');
  await sweep?.run(place.house.kernel);
  await place.house.drain();
  assert.deepEqual([(await held.transfer())?.['state'], (await held.signature()).certificate?.equals(pki.person.certificate.raw)], ['sent', true]);
});
