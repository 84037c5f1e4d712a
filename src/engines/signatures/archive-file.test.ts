import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, systemActor, type Actor, type PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { keepFile, readBytes, storeBytes } from '#engines/files/index.ts';
import type { LastingCopy } from './lasting-copies/contract.ts';
import { archiveFile, noteNotArchived, retryArchive } from './commands/archive-file.ts';
import { renewArchives } from './jobs/archive-file.ts';
import { listFailedCopies } from './queries/lasting-copies.ts';
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

test('a renewal that fails leaves the copy, is shown once to whoever keeps copies, and vanishes with the next success', async () => {
  const [known] = await house.sql<{ sha256: string; protected_until: Date }>(`select sha256, protected_until from signatures.archived_file where state = 'archived'`);
  assert.ok(known);
  house.clock.set(new Date(known.protected_until.getTime() - 30 * 86_400_000).toISOString());
  const [copy] = await house.sql<{ archived_sha256: string }>('select archived_sha256 from signatures.archived_file where sha256 = $1', [known.sha256]);
  const reason = { vi: 'Dịch vụ cấp dấu thời gian không trả lời.', en: 'The time-stamp service does not answer.' };
  const failure = { agencyId: signer.agencyId, sha256: known.sha256, reason, isRefused: false };
  for (let again = 0; again < 2; again += 1) await run(house.kernel, noteNotArchived, failure, { actor: systemActor('test') });
  assert.equal((await stateOf(known.sha256)).archived_sha256, copy?.archived_sha256);
  assert.equal((await house.sql(`select from audit.entry where type = 'signatures.archive-renewal-failed'`)).length, 1);
  const administrator = somebody({ agencyId: signer.agencyId, roles: ['agency_admin'] });
  const shown = async (actor: PersonActor): Promise<string[]> => (await listFailedCopies(house.kernel, actor, undefined)).rows.filter((row) => row.hasCopy).map((row) => row.sha256);
  assert.deepEqual(await shown(administrator), [known.sha256]);
  assert.deepEqual(await shown(somebody({ agencyId: newId(), roles: ['agency_admin'] })), []);
  assert.deepEqual(await shown(somebody({ agencyId: newId(), roles: ['province_admin'] })), [known.sha256]);
  const retry = (actor: PersonActor) => run(house.kernel, retryArchive, { agencyId: signer.agencyId, sha256: known.sha256 }, { actor });
  await assert.rejects(retry(somebody({ agencyId: newId(), roles: ['agency_admin'] })), { code: 'kernel.notFound' });
  await retry(administrator);
  await house.drain();
  assert.deepEqual(await shown(administrator), []);
  await assert.rejects(retry(administrator), { code: 'kernel.notFound' });
});

test('what could not be archived is tried again each day for a month', async () => {
  const [failed] = await house.sql<{ sha256: string; asked_at: Date }>(`select sha256, asked_at from signatures.archived_file where state = 'not_valid'`);
  assert.ok(failed);
  house.clock.set(new Date(failed.asked_at.getTime() + 2 * 86_400_000).toISOString());
  const before = await renewArchives(house.kernel);
  house.clock.set(new Date(failed.asked_at.getTime() + 31 * 86_400_000).toISOString());
  assert.equal(before - (await renewArchives(house.kernel)), 1);
});

test('the lasting copy is shown and fetched by whoever has the file, and does not exist for other agencies', async () => {
  let actor: Actor = signer;
  const server = house.server(() => Promise.resolve(actor));
  const get = (url: string) => server.inject({ method: 'GET', url });
  const [row] = await house.sql<{ sha256: string }>(`select sha256 from signatures.archived_file where state = 'archived'`);
  const base = await readBytes(house.kernel, row?.sha256 ?? '');
  const keep = (ctx: CommandContext) => keepFile(ctx, { agencyId: signer.agencyId, sha256: row?.sha256 ?? '', sizeBytes: base.length, name: 'cong-van.pdf', mediaType: 'application/pdf' });
  const fileId = await run(house.kernel, keep, undefined, { actor: signer });
  const url = `/api/v1/signatures/lasting-copies/${fileId}`;
  const reply = await get(url);
  assert.equal(reply.statusCode, 200);
  const { copy } = reply.json<{ copy: LastingCopy }>();
  assert.deepEqual([copy.state, copy.level, copy.failure], ['archived', 'B-LTA', null]);
  assert.ok(copy.renewsFrom !== null && copy.protectedUntil !== null && copy.renewsFrom < copy.protectedUntil && copy.copy !== null);
  const bytes = await get(`/api/v1/files/${copy.copy.fileId}`);
  assert.ok(bytes.rawPayload.length > base.length && bytes.rawPayload.subarray(0, base.length).equals(base));
  actor = somebody({ agencyId: newId() });
  assert.equal((await get(url)).statusCode, 404);
  assert.equal((await get(`/api/v1/files/${copy.copy.fileId}`)).statusCode, 404);
  assert.equal((await get('/api/v1/signatures/lasting-copies')).statusCode, 403, 'failures are for administrators');
  actor = anonymous;
  assert.equal((await get(url)).statusCode, 401);
});
