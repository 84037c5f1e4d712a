import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../tests/browser.ts';
import { isSignatureOver, makeCertificate, makeToken, startProgram, vgcaAnswers, type FakeProgram } from './testing.ts';

const selfMade = makeCertificate();
const token = makeToken();
let browser: Browser | undefined;
let program: FakeProgram | undefined;
let pages: Server | undefined;
let origin = '';
/** What the page may connect to beside its own server; as the head of the reply says it. */
let connect = '';

before(async () => {
  if (selfMade === undefined) return;
  pages = createServer((request, reply) => {
    reply.setHeader('content-security-policy', `default-src 'self'; connect-src 'self' ${connect}`);
    const name = /^\/([a-z-]+\.ts)$/.exec(request.url ?? '')?.[1];
    if (request.url === '/start.js') reply.setHeader('content-type', 'text/javascript').end(`import { vgcaAgent } from './vgca.ts'; globalThis.vgcaAgent = vgcaAgent;`);
    else if (name === undefined) reply.setHeader('content-type', 'text/html').end('<!doctype html><title>Ký</title><script type="module" src="/start.js"></script>');
    else reply.setHeader('content-type', 'text/javascript').end(stripTypeScriptTypes(readFileSync(join(import.meta.dirname, name), 'utf8')));
  });
  await new Promise<void>((resolve) => pages?.listen(0, '127.0.0.1', resolve));
  // safe because it listens on a port
  origin = `http://127.0.0.1:${String((pages.address() as AddressInfo).port)}`;
  program = await startProgram({ tls: selfMade, origin, answer: vgcaAnswers(token, { mood: 'signs', signFile: (file) => file }) });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await program?.close();
  pages?.closeAllConnections();
  pages?.close();
});

type Seen = { found: boolean | string; answer: { signature: string } | string };

/** What a page of the installation makes of the program, in a browser that trusts its certificate or not. */
async function look({ isTrusted, mayConnect }: { isTrusted: boolean; mayConnect: boolean }, hash: string): Promise<Seen> {
  const address = `127.0.0.1:${String(program?.port)}`;
  connect = mayConnect ? `wss://${address}` : '';
  const context = await browser?.newContext({ ignoreHTTPSErrors: isTrusted });
  const page = await context?.newPage();
  await page?.goto(origin);
  await page?.waitForFunction('"vgcaAgent" in globalThis');
  const text = await page?.evaluate(`(async () => {
    const agent = vgcaAgent({ address: '${address}' });
    const problem = (error) => error.problem ?? String(error);
    const found = await agent.detect().catch(problem);
    const answer = await agent.signHash({ hash: '${hash}', hashAlgorithm: 'SHA-256', certificateSerial: '' }).catch(problem);
    return JSON.stringify({ found, answer });
  })()`);
  await context?.close();
  // safe because the script above writes exactly this
  return JSON.parse(String(text)) as Seen;
}

test('a page in a real browser reaches the program, unless its certificate is not trusted or the page may not connect there', { timeout: 90_000 }, async (t) => {
  if (selfMade === undefined) {
    t.skip('openssl is missing: no program on a signer’s computer was imitated');
    return;
  }
  const hash = createHash('sha256').update('những thuộc tính được ký').digest('base64');
  const good = await look({ isTrusted: true, mayConnect: true }, hash);
  assert.equal(good.found, true);
  assert.ok(typeof good.answer === 'object' && isSignatureOver(token, hash, good.answer.signature), JSON.stringify(good));
  assert.deepEqual(await look({ isTrusted: false, mayConnect: true }, hash), { found: false, answer: 'notReached' });
  const kept = await look({ isTrusted: true, mayConnect: false }, hash);
  assert.equal(kept.found, false, 'a page whose policy does not name the address does not get there');
});
