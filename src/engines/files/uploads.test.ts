import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { AppError, kernelErrors } from '#kernel/errors.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import type { Module } from '#kernel/module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { uploadView, type UploadView } from './contract.ts';
import { defineFileInspector, filesModule, readBytes, takeUpload } from './index.ts';
import { expireUploads } from './sweep.ts';
import { smallPdf, uploadFile, uploadHeaders } from './testing.ts';

let isReaderAway = false;

/** A reader of PDF that knows one word, in the place of the signatures engine's. */
const reader: Module = {
  name: 'reader',
  contributions: {
    'files.inspectors': [
      defineFileInspector({
        mediaType: 'application/pdf',
        inspect: (bytes) => {
          if (isReaderAway) throw kernelErrors.unavailable();
          if (bytes.includes('/Unreadable')) throw new Error('no cross-reference table');
          return bytes.includes('/JavaScript') ? ['javascript'] : [];
        },
      }),
    ],
  },
};

const LIMIT = 3 * 1024 * 1024;
let house: TestHouse;
let server: FastifyInstance;
let port: number;
const people: Record<string, PersonActor> = { mai: somebody(), binh: somebody() };
const mai = { 'x-person': 'mai' };

before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, filesModule, reader], config: { uploadLimitBytes: LIMIT } });
  server = house.server((_kernel, { headers }) => Promise.resolve(people[String(headers['x-person'])] ?? { kind: 'anonymous' }));
  await server.listen({ port: 0, host: '127.0.0.1' });
  // safe because a TCP server has a port
  port = (server.server.address() as AddressInfo).port;
});
after(() => house.close());

const tus = { 'tus-resumable': '1.0.0', ...mai };
const patchHeaders = (offset: number): Record<string, string> => ({ ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' });
const patch = (url: string, offset: number, payload: Buffer, more: Record<string, string> = {}) => server.inject({ method: 'PATCH', url, headers: { ...patchHeaders(offset), ...more }, payload });
const head = (url: string, headers: Record<string, string> = tus) => server.inject({ method: 'HEAD', url, headers });
const view = async (url: string): Promise<UploadView> => uploadView.parse((await server.inject({ url, headers: mai })).json());
const codeOf = (reply: LightMyRequestResponse): string => reply.json<{ code: string }>().code;

async function open(name: string, sizeBytes: number): Promise<string> {
  const reply = await server.inject({ method: 'POST', url: '/api/v1/uploads', headers: uploadHeaders({ name, sizeBytes, headers: mai }) });
  assert.equal(reply.statusCode, 201, reply.body);
  return String(reply.headers.location);
}

async function upload(name: string, bytes: Buffer): Promise<LightMyRequestResponse> {
  return server.inject({
    method: 'POST',
    url: '/api/v1/uploads',
    headers: { ...uploadHeaders({ name, sizeBytes: bytes.length, headers: mai }), 'content-type': 'application/offset+octet-stream' },
    payload: bytes,
  });
}

const take = (uploadId: string, who = 'mai') => {
  const actor = people[who];
  assert.ok(actor);
  return run(house.kernel, takeUpload, { uploadId }, { actor });
};
const isCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

test('a file that comes in one request is stored, recognised and can be taken, once', async () => {
  const bytes = smallPdf(200);
  const uploadId = await uploadFile(server, { name: 'Công văn số 12.pdf', bytes, headers: mai });
  const taken = await take(uploadId);
  assert.equal(taken.mediaType, 'application/pdf');
  assert.equal(taken.sizeBytes, bytes.length);
  assert.deepEqual(await readBytes(house.kernel, taken.sha256), bytes);
  const events = await house.sql<{ type: string; data: { sha256: string } }>('select type, data from audit.entry where subject_id = $1', [taken.fileId]);
  assert.deepEqual(
    events.map((event) => [event.type, event.data.sha256]),
    [['files.file-uploaded', taken.sha256]],
  );
  await assert.rejects(take(uploadId), isCode('files.uploadTaken'));
});

test('of two commands that take the same upload at once, one gets it', async () => {
  const uploadId = await uploadFile(server, { name: 'a.pdf', bytes: smallPdf(), headers: mai });
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => take(uploadId)));
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
  for (const result of results) if (result.status === 'rejected') assert.ok(isCode('files.uploadTaken')(result.reason));
});

