import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { run } from '#kernel/command.ts';
import { createHttpServer } from '#kernel/http.ts';
import type { Id } from '#kernel/ids.ts';
import type { TestHouse } from '#kernel/testkit.ts';
import { startWorker, type Worker } from '#kernel/worker.ts';
import { backUp } from '#app/operations/backup.ts';
import { openBackup } from '#app/operations/manifest.ts';
import { checkBackup, restore } from '#app/operations/restore.ts';
import { missingSecrets } from '#app/operations/secrets.ts';
import { openEmptyPlace, type EmptyPlace } from '#app/operations/testing.ts';
import { answerMessage, openMessage, sendNotice } from '#engines/exchange/index.ts';
import { serveHouse, settle, type Installation } from '#engines/exchange/partners/testing.ts';
import { aClerk, exchangeHouse } from '#engines/exchange/testing.ts';
import { packed, verified } from '#engines/exchange/testing/signed-letter.ts';
import { openPair, type Pair } from './pair.ts';

const folder = mkdtempSync(join(tmpdir(), 'lienthong-two-hours-'));
const quiet = (): void => undefined;
let pair: Pair;
let place: EmptyPlace | undefined;
let present: Installation | undefined;
before(async () => {
  pair = await openPair();
});
after(async () => {
  await present?.close();
  // Its database is dropped by way of the old one.
  await place?.close();
  await pair.close();
  rmSync(folder, { recursive: true, force: true });
});

const messageAt = async (installation: Installation, envelopeId: string) => {
  const [row] = await installation.house.sql('select id, state from exchange.message where envelope_id = $1', [envelopeId]);
  assert.ok(row, 'the message is there');
  // safe because the column holds message ids
  return { id: row['id'] as Id<'message'>, state: row['state'] };
};

async function register(installation: Installation, agencyId: Id<'agency'>, envelopeId: string): Promise<void> {
  const { id } = await messageAt(installation, envelopeId);
  await run(installation.house.kernel, answerMessage, { agencyId, messageId: id, status: '03' }, { actor: aClerk(agencyId) });
}

async function openAt(installation: Installation, agencyId: Id<'agency'>, envelopeId: string): Promise<void> {
  const { id } = await messageAt(installation, envelopeId);
  await run(installation.house.kernel, openMessage, { agencyId, messageId: id }, { actor: aClerk(agencyId) });
}

