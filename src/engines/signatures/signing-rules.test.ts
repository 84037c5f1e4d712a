import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run, type CommandContext } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { currentRevocationList } from './adapters/built-in-authority/revocations.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { changePin, unlockCredential } from './commands/manage-credential.ts';
import { performSigning } from './perform-signing.ts';
import { revokeCredential } from './commands/revoke-credential.ts';
import { expireSignings } from './commands/signing-states.ts';
import { parseCertificate } from './domain/pki/certificate.ts';
import { parseRevocationList } from './domain/pki/crl.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { getCredential, listCredentials, summaryOf } from './queries/credentials.ts';
import { suggestPlacement } from './queries/suggest-placement.ts';
import { validateStored } from './queries/validate-stored.ts';
import { storeBytes } from '#engines/files/index.ts';
import { credentialOf, openPaper, sealOf, somebody, testModules, testPin } from './testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: testModules });
});
after(() => house.close());

const coded = (wanted: string) => (error: unknown) => {
  assert.ok(error instanceof Error && 'code' in error, String(error));
  assert.equal(error.code, wanted);
  return true;
};
const pdf = buildPdf();
const sign = (person: ReturnType<typeof somebody>, signingId: string, secret = testPin) =>
  performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret });
const stateOf = async (signingId: string) => (await house.sql('select state, failure_code from signatures.signing where id = $1', [signingId]))[0];

test('nobody signs with another person’s certificate, and only the clerk applies the agency’s', async () => {
  const { kernel } = house;
  const owner = somebody();
  const colleague = somebody({ agencyId: owner.agencyId, name: 'Trần Văn Bình' });
  const stranger = somebody({ personId: owner.personId });
  const credentialId = await credentialOf(kernel, owner);
  await assert.rejects(openPaper(kernel, colleague, { credentialId, pdf }), coded('signatures.notYourCredential'));
  await assert.rejects(openPaper(kernel, stranger, { credentialId, pdf }), coded('signatures.credentialNotFound'));
  await assert.rejects(openPaper(kernel, owner, { credentialId: await sealOf(kernel, owner.agencyId), pdf }), coded('signatures.sealNeedsClerk'));
});

test('a certificate that is not yet valid, expired, or ended earlier today is refused before signing, with the date', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const refuse = async (from: string, to: string, code: string) => {
    await house.sql('update signatures.credential set valid_from = $2, valid_to = $3 where id = $1', [credentialId, from, to]);
    await assert.rejects(openPaper(kernel, person, { credentialId, pdf }), coded(code));
  };
  // It is 20 November 2026, 09:00 in Vietnam.
  await refuse('2026-11-21T00:00:00Z', '2029-01-01T00:00:00Z', 'signatures.certificateNotYetValid');
  await refuse('2020-01-01T00:00:00Z', '2026-11-19T16:59:59Z', 'signatures.certificateExpired');
  await refuse('2020-01-01T00:00:00Z', '2026-11-20T01:00:00Z', 'signatures.certificateEndedToday');
});

test('a certificate that still holds for some hours today signs, with a warning', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  await house.sql('update signatures.credential set valid_to = $2 where id = $1', [credentialId, '2026-11-20T16:59:59Z']);
  const [row] = await listCredentials(kernel.database.pool, { agencyId: person.agencyId, personId: person.personId });
  assert.ok(row !== undefined);
  assert.deepEqual(summaryOf(row, { now: kernel.clock.now(), driver: { confirmsElsewhere: false } }).warnings, ['endsToday', 'notPublicAuthority']);
  assert.equal((await sign(person, await openPaper(kernel, person, { credentialId, pdf }))).state, 'signed');
});

