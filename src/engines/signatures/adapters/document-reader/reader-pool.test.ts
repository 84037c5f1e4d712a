import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { createReaderPool, type DocumentReader } from './reader.ts';

/** Dies of it in a process of 64 MB. */
const greedy = buildPdf({ catalogEntries: `/Pile[${'<</A[0]>>'.repeat(400_000)}]` });
const coded = (wanted: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === wanted;
const pagesOf = async (pool: DocumentReader, pages: number): Promise<number> => (await pool.findPlaces(buildPdf({ pages }), '')).pageCount;

/** The processes that have a file to read right now, before any of them can have answered; one at rest holds nobody. */
async function atWork(): Promise<number> {
  await new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
}

test('a further process begins only when a file has waited for those before it, and never more than the size', async () => {
  const before = await atWork();
  const patient = createReaderPool(2, { patienceMs: 600_000 });
  const asked = [1, 2, 3, 4, 5, 6].map((pages) => pagesOf(patient, pages));
  assert.equal((await atWork()) - before, 1, 'what one does soon needs no second');
  assert.deepEqual(await Promise.all(asked), [1, 2, 3, 4, 5, 6], 'each has its own answer, and none is left behind');
  assert.equal((await atWork()) - before, 0, 'who has nothing to do holds nobody up');
  patient.close();
  const waited = createReaderPool(2, { patienceMs: 0 });
  const both = [1, 2, 3, 4, 5, 6].map((pages) => pagesOf(waited, pages));
  assert.equal((await atWork()) - before, 2, 'never more than the size');
  assert.deepEqual(await Promise.all(both), [1, 2, 3, 4, 5, 6]);
  waited.close();
  const usual = createReaderPool(2);
  const begun = [1, 2, 3].map((pages) => pagesOf(usual, pages));
  await atWork();
  await pause(100);
  assert.equal((await atWork()) - before, 2, 'a process takes longer than that to begin');
  assert.deepEqual(await Promise.all(begun), [1, 2, 3]);
  usual.close();
});

test('one file after the other needs a single process, also after one that was refused', async () => {
  const before = await atWork();
  const pool = createReaderPool(3);
  for (let time = 0; time < 4; time += 1) {
    await assert.rejects(pool.findPlaces(Buffer.from('no pdf'), ''), coded('signatures.pdf.not-a-pdf'));
    const reading = pagesOf(pool, 2);
    assert.equal((await atWork()) - before, 1);
    assert.equal(await reading, 2);
  }
  pool.close();
});

test('a file that takes its process along costs only those behind it some time; another process goes on meanwhile', { timeout: 60_000 }, async () => {
  const pool = createReaderPool(2, { memoryMb: 64 });
  const done: string[] = [];
  const dying = assert.rejects(pool.findActiveContent(greedy), coded('signatures.validationTooLong')).then(() => done.push('greedy'));
  const behind = pagesOf(pool, 2).then((pages) => done.push(`behind it: ${String(pages)}`));
  const beside = pagesOf(pool, 3).then((pages) => done.push(`beside it: ${String(pages)}`));
  await Promise.all([dying, behind, beside]);
  assert.equal(done.at(-1), 'behind it: 2', 'it waited for the one before it and for a new process');
  assert.ok(done.includes('beside it: 3'));
  pool.close();
});

test('a process ends when it has nothing to do, and the next file gets another one', async () => {
  const pool = createReaderPool(1, { idleMs: 1 });
  assert.equal(await pagesOf(pool, 1), 1);
  await pause(100);
  assert.equal(await pagesOf(pool, 2), 2);
  pool.close();
});

test('a pool of none is a pool of one', async () => {
  const pool = createReaderPool(0);
  assert.deepEqual(await Promise.all([pagesOf(pool, 1), pagesOf(pool, 2), pagesOf(pool, 3)]), [1, 2, 3]);
  pool.close();
});
