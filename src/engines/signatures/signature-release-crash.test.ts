import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newId } from '#kernel/ids.ts';
import { nodeFlags, openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { cscAccount, testCscService, type TestCscService } from './adapters/csc-client/testing.ts';
import { beginReleaseConsent, finishConsent } from './commands/service-consents.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { generateKey } from './domain/pki/authority.ts';
import { readPkcs12 } from './domain/pki/pkcs12.ts';
import { performSigning } from './perform-signing.ts';
import { getCredential } from './queries/credentials.ts';
import { listWaitingReleases } from './queries/waiting-releases.ts';
import type { ReleaseCrashOrder } from './testing/release-crash-child.ts';
import { credentialOf, openPaper, somebody, testModules, testPin } from './testing.ts';

const AT_ONCE = 3;
const person = somebody();
const pdf = buildPdf({ fillerBytes: 30_000 });
const folder = mkdtempSync(join(tmpdir(), 'release-crash-'));
const servicesFile = join(folder, 'services.json');
let house: TestHouse;
let service: TestCscService;
let credentialId: string;

before(async () => {
  // The key that the service holds is known when the credential is made.
  const identity: Parameters<typeof testCscService>[0] = { key: (await generateKey('rsa-2048')).privateKey, certificate: Buffer.alloc(0), chain: [] };
  service = await testCscService(identity);
  service.behave.mode = 'oauth2code';
  service.person = 'confirms';
  const redirectUri = 'https://lienthong.test/app/chu-ky-cua-toi/dong-y';
  service.redirects = [redirectUri];
  const release = { oauth2Url: service.oauth2Url, clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret, redirectUri };
  writeFileSync(servicesFile, JSON.stringify([{ name: 'released', kind: 'csc', version: 2, baseUrl: service.url(2), access: { kind: 'login', user: cscAccount.user, password: cscAccount.password }, release }]));
  house = await openTestHouse({ modules: testModules, config: { signingServicesFile: servicesFile } });
  credentialId = await credentialOf(house.kernel, person, { keyKind: 'rsa-2048' });
  const { container, certificate } = await getCredential(house.kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  Object.assign(identity, { key: (await readPkcs12(container ?? Buffer.alloc(0), testPin)).privateKey, certificate });
  await house.sql(`update signatures.credential set driver = 'released', asks_release = true, container = $2 where id = $1`, [credentialId, Buffer.from(JSON.stringify({ credentialID: cscAccount.credentialID }))]);
});
after(async () => {
  await house.close();
  await service.close();
  rmSync(folder, { recursive: true });
});

type Waiting = { subjectId: string; signingId: string; answer: { state: string; code: string } };

async function perform(subjectId: string): Promise<Waiting> {
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf, subjectId });
  return goOn(subjectId, signingId);
}

/** As the person would: signs, and goes to the page. */
async function goOn(subjectId: string, signingId: string): Promise<Waiting> {
  const { kernel } = house;
  const [{ state } = { state: '' }] = await house.sql<{ state: string }>('select state from signatures.signing where id = $1', [signingId]);
  if (state === 'prepared') await performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person });
  const [{ batch } = { batch: '' }] = await house.sql<{ batch: string }>(`select holder_reference::json ->> 'transactionId' as batch from signatures.signing where id = $1`, [signingId]);
  const url = await beginReleaseConsent(kernel, { agencyId: person.agencyId, batchId: batch, returnPath: '/van-ban-di' }, { actor: person });
  const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '');
  return { subjectId, signingId, answer: { state: back.searchParams.get('state') ?? '', code: back.searchParams.get('code') ?? '' } };
}

