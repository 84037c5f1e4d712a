import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { modules } from './capabilities.ts';
import { startWeb, type WebServer } from './server.ts';
import { ensureWebBuilt } from './web-build.ts';

let house: TestHouse;
let web: WebServer;
before(async () => {
  await ensureWebBuilt();
  house = await openTestHouse({ modules, config: { port: 0, host: '127.0.0.1', publicUrl: undefined } });
  web = await startWeb(house.kernel);
}, { timeout: 240_000 });
after(async () => {
  await web.stop();
  await house.close();
});

const connections = async (path: string): Promise<string | undefined> => {
  const reply = await web.server.inject(path);
  assert.ok(reply.statusCode < 400, `${path} ${String(reply.statusCode)}`);
  return /connect-src ([^;]*)/.exec(String(reply.headers['content-security-policy']))?.[1];
};

test('the workplace may reach its own server and the sockets of the signing programs on the computer, and nothing else', async () => {
  const allowed = "'self' wss://127.0.0.1:8987 wss://localhost:4433 wss://localhost:4434 wss://localhost:4435 wss://localhost:9201 wss://localhost:9202";
  for (const path of ['/app', '/app/', '/app/van-ban-di/ky', '/app/chu-ky-cua-toi']) assert.equal(await connections(path), allowed, path);
  const policy = String((await web.server.inject('/app')).headers['content-security-policy']);
  for (const kept of ["default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) assert.ok(policy.includes(kept), kept);
});

test('public pages and replies of the server reach their own server only', async () => {
  for (const path of ['/health/live', '/kiem-tra']) assert.equal(await connections(path), undefined, path);
});

test('who comes to an address that is not there with a browser gets a page with words and ways on; what a script asks gets JSON', async () => {
  for (const path of ['/xac-thuc', '/khong-co-trang-nay?a=1', '/api/v1/files/01a20843-a4e5-7000-89f7-cddbe6010eeb']) {
    const page = await web.server.inject({ url: path, headers: { accept: 'text/html,application/xhtml+xml' } });
    assert.match(String(page.headers['content-type']), /^text\/html/, path);
    assert.ok(page.statusCode === 404 || page.statusCode === 401, path);
    assert.match(page.body, /<h1>[^<]+<\/h1>[^]*href="\/app\/"/, path);
    const sheet = /rel="stylesheet" href="([^"]+)"/.exec(page.body)?.[1] ?? '';
    assert.match(String((await web.server.inject(sheet)).headers['content-type']), /^text\/css/);
    const data = await web.server.inject(path);
    assert.match(String(data.headers['content-type']), /json/, path);
  }
  const english = await web.server.inject({ url: '/nowhere?lang=en', headers: { accept: 'text/html' } });
  assert.match(english.body, /<html lang="en">[^]*Go to the workplace/);
  for (const url of ['//elsewhere.example/x', '//']) assert.doesNotMatch((await web.server.inject({ url, headers: { accept: 'text/html' } })).body, /href="\/\//, url);
  assert.doesNotMatch((await web.server.inject({ url: '/%3Cscript%3E?x=%22%3E', headers: { accept: 'text/html' } })).body, /<script>/);
});

test('a file of an earlier build is gone, while every place of the workplace is its page', async () => {
  const gone = await web.server.inject('/app/assets/index-0000000.js');
  assert.equal(gone.statusCode, 404);
  assert.match(String(gone.headers['content-type']), /json/);
  const page = await web.server.inject('/app/van-ban-den/assets');
  assert.deepEqual([page.statusCode, page.headers['content-type']], [200, 'text/html; charset=utf-8']);
  const script = /src="(\/app\/assets\/[^"]+)"/.exec(page.body)?.[1];
  assert.equal((await web.server.inject(script ?? '')).statusCode, 200);
});
