import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { nodeFlags, openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { expireSignings } from '../commands/signing-states.ts';
import { buildPdf } from '../domain/pdf/testing.ts';
import { openPaper, somebody } from '../testing.ts';
import { openHandOver } from './commands/open-hand-over.ts';
import { agentModules, signAsProgram, tokenOf, type Token } from './testing.ts';
import type { UploadOrder } from './testing/hand-over-crash-child.ts';

let house: TestHouse;
let token: Token;
const person = somebody();
const pdf = buildPdf({ fillerBytes: 3000 });
const AT_ONCE = 3;
before(async () => {
  house = await openTestHouse({ modules: agentModules });
  token = await tokenOf(house, person, 'p-256');
});
after(() => house.close());

type Lent = { subjectId: string; signingId: string; upload: UploadOrder['upload'] };

async function lend(): Promise<Lent> {
  const subjectId = newId();
  const signingId = await openPaper(house.kernel, person, { credentialId: token.credentialId, pdf, subjectId, appearance: { kind: 'invisible' } });
  const { handOverId, uploadKey } = await run(house.kernel, openHandOver, { agencyId: person.agencyId, signingId, kind: 'approved' as const }, { actor: person });
  const base64 = (await signAsProgram(pdf, token, { signingTime: house.clock.now() })).toString('base64');
  return { subjectId, signingId, upload: { agencyId: person.agencyId, handOverId, key: uploadKey, base64 } };
}

async function child(order: Pick<UploadOrder, 'upload' | 'killAt' | 'after'>): Promise<{ signal: string | null; output: string }> {
  const { config, clock } = house.kernel;
  const environment = { DATABASE_URL: house.ownerUrl, DATA_DIR: config.dataDir, FILES_URL: config.filesUrl, APP_SECRET: config.appSecret, PUBLIC_URL: 'http://lienthong.test', REVOCATION_HOSTS: 'none' };
  const full: UploadOrder = { ...order, url: house.kernel.database.directUrl, environment, now: clock.now().toISOString() };
  const started = spawn(process.execPath, [...nodeFlags(), join(import.meta.dirname, 'testing/hand-over-crash-child.ts')], { env: { ...process.env, CRASH_ORDER: JSON.stringify(full) } });
  let output = '';
  started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  started.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    started.on('close', (_code, signal) => {
      resolve({ signal, output });
    });
  });
}

async function tally(subjectId: string): Promise<{ completed: number; told: number; handedOver: number }> {
  const [row] = await house.sql(
    `select count(*) filter (where s.state = 'completed')::int as completed,
            (select count(*)::int from audit.entry where type = 'papers.paper-signed' and subject_id = $1) as told,
            (select count(*)::int from signatures.hand_over h join signatures.signing g on g.id = h.signing_id where g.subject_id = $1::uuid and h.state = 'completed') as "handedOver"
       from signatures.signing s where s.subject_id = $1::uuid`,
    [subjectId],
  );
  // safe because the statement selects exactly these columns
  return row as { completed: number; told: number; handedOver: number };
}

test('a process killed at any step of taking a signed file loses nothing and doubles nothing', { timeout: 180_000 }, async () => {
  const undisturbed = await child({ upload: (await lend()).upload });
  // safe because the child prints exactly this
  const steps = JSON.parse(undisturbed.output) as string[];
  assert.ok(steps.length >= 10, undisturbed.output);
  // What dies inside a transaction dies with it: the kill before its commit stands for all of them.
  const openAt = steps.map((_kind, index) => steps.slice(0, index).filter((kind) => kind === 'begin').length > steps.slice(0, index).filter((kind) => kind === 'commit').length);
  const kills = steps.flatMap((kind, index) => {
    if (kind === 'begin' || (kind !== 'commit' && openAt[index] === true)) return [];
    const early = { killAt: index + 1, after: false };
    return kind === 'commit' ? [early, { ...early, after: true }] : [early];
  });
  assert.ok(kills.length >= 8, steps.join());
  const killed: Lent[] = [];
  for (let from = 0; from < kills.length; from += AT_ONCE) {
    const round = kills.slice(from, from + AT_ONCE).map(async (kill) => {
      const lent = await lend();
      const ended = await child({ upload: lent.upload, ...kill });
      assert.equal(ended.signal, 'SIGKILL', `killed at ${JSON.stringify(kill)}: ${ended.output}`);
      return lent;
    });
    killed.push(...(await Promise.all(round)));
  }
  for (const { subjectId } of killed) {
    const seen = await tally(subjectId);
    assert.deepEqual([seen.told, seen.handedOver], [seen.completed, seen.completed], 'what the purpose did stands and falls with the signing');
  }
  for (let minute = 0; minute < 12; minute += 1) {
    house.clock.advance(60_000);
    await run(house.kernel, (ctx: CommandContext) => expireSignings(ctx), {}, { actor: systemActor('test') });
    await house.drain();
  }
  let byJob = 0;
  for (const { subjectId, upload } of killed) {
    if ((await tally(subjectId)).completed === 1) {
      byJob += 1;
      continue;
    }
    // Killed before anything was taken: the program sends it again to the same address.
    const again = await child({ upload });
    assert.equal(again.signal, null, again.output);
  }
  for (const { subjectId } of killed) assert.deepEqual(await tally(subjectId), { completed: 1, told: 1, handedOver: 1 });
  assert.ok(byJob >= 4 && byJob < killed.length, `of ${String(killed.length)} killed, ${String(byJob)} were finished without the program`);
});