async function child(order: Pick<ReleaseCrashOrder, 'state' | 'code' | 'killAt' | 'after'>): Promise<{ signal: string | null; output: string }> {
  const { config, clock } = house.kernel;
  const environment = { DATABASE_URL: house.ownerUrl, DATA_DIR: config.dataDir, FILES_URL: config.filesUrl, APP_SECRET: config.appSecret, PUBLIC_URL: 'http://lienthong.test', SIGNING_SERVICES: servicesFile };
  const full: ReleaseCrashOrder = { ...order, url: house.kernel.database.directUrl, environment, now: clock.now().toISOString(), actor: person };
  const process_ = spawn(process.execPath, [...nodeFlags(), join(import.meta.dirname, 'testing/release-crash-child.ts')], { env: { ...process.env, CRASH_ORDER: JSON.stringify(full) } });
  let output = '';
  process_.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  process_.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    process_.on('close', (_, signal) => resolve({ signal, output }));
  });
}

const tally = async (subjectId: string): Promise<{ completed: number; told: number }> => {
  const [row] = await house.sql<{ completed: number; told: number }>(
    `select count(*) filter (where state = 'completed')::int as completed, (select count(*)::int from audit.entry where type = 'papers.paper-signed' and subject_id = $1) as told
       from signatures.signing where subject_id = $1::uuid`,
    [subjectId],
  );
  return row ?? { completed: 0, told: 0 };
};

test('killed anywhere between the return of the browser and the signed file, nothing is signed twice, nothing is lost, and what is missing can be consented to again', { timeout: 240_000 }, async () => {
  const undisturbed = await child((await perform(newId())).answer);
  // safe because the child prints exactly this
  const steps = JSON.parse(undisturbed.output) as string[];
  assert.ok(steps.length >= 12, `an undisturbed run counts its statements: ${undisturbed.output}`);
  // A kill before `begin` is the kill after the commit before it.
  const kills = steps.flatMap((kind, index) => (kind === 'begin' ? [] : kind === 'commit' ? [{ killAt: index + 1, after: false }, { killAt: index + 1, after: true }] : [{ killAt: index + 1, after: false }]));
  const killed: Waiting[] = [];
  for (let from = 0; from < kills.length; from += AT_ONCE) {
    const round = kills.slice(from, from + AT_ONCE).map(async (kill) => {
      const waiting = await perform(newId());
      const ended = await child({ ...waiting.answer, ...kill });
      assert.equal(ended.signal, 'SIGKILL', `killed at ${JSON.stringify(kill)}: ${ended.output}`);
      return waiting;
    });
    killed.push(...(await Promise.all(round)));
  }
  for (const { subjectId } of killed) {
    const seen = await tally(subjectId);
    assert.equal(seen.told, seen.completed, 'what the purpose did stands and falls with the signing');
  }
  for (let minutes = 0; minutes < 3; minutes += 1) {
    house.clock.advance(61_000);
    await house.drain();
  }
  const byJob = (await Promise.all(killed.map(({ subjectId }) => tally(subjectId)))).filter(({ completed }) => completed === 1).length;
  assert.ok(byJob >= 3, `the job goes on with what the consent brought: ${String(byJob)} of ${String(killed.length)}`);
  for (const { subjectId, signingId, answer } of killed) {
    if ((await tally(subjectId)).completed === 0) {
      assert.equal(await refusedAgain(answer), true, 'the code that was brought is not taken a second time');
      const again = await goOn(subjectId, signingId);
      const { release } = await finishConsent(house.kernel, { agencyId: person.agencyId, ...again.answer }, { actor: person });
      assert.equal(release?.signed, 1, String(release?.problem?.code));
    }
    assert.deepEqual(await tally(subjectId), { completed: 1, told: 1 });
  }
  assert.deepEqual(await listWaitingReleases(house.kernel.database.pool, person), []);
  assert.deepEqual(await house.sql('select 1 from signatures.service_consent where access is not null'), []);
});

/** Killed before the answer was taken, the browser may bring it again; the service then decides. */
async function refusedAgain(answer: Waiting['answer']): Promise<boolean> {
  const [row] = await house.sql<{ state: string }>(`select state from signatures.service_consent where state_hash = encode(sha256($1::bytea), 'hex')`, [Buffer.from(answer.state)]);
  if (row?.state === 'asked') return true;
  return finishConsent(house.kernel, { agencyId: person.agencyId, ...answer }, { actor: person }).then(
    () => false,
    () => true,
  );
}
