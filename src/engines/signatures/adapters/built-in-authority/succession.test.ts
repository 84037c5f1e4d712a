import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { anonymous, systemActor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { readBytes } from '#engines/files/index.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { addDays, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { revokeCredential } from '../../commands/revoke-credential.ts';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { parseCertificate, type Certificate } from '../../domain/pki/certificate.ts';
import { parseRevocationList, type RevocationList } from '../../domain/pki/crl.ts';
import { parseOcspResponse } from '../../domain/pki/ocsp.ts';
import { certificateIdOf, writeOcspRequest } from '../../domain/pki/ocsp-responder.ts';
import { revocationListHealth } from '../../health.ts';
import { performSigning } from '../../perform-signing.ts';
import { getCredential } from '../../queries/credentials.ts';
import { validateAlone } from '../../queries/validate-alone.ts';
import { validateStored } from '../../queries/validate-stored.ts';
import { credentialOf, openPaper, somebody, testModules, testPin } from '../../testing.ts';
import { publicFolder } from '../../trust-folder.ts';
import { exportPublicMaterial } from '../../trust.ts';
import { establishAuthority, planAuthority, type PlannedAuthority } from './create-authority.ts';
import { builtInAuthority, forgetOpenedAuthority, renewServiceKeys } from './keys.ts';
import { publishRootList } from './root-key.ts';
import { publishDueRevocationLists } from './revocations.ts';

const DAY_MS = 86_400_000;
const system = { actor: systemActor('test') };
let house: TestHouse;
let server: FastifyInstance;
before(async () => {
  // openssl judges by its own clock, so this house begins a little before the present.
  house = await openTestHouse({ modules: testModules, now: new Date(Date.now() - 600_000).toISOString() });
  server = house.server(() => Promise.resolve(anonymous));
});
after(() => house.close());

async function ceremony(formerUntil?: CalendarDay): Promise<PlannedAuthority> {
  const organization = 'UBND tỉnh Thử';
  const planned = await planAuthority(house.kernel, { organization, rootKind: 'p-384', replaces: true });
  await run(house.kernel, establishAuthority, { ...planned, organization, issuingKind: 'p-256', keepsRootKey: false, rootListDays: 365, formerUntil }, system);
  forgetOpenedAuthority(house.kernel);
  return planned;
}

type Signer = { person: PersonActor; credentialId: string; certificate: Certificate };

async function signer(): Promise<Signer> {
  const person = somebody();
  const credentialId = await credentialOf(house.kernel, person);
  const { certificate } = await getCredential(house.kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  return { person, credentialId, certificate: parseCertificate(certificate) };
}

async function sign({ person, credentialId }: Signer): Promise<string> {
  const pdf = buildPdf({ pages: 1 });
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf });
  const outcome = await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
  assert.ok(outcome.state === 'signed');
  return outcome.sha256;
}

const verdict = async (sha256: string): Promise<string> => (await validateStored(house.kernel, sha256)).indication;
const fetched = async (path: string): Promise<Buffer> => {
  const reply = await server.inject({ method: 'GET', url: `/pki/${path}` });
  assert.equal(reply.statusCode, 200, path);
  return reply.rawPayload;
};
const list = async (path: string): Promise<RevocationList> => parseRevocationList(await fetched(path));

let first: PlannedAuthority;
let second: PlannedAuthority | undefined;
let old: Signer;
let oldPaper: string;
let fresh: Signer;

test('with the root’s key outside, everything of every day works: issuing, signing, validating, lists, renewal of service keys', async () => {
  first = await ceremony();
  const { root } = await builtInAuthority(house.kernel);
  assert.equal(root.key, undefined);
  const [row] = await house.sql<{ container: Buffer | null }>(`select container from signatures.authority_key where role = 'root'`);
  assert.equal(row?.container, null);
  old = await signer();
  oldPaper = await sign(old);
  assert.equal(await verdict(oldPaper), 'TOTAL-PASSED');
  await publishDueRevocationLists(house.kernel);
  await publishDueRevocationLists(house.kernel);
  assert.ok((await list('root.crl')).isSignedBy(root.certificate));
  assert.equal((await list('root.crl')).number, 1n, 'nothing but the key itself publishes for the root');
  assert.equal((await list('crl.crl')).number, 1n);
});

test('two ceremonies at once make one authority', async () => {
  const organization = 'UBND tỉnh Thử';
  const planned = await Promise.all([1, 2].map(() => planAuthority(house.kernel, { organization, rootKind: 'p-256', replaces: true })));
  const outcomes = await Promise.allSettled(
    planned.map((each) => run(house.kernel, establishAuthority, { ...each, organization, issuingKind: 'p-256' as const, keepsRootKey: false, rootListDays: 365 }, system)),
  );
  forgetOpenedAuthority(house.kernel);
  second = planned[outcomes.findIndex(({ status }) => status === 'fulfilled')];
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  assert.equal(refused.length, 1);
  assert.ok(refused[0] instanceof AppError && refused[0].code === 'signatures.authorityExists');
});

