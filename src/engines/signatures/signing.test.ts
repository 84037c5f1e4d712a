import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readBytes } from '#engines/files/index.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { performSigning } from './perform-signing.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { validateStored } from './queries/validate-stored.ts';
import { credentialOf, openPaper, sealOf, somebody, testModules, testPin } from './testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: testModules });
});
after(() => house.close());

const code = (wanted: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === `signatures.${wanted}`;

test('a person signs: the file grows at its end, validates as B-T, and the purpose is told once', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person, { keyKind: 'rsa-2048' });
  const pdf = buildPdf({ fillerBytes: 20_000 });
  const signingId = await openPaper(kernel, person, { credentialId, pdf });
  const outcome = await performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
  assert.ok(outcome.state === 'signed');
  const signed = await readBytes(kernel, outcome.sha256);
  assert.ok(signed.subarray(0, pdf.length).equals(pdf), 'the original bytes are untouched');
  const report = await validateStored(kernel, outcome.sha256);
  assert.equal(report.indication, 'TOTAL-PASSED', JSON.stringify(report.signatures[0]?.problems));
  assert.equal(report.signatures[0]?.level, 'B-T');
  assert.equal(report.signatures[0].signer, person.name);
  assert.equal(report.signatures[0].role, 'person');
  const events = await house.sql('select type from audit.entry where agency_id = $1 order by id', [person.agencyId]);
  assert.deepEqual(
    events.map((row) => row['type']),
    ['signatures.credential-issued', 'signatures.signing-opened', 'signatures.signing-started', 'signatures.signing-completed', 'papers.paper-signed'],
  );
  const again = await performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
  assert.deepEqual(again, outcome, 'asking again signs nothing and gives the same file');
});

test('the clerk’s act writes number and date and applies the seal as one signature each, and the leader’s stays valid', async () => {
  const { kernel } = house;
  const leader = somebody();
  const clerk = somebody({ agencyId: leader.agencyId, name: 'Lê Thị Hạnh', roles: ['clerk'] });
  const first = await openPaper(kernel, leader, { credentialId: await credentialOf(kernel, leader), pdf: buildPdf() });
  const approved = await performSigning(kernel, { agencyId: leader.agencyId, signingId: first, actor: leader, secret: testPin });
  assert.ok(approved.state === 'signed');
  const pdf = await readBytes(kernel, approved.sha256);
  const signingId = await openPaper(kernel, clerk, {
    credentialId: await sealOf(kernel, leader.agencyId),
    pdf,
    appearance: {
      kind: 'seal',
      signaturePlace: { page: 1, x: 320, y: 600, width: 140, height: 50 },
      texts: [
        { page: 1, text: '07', x: 100, baseline: 100, width: 30, fontSize: 13, style: 'regular' },
        { page: 1, text: '05', x: 380, baseline: 100, width: 20, fontSize: 13, style: 'italic' },
      ],
    },
  });
  const sealed = await performSigning(kernel, { agencyId: leader.agencyId, signingId, actor: clerk, secret: testPin });
  assert.ok(sealed.state === 'signed');
  const report = await validateStored(kernel, sealed.sha256);
  assert.equal(report.indication, 'TOTAL-PASSED');
  assert.deepEqual(
    report.signatures.map((signature) => [signature.role, signature.indication, signature.changesAfter]),
    [
      ['person', 'TOTAL-PASSED', 'permitted'],
      ['agency', 'TOTAL-PASSED', 'permitted'],
      ['agency', 'TOTAL-PASSED', 'none'],
    ],
  );
});

test('a wrong PIN is counted, leaves the signing open, and the fifth one locks the certificate', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const signingId = await openPaper(kernel, person, { credentialId, pdf: buildPdf() });
  const attempt = (secret: string) => performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person, secret });
  for (const remaining of [4, 3]) {
    await assert.rejects(attempt('sai'), (error: Error & { details?: { values?: unknown } }) => code('wrongPin')(error) && JSON.stringify(error.details?.values) === JSON.stringify({ remaining }));
  }
  assert.equal((await attempt(testPin)).state, 'signed', 'a right PIN after two wrong ones signs');
  const next = await openPaper(kernel, person, { credentialId, pdf: buildPdf() });
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, async (_, index) => {
      const id = index === 0 ? next : await openPaper(kernel, person, { credentialId, pdf: buildPdf() });
      return performSigning(kernel, { agencyId: person.agencyId, signingId: id, actor: person, secret: 'sai' });
    }),
  );
  assert.ok(results.every((result) => result.status === 'rejected'));
  const [row] = await house.sql('select failed_attempts, locked_at from signatures.credential where id = $1', [credentialId]);
  assert.equal(row?.['failed_attempts'], 5, 'the count of right PINs begins anew, and tries at the same time are all counted');
  assert.notEqual(row['locked_at'], null);
  await assert.rejects(openPaper(kernel, person, { credentialId, pdf: buildPdf() }), code('credentialLocked'));
});