test('an upload in parts goes on where the server says, and only there', async () => {
  const bytes = smallPdf(100);
  const url = await open('thư.pdf', bytes.length);
  assert.equal((await patch(url, 0, bytes.subarray(0, 40_000))).headers['upload-offset'], '40000');
  const at = await head(url);
  assert.equal(at.statusCode, 200);
  assert.equal(at.headers['upload-offset'], '40000');
  assert.equal(at.headers['upload-length'], String(bytes.length));
  const wrong = await patch(url, 10, bytes.subarray(10));
  assert.equal(wrong.statusCode, 409);
  assert.equal(codeOf(wrong), 'files.offsetMismatch');
  await assert.rejects(take(url.slice(-36)), isCode('files.uploadUnfinished'));
  assert.equal((await patch(url, 40_000, bytes.subarray(40_000))).statusCode, 204);
  assert.equal((await view(url)).state, 'finished');
  assert.deepEqual(await readBytes(house.kernel, (await take(url.slice(-36))).sha256), bytes);
  assert.deepEqual(await readdir(join(house.kernel.config.filesUrl, 'uploads')), []);
});

/** A request over a real connection, which can be cut. */
function realRequest(options: { method: string; url: string; headers: Record<string, string> }): { sending: ClientRequest; answer: Promise<IncomingMessage> } {
  const sending = request({ host: '127.0.0.1', port, method: options.method, path: options.url, headers: options.headers });
  const answer = once(sending, 'response').then(([reply]) => reply as IncomingMessage);
  answer.catch(() => undefined);
  return { sending, answer };
}

test('what came before a broken connection is kept, also when the server starts anew, and the rest makes it whole', async () => {
  const bytes = smallPdf(2000);
  const url = await open('lớn.pdf', bytes.length);
  const { sending } = realRequest({ method: 'PATCH', url, headers: { ...patchHeaders(0), 'content-length': String(bytes.length) } });
  sending.on('error', () => undefined);
  sending.write(bytes.subarray(0, 700_000));
  await pause(300);
  sending.destroy();
  let offset = 0;
  for (let tries = 0; offset === 0 && tries < 50; tries += 1) {
    await pause(50);
    offset = Number((await head(url)).headers['upload-offset']);
  }
  assert.equal(offset, 700_000);
  // What a process kept in memory about its store is gone after a restart.
  house.kernel.services.clear();
  assert.equal((await patch(url, offset, bytes.subarray(offset))).statusCode, 204);
  assert.deepEqual(await readBytes(house.kernel, (await take(url.slice(-36))).sha256), bytes);
});

test('a new connection takes an upload over from one that still hangs', async () => {
  const bytes = smallPdf(300);
  const url = await open('treo.pdf', bytes.length);
  const { sending, answer } = realRequest({ method: 'PATCH', url, headers: { ...patchHeaders(0), 'content-length': String(bytes.length) } });
  sending.on('error', () => undefined);
  sending.write(bytes.subarray(0, 1000));
  await pause(200);
  assert.equal((await patch(url, 0, bytes)).statusCode, 204);
  sending.end(bytes.subarray(1000));
  assert.notEqual((await answer).statusCode, 204);
  assert.deepEqual(await readBytes(house.kernel, (await take(url.slice(-36))).sha256), bytes);
});

test('a file above the limit is refused before a byte of it is sent', async () => {
  const reply = await server.inject({ method: 'POST', url: '/api/v1/uploads', headers: uploadHeaders({ name: 'phim.mp4', sizeBytes: 200 * 1024 * 1024, headers: mai }) });
  assert.equal(reply.statusCode, 413);
  assert.equal(codeOf(reply), 'files.tooLarge');
  assert.match(reply.json<{ message: string; fix: string }>().message, /3 MB/);
  assert.equal(reply.headers['tus-max-size'], String(LIMIT));
});

