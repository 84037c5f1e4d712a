import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { anonymous } from '#kernel/actor.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import type { Module } from '#kernel/module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { identityModule } from '#engines/identity/index.ts';
import { signaturesModule } from '#engines/signatures/index.ts';
import { verificationModule } from './index.ts';

const samples = join(import.meta.dirname, '../../../../shared/samples/signed-pdf');
/** Records the events that the module subscribes to; its authenticity test has the real capability. */
const issuing: Module = { name: 'outgoing-documents', events: Object.fromEntries(['document-issued', 'document-recalled', 'document-replaced'].map((name) => [name, { data: z.object({}), vi: 'Phát hành', en: 'Issued' }])) };
const modules = [kernelModule, auditModule, identityModule, filesModule, signaturesModule, issuing, verificationModule];
const letter = 'letter-2026-two-officials-then-four-seals.pdf';

let house: TestHouse;
let server: FastifyInstance;
before(async () => {
  house = await openTestHouse({ modules, config: { uploadLimitBytes: 5 * 1024 * 1024 } });
  server = house.server(() => Promise.resolve(anonymous));
});
after(() => house.close());

function sample(t: TestContext, name: string): Buffer | undefined {
  const path = join(samples, name);
  if (existsSync(path)) return readFileSync(path);
  t.skip(`the sample ${name} is missing`);
  return undefined;
}

function form(name: string, bytes: Buffer): { headers: Record<string, string>; payload: Buffer } {
  const boundary = '----lienthong';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/pdf\r\n\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'sec-fetch-site': 'same-origin' },
    payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

let address = 0;
const post = (name: string, bytes: Buffer, url = '/kiem-tra') => {
  address += 1;
  return server.inject({ method: 'POST', url, ...form(name, bytes), remoteAddress: `10.1.0.${String(address)}` });
};

test('the page asks for one file, in Vietnamese first and in English on request, without a script', async () => {
  const page = await server.inject('/kiem-tra');
  assert.equal(page.statusCode, 200);
  assert.match(page.body, /^<!doctype html><html lang="vi">/);
  assert.match(page.body, /Chọn tệp đã ký/);
  assert.doesNotMatch(page.body, /<script/);
  assert.match(page.body, /không phải tổ chức chứng thực công cộng/);
  assert.match((await server.inject('/kiem-tra?lang=en')).body, /<html lang="en">.*Choose a signed file/s);
  const [style] = /\/kiem-tra\/[0-9a-f]{12}\.css/.exec(page.body) ?? [];
  assert.equal((await server.inject(style ?? '')).headers['content-type'], 'text/css; charset=utf-8');
});

test('a letter with six signatures is told as two officials and one agency, each with its time and the fields of the law', async (t) => {
  const bytes = sample(t, letter);
  if (bytes === undefined) return;
  const page = await post('công văn.pdf', bytes);
  assert.equal(page.statusCode, 200);
  for (const wanted of ['Đào Mạnh Hà', 'Nguyễn Thanh Điệp', '4 chữ ký', 'công văn.pdf', 'Tổ chức cấp chứng thư', 'Hiệu lực khi ký', 'Thời hạn chứng thư', 'Tính toàn vẹn', 'Đơn vị quản lý chứng thư']) {
    assert.ok(page.body.includes(wanted), wanted);
  }
  assert.equal(page.body.match(/<li class="open">/g)?.length, 3, 'the agency’s four signatures are one station');
});

test('a file that was shrunk after signing is refused in the first line', async (t) => {
  const bytes = sample(t, 'broken-shrunk-after-signing.pdf');
  if (bytes === undefined) return;
  const page = await post('nen.pdf', bytes);
  assert.match(page.body, /<h1 id="verdict">Chữ ký không hợp lệ\.<\/h1><p>Tệp đã bị thay đổi sau khi ký/);
});

test('what is no PDF, empty, missing or too large is answered with a page that says what to do', async () => {
  const cases: [Awaited<ReturnType<typeof post>>, number, RegExp][] = [
    [await post('a.pdf', Buffer.from('PK\u0003\u0004 not a container')), 422, /không phải gói ASiC/],
    [await post('a.pdf', Buffer.from('not a pdf')), 422, /không phải PDF, XML/],
    [await post('a.pdf', Buffer.alloc(0)), 422, /Tệp này rỗng \(0 byte\)[\s\S]*Tải lại tệp/],
    [await post('', Buffer.alloc(0)), 422, /chưa chọn tệp/],
    [await post('a.pdf', Buffer.alloc(6 * 1024 * 1024)), 413, /lớn hơn 5 MB/],
    [await server.inject({ method: 'POST', url: '/kiem-tra', payload: 'x', headers: { 'content-type': 'text/plain' } }), 422, /chưa chọn tệp/],
  ];
  for (const [reply, status, text] of cases) {
    assert.equal(reply.statusCode, status, reply.body.slice(0, 200));
    assert.match(reply.headers['content-type'] as string, /text\/html/);
    assert.match(reply.body, text);
  }
});

