import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { anonymous } from './actor.ts';
import { createHttpServer } from './http.ts';
import { kernelModule } from './kernel-module.ts';
import type { Module } from './module.ts';
import { anyone, holders, rawJson, route, signedIn } from './route.ts';
import { openTestHouse, somebody, type TestHouse } from './testkit.ts';

const clerk = somebody({ name: 'Lê Thị Mai' });

const probe: Module = {
  name: 'probe',
  routes: [
    route({ method: 'GET', url: '/open', summary: 'open', access: anyone('a probe for the tests'), run: () => Promise.resolve({ open: true }) }),
    route({ method: 'GET', url: '/mine', summary: 'mine', access: signedIn, run: (http) => Promise.resolve({ name: http.actor.name }) }),
    route({ method: 'GET', url: '/leaders', summary: 'leaders', access: holders('leader'), run: () => Promise.resolve({}) }),
    route({ method: 'GET', url: '/things/:id', summary: 'a thing', access: signedIn, params: z.object({ id: z.uuid() }), run: (_http, { params }) => Promise.resolve({ id: params.id }) }),
    route({ method: 'GET', url: '/words/:word', summary: 'a word', access: signedIn, params: z.object({ word: z.string() }), query: z.object({ text: z.string().optional() }), run: (_http, { params, query }) => Promise.resolve({ ...params, ...query }) }),
    route({ method: 'GET', url: '/raw', summary: 'raw', access: signedIn, run: () => Promise.resolve(rawJson('{"built":"by PostgreSQL"}')) }),
    route({
      method: 'POST',
      url: '/form',
      summary: 'a form',
      access: signedIn,
      body: z.object({ summary: z.string().min(1), count: z.int().max(5) }),
      run: (_http, { body }) => Promise.resolve(body),
    }),
    route({
      method: 'POST',
      url: '/stream',
      summary: 'a streamed body',
      access: signedIn,
      streamedBody: true,
      run: async (http) => {
        let bytes = 0;
        for await (const chunk of http.request.raw) bytes += Buffer.byteLength(String(chunk));
        return { bytes };
      },
    }),
    route({ method: 'GET', url: '/defect', summary: 'throws', access: signedIn, run: () => Promise.reject(new Error('password=secret')) }),
  ],
};

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, probe] });
});
after(() => house.close());

const server = (who: 'clerk' | 'nobody') =>
  createHttpServer({ kernel: house.kernel, authenticate: () => Promise.resolve(who === 'clerk' ? clerk : anonymous), routes: probe.routes ?? [] });

test('nobody gets 401, a person without the role 403, and both are told what to do in their language', async () => {
  const nobody = await server('nobody').inject({ url: '/mine' });
  assert.equal(nobody.statusCode, 401);
  assert.match(nobody.json<{ fix: string }>().fix, /Đăng nhập/);
  const refused = await server('clerk').inject({ url: '/leaders', headers: { 'x-language': 'en' } });
  assert.equal(refused.statusCode, 403);
  assert.match(refused.json<{ message: string }>().message, /post may not/);
  assert.equal((await server('nobody').inject({ url: '/open' })).statusCode, 200);
});

test('a malformed id names nothing that exists', async () => {
  assert.equal((await server('clerk').inject({ url: '/things/1%20or%201=1' })).statusCode, 404);
  assert.equal((await server('clerk').inject({ url: '/nowhere' })).statusCode, 404);
});

test('all problems of a form come back at once, field by field', async () => {
  const reply = await server('clerk').inject({ method: 'POST', url: '/form', payload: { summary: '', count: 9 } });
  assert.equal(reply.statusCode, 422);
  assert.deepEqual(
    reply.json<{ fields: { path: string }[] }>().fields.map((field) => field.path),
    ['summary', 'count'],
  );
});

