import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { createDocumentThread } from './pool.ts';

const trust = { anchors: [], crls: [], now: '2026-11-20T02:00:00Z' };
const coded = (wanted: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === wanted;

test('a file that takes too long is given up, and the next one gets a new thread', async () => {
  const hasty = createDocumentThread({ timeoutMs: 1 });
  await assert.rejects(hasty.validate(buildPdf(), trust), coded('signatures.validationTooLong'));
  await hasty.close();
  const patient = createDocumentThread();
  assert.equal((await patient.validate(buildPdf(), trust)).signatures.length, 0);
  await patient.close();
});

test('a file that takes too much memory ends its thread and nothing else', async () => {
  const thread = createDocumentThread({ memoryMb: 64 });
  const greedy = buildPdf({ catalogEntries: `/Pile[${'<</A[0]>>'.repeat(400_000)}]` });
  await assert.rejects(thread.findActiveContent(greedy), coded('signatures.validationTooLong'));
  assert.deepEqual(await thread.findActiveContent(buildPdf()), []);
  await thread.close();
});

test('files that come in at the same time are read in turn, each with its own answer', async () => {
  const thread = createDocumentThread();
  const results = await Promise.allSettled([thread.findPlaces(buildPdf({ pages: 2 }), ''), thread.validate(Buffer.from('no pdf'), trust), thread.findPlaces(buildPdf(), '')]);
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' && 'pageCount' in result.value ? result.value.pageCount : result.status)),
    [2, 'rejected', 1],
  );
  await thread.close();
});

test('what acts in a file is named', async () => {
  const thread = createDocumentThread();
  const pdf = buildPdf({ catalogEntries: '/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>' });
  assert.deepEqual(await thread.findActiveContent(pdf), ['javascript']);
  await thread.close();
});
