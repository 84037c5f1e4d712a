import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newId } from '#kernel/ids.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { nodeFlags, openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { performSigningBatch } from './perform-batch.ts';
import { performSigning } from './perform-signing.ts';
import { expireSignings } from './commands/signing-states.ts';
import { testSmartCa, type PhoneService } from './adapters/phone-services/testing.ts';
import { smartCaDriver } from './adapters/smartca/smartca-driver.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { readPkcs12 } from './domain/pki/pkcs12.ts';
import { getCredential } from './queries/credentials.ts';
import type { CrashOrder } from './testing/signing-crash-child.ts';
import { credentialOf, openPaper, somebody, testModules, testPin } from './testing.ts';

let house: TestHouse;
let service: PhoneService;
before(async () => {
  // The key that the service holds is known when the credential is made.
  service = await testSmartCa({ key: generateKeyPairSync('ed25519').privateKey, certificate: Buffer.alloc(0), chain: [] });
  const driver = smartCaDriver({ name: 'smartca', baseUrl: service.url, spId: 'sp', spPassword: 'sp-secret', now: () => house.clock.now() });
  house = await openTestHouse({ modules: [...testModules, { name: 'remote-keys', contributions: { 'signatures.key-holders': [driver] } }] });
});
after(async () => {
  await house.close();
  await service.close();
});

const AT_ONCE = 3;
const person = somebody();
const pdf = buildPdf({ fillerBytes: 30_000 });

async function child(order: Pick<CrashOrder, 'signingId' | 'batch' | 'killAt' | 'after' | 'smartCaUrl' | 'resumes'>): Promise<{ signal: string | null; code: number | null; output: string }> {
  const { config, clock } = house.kernel;
  const environment = { DATABASE_URL: house.ownerUrl, DATA_DIR: config.dataDir, FILES_URL: config.filesUrl, APP_SECRET: config.appSecret, PUBLIC_URL: 'http://lienthong.test' };
  const full: CrashOrder = { ...order, url: house.kernel.database.directUrl, environment, now: clock.now().toISOString(), actor: person };
  const process_ = spawn(process.execPath, [...nodeFlags(), join(import.meta.dirname, 'testing/signing-crash-child.ts')], { env: { ...process.env, CRASH_ORDER: JSON.stringify(full) } });
  let output = '';
  process_.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  process_.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    process_.on('close', (code, signal) => {
      resolve({ code, signal, output });
    });
  });
}