test('after a succession old signatures stay valid and certificates that are there go on signing', async () => {
  fresh = await signer();
  assert.equal(await verdict(oldPaper), 'TOTAL-PASSED');
  assert.equal(await verdict(await sign(old)), 'TOTAL-PASSED');
  assert.equal(await verdict(await sign(fresh)), 'TOTAL-PASSED');
  assert.notEqual(fresh.certificate.issuer.text, old.certificate.issuer.text);
  assert.deepEqual([old, fresh].map(({ certificate }) => certificate.crlUrls), [['http://lienthong.test/pki/crl.crl'], ['http://lienthong.test/pki/2/crl.crl']]);
  assert.equal((await server.inject({ method: 'GET', url: '/pki/7/crl.crl' })).statusCode, 404);
});

test('each authority answers for what it issued: a certificate of the former one is revoked on its list and by its responder', async () => {
  house.clock.advance(60_000);
  await run(house.kernel, revokeCredential, { agencyId: old.person.agencyId, credentialId: old.credentialId, reason: 'superseded' as const }, system);
  const { generations } = await builtInAuthority(house.kernel);
  const [current, former] = generations;
  assert.ok(current !== undefined && former !== undefined);
  const [formerList, currentList] = [await list('crl.crl'), await list('2/crl.crl')];
  assert.equal(formerList.find(old.certificate.serial)?.reason, 'superseded');
  assert.equal(currentList.find(old.certificate.serial), undefined);
  assert.ok(formerList.isSignedBy(former.issuing.certificate) && currentList.isSignedBy(current.issuing.certificate));
  const ask = async (certificate: Certificate, issuer: Certificate) => {
    const payload = writeOcspRequest(certificateIdOf(certificate, issuer));
    const answer = parseOcspResponse((await server.inject({ method: 'POST', url: '/pki/ocsp', payload, headers: { 'content-type': 'application/ocsp-request' } })).rawPayload);
    return { status: answer.answers[0]?.status.status, isOf: (responder: Certificate) => answer.isSignedBy(responder) };
  };
  const ofOld = await ask(old.certificate, former.issuing.certificate);
  assert.equal(ofOld.status, 'revoked');
  assert.ok(ofOld.isOf(former.ocsp.certificate));
  const ofFresh = await ask(fresh.certificate, current.issuing.certificate);
  assert.equal(ofFresh.status, 'good');
  assert.ok(ofFresh.isOf(current.ocsp.certificate));
  assert.equal((await ask(fresh.certificate, former.issuing.certificate)).status, 'unknown', 'the former one never issued this');
});

