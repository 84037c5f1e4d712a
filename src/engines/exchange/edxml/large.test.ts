import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createTestPki } from '#engines/signatures/domain/validation/testing.ts';

const isLong = process.env['LIENTHONG_LONG'] !== undefined;
/** Base64 of the attachment is a third more again: none of the long ones, nor the plain one of the short form, would fit into what is allowed. */
const heapMb = 40;
const cases = [
  { profile: 'national-axis', form: 'sent', megabytes: isLong ? 300 : 60 },
  // Compressing and expanding takes most of the time.
  { profile: 'java-toolkit', form: 'unwrapped', megabytes: isLong ? 300 : 20 },
] as const;

for (const { profile, form, megabytes } of cases) {
  test(`${megabytes} MB are written, signed, read and checked for ${profile} in constant memory`, async (t) => {
    const pki = await createTestPki(new Date('2026-03-02T01:00:00Z'));
    const env = { ...process.env, PACKET_CERTIFICATE: pki.person.certificate.raw.toString('base64'), PACKET_KEY: pki.person.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    const worker = join(import.meta.dirname, 'testing/large-message.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [`--max-old-space-size=${heapMb}`, worker, String(megabytes), profile], { env });
    t.diagnostic(stdout);
    // safe because the worker writes exactly these
    const { peakMb, ...report } = JSON.parse(stdout) as { peakMb: number; ms: number };
    assert.deepEqual({ ...report, ms: 0 }, { isSame: true, form, sizeBytes: megabytes * 1024 * 1024, signature: 'intact', ms: 0 });
    // The same bound for 60 and for 300 MB: what is in flight, not what is in the message.
    assert.ok(peakMb < 100, stdout);
  });
}