test('whoever sends more than declared, without saying how much, is refused while sending', async () => {
  const url = await open('dối.pdf', 100_000);
  const { sending, answer } = realRequest({ method: 'PATCH', url, headers: { ...patchHeaders(0), 'transfer-encoding': 'chunked' } });
  sending.on('error', () => undefined);
  let sent = 0;
  const answered = new AbortController();
  void answer.then(() => answered.abort());
  const chunk = Buffer.alloc(50_000, 7);
  while (!answered.signal.aborted && sent < 50 * 1024 * 1024) {
    sending.write(chunk);
    sent += chunk.length;
    await pause(1);
  }
  const reply = await answer;
  assert.equal(reply.statusCode, 413);
  assert.ok(sent < 50 * 1024 * 1024, 'the answer came while the client was still sending');
  const kept = (await readdir(join(house.kernel.config.filesUrl, 'uploads'))).filter((name) => url.endsWith(name));
  assert.ok(kept.length <= 1);
  sending.destroy();
});

test('an empty file is refused, in both languages, with what to do', async () => {
  const vi = await server.inject({ method: 'POST', url: '/api/v1/uploads', headers: uploadHeaders({ name: 'trống.pdf', sizeBytes: 0, headers: mai }) });
  assert.equal(vi.statusCode, 422);
  assert.deepEqual(Object.keys(vi.json<object>()).toSorted(), ['code', 'fix', 'message', 'requestId']);
  assert.match(vi.json<{ message: string }>().message, /“trống\.pdf” không có nội dung/);
  const en = await server.inject({ method: 'POST', url: '/api/v1/uploads', headers: { ...uploadHeaders({ name: 'trống.pdf', sizeBytes: 0, headers: mai }), 'x-language': 'en' } });
  assert.match(en.json<{ message: string }>().message, /is empty/);
});

test('a file that is not what its name says is refused, and nothing of it stays', async () => {
  const reply = await upload('Báo cáo.pdf', Buffer.from('This is just a text, but it claims to be a PDF.'));
  assert.equal(reply.statusCode, 422);
  assert.equal(codeOf(reply), 'files.contentMismatch');
  assert.match(reply.json<{ message: string }>().message, /đuôi \.pdf nhưng nội dung là văn bản thuần/);
  assert.equal((await house.sql(`select 1 from files.upload where name = 'Báo cáo.pdf'`)).length, 0);
});

test('a PDF with JavaScript is accepted and flagged; one that the reader cannot read is flagged too', async () => {
  const active = Buffer.concat([smallPdf(), Buffer.from('\n% /JavaScript\n')]);
  assert.deepEqual((await view(`/api/v1/uploads/${await uploadFile(server, { name: 'mẫu.pdf', bytes: active, headers: mai })}`)).flags, ['javascript']);
  const broken = Buffer.concat([smallPdf(), Buffer.from('\n% /Unreadable\n')]);
  assert.deepEqual((await view(`/api/v1/uploads/${await uploadFile(server, { name: 'hỏng.pdf', bytes: broken, headers: mai })}`)).flags, ['unreadable']);
});

test('while the reader of a kind is away, a file of it comes in no further; the same upload goes on when it is back, with its own flags', async () => {
  const bytes = Buffer.concat([smallPdf(), Buffer.from('\n% /JavaScript\n')]);
  const url = await open('chờ.pdf', bytes.length);
  isReaderAway = true;
  const away = await patch(url, 0, bytes);
  isReaderAway = false;
  assert.deepEqual([away.statusCode, codeOf(away)], [503, 'kernel.unavailable']);
  const offset = Number((await head(url)).headers['upload-offset']);
  assert.equal((await patch(url, offset, bytes.subarray(offset))).statusCode, 204);
  assert.deepEqual((await view(url)).flags, ['javascript']);
});

test('a dangerous name is cleaned, and the given one is kept in the record', async () => {
  const given = '../../etc/Quyết định \u202Efdp.exe\u0000 12.pdf';
  const uploadId = await uploadFile(server, { name: given, bytes: smallPdf(), headers: mai });
  const { fileId, name } = await take(uploadId);
  assert.equal(name, 'Quyết định fdp.exe 12.pdf');
  const [row] = await house.sql<{ name: string; original_name: string }>('select name, original_name from files.file where id = $1', [fileId]);
  assert.equal(row?.name, name);
  assert.equal(row.original_name, given.replace('\u0000', ''));
});

test('a PDF without extension gets one', async () => {
  const uploadId = await uploadFile(server, { name: 'Tờ trình số 5.2026', bytes: smallPdf(), headers: mai });
  assert.equal((await take(uploadId)).name, 'Tờ trình số 5.2026.pdf');
});