test('a backup of two hours ago is restored, and what was lost since is found again at the partner: letters, receipts, and the numbers that are used', async () => {
  const before = [await pair.send(), await pair.sendBack()];
  await pair.assertSame();
  const unsent = await pair.send();
  const written = await backUp({ kernel: pair.a.house.kernel, ownerUrl: pair.a.house.ownerUrl, folder, onProgress: quiet });
  const backedUpAt = pair.a.house.clock.now();

  // Two hours in which A works on: what was on its way leaves, new letters, an answer, a recall, and letters and answers of B.
  for (const each of [pair.a, pair.b]) each.house.clock.advance(3_600_000);
  const [lost, unread, recalled, theirs] = [await pair.send(), await pair.send(), await pair.send(), await pair.sendBack()];
  await settle(pair.a, pair.b, pair.a);
  await openAt(pair.b, pair.receiver.id, lost.envelopeId);
  await register(pair.b, pair.receiver.id, lost.envelopeId);
  await register(pair.a, pair.sender.id, theirs.envelopeId);
  await run(pair.a.house.kernel, sendNotice, { agencyId: pair.sender.id, subject: recalled.subject, kind: 'recall', reason: 'Sai thẩm quyền' }, { actor: aClerk(pair.sender.id) });
  await settle(pair.a, pair.b, pair.a);
  for (const each of [pair.a, pair.b]) each.house.clock.advance(3_600_000);
  await pair.assertSame();

  const restored = await restoreA(written.folder);
  assert.equal((await restored.house.sql('select 1 from exchange.envelope where id = any($1)', [[lost.envelopeId, recalled.envelopeId]])).length, 0);
  const reconcileNow = async () => restored.call<{ known: number; recovered: { envelopeId: string; number: string }[]; askedAgain: number; answeredBefore: unknown[]; problems: unknown[] }>('POST', `/api/v1/exchange/partners/${pair.partners.atInviter}/reconcile`, { body: { since: new Date(backedUpAt.getTime() - 600_000).toISOString() } });
  // Somebody there opens a letter that its sender has lost: nobody here knows of it yet.
  await openAt(pair.b, pair.receiver.id, unread.envelopeId);
  await settle(restored, pair.b);
  assert.deepEqual(await pair.b.house.sql(`select problem_code as code from exchange.transfer where kind = 'opening' and state = 'refused'`), [{ code: 'openingUnknown' }]);
  const { status, body } = await reconcileNow();
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.problems, []);
  assert.equal(body.recovered.length, 4, 'three letters and a recall');
  assert.ok(body.recovered.some((each) => each.envelopeId === lost.envelopeId && each.number === '1234/SNV-VP'), 'the numbers that are used are told');
  assert.deepEqual(body.answeredBefore, [{ envelopeId: theirs.envelopeId, agencyId: pair.sender.id, status: '03' }], 'the clerk is told what was registered before');
  await settle(pair.b, restored, pair.b);

  assert.equal((await messageAt(restored, theirs.envelopeId)).state, 'arrived');
  await register(restored, pair.sender.id, theirs.envelopeId);
  await pair.assertSame({ a: restored, hasGivenReceiptsAgain: true });
  const states = await restored.house.sql('select envelope_id as id, state from exchange.delivery where envelope_id = any($1)', [[lost.envelopeId, recalled.envelopeId, unsent.envelopeId]]);
  assert.deepEqual(new Map(states.map((row) => [row['id'], row['state']])), new Map([[lost.envelopeId, 'registered'], [recalled.envelopeId, 'recalled'], [unsent.envelopeId, 'arrived']]));
  const opened = await restored.house.sql('select envelope_id as id from exchange.delivery where opened_at is not null');
  assert.deepEqual(new Set(opened.map((row) => row['id'])), new Set([lost.envelopeId, unread.envelopeId]), 'and who has looked at what');
  assert.equal((await pair.b.house.sql('select 1 from exchange.message')).length, (await pair.b.house.sql('select distinct envelope_id from exchange.message')).length, 'nothing is there twice');

  const [recall] = await restored.house.sql<{ id: Id<'envelope'> }>('select id from exchange.envelope where of_envelope_id = $1', [recalled.envelopeId]);
  assert.ok(recall);
  const report = await verified(restored.house, await packed(restored.house, { side: 'sender', agencyId: pair.sender.id, envelopeId: recall.id }));
  assert.deepEqual([report.outcome, report.checks.filter(({ outcome }) => outcome !== 'passed').map(({ code }) => code)], ['warned', ['log.recovered']], 'the evidence of what was written back says so');

  const again = await reconcileNow();
  assert.deepEqual([again.body.recovered.length, again.body.askedAgain, again.body.problems.length], [0, 0, 0], 'doing it twice changes nothing');
  assert.equal((await restored.call('POST', `/api/v1/exchange/partners/${pair.partners.atInviter}/reconcile`, { body: { since: backedUpAt.toISOString() }, as: aClerk(pair.sender.id) })).status, 403);
  assert.equal(before.length, 2);
});

/** A from its backup, on a database of its own, at its old address: its old self is gone. */
async function restoreA(backupFolder: string): Promise<Installation> {
  const { kernel } = pair.a.house;
  place = await openEmptyPlace({ serverUrl: pair.a.house.ownerUrl, config: kernel.config, clock: kernel.clock, modules: exchangeHouse });
  const backup = await openBackup(backupFolder);
  const secrets = await missingSecrets(await checkBackup(backup, exchangeHouse, quiet), { dataDir: place.kernel.config.dataDir, environmentSecret: kernel.config.appSecret });
  const verdict = await restore({ backup, modules: exchangeHouse, kernel: place.kernel, ownerUrl: place.ownerUrl, secrets, onProgress: quiet });
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
  const restored = await serveHouse(houseOf(place));
  Object.assign(restored.house.kernel.config, { publicUrl: pair.toA.address });
  present = restored;
  pair.toA.turnTo(restored.address);
  return restored;
}

/** The restored database with the old one's clock, as tests work with a house. */
function houseOf({ kernel, ownerUrl }: EmptyPlace): TestHouse {
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  // A connection that is parting when its database is dropped says so by an event.
  owner.on('error', () => undefined);
  owner.on('connect', (client) => client.on('error', () => undefined));
  let worker: Worker | undefined;
  const servers: FastifyInstance[] = [];
  return {
    kernel,
    clock: pair.a.house.clock,
    ownerUrl,
    async drain() {
      worker ??= await startWorker(kernel, { loop: false });
      await worker.drain();
    },
    sql: async <Row extends Record<string, unknown>>(text: string, values?: unknown[]) => (await owner.query<Row>(text, values)).rows,
    server(authenticate) {
      const server = createHttpServer({ kernel, authenticate, routes: exchangeHouse.flatMap((module) => module.routes ?? []), checkReplies: true });
      servers.push(server);
      return server;
    },
    async close() {
      await worker?.stop();
      for (const server of servers) await server.close();
      await owner.end();
    },
  };
}
