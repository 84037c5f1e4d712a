import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createTestPki, days, hours, later } from '../../domain/validation/testing.ts';
import { parseOcspRequest } from '../../domain/pki/ocsp.ts';
import { certificateIdOf, writeOcspRequest, writeOcspResponse } from '../../domain/pki/ocsp-responder.ts';
import { fetchLimited } from './fetch-limited.ts';
import { startGathering } from './gathering.ts';
import { builtInHosts, findHost, readHosts } from './hosts.ts';
import { createMemoryCache } from './lookup-cache.ts';
import { createRevocationNetwork } from './network.ts';
import { isPrivateAddress } from './private-addresses.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const now = later(start, days(10));
const [, list = Buffer.alloc(0)] = pki.crls(now);
const answer = pki.ocsp(pki.person, { status: 'good' }, now);

let handler: RequestListener = (_, reply) => reply.end();
const asked: string[] = [];
const server = createServer((request, reply) => {
  asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
  handler(request, reply);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
// safe because the server listens on a port, not on a pipe
const { port } = server.address() as AddressInfo;
after(() => {
  server.closeAllConnections();
  server.close();
});
const here = `http://127.0.0.1:${String(port)}`;
const hosts = readHosts(`internal:127.0.0.1:${String(port)}`);
const limits = { hosts, timeoutMs: 400 };
const open = (clock = { now }) => createRevocationNetwork({ hosts, cache: createMemoryCache(), now: () => clock.now, timeoutMs: 400 });
const crl = { kind: 'crl', url: `${here}/a.crl` } as const;
const fresh = { isFresh: false };

test('only listed hosts are asked, by their whole name and port, over http and https', () => {
  const listed = (text: string) => findHost(new URL(text), [...builtInHosts, ...hosts]) !== undefined;
  assert.deepEqual(['http://ca.gov.vn/pki/pub/crl/cpcag2.crl', 'https://ocsp.ca.gov.vn', 'http://CA.GOV.VN./x', `${here}/x`].map(listed), [true, true, true, true]);
  const others = ['http://xca.gov.vn', 'http://ca.gov.vn.attacker.example', 'http://sub.ca.gov.vn', 'http://ca.gov.vn:8080', 'http://user@ca.gov.vn', 'ftp://ca.gov.vn', 'file:///etc/passwd', 'http://127.0.0.1'];
  assert.deepEqual(others.map(listed), others.map(() => false));
  assert.throws(() => readHosts('ca.example, http://no'), /http:\/\/no is no host/);
});

test('addresses of this machine and of private networks are seen through all their spellings', () => {
  const inside = ['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '::ffff:7f00:1', 'fd00::1', 'fe80::1', '64:ff9b::7f00:1', 'localhost', '::127.0.0.1', '::ffff:0:7f00:1', '2001:0:7f00:1::1', 'fec0::1', '192.88.99.1'];
  assert.deepEqual(inside.filter((address) => !isPrivateAddress(address)), []);
  assert.deepEqual(['203.162.4.190', '2405:4800::1', '8.8.8.8', '2001:4860:4860::8888', '2001:ee0::1'].filter(isPrivateAddress), []);
});

test('a listed name or address inside the own network is refused unless the list says internal', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const listed = readHosts(`${host}:${String(port)}`);
    const before = asked.length;
    await assert.rejects(fetchLimited({ url: `http://${host}:${String(port)}/`, maxBytes: 10 }, { hosts: listed, timeoutMs: 400 }), /private address|no public address/);
    assert.equal(asked.length, before, 'nothing was sent');
  }
});

test('redirects stay on the list', async () => {
  handler = (request, reply) => {
    if (request.url === '/end') reply.end('there');
    else reply.writeHead(302, { location: request.url === '/off' ? 'http://elsewhere.example/' : request.url === '/round' ? '/round' : '/end' }).end();
  };
  assert.equal((await fetchLimited({ url: `${here}/on`, maxBytes: 10 }, limits)).toString(), 'there');
  await assert.rejects(fetchLimited({ url: `${here}/off`, maxBytes: 10 }, limits), /elsewhere\.example is not on the list/);
  await assert.rejects(fetchLimited({ url: `${here}/round`, maxBytes: 10 }, limits), /too many redirects/);
});

test('a slow, a dripping, an endless and a failing answer are given up', async () => {
  const silent: RequestListener = () => undefined;
  const dripping: RequestListener = (_, reply) => {
    const drip = setInterval(() => reply.write('x'), 50);
    reply.on('close', () => {
      clearInterval(drip);
    });
  };
  for (const each of [silent, dripping]) {
    handler = each;
    const before = performance.now();
    await assert.rejects(fetchLimited({ url: here, maxBytes: 10_000 }, limits));
    assert.ok(performance.now() - before < 1500);
  }
  handler = (_, reply) => reply.end(Buffer.alloc(100_000));
  await assert.rejects(fetchLimited({ url: here, maxBytes: 10_000 }, limits), /more than 10000 bytes/);
  handler = (_, reply) => reply.writeHead(404).end();
  await assert.rejects(fetchLimited({ url: here, maxBytes: 10_000 }, limits), /HTTP status 404/);
});

test('an answer is kept for as long as it says, and a refreshed one replaces it', async () => {
  handler = (_, reply) => reply.end(list);
  const clock = { now };
  const network = open(clock);
  const count = () => asked.filter((each) => each === 'GET /a.crl').length;
  const before = count();
  assert.deepEqual((await network.ask(crl, fresh)).isFromCache, false);
  assert.deepEqual(await network.ask(crl, fresh), { bytes: list, isFromCache: true });
  assert.equal(count() - before, 1);
  assert.equal((await network.ask(crl, { isFresh: true })).isFromCache, false);
  clock.now = later(now, hours(25));
  assert.equal((await network.ask(crl, fresh)).isFromCache, false, 'a day is the longest');
  assert.equal(count() - before, 3);
});

test('what is no list, no answer and no certificate is refused, and the address is left alone for a minute', async () => {
  handler = (_, reply) => reply.end('<html>maintenance</html>');
  const clock = { now };
  const network = open(clock);
  const before = asked.length;
  for (const kind of ['crl', 'ocsp', 'issuer'] as const) await assert.rejects(network.ask({ kind, url: `${here}/${kind}` }, fresh));
  await assert.rejects(network.ask({ kind: 'crl', url: `${here}/crl` }, fresh), /a moment ago/);
  assert.equal(asked.length - before, 3);
  clock.now = later(now, 61_000);
  handler = (_, reply) => reply.end(list);
  assert.deepEqual((await network.ask({ kind: 'crl', url: `${here}/crl` }, fresh)).bytes, list);
});

test('two who ask the same at once send one request', async () => {
  handler = (_, reply) => void setTimeout(() => reply.end(list), 50);
  const network = open();
  const before = asked.length;
  await Promise.all([network.ask(crl, fresh), network.ask(crl, fresh), network.ask(crl, fresh)]);
  assert.equal(asked.length - before, 1);
});

test('the next address is asked only when the one before is silent or of no use; silence is told and throws nothing', async () => {
  const body = writeOcspRequest(certificateIdOf(pki.person.certificate, pki.issuing.certificate));
  const posted: Buffer[] = [];
  handler = (request, reply) => {
    if (request.url === '/list') return void reply.end(list);
    request.on('data', (part: Buffer) => posted.push(part));
    request.on('end', () => (request.url === '/ocsp' ? reply.end(answer) : reply.writeHead(500).end()));
    return undefined;
  };
  const silent: string[] = [];
  const steps = ['/dead', '/ocsp'].map((path) => ({ kind: 'ocsp' as const, url: `${here}${path}`, body }));
  const lookups = [{ fingerprint: 'x', steps: [...steps, { kind: 'crl' as const, url: `${here}/list` }] }];
  const gathering = startGathering({ network: open(), onSilence: (step) => silent.push(step.url) });
  assert.equal(await gathering.gather(lookups), true);
  assert.deepEqual([gathering.gathered.ocsps.length, gathering.gathered.crls.length, silent], [1, 0, [`${here}/dead`]]);
  const [wanted] = parseOcspRequest(body).ids;
  assert.ok(posted.every((each) => parseOcspRequest(each).ids[0]?.raw.equals(wanted?.raw ?? Buffer.alloc(0))) && posted.length === 2);
  assert.equal(await gathering.gather(lookups), true, 'still wanted: the list is next');
  assert.equal(gathering.gathered.crls.length, 1);
  assert.equal(await gathering.gather(lookups), false, 'nothing is left to ask');
});

test('an empty list of hosts asks nobody', async () => {
  const network = createRevocationNetwork({ hosts: [], cache: createMemoryCache(), now: () => now });
  const { gather } = startGathering({ network, onSilence: () => assert.fail('nobody is asked') });
  assert.equal(await gather([{ fingerprint: 'x', steps: [crl] }]), false);
});

test('each question carries a number of its own: an answer with another number, given before or to somebody else, is refused, one without is taken', async () => {
  const id = certificateIdOf(pki.person.certificate, pki.issuing.certificate);
  const body = writeOcspRequest(id);
  const numbers: string[] = [];
  let answerTo: (nonce: Buffer | undefined) => Buffer | undefined = (nonce) => nonce;
  handler = (request, reply) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { nonce } = parseOcspRequest(Buffer.concat(parts));
      numbers.push(nonce?.toString('hex') ?? '');
      const answerNonce = answerTo(nonce);
      reply.end(writeOcspResponse({ responder: pki.responder, issuer: pki.issuing.certificate, ids: [id], statusOf: () => ({ status: 'good' }), now, nextUpdate: later(now, days(1)), ...(answerNonce === undefined ? {} : { nonce: answerNonce }) }));
    });
  };
  const ask = (path: string) => open().ask({ kind: 'ocsp', url: `${here}/${path}`, body }, { isFresh: true });
  await ask('own');
  const [first = ''] = numbers;
  answerTo = () => Buffer.from(first, 'hex');
  await assert.rejects(ask('replayed'), /another question/);
  answerTo = () => undefined;
  await ask('in-advance');
  assert.equal(new Set(numbers).size, 3);
  assert.ok(numbers.every((number) => number.length === 68), 'an OCTET STRING of 32 bytes');
});