test('a name with markup, folders and direction marks is shown as harmless text', async (t) => {
  const bytes = sample(t, 'decree-2025-sha256.pdf');
  if (bytes === undefined) return;
  const page = await post('C:\\thư mục\\\u202e<b onmouseover=x>fdp.exe', bytes);
  assert.ok(page.body.includes('&lt;b onmouseover=x'), page.body.slice(0, 1500));
  assert.doesNotMatch(page.body, /<b onmouseover|\u202e|thư mục/);
});

test('the API answers the report as data, and refuses other media types and unreadable files with a code', async (t) => {
  const bytes = sample(t, letter);
  if (bytes === undefined) return;
  const send = (payload: Buffer, type = 'application/pdf') =>
    server.inject({ method: 'POST', url: '/api/v1/validations', payload, headers: { 'content-type': type } });
  const reply = await send(bytes);
  assert.equal(reply.statusCode, 200, reply.body.slice(0, 300));
  const report = reply.json<{ indication: string; signatures: { role: string; changesAfter: string }[] }>();
  assert.equal(report.indication, 'INDETERMINATE');
  assert.deepEqual(
    report.signatures.map((signature) => signature.role),
    ['initials', 'person', 'agency', 'agency', 'agency', 'agency'],
  );
  assert.equal((await send(Buffer.from('{}'), 'application/json')).statusCode, 415);
  const damaged = await send(Buffer.from('%PDF-1.7 cut'));
  assert.equal(damaged.statusCode, 422);
  assert.equal(damaged.json<{ code: string }>().code, 'verification.unreadable');
});

test('one address gets twenty checks at once and then has to wait', async () => {
  const replies = await Promise.all(
    Array.from({ length: 22 }, () => server.inject({ method: 'POST', url: '/api/v1/validations', payload: Buffer.from('x'), headers: { 'content-type': 'application/pdf' }, remoteAddress: '10.9.9.9' })),
  );
  assert.ok(replies.some((reply) => reply.statusCode === 429));
  house.clock.advance(60_000);
  const later = await server.inject({ method: 'POST', url: '/api/v1/validations', payload: Buffer.from('x'), headers: { 'content-type': 'application/pdf' }, remoteAddress: '10.9.9.9' });
  assert.equal(later.statusCode, 422);
});

test('somebody who sends four files that never come to an end does not keep others from checking theirs', async () => {
  await server.listen({ port: 0, host: '127.0.0.1' });
  // safe because the server listens on a port
  const { port } = server.server.address() as AddressInfo;
  const slow = Array.from({ length: 4 }, () => {
    const sent = request({ port, method: 'POST', path: '/api/v1/validations', headers: { 'content-type': 'application/pdf', 'content-length': 1000, 'x-forwarded-for': '198.51.100.66' } });
    const answered = new Promise<number | undefined>((resolve) => {
      sent.on('response', (reply) => {
        resolve(reply.statusCode);
        reply.resume();
      });
      sent.on('error', () => {
        resolve(undefined);
      });
    });
    sent.write('%PDF');
    return { sent, answered };
  });
  // Two of the four get their places, the others hear at once that they have to wait.
  const [first, second] = await Promise.all([Promise.race(slow.map(({ answered }) => answered)), pause(500)]);
  assert.deepEqual([first, second], [429, undefined]);
  const other = await server.inject({ method: 'POST', url: '/api/v1/validations', payload: Buffer.from('%PDF-1.7 cut'), headers: { 'content-type': 'application/pdf' }, remoteAddress: '198.51.100.67' });
  assert.equal(other.statusCode, 422, other.body);
  for (const { sent } of slow) sent.destroy();
});

test('nothing of a public file stays in the database or in the store', async () => {
  const [row] = await house.sql('select (select count(*)::int from signatures.validation) as reports, (select count(*)::int from files.blob) as blobs');
  assert.deepEqual(row, { reports: 0, blobs: 0 });
});
