import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { createDocumentReader, readerArguments } from './reader.ts';

const trust = { anchors: [], crls: [], now: '2026-11-20T02:00:00Z' };
const coded = (wanted: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === wanted;

test('a file that takes too long is given up, and the next one gets a new process', async () => {
  const hasty = createDocumentReader({ timeoutMs: 1 });
  await assert.rejects(hasty.examine(buildPdf(), trust), coded('signatures.validationTooLong'));
  hasty.close();
  const patient = createDocumentReader();
  assert.equal((await patient.examine(buildPdf(), trust)).report.signatures.length, 0);
  patient.close();
});

test('a file that takes too much memory ends its process and nothing else', async () => {
  const reader = createDocumentReader({ memoryMb: 64 });
  const greedy = buildPdf({ catalogEntries: `/Pile[${'<</A[0]>>'.repeat(400_000)}]` });
  await assert.rejects(reader.findActiveContent(greedy), coded('signatures.validationTooLong'));
  assert.deepEqual(await reader.findActiveContent(buildPdf()), []);
  reader.close();
});

test('files that come in at the same time are read in turn, each with its own answer', async () => {
  const reader = createDocumentReader();
  const results = await Promise.allSettled([reader.findPlaces(buildPdf({ pages: 2 }), ''), reader.examine(Buffer.from('no pdf'), trust), reader.findPlaces(buildPdf(), '')]);
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' && 'pageCount' in result.value ? result.value.pageCount : result.status)),
    [2, 'rejected', 1],
  );
  reader.close();
});

test('what acts in a file is named', async () => {
  const reader = createDocumentReader();
  const pdf = buildPdf({ catalogEntries: '/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>' });
  assert.deepEqual(await reader.findActiveContent(pdf), ['javascript']);
  reader.close();
});

test('the process that reads files sees neither secrets nor anything beside the program, and can write nothing', () => {
  const probe = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const code = (act) => { try { act(); return 'allowed'; } catch (error) { return error.code; } };
    console.log(JSON.stringify([Object.keys(process.env).length, code(() => readFileSync('/etc/hostname')), code(() => writeFileSync('x', '')), code(() => require('node:child_process').spawnSync('ls'))]));`;
  const run = spawnSync(process.execPath, [...readerArguments(64), '--eval', probe], { env: {}, encoding: 'utf8' });
  assert.deepEqual(JSON.parse(run.stdout), [0, 'ERR_ACCESS_DENIED', 'ERR_ACCESS_DENIED', 'ERR_ACCESS_DENIED']);
});