test('openssl accepts both generations strictly with every revocation list, and refuses what the former one revoked', async (t) => {
  if (spawnSync('openssl', ['version']).status !== 0) {
    t.skip('openssl is not on PATH');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'succession-'));
  const pem = (kind: string, der: Buffer): string => `-----BEGIN ${kind}-----\n${der.toString('base64').match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END ${kind}-----\n`;
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const judge = async (prefix: string, certificate: Certificate): Promise<string> => {
    const root = put('root.pem', pem('CERTIFICATE', await fetched(`${prefix}root.crt`)));
    const issuing = put('issuing.pem', pem('CERTIFICATE', await fetched(`${prefix}issuing.crt`)));
    const lists = put('lists.pem', pem('X509 CRL', await fetched(`${prefix}root.crl`)) + pem('X509 CRL', await fetched(`${prefix}crl.crl`)));
    const { stdout, stderr } = spawnSync('openssl', ['verify', '-x509_strict', '-crl_check_all', '-CAfile', root, '-untrusted', issuing, '-CRLfile', lists, put('leaf.pem', pem('CERTIFICATE', certificate.raw))], { encoding: 'utf8' });
    return stdout + stderr;
  };
  try {
    assert.match(await judge('2/', fresh.certificate), /leaf\.pem: OK/);
    assert.match(await judge('', old.certificate), /certificate revoked/);
    const { generations } = await builtInAuthority(house.kernel);
    for (const { generation, ocsp } of generations) assert.match(await judge(generation === 1 ? '' : `${String(generation)}/`, ocsp.certificate), /leaf\.pem: OK/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('without the database, too, both generations are verified from the published folder, until a former root has a last day', async () => {
  const alone = async (sha256: string): Promise<string> => {
    await exportPublicMaterial(house.kernel);
    const validator = await validateAlone({ folders: [publicFolder(house.kernel.config.dataDir)], now: house.clock.now() });
    try {
      return (await validator.validate(await readBytes(house.kernel, sha256))).indication;
    } finally {
      validator.close();
    }
  };
  const paper = await sign(fresh);
  assert.deepEqual([await alone(oldPaper), await alone(paper)], ['TOTAL-PASSED', 'TOTAL-PASSED']);
  await house.sql(`update signatures.trust_anchor set valid_to = valid_from + interval '20 years'`);
  assert.deepEqual([await alone(oldPaper), await alone(paper)], ['INDETERMINATE', 'TOTAL-PASSED']);
  await house.sql('update signatures.trust_anchor set valid_to = null');
});

test('numbers of lists grow without gaps or twins, also when many revoke at once', async () => {
  const people = await Promise.all(Array.from({ length: 8 }, signer));
  assert.equal(new Set(people.map(({ certificate }) => certificate.serialHex)).size, 8);
  const revoke = ({ person, credentialId }: Signer) => run(house.kernel, revokeCredential, { agencyId: person.agencyId, credentialId, reason: 'cessationOfOperation' as const }, system);
  await Promise.all(people.map(revoke));
  const rows = await house.sql<{ number: number; at: Date }>(`select number, issued_at as at from signatures.revocation_list where issuer = 'issuing' order by number`);
  assert.deepEqual(rows.map(({ number }) => number), rows.map((_, index) => index + 1));
  assert.ok(rows.every(({ at }, index) => index === 0 || at >= (rows[index - 1]?.at ?? at)), 'times never go back');
  const newest = await list('2/crl.crl');
  assert.ok(people.every(({ certificate }) => newest.find(certificate.serial) !== undefined));
});

test('a revoked certificate stays on the list after its own end, as the list says it does', async () => {
  const person = somebody();
  const credentialId = await credentialOf(house.kernel, person, { validDays: 2 });
  const { certificate } = await getCredential(house.kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  await run(house.kernel, revokeCredential, { agencyId: person.agencyId, credentialId, reason: 'keyCompromise' as const }, system);
  house.clock.advance(5 * DAY_MS);
  await publishDueRevocationLists(house.kernel);
  assert.equal((await list('2/crl.crl')).find(parseCertificate(certificate).serial)?.reason, 'keyCompromise');
});

test('a year after a succession an old signature stays valid; health warns a month before the root’s list ends, and the brought key mends it', async () => {
  house.clock.advance(40 * DAY_MS);
  await publishDueRevocationLists(house.kernel);
  assert.equal(await verdict(oldPaper), 'TOTAL-PASSED');
  assert.equal((await revocationListHealth.check(house.kernel)).status, 'ok');
  house.clock.advance(300 * DAY_MS);
  await publishDueRevocationLists(house.kernel);
  const health = await revocationListHealth.check(house.kernel);
  assert.ok(health.status === 'warn');
  assert.match(health.fixVi, /publish-root-crl/);
  await assert.rejects(run(house.kernel, publishRootList, { holdsDays: 365 }, system), (error) => error instanceof AppError && error.code === 'signatures.rootKeyNotHere');
  const stranger = await planAuthority(house.kernel, { organization: 'Nơi khác', rootKind: 'p-256', replaces: true });
  await assert.rejects(run(house.kernel, publishRootList, { key: stranger.root, holdsDays: 365 }, system), (error) => error instanceof AppError && error.code === 'signatures.rootKeyUnknown');
  assert.deepEqual(await run(house.kernel, publishRootList, { key: first.root, holdsDays: 365 }, system), { generation: 1, number: 3 });
  assert.equal((await list('root.crl')).number, 3n);
});

test('a former authority keeps a responder as long as it lasts', async () => {
  house.clock.advance(700 * DAY_MS);
  assert.deepEqual(await run(house.kernel, renewServiceKeys, undefined, system), ['ocsp', 'timestamp', 'ocsp']);
  // Each process looks again after a minute.
  house.clock.advance(60_000);
  const { generations } = await builtInAuthority(house.kernel);
  for (const { ocsp, issuing } of generations) {
    assert.ok(ocsp.certificate.issuer.raw.equals(issuing.certificate.subject.raw));
    assert.ok(ocsp.certificate.notAfter.getTime() > house.clock.now().getTime() + 1000 * DAY_MS);
  }
});

test('with a last day for the former root, what was signed under it is valid until then and needs a proof from elsewhere afterwards', async () => {
  const late = await signer();
  const paper = await sign(late);
  await ceremony(addDays(vietnamDay(house.clock.now()), 10));
  await run(house.kernel, publishRootList, { key: second?.root, holdsDays: 365 }, system);
  assert.equal(await verdict(paper), 'TOTAL-PASSED');
  house.clock.advance(12 * DAY_MS);
  assert.equal(await verdict(paper), 'INDETERMINATE');
});
