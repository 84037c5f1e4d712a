import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { readBytes, storeBytes } from '#engines/files/index.ts';
import { archiveFile } from './commands/archive-file.ts';
import { renewArchives } from './jobs/archive-file.ts';
import { validateStored } from './queries/validate-stored.ts';
import { performSigning } from './perform-signing.ts';
import { credentialOf, openPaper, somebody, testModules, testPin } from './testing.ts';
import { buildPdf } from './domain/pdf/testing.ts';

let house: TestHouse;
const signer = somebody();
before(async () => {
  house = await openTestHouse({ modules: testModules });
});
after(() => house.close());

const ask = (sha256: string): Promise<void> =>
  run(house.kernel, archiveFile, { agencyId: signer.agencyId, sha256, name: 'cong-van.pdf' }, { actor: systemActor('test') });

type Row = { state: string; archived_sha256: string | null; protected_until: Date | null };
async function stateOf(sha256: string): Promise<Row> {
  const [row] = await house.sql<Row>('select state, archived_sha256, protected_until from signatures.archived_file where sha256 = $1', [sha256]);
  assert.ok(row);
  return row;
}

async function signedFile(): Promise<string> {
  const credentialId = await credentialOf(house.kernel, signer);
  const signingId = await openPaper(house.kernel, signer, { credentialId, pdf: buildPdf() });
  const outcome = await performSigning(house.kernel, { agencyId: signer.agencyId, signingId, actor: signer, secret: testPin });
  assert.equal(outcome.state, 'signed');
  const [row] = await house.sql<{ result_sha256: string }>('select result_sha256 from signatures.signing where id = $1', [signingId]);
  return row?.result_sha256 ?? '';
}

test('a signed file gets a copy that lasts: B-LTA on top of its own bytes, which stay as they were', async () => {
  const sha256 = await signedFile();
  await ask(sha256);
  await ask(sha256);
  house.clock.advance(60_000);
  await house.drain();
  const row = await stateOf(sha256);
  assert.equal(row.state, 'archived');
  const [base, copy] = await Promise.all([readBytes(house.kernel, sha256), readBytes(house.kernel, row.archived_sha256 ?? '')]);
  assert.ok(copy.length > base.length && copy.subarray(0, base.length).equals(base));
  const report = await validateStored(house.kernel, row.archived_sha256 ?? '');
  assert.equal(report.indication, 'TOTAL-PASSED');
  assert.equal(report.signatures[0]?.level, 'B-LTA');
  const made = await house.sql(`select from audit.entry where type = 'signatures.file-archived'`);
  assert.equal(made.length, 1);
});

test('before its time stamp weakens the copy gets the next one on top, and not earlier', async () => {
  const [known] = await house.sql<{ sha256: string }>('select sha256 from signatures.archived_file');
  const sha256 = known?.sha256 ?? '';
  const first = await stateOf(sha256);
  assert.equal(await renewArchives(house.kernel), 0);
  assert.ok(first.protected_until);
  house.clock.set(new Date(first.protected_until.getTime() - 30 * 86_400_000).toISOString());
  assert.equal(await renewArchives(house.kernel), 1);
  await house.drain();
  const second = await stateOf(sha256);
  assert.notEqual(second.archived_sha256, first.archived_sha256);
  assert.ok(second.protected_until !== null && second.protected_until > first.protected_until);
});

test('a file whose signatures do not hold gets none, and that is recorded', async () => {
  const { sha256 } = await storeBytes(house.kernel, buildPdf(), { limitBytes: 1_000_000 });
  await ask(sha256);
  house.clock.advance(60_000);
  await house.drain();
  assert.equal((await stateOf(sha256)).state, 'not_valid');
  assert.equal((await house.sql(`select from audit.entry where type = 'signatures.archive-refused'`)).length, 1);
});