test('a part with a wrong checksum is thrown away and can be sent again', async () => {
  const bytes = smallPdf(50);
  const url = await open('kiểm.pdf', bytes.length);
  const sum = (data: Buffer): string => `sha256 ${createHash('sha256').update(data).digest('base64')}`;
  const wrong = await patch(url, 0, bytes, { 'upload-checksum': sum(Buffer.from('other')) });
  assert.equal(wrong.statusCode, 460);
  assert.equal((await head(url)).headers['upload-offset'], '0');
  assert.equal((await patch(url, 0, bytes, { 'upload-checksum': sum(bytes) })).statusCode, 204);
  assert.deepEqual(await readBytes(house.kernel, (await take(url.slice(-36))).sha256), bytes);
});

test('an upload is its owner’s alone', async () => {
  const url = await open('riêng.pdf', 5000);
  const binh = { 'tus-resumable': '1.0.0', 'x-person': 'binh' };
  assert.equal((await head(url, binh)).statusCode, 404);
  assert.equal((await server.inject({ method: 'PATCH', url, headers: { ...patchHeaders(0), ...binh }, payload: Buffer.alloc(5000) })).statusCode, 404);
  assert.equal((await server.inject({ method: 'DELETE', url, headers: binh })).statusCode, 404);
  assert.equal((await server.inject({ url, headers: binh })).statusCode, 404);
  for (const method of ['HEAD', 'PATCH', 'DELETE', 'GET'] as const) assert.equal((await server.inject({ method, url, headers: { 'tus-resumable': '1.0.0' } })).statusCode, 401, method);
  await assert.rejects(take(await uploadFile(server, { name: 'a.pdf', bytes: smallPdf(), headers: mai }), 'binh'), isCode('files.uploadNotFound'));
});

test('the protocol’s own refusals: version, type of a part, length and name', async () => {
  const url = await open('a.pdf', 5000);
  const version = await server.inject({ method: 'PATCH', url, headers: { ...patchHeaders(0), 'tus-resumable': '0.2.2' }, payload: Buffer.alloc(10) });
  assert.equal(version.statusCode, 412);
  assert.equal(version.headers['tus-version'], '1.0.0');
  assert.equal((await patch(url, 0, Buffer.alloc(10), { 'content-type': 'application/octet-stream' })).statusCode, 415);
  const post = (headers: Record<string, string>) => server.inject({ method: 'POST', url: '/api/v1/uploads', headers: { ...uploadHeaders({ name: 'a.pdf', sizeBytes: 5, headers: mai }), ...headers } });
  assert.equal(codeOf(await post({ 'upload-length': 'many' })), 'files.protocol');
  assert.equal(codeOf(await post({ 'upload-metadata': '' })), 'files.nameMissing');
});

test('an upload that was given up is gone with its bytes', async () => {
  const url = await open('bỏ.pdf', 50_000);
  await patch(url, 0, Buffer.alloc(20_000));
  assert.equal((await server.inject({ method: 'DELETE', url, headers: tus })).statusCode, 204);
  assert.equal((await head(url)).statusCode, 404);
  assert.ok(!(await readdir(join(house.kernel.config.filesUrl, 'uploads'))).some((name) => url.endsWith(name)));
});

test('an upload expires after a day, with its bytes', async () => {
  const url = await open('cũ.pdf', 50_000);
  await patch(url, 0, Buffer.alloc(20_000));
  house.clock.advance(86_400_000);
  assert.equal((await head(url)).statusCode, 410);
  house.clock.advance(1);
  assert.ok((await expireUploads(house.kernel)) >= 1);
  assert.equal((await head(url)).statusCode, 404);
  assert.deepEqual(await readdir(join(house.kernel.config.filesUrl, 'uploads')), []);
});

test('one person cannot fill the disk with unfinished uploads', async () => {
  people['nam'] = somebody();
  const openOne = () => server.inject({ method: 'POST', url: '/api/v1/uploads', headers: uploadHeaders({ name: 'a.pdf', sizeBytes: 5000, headers: { 'x-person': 'nam' } }) });
  for (let count = 0; count < 100; count += 1) assert.equal((await openOne()).statusCode, 201);
  const refused = await openOne();
  assert.equal(refused.statusCode, 429);
  assert.equal(codeOf(refused), 'files.tooManyUploads');
});

