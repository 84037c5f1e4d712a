import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { vietnamDay } from '#kernel/time.ts';
import { importCredential } from './commands/import-credential.ts';
import { addTrustAnchor } from './commands/trust-anchors.ts';
import { ctx, int, nul, oct, oid, seq } from './domain/asn1/der.ts';
import { children, fieldsOf, octetsOf, rawOf, readAsn1 } from './domain/asn1/reader.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from './domain/pki/authority.ts';
import type { Certificate } from './domain/pki/certificate.ts';
import { OID } from './domain/pki/oids.ts';
import { pkcs12Mac } from './domain/pki/pkcs12-encryption.ts';
import { writePkcs12 } from './domain/pki/pkcs12.ts';
import { performSigning } from './perform-signing.ts';
import { getCredential } from './queries/credentials.ts';
import { openPaper, somebody, testModules } from './testing.ts';

let house: TestHouse;
const pin = 'mật khẩu 1';
const day = 86_400_000;
const start = new Date('2026-01-01T00:00:00Z');
const root = await createRootAuthority({ organization: 'CA công cộng thử', now: start });
const issuing = await createIssuingAuthority(root, { organization: 'CA công cộng thử', now: start });
const pair = await generateKey('rsa-2048');
const otherPair = await generateKey('rsa-2048');
const person = somebody();

type Made = { name?: string; from?: Date; validDays?: number; keys?: typeof pair };

function certificateFor({ name = person.name, from = new Date(house.clock.now().getTime() - 30 * day), validDays = 365, keys = pair }: Made): Certificate {
  return issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name, organization: 'Sở Nội vụ' }), publicKey: keys.publicKey, now: from, validDays });
}

/** One file of the parts of several, under one integrity value, as a store is exported whole. */
async function storeOf(all: readonly { keys: typeof pair; certificate: Certificate; chain?: readonly Certificate[] }[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const { keys, certificate, chain = [] } of all) {
    const fields = fieldsOf(readAsn1(await writePkcs12({ privateKey: keys.privateKey, certificate, chain: [...chain, issuing.certificate], password: pin, iterations: 10_000 })));
    fields.take(0x02);
    const info = fieldsOf(fields.take(0x30));
    info.take(0x06);
    parts.push(...children(readAsn1(octetsOf(fieldsOf(info.take(0xa0), 0xa0).take()))).map(rawOf));
  }
  const safe = seq(...parts);
  const salt = randomBytes(8);
  const mac = await pkcs12Mac(pin, { hash: 'sha256', salt, iterations: 2000, data: safe });
  return seq(int(3), seq(oid(OID.data), ctx(0, oct(safe))), seq(seq(seq(oid(OID.sha256), nul()), oct(mac)), oct(salt), int(2000)));
}

const bring = (file: Buffer, actor: PersonActor = person): ReturnType<typeof importCredential> => importCredential(house.kernel, { agencyId: person.agencyId, kind: 'person', file, pin }, { actor });
const codeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'taken', (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)));

before(async () => {
  house = await openTestHouse({ modules: testModules });
  await run(house.kernel, addTrustAnchor, { certificate: new X509Certificate(root.certificate.raw).toString(), legalBasis: 'Quyết định thử nghiệm', validFrom: vietnamDay(start), validTo: null }, { actor: systemActor('test') });
});
after(() => house.close());

async function importedFrom(file: Buffer): Promise<{ credentialId: Awaited<ReturnType<typeof importCredential>>; certificate: Buffer }> {
  const credentialId = await bring(file);
  return { credentialId, certificate: (await getCredential(house.kernel.database.pool, { agencyId: person.agencyId, id: credentialId })).certificate };
}

test('of a store with a colleague’s key before the own one, the own is taken, and signs', async () => {
  const own = certificateFor({});
  const file = await storeOf([{ keys: otherPair, certificate: certificateFor({ name: 'Trần Văn Bình', keys: otherPair }) }, { keys: pair, certificate: own }]);
  const { credentialId, certificate } = await importedFrom(file);
  assert.ok(certificate.equals(own.raw));
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf: buildPdf(), appearance: { kind: 'invisible' } });
  assert.equal((await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret: pin })).state, 'signed');
});

test('of a key with the certificate before its renewal and the one after it, that which holds today is taken', async () => {
  const now = house.clock.now().getTime();
  const [ended, current] = [certificateFor({ from: new Date(now - 60 * day), validDays: 30 }), certificateFor({ from: new Date(now - 20 * day), validDays: 700 })];
  assert.ok((await importedFrom(await storeOf([{ keys: pair, certificate: ended, chain: [current] }]))).certificate.equals(current.raw));
});

test('a file whose only certificate has ended is refused with the day; a colleague’s file alone is still refused by name', async () => {
  const ended = certificateFor({ from: new Date(house.clock.now().getTime() - 90 * day), validDays: 30 });
  assert.equal(await codeOf(bring(await storeOf([{ keys: pair, certificate: ended }]))), 'signatures.certificateExpired');
  const foreign = await storeOf([{ keys: otherPair, certificate: certificateFor({ name: 'Trần Văn Bình', keys: otherPair }) }]);
  assert.equal(await codeOf(bring(foreign)), 'signatures.notYourCredential');
});

test('one that begins later may come before its time and signs nothing until then', async () => {
  const later = certificateFor({ from: new Date(house.clock.now().getTime() + 5 * day) });
  const { credentialId } = await importedFrom(await storeOf([{ keys: pair, certificate: later }]));
  assert.equal(await codeOf(openPaper(house.kernel, person, { credentialId, pdf: buildPdf(), appearance: { kind: 'invisible' } })), 'signatures.certificateNotYetValid');
});