test('a revocation counts at once: for signing, for a signing under way, in the next revocation list, and not for what was signed before', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const signed = await sign(person, await openPaper(kernel, person, { credentialId, pdf }));
  assert.ok(signed.state === 'signed');
  const underWay = await openPaper(kernel, person, { credentialId, pdf });
  const numberBefore = parseRevocationList(await currentRevocationList(kernel, 'issuing')).number;
  house.clock.advance(2000);
  await run(kernel, revokeCredential, { agencyId: person.agencyId, credentialId, reason: 'keyCompromise' as const }, { actor: person });
  await assert.rejects(sign(person, underWay), coded('signatures.certificateRevoked'));
  await assert.rejects(openPaper(kernel, person, { credentialId, pdf }), coded('signatures.certificateRevoked'));
  const list = parseRevocationList(await currentRevocationList(kernel, 'issuing'));
  const certificate = parseCertificate((await getCredential(kernel.database.pool, { agencyId: person.agencyId, id: credentialId })).certificate);
  assert.equal(list.number, (numberBefore ?? 0n) + 1n);
  assert.equal(list.find(certificate.serial)?.reason, 'keyCompromise');
  assert.ok(list.isSignedBy((await builtInAuthority(kernel)).issuing.certificate));
  assert.equal((await validateStored(kernel, signed.sha256)).indication, 'TOTAL-PASSED', 'the timestamp proves that the signature is older');
  await run(kernel, revokeCredential, { agencyId: person.agencyId, credentialId, reason: 'keyCompromise' as const }, { actor: person });
  assert.equal(parseRevocationList(await currentRevocationList(kernel, 'issuing')).number, list.number, 'revoking twice publishes once');
});

test('only its person, the clerk or the administrator may revoke a certificate', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const revoke = (actor: ReturnType<typeof somebody>) =>
    run(kernel, revokeCredential, { agencyId: person.agencyId, credentialId, reason: 'superseded' as const }, { actor });
  await assert.rejects(revoke(somebody({ agencyId: person.agencyId })), coded('kernel.forbidden'));
  await revoke(somebody({ agencyId: person.agencyId, roles: ['agency_admin'] }));
});

test('two people who sign one document at once: one wins, the other is told who is signing', async () => {
  const { kernel } = house;
  const [first, second] = [somebody(), somebody({ name: 'Trần Văn Bình' })];
  second.agencyId = first.agencyId;
  const credentials = [await credentialOf(kernel, first), await credentialOf(kernel, second)] as const;
  const subjectId = newId();
  const opened = await Promise.allSettled([
    openPaper(kernel, first, { credentialId: credentials[0], pdf, subjectId }),
    openPaper(kernel, second, { credentialId: credentials[1], pdf, subjectId }),
  ]);
  const lost = opened.find((result) => result.status === 'rejected');
  assert.equal(opened.filter((result) => result.status === 'fulfilled').length, 1);
  assert.ok(lost !== undefined);
  coded('signatures.alreadyBeingSigned')(lost.reason);
});

test('one signing performed twice at once makes one signature', async () => {
  const { kernel } = house;
  const person = somebody();
  const subjectId = newId();
  const signingId = await openPaper(kernel, person, { credentialId: await credentialOf(kernel, person), pdf, subjectId });
  const results = await Promise.allSettled([sign(person, signingId), sign(person, signingId)]);
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
  const [row] = await house.sql(`select count(*)::int as told from audit.entry where type = 'papers.paper-signed' and subject_id = $1`, [subjectId]);
  assert.equal(row?.['told'], 1);
});

test('the same person may begin again what was opened and never signed', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const subjectId = newId();
  const left = await openPaper(kernel, person, { credentialId, pdf, subjectId });
  const again = await openPaper(kernel, person, { credentialId, pdf, subjectId });
  await assert.rejects(sign(person, left), coded('signatures.signingEnded'));
  assert.equal((await sign(person, again)).state, 'signed');
});

test('a file that cannot be signed ends the signing with the reason and gives the lock back', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const subjectId = newId();
  const encrypted = Buffer.from(pdf.toString('latin1').replace('/Root 1 0 R', '/Root 1 0 R/Encrypt 3 0 R'), 'latin1');
  const signingId = await openPaper(kernel, person, { credentialId, pdf: encrypted, subjectId });
  await assert.rejects(sign(person, signingId), coded('signatures.pdf.encrypted'));
  assert.deepEqual(await stateOf(signingId), { state: 'failed', failure_code: 'signatures.pdf.encrypted' });
  await openPaper(kernel, person, { credentialId, pdf, subjectId });
});

test('when the purpose refuses, neither signature nor file counts', async () => {
  const { kernel } = house;
  const person = somebody();
  const subjectId = newId();
  const signingId = await openPaper(kernel, person, { credentialId: await credentialOf(kernel, person), pdf, subjectId, data: { refuse: true } });
  await assert.rejects(sign(person, signingId), /withdrawn/);
  assert.equal((await stateOf(signingId))?.['state'], 'failed');
  const [row] = await house.sql(`select count(*)::int as events from audit.entry where subject_id = $1 and type = 'signatures.signing-completed'`, [subjectId]);
  assert.equal(row?.['events'], 0);
});