test('who opened which file is recorded once a day, and nothing for whoever may not see it', async () => {
  const { fileId, sha256 } = await take(await uploadFile(server, { name: 'Công văn.pdf', bytes: smallPdf(60), headers: mai }));
  const url = `/api/v1/files/${fileId}`;
  const openings = () => house.sql<{ data: unknown; actor: { name: string } }>(`select data, actor from audit.entry where type = 'files.file-opened' and subject_id = $1 order by at`, [fileId]);
  for (const headers of [mai, { ...mai, range: 'bytes=0-99' }, { ...mai, range: 'bytes=100-199' }]) await server.inject({ url, headers });
  assert.deepEqual((await openings()).map(({ data }) => data), [{ name: 'Công văn.pdf', sha256 }]);
  house.clock.advance(86_400_000);
  await server.inject({ url, headers: mai });
  assert.equal((await openings()).length, 2);
  assert.equal((await server.inject({ url, headers: { 'x-person': 'stranger' } })).statusCode >= 400, true);
  assert.equal((await openings()).length, 2);
});

test('a file goes to its own agency only, PDF in the viewer, whole or by range, and cannot run anything', async () => {
  const bytes = smallPdf(60);
  const { fileId, sha256 } = await take(await uploadFile(server, { name: 'Công văn.pdf', bytes, headers: mai }));
  const url = `/api/v1/files/${fileId}`;
  const whole = await server.inject({ url, headers: mai });
  assert.equal(whole.statusCode, 200);
  assert.deepEqual(whole.rawPayload, bytes);
  assert.equal(whole.headers['content-type'], 'application/pdf');
  assert.equal(whole.headers['content-disposition'], `inline; filename*=UTF-8''C%C3%B4ng%20v%C4%83n.pdf`);
  assert.equal(whole.headers['content-security-policy'], "default-src 'none'; sandbox");
  assert.equal(whole.headers['x-content-type-options'], 'nosniff');
  assert.equal(whole.headers['accept-ranges'], 'bytes');
  const part = await server.inject({ url, headers: { ...mai, range: 'bytes=100-199' } });
  assert.equal(part.statusCode, 206);
  assert.equal(part.headers['content-range'], `bytes 100-199/${String(bytes.length)}`);
  assert.deepEqual(part.rawPayload, bytes.subarray(100, 200));
  assert.deepEqual((await server.inject({ url, headers: { ...mai, range: 'bytes=-10' } })).rawPayload, bytes.subarray(-10));
  assert.equal((await server.inject({ url, headers: { ...mai, range: 'bytes=9999999-' } })).statusCode, 416);
  assert.equal((await server.inject({ url, headers: { ...mai, range: 'bytes=0-9', 'if-range': '"another"' } })).statusCode, 200);
  assert.equal((await server.inject({ url, headers: { ...mai, 'if-none-match': `"${sha256}"` } })).statusCode, 304);
  assert.equal((await server.inject({ url, headers: { 'x-person': 'binh' } })).statusCode, 404);
  assert.equal((await server.inject({ url })).statusCode, 401);
});

test('what is no PDF is saved, never shown', async () => {
  const { fileId } = await take(await uploadFile(server, { name: 'trang.txt', bytes: Buffer.from('<html><script>alert(1)</script></html>'), headers: mai }));
  const reply = await server.inject({ url: `/api/v1/files/${fileId}`, headers: mai });
  assert.match(String(reply.headers['content-disposition']), /^attachment/);
  assert.equal(reply.headers['content-type'], 'text/plain');
});

test('a command that fails leaves the upload to be taken again', async () => {
  const uploadId = await uploadFile(server, { name: 'a.pdf', bytes: smallPdf(), headers: mai });
  const actor = people['mai'];
  assert.ok(actor);
  const failing = async (ctx: CommandContext) => {
    await takeUpload(ctx, { uploadId });
    throw new Error('something else went wrong');
  };
  await assert.rejects(run(house.kernel, failing, undefined, { actor }), /something else/);
  assert.equal((await take(uploadId)).mediaType, 'application/pdf');
});
