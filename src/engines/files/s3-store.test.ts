import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import type { PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { filesModule, openBytes, readBytes, storeBytes, takeUpload } from './index.ts';
import { expireUploads, sweepBlobs } from './sweep.ts';
import { smallPdf, startS3Server, uploadFile, uploadHeaders, type S3Server } from './testing.ts';

let s3: S3Server;
let house: TestHouse;
const mai: PersonActor = somebody();
before(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIATEST';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'only the tests know it';
  s3 = await startS3Server({ accessKeyId: 'AKIATEST', bucket: 'lien-thong' });
  house = await openTestHouse({ modules: [kernelModule, auditModule, filesModule], config: { filesUrl: s3.filesUrl() } });
});
after(async () => {
  await house.close();
  await s3.close();
});

const limitBytes = 30_000_000;
const isCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
const keyOf = (sha256: string): string => `province/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
const drafts = () => readdir(join(house.kernel.config.dataDir, 's3-drafts'));

test('bytes are stored once under their hash, from memory and from a stream, and come back whole or by range', async () => {
  const bytes = smallPdf(300);
  const fromMemory = await storeBytes(house.kernel, bytes, { limitBytes });
  assert.deepEqual(s3.objects.get(keyOf(fromMemory.sha256)), bytes);
  const writes = (): number => s3.requests.filter((request) => request.startsWith('PUT')).length;
  const before = writes();
  assert.deepEqual(await storeBytes(house.kernel, Readable.from([bytes.subarray(0, 9), bytes.subarray(9)]), { limitBytes }), fromMemory);
  assert.equal(writes(), before);
  assert.deepEqual(await readBytes(house.kernel, fromMemory.sha256), bytes);
  const range = await (await openBytes(house.kernel, fromMemory.sha256, { start: 10, end: 29 })).toArray();
  assert.deepEqual(Buffer.concat(range as Buffer[]), bytes.subarray(10, 30));
  const streamed = smallPdf(300);
  const { sha256 } = await storeBytes(house.kernel, Readable.from([streamed]), { limitBytes });
  assert.deepEqual(s3.objects.get(keyOf(sha256)), streamed);
  assert.deepEqual(await drafts(), []);
});

test('of two that store the same bytes at once, both succeed', async () => {
  const bytes = smallPdf(100);
  const results = await Promise.all(Array.from({ length: 5 }, () => storeBytes(house.kernel, bytes, { limitBytes })));
  assert.equal(new Set(results.map((result) => result.sha256)).size, 1);
});

test('an object that is cut short is replaced when its bytes are stored again', async () => {
  const bytes = smallPdf(10);
  const { sha256 } = await storeBytes(house.kernel, bytes, { limitBytes });
  s3.objects.set(keyOf(sha256), bytes.subarray(0, 100));
  await assert.rejects(readBytes(house.kernel, sha256), isCode('files.damaged'));
  await storeBytes(house.kernel, bytes, { limitBytes });
  assert.deepEqual(await readBytes(house.kernel, sha256), bytes);
});

test('a store that does not know conditional writes is written to without', async () => {
  s3.fail('unknownCondition');
  const bytes = smallPdf(10);
  const { sha256 } = await storeBytes(house.kernel, bytes, { limitBytes });
  s3.fail(undefined);
  assert.deepEqual(s3.objects.get(keyOf(sha256)), bytes);
});

test('a full store and one that is away are told apart, and leave no draft and no row', async () => {
  const bytes = smallPdf(10);
  s3.fail('full');
  await assert.rejects(storeBytes(house.kernel, Readable.from([bytes]), { limitBytes }), isCode('kernel.storageFull'));
  s3.fail('away');
  await assert.rejects(storeBytes(house.kernel, bytes, { limitBytes }), isCode('files.storeUnavailable'));
  s3.fail(undefined);
  assert.deepEqual(await drafts(), []);
  const { sha256 } = await storeBytes(house.kernel, bytes, { limitBytes });
  assert.equal((await house.sql('select 1 from files.blob where sha256 = $1', [Buffer.from(sha256, 'hex')])).length, 1);
  await assert.rejects(readBytes(house.kernel, 'ab'.repeat(32)), isCode('files.notStored'));
});

test('an upload grows part by part in the store itself, so that any process can go on with it', async () => {
  const server = house.server(() => Promise.resolve(mai));
  const bytes = smallPdf(20 * 1024);
  const headers = { 'tus-resumable': '1.0.0' };
  const opened = await server.inject({ method: 'POST', url: '/api/v1/uploads', headers: uploadHeaders({ name: 'lớn.pdf', sizeBytes: bytes.length }) });
  const url = String(opened.headers.location);
  const send = (offset: number, end: number) =>
    server.inject({ method: 'PATCH', url, headers: { ...headers, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, payload: bytes.subarray(offset, end) });
  assert.equal((await send(0, 9_000_000)).statusCode, 204);
  // A leftover of a connection that broke after its bytes were stored and before they were noted.
  s3.objects.set(`province/uploads/${url.slice(-36)}/0000000009500000`, Buffer.from('leftover'));
  house.kernel.services.clear();
  assert.equal((await server.inject({ method: 'HEAD', url, headers })).headers['upload-offset'], '9000000');
  assert.equal((await send(9_000_000, bytes.length)).statusCode, 204);
  const { sha256 } = await run(house.kernel, takeUpload, { uploadId: url.slice(-36) }, { actor: mai });
  assert.ok((await readBytes(house.kernel, sha256)).equals(bytes));
  assert.deepEqual(
    [...s3.objects.keys()].filter((key) => key.includes('uploads')),
    [],
  );
});

test('what nobody kept is swept away from the store, and given-up uploads with it', async () => {
  const server = house.server(() => Promise.resolve(mai));
  const uploadId = await uploadFile(server, { name: 'a.pdf', bytes: smallPdf(5) });
  const [row] = await house.sql<{ sha256: string }>(`select encode(sha256, 'hex') as sha256 from files.upload where id = $1`, [uploadId]);
  assert.ok(s3.objects.has(keyOf(row?.sha256 ?? '')));
  house.clock.advance(26 * 3_600_000);
  await expireUploads(house.kernel);
  assert.equal(await sweepBlobs(house.kernel), 1);
  assert.ok(!s3.objects.has(keyOf(row?.sha256 ?? '')));
});