test('an image outside its dates is not put on a document', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  await house.sql(`update signatures.credential set image_valid_from = '2026-01-01', image_valid_to = '2026-11-19' where id = $1`, [credentialId]);
  await assert.rejects(openPaper(kernel, person, { credentialId, pdf }), coded('signatures.imageNotInForce'));
  await openPaper(kernel, person, { credentialId, pdf, appearance: { kind: 'attachment', numberAndNotation: '07/QĐ-SNV' } });
});

test('an abandoned signing is closed after its time, and the lock with it', async () => {
  const { kernel } = house;
  const person = somebody();
  const signingId = await openPaper(kernel, person, { credentialId: await credentialOf(kernel, person), pdf });
  house.clock.advance(11 * 60_000);
  await run(kernel, (ctx: CommandContext) => expireSignings(ctx), {}, { actor: systemActor('test') });
  assert.deepEqual(await stateOf(signingId), { state: 'expired', failure_code: 'abandoned' });
  await assert.rejects(sign(person, signingId), coded('signatures.signingEnded'));
});

test('the holder changes the PIN with the old one; a locked certificate is unlocked by the administrator only', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const key = { agencyId: person.agencyId, credentialId };
  await changePin(kernel, { ...key, pin: testPin, newPin: 'Mật-khẩu mới 2' }, { actor: person });
  await assert.rejects(sign(person, await openPaper(kernel, person, { credentialId, pdf })), coded('signatures.wrongPin'));
  assert.equal((await sign(person, await openPaper(kernel, person, { credentialId, pdf }), 'Mật-khẩu mới 2')).state, 'signed');
  for (let wrong = 0; wrong < 5; wrong += 1) await assert.rejects(changePin(kernel, { ...key, pin: 'sai', newPin: 'xxxxxx' }, { actor: person }));
  await assert.rejects(openPaper(kernel, person, { credentialId, pdf }), coded('signatures.credentialLocked'));
  await assert.rejects(run(kernel, unlockCredential, key, { actor: person }), coded('kernel.forbidden'));
  await run(kernel, unlockCredential, key, { actor: somebody({ agencyId: person.agencyId, roles: ['agency_admin'] }) });
  assert.equal((await sign(person, await openPaper(kernel, person, { credentialId, pdf }), 'Mật-khẩu mới 2')).state, 'signed');
});

test('the private keys of the authority and of signers are nowhere in the database in clear', async () => {
  const { kernel } = house;
  await credentialOf(kernel, somebody());
  const rows = await house.sql('select container from signatures.authority_key union all select container from signatures.credential');
  const ecPrivateKey = Buffer.from('06072a8648ce3d0201', 'hex');
  for (const row of rows) assert.ok(Buffer.isBuffer(row['container']) && !row['container'].includes(ecPrivateKey));
});

test('a report is made once per file and trust set, and anew after a revocation', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const signed = await sign(person, await openPaper(kernel, person, { credentialId, pdf }));
  assert.ok(signed.state === 'signed');
  const first = await validateStored(kernel, signed.sha256);
  house.clock.advance(60_000);
  assert.equal((await validateStored(kernel, signed.sha256)).validatedAt, first.validatedAt);
  await run(kernel, revokeCredential, { agencyId: person.agencyId, credentialId, reason: 'superseded' as const }, { actor: person });
  assert.notEqual((await validateStored(kernel, signed.sha256)).validatedAt, first.validatedAt);
});

test('a stored file that cannot be read has a report that says why', async () => {
  const { kernel } = house;
  const { sha256 } = await storeBytes(kernel, Buffer.from('PK not a pdf'), { limitBytes: 1000 });
  const report = await validateStored(kernel, sha256);
  assert.equal(report.indication, 'UNREADABLE');
  // it is nothing that can carry a signature: neither PDF nor XML nor a container
  assert.equal(report.problem?.code, 'signatures.unknownKind');
  await assert.rejects(suggestPlacement(kernel, sha256, { signerName: 'A' }), coded('signatures.pdf.not-a-pdf'));
});
