import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newId } from '#kernel/ids.ts';
import { applicationUrl } from '#kernel/migrate.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { performSigning } from './perform-signing.ts';
import { expireSignings } from './commands/signing-states.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import type { CrashOrder } from './testing/signing-crash-child.ts';
import { credentialOf, openPaper, somebody, testModules, testPin } from './testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: testModules });
});
after(() => house.close());

const AT_ONCE = 3;
const person = somebody();
const pdf = buildPdf({ fillerBytes: 30_000 });

async function child(order: Pick<CrashOrder, 'signingId' | 'killAt' | 'after'>): Promise<{ signal: string | null; code: number | null; output: string }> {
  const { config, clock } = house.kernel;
  const environment = { DATABASE_URL: house.ownerUrl, DATA_DIR: config.dataDir, FILES_URL: config.filesUrl, APP_SECRET: config.appSecret, PUBLIC_URL: 'http://lienthong.test' };
  const full: CrashOrder = { ...order, url: applicationUrl(house.ownerUrl, config.appSecret), environment, now: clock.now().toISOString(), actor: person };
  const process_ = spawn(process.execPath, [join(import.meta.dirname, 'testing/signing-crash-child.ts')], { env: { ...process.env, CRASH_ORDER: JSON.stringify(full) } });
  let output = '';
  process_.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  process_.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    process_.on('close', (code, signal) => {
      resolve({ code, signal, output });
    });
  });
}

/** How often a subject was signed, by the three records that must agree. */
async function tally(subjectId: string): Promise<{ completed: number; open: number; told: number; files: number }> {
  const [row] = await house.sql(
    `select count(*) filter (where state = 'completed')::int as completed,
            count(*) filter (where state in ('prepared', 'signing', 'pending'))::int as open,
            (select count(*)::int from audit.entry where type = 'papers.paper-signed' and subject_id = $1) as told,
            (select count(*)::int from files.file f where encode(f.sha256, 'hex') in (select result_sha256 from signatures.signing where subject_id = $1::uuid)) as files
       from signatures.signing where subject_id = $1::uuid`,
    [subjectId],
  );
  // safe because the statement selects exactly these columns
  return row as { completed: number; open: number; told: number; files: number };
}

test('a process killed at any step of a signing loses nothing and doubles nothing', { timeout: 180_000 }, async () => {
  const { kernel } = house;
  const credentialId = await credentialOf(kernel, person);
  const open = async () => {
    const subjectId = newId();
    return { subjectId, signingId: await openPaper(kernel, person, { credentialId, pdf, subjectId }) };
  };
  const undisturbed = await child({ signingId: (await open()).signingId });
  // safe because the child prints exactly this
  const steps = JSON.parse(undisturbed.output) as string[];
  assert.ok(steps.length >= 10, `an undisturbed run counts its statements: ${undisturbed.output}`);
  // A kill before `begin` is the kill after the commit before it.
  const kills = steps.flatMap((kind, index) => {
    if (kind === 'begin') return [];
    const early = { killAt: index + 1, after: false };
    return kind === 'commit' ? [early, { ...early, after: true }] : [early];
  });

  const killed: { subjectId: string; kill: (typeof kills)[number]; ended: Awaited<ReturnType<typeof child>> }[] = [];
  for (let from = 0; from < kills.length; from += AT_ONCE) {
    const round = kills.slice(from, from + AT_ONCE).map(async (kill) => {
      const { subjectId, signingId } = await open();
      return { subjectId, kill, ended: await child({ signingId, ...kill }) };
    });
    killed.push(...(await Promise.all(round)));
  }
  for (const { subjectId, ended, kill } of killed) {
    assert.equal(ended.signal, 'SIGKILL', `killed at ${JSON.stringify(kill)}: ${ended.output}`);
    const seen = await tally(subjectId);
    assert.equal(seen.told, seen.completed, 'what the purpose did stands and falls with the signing');
  }

  house.clock.advance(11 * 60_000);
  await run(kernel, (ctx: CommandContext) => expireSignings(ctx), {}, { actor: systemActor('test') });
  let finishedBeforeTheKill = 0;
  for (const { subjectId } of killed) {
    const afterExpiry = await tally(subjectId);
    assert.equal(afterExpiry.open, 0, 'nothing stays locked');
    if (afterExpiry.completed === 1) finishedBeforeTheKill += 1;
    else {
      const signingId = await openPaper(kernel, person, { credentialId, pdf, subjectId });
      await performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
    }
    assert.deepEqual(await tally(subjectId), { completed: 1, open: 0, told: 1, files: 1 });
  }
  assert.ok(finishedBeforeTheKill >= 1, 'the kill after the last commit finds the signing complete');
});
