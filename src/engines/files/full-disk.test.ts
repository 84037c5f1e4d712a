import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test, type TestContext } from 'node:test';
import { AppError } from '#kernel/errors.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { run } from '#kernel/command.ts';
import { filesModule, readBytes, storeBytes, takeUpload } from './index.ts';
import { smallPdf, uploadHeaders } from './testing.ts';

/** A real file system with room for 4 MB. Only root can mount one. */
const disk = mkdtempSync(join(tmpdir(), 'lienthong-small-disk-'));
let house: TestHouse | undefined;
let whyNot: string | undefined;
const mai = somebody();

before(async () => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0777', 'lienthong-test', disk], { stdio: 'pipe' });
  } catch (error) {
    whyNot = `a small file system cannot be mounted here: ${String(error)}`;
    return;
  }
  house = await openTestHouse({ modules: [kernelModule, auditModule, filesModule], config: { filesUrl: disk } });
});
after(async () => {
  await house?.close();
  if (whyNot === undefined) execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const isFull = (error: unknown): boolean => error instanceof AppError && error.code === 'kernel.storageFull' && error.entry.status === 507;

function houseOrSkip(t: TestContext): TestHouse | undefined {
  if (house === undefined) t.skip(whyNot ?? 'there is no small file system');
  return house;
}

/** Everything on the disk, files only. */
function filesOnDisk(): string[] {
  return readdirSync(disk, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('a full disk is said to be full, nothing half-written stays, and what was stored before is sound', async (t) => {
  const opened = houseOrSkip(t);
  if (opened === undefined) return;
  const { kernel } = opened;
  const small = await storeBytes(kernel, smallPdf(500), { limitBytes: 10_000_000 });
  const before = filesOnDisk();
  const free = (): number => statfsSync(disk).bfree;
  const freeBefore = free();
  await assert.rejects(storeBytes(kernel, smallPdf(5000), { limitBytes: 10_000_000 }), isFull);
  await assert.rejects(storeBytes(kernel, Readable.from(smallPdf(5000), { objectMode: true }), { limitBytes: 10_000_000 }), isFull);
  assert.deepEqual(filesOnDisk(), before);
  assert.equal(free(), freeBefore);
  assert.equal((await opened.sql('select 1 from files.blob')).length, 1);
  await readBytes(kernel, small.sha256);
});

test('an upload that meets a full disk keeps what came, and goes on when there is room again', async (t) => {
  const opened = houseOrSkip(t);
  if (opened === undefined) return;
  const { kernel } = opened;
  const server = opened.server(() => Promise.resolve(mai));
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(2_400_000));
  const bytes = smallPdf(1400);
  const created = await server.inject({ method: 'POST', url: '/api/v1/uploads', headers: uploadHeaders({ name: 'thư.pdf', sizeBytes: bytes.length }) });
  const url = String(created.headers.location);
  const send = (offset: number) =>
    server.inject({
      method: 'PATCH',
      url,
      headers: { 'tus-resumable': '1.0.0', 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      payload: Readable.from(chunksOf(bytes.subarray(offset))),
    });
  const refused = await send(0);
  assert.equal(refused.statusCode, 507, refused.body);
  assert.equal(refused.json<{ code: string }>().code, 'kernel.storageFull');
  rmSync(ballast);
  const offset = Number((await server.inject({ method: 'HEAD', url, headers: { 'tus-resumable': '1.0.0' } })).headers['upload-offset']);
  assert.ok(offset > 0 && offset < bytes.length, String(offset));
  assert.equal((await send(offset)).statusCode, 204);
  const { sha256 } = await run(kernel, takeUpload, { uploadId: url.slice(-36) }, { actor: mai });
  assert.ok((await readBytes(kernel, sha256)).equals(bytes));
});

function* chunksOf(bytes: Buffer): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}
