import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { anonymous, systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { revokeCredential } from '../../commands/revoke-credential.ts';
import { parseCertificate } from '../../domain/pki/certificate.ts';
import { parseRevocationList } from '../../domain/pki/crl.ts';
import { parseOcspResponse } from '../../domain/pki/ocsp.ts';
import { certificateIdOf, writeOcspRequest } from '../../domain/pki/ocsp-responder.ts';
import { readTimestampResponse, writeTimestampRequest } from '../../domain/pki/timestamp-authority.ts';
import { authorityTokenHealth, revocationListHealth } from '../../health.ts';
import { performSigning } from '../../perform-signing.ts';
import { closeSigningServices } from '../../purposes.ts';
import { validateStored } from '../../queries/validate-stored.ts';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { credentialOf, openPaper, somebody, testModules, testPin } from '../../testing.ts';
import { missingForSoftToken, softToken, type SoftToken } from '../pkcs11/testing.ts';
import { establishAuthority, planAuthority } from './create-authority.ts';
import { builtInAuthority, forgetOpenedAuthority, renewServiceKeys } from './keys.ts';
import { answerOcsp } from './ocsp-answers.ts';
import { currentRevocationList, publishDueRevocationLists } from './revocations.ts';

const missing = missingForSoftToken();
const system = { actor: systemActor('test') };
let house: TestHouse;
let token: SoftToken;
let folder: string;

before(async () => {
  if (missing !== undefined) return;
  token = softToken('CA tinh');
  const services = join(token.folder, 'services.json');
  writeFileSync(services, JSON.stringify([{ name: 'hsm', kind: 'pkcs11', modulePath: token.modulePath, tokenLabel: 'CA tinh', pin: token.pin, sessions: 2 }]));
  house = await openTestHouse({ modules: testModules });
  house.kernel.config.signingServicesFile = services;
  folder = join(token.tokens, readdirSync(token.tokens)[0] ?? '');
});
after(async () => {
  if (missing !== undefined) return;
  await closeSigningServices(house.kernel);
  await house.close();
  rmSync(token.folder, { recursive: true, force: true });
});

function skipped(t: TestContext): boolean {
  if (missing !== undefined) t.skip(missing);
  return missing !== undefined;
}

const pullOut = (): void => renameSync(folder, join(token.folder, 'away'));
const plugIn = (): void => renameSync(join(token.folder, 'away'), folder);

const tokenAway = (error: unknown): boolean => {
  assert.ok(error instanceof AppError, String(error));
  assert.equal(error.code, 'signatures.authorityTokenUnavailable');
  assert.equal(error.entry.status, 503);
  assert.match(error.describe('vi').message, /thiết bị “hsm”/);
  return true;
};

test('root, issuing, OCSP and time-stamping keys are made in the token, and nothing of them is in the database', async (t) => {
  if (skipped(t)) return;
  const { kernel } = house;
  const organization = 'UBND tỉnh Thử';
  const planned = await planAuthority(kernel, { organization, rootKind: 'p-384', replaces: false, rootHolder: 'hsm' });
  await run(kernel, establishAuthority, { ...planned, organization, issuingKind: 'rsa-3072', holder: 'hsm', keepsRootKey: true, rootListDays: 365 }, system);
  const rows = await house.sql<{ role: string; holder: string; isApart: boolean }>('select role, holder, container is null as "isApart" from signatures.authority_key order by role');
  assert.deepEqual(rows.map(({ role, holder, isApart }) => [role, holder, isApart]), ['issuing', 'ocsp', 'root', 'timestamp'].map((role) => [role, 'hsm', true]));
  const { root, issuing } = await builtInAuthority(kernel);
  assert.ok(new X509Certificate(root.certificate.raw).verify(root.certificate.publicKey()));
  assert.ok(new X509Certificate(issuing.certificate.raw).verify(root.certificate.publicKey()));
  assert.equal((await authorityTokenHealth.check(kernel)).status, 'ok');
});

test('after a restart the keys are found: certificates, lists, OCSP answers and timestamps are signed, and a signed file validates', async (t) => {
  if (skipped(t)) return;
  const { kernel } = house;
  forgetOpenedAuthority(kernel);
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const signingId = await openPaper(kernel, person, { credentialId, pdf: buildPdf({ fillerBytes: 4000 }) });
  const outcome = await performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
  assert.ok(outcome.state === 'signed');
  assert.equal((await validateStored(kernel, outcome.sha256)).indication, 'TOTAL-PASSED');
  const { issuing, ocsp, timestamp } = await builtInAuthority(kernel);
  for (const issuer of ['root', 'issuing'] as const) {
    const list = parseRevocationList(await currentRevocationList(kernel, issuer));
    assert.ok(list.isSignedBy(issuer === 'root' ? (await builtInAuthority(kernel)).root.certificate : issuing.certificate));
  }
  const [row] = await house.sql<{ certificate: Buffer }>('select certificate from signatures.credential where id = $1', [credentialId]);
  const id = certificateIdOf(parseCertificate(row?.certificate ?? Buffer.alloc(0)), issuing.certificate);
  const { body } = await answerOcsp(kernel, writeOcspRequest(id));
  assert.ok(parseOcspResponse(body).isSignedBy(ocsp.certificate));
  const digest = createHash('sha256').update('x').digest();
  const reply = readTimestampResponse(await timestamp.respond(writeTimestampRequest({ hash: 'sha256', digest }), house.clock.now()));
  assert.ok(reply.length > 500);
});

test('a token that is gone is told by health and by every refusal; a revocation counts all the same, and its list is made when the token is back', async (t) => {
  if (skipped(t)) return;
  const { kernel } = house;
  const person = somebody();
  const pdf = buildPdf({ fillerBytes: 4000 });
  const [credentialId, revokedId] = [await credentialOf(kernel, person), await credentialOf(kernel, person)];
  const signingId = await openPaper(kernel, person, { credentialId, pdf });
  const listsBefore = await house.sql(`select 1 from signatures.revocation_list where issuer = 'issuing'`);
  pullOut();
  const health = await authorityTokenHealth.check(kernel);
  assert.equal(health.status, 'warn');
  assert.match(`${health.vi} ${health.fixVi}`, /thiết bị “hsm”.*Cắm lại/);
  await assert.rejects(credentialOf(kernel, person), tokenAway);
  const sign = () => performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
  await assert.rejects(sign(), tokenAway);
  await run(kernel, revokeCredential, { agencyId: person.agencyId, credentialId: revokedId, reason: 'keyCompromise' }, { actor: person });
  const [state] = await house.sql<{ state: string }>('select state from signatures.credential where id = $1', [revokedId]);
  assert.equal(state?.state, 'revoked');
  assert.equal((await house.sql(`select 1 from signatures.revocation_list where issuer = 'issuing'`)).length, listsBefore.length);
  const [row] = await house.sql<{ certificate: Buffer; serial: string }>('select certificate, serial from signatures.credential where id = $1', [revokedId]);
  const { issuing } = await builtInAuthority(kernel);
  const request = writeOcspRequest(certificateIdOf(parseCertificate(row?.certificate ?? Buffer.alloc(0)), issuing.certificate));
  assert.equal((await answerOcsp(kernel, request)).body.toString('hex'), '30030a0103', 'tryLater');
  const server = house.server(() => Promise.resolve(anonymous));
  const payload = writeTimestampRequest({ hash: 'sha256', digest: createHash('sha256').update('x').digest() });
  const refused = await server.inject({ method: 'POST', url: '/pki/tsa', payload, headers: { 'content-type': 'application/timestamp-query' } });
  assert.equal(refused.statusCode, 200);
  // Bit 25 of PKIFailureInfo: systemFailure (RFC 3161 section 2.4.2).
  assert.ok(refused.rawPayload.includes(Buffer.from('03050600000040', 'hex')), refused.rawPayload.toString('hex'));

  plugIn();
  assert.equal((await authorityTokenHealth.check(kernel)).status, 'ok');
  assert.equal((await sign()).state, 'signed', 'the same signing goes on');
  await publishDueRevocationLists(kernel);
  const list = parseRevocationList(await currentRevocationList(kernel, 'issuing'));
  assert.equal(list.find(Buffer.from(row?.serial ?? '', 'hex'))?.reason, 'keyCompromise');
  assert.equal((await revocationListHealth.check(kernel)).status, 'ok');
  assert.notEqual((await answerOcsp(kernel, request)).body.toString('hex'), '30030a0103');
});

test('service keys are renewed in the token of their issuer', async (t) => {
  if (skipped(t)) return;
  const { kernel } = house;
  house.clock.advance(3 * 365 * 86_400_000);
  assert.deepEqual((await run(kernel, (ctx: CommandContext) => renewServiceKeys(ctx), {}, system)).toSorted(), ['ocsp', 'timestamp']);
  const [newest] = await house.sql<{ holder: string }>(`select holder from signatures.authority_key where role = 'ocsp' order by generation desc limit 1`);
  assert.equal(newest?.holder, 'hsm');
  assert.equal((await authorityTokenHealth.check(kernel)).status, 'ok');
});

test('a key that somebody deleted from the token, and a token that SIGNING_SERVICES no longer names, are told', async (t) => {
  if (skipped(t)) return;
  const { kernel } = house;
  const other = await openTestHouse({ modules: testModules });
  try {
    assert.equal((await authorityTokenHealth.check(other.kernel)).status, 'ok', 'no key is in a token');
    await other.sql(`insert into signatures.authority_key (role, generation, certificate, container, holder, key_id, valid_from, valid_to, created_at)
      select role, generation, certificate, null, 'hsm', repeat('ab', 16), valid_from, valid_to, created_at from (values ('ocsp', 7, '\\x00'::bytea, now(), now() + interval '100 years', now())) as k (role, generation, certificate, valid_from, valid_to, created_at)`);
    assert.match((await authorityTokenHealth.check(other.kernel)).vi, /SIGNING_SERVICES không có thiết bị/);
  } finally {
    await other.close();
  }
  const { signingServicesFile } = kernel.config;
  const third = await openTestHouse({ modules: testModules });
  try {
    third.kernel.config.signingServicesFile = signingServicesFile;
    await third.sql(`insert into signatures.authority_key (role, generation, certificate, container, holder, key_id, valid_from, valid_to, created_at)
      values ('ocsp', 7, '\\x00', null, 'hsm', repeat('ab', 16), now(), now() + interval '100 years', now())`);
    assert.match((await authorityTokenHealth.check(third.kernel)).vi, /thiếu 1 khóa/);
  } finally {
    await closeSigningServices(third.kernel);
    await third.close();
  }
});
