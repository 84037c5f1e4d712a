import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { test, type TestContext } from 'node:test';
import { AppError } from '#kernel/errors.ts';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { addValidationData, createTestPki, days, hours, later, signTestPdf } from '../../domain/validation/testing.ts';
import { createDocumentReader, readerArguments } from './reader.ts';

const trust = { anchors: [], crls: [], now: '2026-11-20T02:00:00Z' };
const coded = (wanted: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === wanted;

test('a file that takes too long is given up, and the next one gets a new process', async () => {
  const hasty = createDocumentReader({ timeoutMs: 1 });
  const slow = buildPdf({ catalogEntries: `/Pile[${'<</A[0]>>'.repeat(400_000)}]` });
  await assert.rejects(hasty.examine(slow, trust), coded('signatures.validationTooLong'));
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

test('what is kept of one file does not change with the next, and each is judged by what was given for it', async () => {
  const start = new Date('2026-11-18T02:00:00Z');
  const pki = await createTestPki(start);
  const now = later(start, days(2));
  const given = { anchors: [pki.root.certificate.raw], crls: [], now: now.toISOString() };
  // Their lists are in the files, so that the reader keeps parts of them; the large one has memory of its own.
  const files = [0, 30_000, 2_000_000].map((fillerBytes, i) =>
    addValidationData(signTestPdf(buildPdf({ fillerBytes, pages: i + 1 }), { pki, at: later(start, hours(1 + i)) }), { certificates: [pki.issuing.certificate.raw], crls: pki.crls(later(now, -hours(1 + i))) }),
  );
  const reader = createDocumentReader();
  for (const file of [...files, ...files.toReversed(), ...files]) {
    const alone = createDocumentReader();
    const [together, apart] = [await reader.examine(file, given), await alone.examine(file, given)];
    alone.close();
    assert.equal(apart.report.indication, 'TOTAL-PASSED');
    assert.deepEqual(together, apart);
  }
  const [first = Buffer.alloc(0)] = files;
  assert.equal((await reader.examine(first, { ...given, anchors: [] })).report.indication, 'INDETERMINATE');
  assert.equal((await reader.examine(first, given)).report.indication, 'TOTAL-PASSED');
  reader.close();
});

/** The same program where somebody deleted part of it, and what is said of each try. */
function brokenReader(t: TestContext, backOffMs: number) {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-reader-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const program = join(folder, 'reader-process.ts');
  const reader = createDocumentReader({ program, backOffMs });
  const tried = async (): Promise<Record<string, unknown>> =>
    reader.findActiveContent(buildPdf()).then(
      () => ({ failures: 0 }),
      (error: unknown) => {
        assert.ok(error instanceof AppError && error.code === 'signatures.readerNotStarted', String(error));
        return { ...(error.details.internal as object), cause: error.details.cause };
      },
    );
  return { program, reader, tried };
}

test('a process that cannot be started says so with its reason, and is not started again and again', async (t) => {
  const { program, reader, tried } = brokenReader(t, 400);
  const first = await tried();
  assert.deepEqual([first['failures'], first['isNew']], [1, true]);
  assert.match(String(first['cause']), /Cannot find module|ERR_ACCESS_DENIED|ERR_MODULE_NOT_FOUND/);
  const before = performance.now();
  const again = await Promise.all([tried(), tried(), tried()]);
  assert.ok(performance.now() - before < 200, 'nobody waits for what is not tried');
  assert.deepEqual(again.map((each) => [each['failures'], each['isNew']]), [[1, false], [1, false], [1, false]]);
  await pause(450);
  const second = await tried();
  assert.deepEqual([second['failures'], second['isNew']], [2, true]);
  await pause(450);
  assert.deepEqual((await tried())['isNew'], false, 'the second pause is longer');
  writeFileSync(program, `const { answerMessages } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'wire.ts')).href)}); await answerMessages(async ({ id }) => ({ id, ok: true, result: [] }));`);
  await pause(450);
  assert.deepEqual(await tried(), { failures: 0 }, 'mended, it goes on by itself');
  reader.close();
});

test('a process that dies of a file counts as started: that file is refused and the next is read at once', async () => {
  const reader = createDocumentReader({ memoryMb: 64, backOffMs: 60_000 });
  const greedy = buildPdf({ catalogEntries: `/Pile[${'<</A[0]>>'.repeat(400_000)}]` });
  await assert.rejects(reader.findActiveContent(greedy), coded('signatures.validationTooLong'));
  assert.deepEqual(await reader.findActiveContent(buildPdf()), []);
  reader.close();
});

test('whether files can be read is known without a file', async (t) => {
  const { reader } = brokenReader(t, 1000);
  await assert.rejects(reader.ensureStarted(), coded('signatures.readerNotStarted'));
  const whole = createDocumentReader();
  await whole.ensureStarted();
  await whole.ensureStarted();
  whole.close();
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
