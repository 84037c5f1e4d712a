import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTestHouse } from '#kernel/testkit.ts';
import { createDocumentReader } from './adapters/document-reader/reader.ts';
import { signatureErrors } from './errors.ts';
import { documentReaderHealth, readerHealth } from './health.ts';
import { testModules } from './testing.ts';

const house = await openTestHouse({ modules: testModules });
const { kernel } = house;
after(() => house.close());

test('the health page says that the file reader starts', async () => {
  assert.deepEqual(await documentReaderHealth.check(kernel), { status: 'ok', vi: 'Bộ đọc tệp khởi động được', en: 'The file reader starts' });
});

test('a reader whose folder is missing is said with its code and what to do, and is logged with the reason once a try', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-no-reader-'));
  rmSync(folder, { recursive: true });
  const reader = createDocumentReader({ program: join(folder, 'reader-process.ts'), backOffMs: 60_000 });
  const logged: { facts: Record<string, unknown>; text: string }[] = [];
  const log = Object.assign(Object.create(kernel.log) as typeof kernel.log, { error: (facts: Record<string, unknown>, text: string) => logged.push({ facts, text }) });
  t.after(() => {
    reader.close();
  });
  const { check } = readerHealth(reader);
  for (let time = 0; time < 3; time += 1) {
    const health = await check({ ...kernel, log });
    assert.equal(health.status, 'warn');
    assert.match(health.vi, /^Bộ đọc tệp của máy chủ không khởi động được.*\(signatures\.readerNotStarted\)$/);
    assert.match('fixVi' in health ? health.fixVi : '', /node_modules.*cài lại đúng phiên bản/);
  }
  const { message, fix = '' } = signatureErrors.readerNotStarted().describe('vi');
  assert.doesNotMatch(`${message} ${fix}`, /src|node_modules|nhật ký/, 'a citizen reads nothing of the server’s folders');
  const [line, ...more] = logged;
  assert.ok(line !== undefined && more.length === 0);
  assert.equal(line.facts['code'], 'signatures.readerNotStarted');
  assert.match(String(line.facts['err']), /Cannot find module/);
  assert.match(line.text, /install the version in use again/);
});