test('text that no database can keep is refused at the door, wherever it stands', async () => {
  const post = (payload: string) => server('clerk').inject({ method: 'POST', url: '/form', payload, headers: { 'content-type': 'application/json' } });
  for (const summary of ['a\\u0000b', 'a\\ud800b']) {
    const reply = await post(`{"summary":"${summary}","count":1}`);
    assert.equal(reply.statusCode, 422, reply.body);
    assert.equal(reply.json<{ code: string }>().code, 'kernel.invalidInput');
    assert.equal((await post(`{"summary":"a","count":1,"more":[{"${summary}":1}]}`)).statusCode, 422);
  }
  assert.equal((await post(`{"summary":"Đặng Thị Ước 😀","count":1}`)).statusCode, 200);
  assert.equal((await post(`{"summary":"a","count":1,"more":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).statusCode, 200, 'depth breaks nothing');
  assert.equal((await server('clerk').inject({ url: '/words/a%00b' })).statusCode, 404);
  assert.equal((await server('clerk').inject({ url: '/words/ab?text=%00' })).statusCode, 422);
  assert.equal((await server('clerk').inject({ url: '/words/ab?text=x' })).statusCode, 200);
});

test('malformed JSON is a clear refusal, not a crash', async () => {
  const reply = await server('clerk').inject({ method: 'POST', url: '/form', payload: '{"summary":', headers: { 'content-type': 'application/json' } });
  assert.equal(reply.statusCode, 422);
  assert.equal(reply.json<{ code: string }>().code, 'kernel.invalidInput');
});

test('a change that comes from another site is refused', async () => {
  const payload = { summary: 'x', count: 1 };
  const post = (headers: Record<string, string>) => server('clerk').inject({ method: 'POST', url: '/form', payload, headers });
  assert.equal((await post({ 'sec-fetch-site': 'cross-site' })).statusCode, 403);
  assert.equal((await post({ origin: 'https://evil.example' })).statusCode, 403);
  assert.equal((await post({ 'sec-fetch-site': 'same-origin' })).statusCode, 200);
  assert.equal((await post({ origin: 'http://lienthong.test' })).statusCode, 200);
});

test('a defect shows its request id and nothing of its inside', async () => {
  const reply = await server('clerk').inject({ url: '/defect' });
  assert.equal(reply.statusCode, 500);
  const body = reply.json<{ fix: string; requestId: string }>();
  assert.ok(body.fix.includes(body.requestId));
  assert.doesNotMatch(reply.body, /secret/);
});

test('JSON from the database is passed through untouched, with the headers that keep a browser safe', async () => {
  const reply = await server('clerk').inject({ url: '/raw' });
  assert.equal(reply.body, '{"built":"by PostgreSQL"}');
  assert.equal(reply.headers['x-content-type-options'], 'nosniff');
  assert.match(String(reply.headers['content-security-policy']), /object-src 'none'/);
  assert.equal(reply.headers['cache-control'], 'no-store');
});

test('only an installation whose address is https tells browsers to come by https', async () => {
  const headerAt = async (publicUrl: string | undefined): Promise<unknown> => {
    const kernel = { ...house.kernel, config: { ...house.kernel.config, publicUrl } };
    return (await createHttpServer({ kernel, authenticate: () => Promise.resolve(clerk), routes: probe.routes ?? [] }).inject({ url: '/raw' })).headers['strict-transport-security'];
  };
  assert.equal(await headerAt('https://lienthong.example'), 'max-age=31536000');
  assert.equal(await headerAt('http://localhost:8080'), undefined);
  assert.equal(await headerAt(undefined), undefined);
});

test('a form that does not arrive in time is refused and its connection closed; a stream may take longer, and so may the answer', { timeout: 60_000 }, async () => {
  const patient = createHttpServer({ kernel: house.kernel, authenticate: () => Promise.resolve(clerk), routes: probe.routes ?? [], formPatienceMs: 300 });
  await patient.listen({ port: 0, host: '127.0.0.1' });
  const address = patient.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const LENGTH = Buffer.byteLength('{"summary":"quick","count":1}');
  const begin = async (path: string, sent: string): Promise<{ socket: Socket; reply: Promise<string> }> => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    let text = '';
    socket.on('data', (bytes) => {
      text += String(bytes);
    });
    const reply = once(socket, 'close').then(() => text);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${String(LENGTH)}\r\nconnection: close\r\n\r\n${sent}`);
    return { socket, reply };
  };
  try {
    const slow = await begin('/form', '{"summary":');
    const stream = await begin('/stream', '{"summary":');
    const refused = await slow.reply;
    assert.match(refused, /^HTTP\/1.1 408 [^]*connection: close[^]*"code":"kernel.requestTooSlow"/);
    assert.ok(!stream.socket.destroyed, 'the stream goes on');
    stream.socket.write(' '.repeat(LENGTH - '{"summary":'.length));
    assert.match(await stream.reply, /"bytes":29/);
    const quick = await begin('/form', '{"summary":"quick","count":1}');
    assert.match(await quick.reply, /^HTTP\/1.1 200 /);
    assert.ok(patient.server.headersTimeout > 0 && patient.server.headersTimeout <= 60_000, 'slow headers end as well');
    assert.ok(patient.server.requestTimeout > 0, 'and in the end every request');
  } finally {
    await patient.close();
  }
});