/** Before each statement; a kill before `begin` is the kill after the commit before it. */
function killsIn(steps: readonly string[]): { killAt: number; after: boolean }[] {
  return steps.flatMap((kind, index) => {
    if (kind === 'begin') return [];
    const early = { killAt: index + 1, after: false };
    return kind === 'commit' ? [early, { ...early, after: true }] : [early];
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
  const kills = killsIn(steps);
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

/** A credential whose key the person's telephone service holds. */
async function phoneCredential(): Promise<string> {
  const { kernel } = house;
  const credentialId = await credentialOf(kernel, person, { keyKind: 'rsa-2048' });
  const { container, certificate } = await getCredential(kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  const { privateKey } = await readPkcs12(container ?? Buffer.alloc(0), testPin);
  service.identity = { key: privateKey, certificate, chain: [] };
  await house.sql(`update signatures.credential set driver = 'smartca', container = $2 where id = $1`, [credentialId, Buffer.from('{"user":"0987654321","serial":"5402"}')]);
  return credentialId;
}

const inTurn = async (minutes: number): Promise<void> => {
  for (let passed = 0; passed < minutes; passed += 1) {
    house.clock.advance(60_000);
    await house.drain();
  }
};

test('killed anywhere between asking a telephone service and putting its answer in, the confirmation still signs, once', { timeout: 180_000 }, async () => {
  const credentialId = await phoneCredential();
  const open = async () => {
    const subjectId = newId();
    return { subjectId, signingId: await openPaper(house.kernel, person, { credentialId, pdf, subjectId }) };
  };
  service.phone = 'waits';
  const undisturbed = await child({ signingId: (await open()).signingId, smartCaUrl: service.url });
  // safe because the child prints exactly this
  const steps = JSON.parse(undisturbed.output) as string[];
  const kills = killsIn(steps);
  assert.ok(kills.length >= 8, undisturbed.output);
  const killed: { subjectId: string; signingId: string; kill: (typeof kills)[number] }[] = [];
  for (let from = 0; from < kills.length; from += AT_ONCE) {
    const round = kills.slice(from, from + AT_ONCE).map(async (kill) => {
      const opened = await open();
      const ended = await child({ signingId: opened.signingId, smartCaUrl: service.url, ...kill });
      assert.equal(ended.signal, 'SIGKILL', ended.output);
      return { ...opened, kill };
    });
    killed.push(...(await Promise.all(round)));
  }
  await inTurn(3);
  service.phone = 'confirms';
  await inTurn(12);
  const requested = new Map<string, number>();
  for (const { path, body } of service.asked) {
    if (path.endsWith('/signatures/sign')) requested.set(String(body['transaction_id']), (requested.get(String(body['transaction_id'])) ?? 0) + 1);
  }
  assert.ok([...requested.values()].every((times) => times === 1), 'the telephone asks once for each transaction');
  let confirmedAfterTheKill = 0;
  for (const { subjectId, signingId } of killed) {
    const seen = await tally(subjectId);
    assert.equal(seen.open, 0, 'nothing stays locked');
    assert.equal(seen.told, seen.completed);
    if (seen.completed === 1) confirmedAfterTheKill += 1;
    else {
      // Killed before anything was kept: nothing was asked either, and the person begins anew.
      const [row] = await house.sql('select holder_reference from signatures.signing where id = $1', [signingId]);
      assert.equal(row?.['holder_reference'], null);
      const again = await openPaper(house.kernel, person, { credentialId, pdf, subjectId });
      assert.equal((await performSigning(house.kernel, { agencyId: person.agencyId, signingId: again, actor: person })).state, 'pending');
    }
  }
  await inTurn(2);
  for (const { subjectId } of killed) assert.deepEqual(await tally(subjectId), { completed: 1, open: 0, told: 1, files: 1 });
  // How many statements there are depends on what the process knows of the service already; some kills must lie on either side of the keeping.
  assert.ok(confirmedAfterTheKill >= 1 && confirmedAfterTheKill < killed.length, `of ${String(killed.length)} killed, ${String(confirmedAfterTheKill)} signed after all`);
});

test('killed anywhere while the telephone’s answer is being put in, it is put in by the next who asks, once', { timeout: 180_000 }, async () => {
  const credentialId = await phoneCredential();
  service.phone = 'waits';
  const open = async () => {
    const subjectId = newId();
    const signingId = await openPaper(house.kernel, person, { credentialId, pdf, subjectId });
    assert.equal((await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person })).state, 'pending');
    return { subjectId, signingId, smartCaUrl: service.url, resumes: true };
  };
  const opened = await open();
  service.phone = 'confirms';
  // safe because the child prints exactly this
  const steps = JSON.parse((await child(opened)).output) as string[];
  assert.deepEqual(await tally(opened.subjectId), { completed: 1, open: 0, told: 1, files: 1 });
  const kills = killsIn(steps);
  assert.ok(kills.length >= 8, steps.join());
  const killed: string[] = [];
  for (let from = 0; from < kills.length; from += AT_ONCE) {
    const round = kills.slice(from, from + AT_ONCE).map(async (kill) => {
      const { subjectId, ...order } = await open();
      const ended = await child({ ...order, ...kill });
      assert.equal(ended.signal, 'SIGKILL', ended.output);
      const seen = await tally(subjectId);
      assert.equal(seen.told, seen.completed);
      return subjectId;
    });
    killed.push(...(await Promise.all(round)));
  }
  await inTurn(5);
  for (const subjectId of killed) assert.deepEqual(await tally(subjectId), { completed: 1, open: 0, told: 1, files: 1 });
});

const BATCH = 2;

async function openBatch(credentialId: string): Promise<{ subjects: string[]; batch: string[]; signingId: string }> {
  const subjects = Array.from({ length: BATCH }, () => newId());
  const batch: string[] = [];
  for (const subjectId of subjects) batch.push(await openPaper(house.kernel, person, { credentialId, pdf, subjectId }));
  return { subjects, batch, signingId: batch[0] ?? '' };
}

async function killEverywhere(credentialId: string, smartCaUrl?: string): Promise<{ subjects: string[]; batch: string[] }[]> {
  const order = smartCaUrl === undefined ? {} : { smartCaUrl };
  const { batch, signingId } = await openBatch(credentialId);
  const undisturbed = await child({ batch, signingId, ...order });
  assert.equal(undisturbed.code, 0, undisturbed.output);
  // safe because the child prints exactly this
  const kills = killsIn(JSON.parse(undisturbed.output) as string[]);
  assert.ok(kills.length >= 8, undisturbed.output);
  const killed: { subjects: string[]; batch: string[] }[] = [];
  for (let from = 0; from < kills.length; from += AT_ONCE) {
    const round = kills.slice(from, from + AT_ONCE).map(async (kill) => {
      const opened = await openBatch(credentialId);
      const ended = await child({ batch: opened.batch, signingId: opened.signingId, ...order, ...kill });
      assert.equal(ended.signal, 'SIGKILL', `killed at ${JSON.stringify(kill)}: ${ended.output}`);
      for (const subjectId of opened.subjects) {
        const seen = await tally(subjectId);
        assert.equal(seen.told, seen.completed, 'what the purpose did stands and falls with the signing');
      }
      return opened;
    });
    killed.push(...(await Promise.all(round)));
  }
  return killed;
}

/** What is open still or was closed without a signature the person signs once more; then each is signed once. */
async function signWhatIsLeft(killed: readonly { subjects: string[] }[], again: (subjectIds: string[]) => Promise<void>): Promise<number> {
  let left = 0;
  for (const { subjects } of killed) {
    const seen = await Promise.all(subjects.map(tally));
    assert.ok(seen.every(({ open }) => open === 0), 'nothing stays locked');
    const unsigned = subjects.filter((_, index) => seen[index]?.completed === 0);
    left += unsigned.length;
    if (unsigned.length > 0) await again(unsigned);
    for (const subjectId of subjects) assert.deepEqual(await tally(subjectId), { completed: 1, open: 0, told: 1, files: 1 });
  }
  return left;
}

test('killed at any step of a batch with a key in the house, each paper is signed once or not at all, and once after all', { timeout: 600_000 }, async () => {
  const credentialId = await credentialOf(house.kernel, person);
  const killed = await killEverywhere(credentialId);
  await inTurn(12);
  await run(house.kernel, (ctx: CommandContext) => expireSignings(ctx), {}, { actor: systemActor('test') });
  await inTurn(1);
  const left = await signWhatIsLeft(killed, async (subjects) => {
    const batch: string[] = [];
    for (const subjectId of subjects) batch.push(await openPaper(house.kernel, person, { credentialId, pdf, subjectId }));
    const { signings } = await performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds: batch, actor: person, secret: testPin });
    assert.ok(signings.every(({ outcome }) => outcome.state === 'signed'));
  });
  assert.ok(left > 0, 'killed before the key was asked, nothing is signed');
  assert.ok(left < killed.length * BATCH, 'killed after it, every signature that was made is put in');
});

test('killed anywhere in a batch on a telephone, its one confirmation still signs all, once', { timeout: 600_000 }, async () => {
  const credentialId = await phoneCredential();
  service.phone = 'waits';
  const before = service.transactions();
  const killed = await killEverywhere(credentialId, service.url);
  await inTurn(3);
  service.phone = 'confirms';
  await inTurn(12);
  const requested = service.asked.filter(({ path }) => path.endsWith('/signatures/sign')).map(({ body }) => String(body['transaction_id']));
  assert.equal(new Set(requested).size, requested.length, 'the telephone asks once for each transaction');
  assert.ok(service.transactions() - before <= killed.length + 1, 'and once for each batch');
  const left = await signWhatIsLeft(killed, async (subjects) => {
    const batch: string[] = [];
    for (const subjectId of subjects) batch.push(await openPaper(house.kernel, person, { credentialId, pdf, subjectId }));
    const { signings } = await performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds: batch, actor: person });
    assert.ok(signings.every(({ outcome }) => outcome.state === 'pending'));
    await inTurn(2);
  });
  assert.ok(left < killed.length * BATCH);
});
