import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { resend } from '../testing/network-faults.ts';
import { connect, openInstallation, type Connected, type Installation } from './testing.ts';

// B sits behind a proxy that ends TLS, lives under a path of its own, and lets nobody in without a certificate that it knows.
const folder = mkdtempSync(join(tmpdir(), 'lienthong-tls-'));
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const options = { skip: hasOpenssl ? false : 'openssl is not installed' };

function certificate(name: string): { certificate: string; key: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]);
  assert.equal(made.status, 0, made.stderr.toString());
  return { certificate: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

let a: Installation;
let b: Installation;
let proxy: Server;
let pair: Connected;
let own: { certificate: string; key: string };
let theirs: { certificate: string; key: string };
before(async () => {
  if (!hasOpenssl) return;
  [own, theirs] = [certificate('a'), certificate('b')];
  [a, b] = [await openInstallation(), await openInstallation()];
  proxy = createServer({ cert: theirs.certificate, key: theirs.key, ca: own.certificate, requestCert: true, rejectUnauthorized: true }, (incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      resend(b.address, { method: incoming.method ?? '', url: (incoming.url ?? '').replace('/lien-thong', ''), headers: incoming.headers, body: Buffer.concat(parts) }).then(
        (reply) => outgoing.writeHead(reply.status, reply.headers).end(reply.body),
        () => outgoing.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  // safe because the proxy listens on a port
  const guestAddress = `https://127.0.0.1:${String((proxy.address() as AddressInfo).port)}/lien-thong`;
  pair = await connect(a, b, { guestAddress });
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (!hasOpenssl) return;
  proxy.closeAllConnections();
  proxy.close();
  await a.close();
  await b.close();
});

test('a certificate of a private authority and one of our own are set by hand, and the key of the exchange stays', options, async () => {
  const url = `/api/v1/exchange/partners/${pair.atInviter}`;
  const tried = async () => {
    const reply = await a.call<{ code?: string; message?: string }>('POST', `${url}/test`);
    return reply.status === 200 ? 'ok' : String(reply.body.message);
  };
  assert.match(await tried(), /chưa tin nơi cấp chứng thư máy chủ bên kia/, 'a certificate that nobody vouches for is not believed');
  assert.equal((await a.call('PATCH', url, { body: { config: { certificateAuthority: theirs.certificate } } })).status, 204);
  assert.notEqual(await tried(), 'ok', 'the proxy wants to know who calls');
  assert.equal((await a.call('PUT', `${url}/secrets`, { body: { secrets: { tls: own } } })).status, 204);
  assert.equal(await tried(), 'ok');
  assert.ok(!JSON.stringify((await a.call('GET', url)).body).includes('PRIVATE KEY'));
});
