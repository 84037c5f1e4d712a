import 'reflect-metadata';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { migrate } from '#kernel/migrate.ts';
import { aMainFile, exchangeHouse } from '#engines/exchange/testing.ts';
import { settle } from '#engines/exchange/partners/testing.ts';
import { resend } from '#engines/exchange/testing/network-faults.ts';
import { openPair, type Pair } from './pair.ts';

/** The store of B lies on a real file system with room for 4 MB, where root may mount one. */
const disk = mkdtempSync(join(tmpdir(), 'lienthong-small-disk-'));
let diskProblem: string | undefined;
let pair: Pair;
before(async () => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0777', 'lienthong-test', disk], { stdio: 'pipe' });
  } catch (error) {
    diskProblem = `a small file system cannot be mounted here: ${String(error)}`;
  }
  pair = await openPair({ configOfB: { filesUrl: disk } });
  // The agencies were linked long ago, when a clock shows yesterday.
  for (const each of [pair.a, pair.b]) each.house.clock.advance(3 * 86_400_000);
});
after(async () => {
  await pair.close();
  if (diskProblem === undefined) execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const parcel = async (letter: { envelopeId: string }) => (await pair.a.house.sql('select state, problem_code, problem from exchange.transfer where envelope_id = $1', [letter.envelopeId]))[0];

test('a clock that was a day ahead and is set right again holds nothing back for that day', async () => {
  const { clock, kernel } = pair.a.house;
  const right = (): number => pair.b.house.clock.now().getTime();
  clock.set(new Date(right() + 86_400_000).toISOString());
  const early = [await pair.send(), await pair.send()];
  await pair.sendBack();
  await settle(pair.a, pair.b);
  for (const letter of early) assert.equal((await parcel(letter))?.['problem_code'], 'clockSkew');
  clock.set(new Date(right()).toISOString());
  // The processes were started again: a running one would not let its time go backwards.
  kernel.scheduleMemory.clear();
  await pair.send();
  await pair.assertSame();
});

test('a clock that was a day behind and is set right again: everything arrives, once', async () => {
  const { clock } = pair.a.house;
  const right = (): number => pair.b.house.clock.now().getTime();
  clock.set(new Date(right() - 86_400_000).toISOString());
  pair.a.house.kernel.scheduleMemory.clear();
  const late = await pair.send();
  await pair.sendBack();
  await settle(pair.a, pair.b);
  assert.equal((await parcel(late))?.['problem_code'], 'signatureExpired');
  clock.set(new Date(right()).toISOString());
  await pair.assertSame();
});

test('the disk of the receiver is full: nothing is lost, and what waits arrives when there is room', async (t) => {
  if (diskProblem !== undefined) {
    t.skip(diskProblem);
    return;
  }
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(3_700_000));
  const letters = [await pair.send([await aMainFile(pair.a.house.kernel, 'x'.repeat(900_000))]), await pair.send()];
  await pair.sendBack().catch(() => undefined);
  await settle(pair.a, pair.b);
  assert.equal((await parcel(letters[0] ?? { envelopeId: '' }))?.['state'], 'waiting');
  rmSync(join(disk, 'ballast'));
  await pair.assertSame();
});

test('the tables are changed by a release while mail flows', async () => {
  const later = { name: 'later', migrations: join(import.meta.dirname, 'later-migration') };
  const flow = async (letters: number): Promise<void> => {
    for (let count = 0; count < letters; count += 1) {
      await pair.send();
      await pair.sendBack();
      await settle(pair.a, pair.b);
    }
  };
  await flow(1);
  const flowing = flow(4);
  for (const each of [pair.a, pair.b]) assert.deepEqual(await migrate(each.house.ownerUrl, [...exchangeHouse, later], each.house.kernel.config.appSecret), ['later/0001-tables-under-way.sql']);
  await flowing;
  await pair.assertSame();
});

/** A certificate of 127.0.0.1 that is valid, or was until yesterday. */
async function certificate(isExpired: boolean): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const day = 86_400_000;
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=127.0.0.1',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 9 * day),
    notAfter: new Date(Date.now() + (isExpired ? -1 : 1) * day),
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  return { cert: made.toString('pem'), key: PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY') };
}

/** What stands before B and ends TLS. */
async function openTlsProxy(held: { cert: string; key: string }): Promise<{ server: Server; address: string }> {
  const server = createServer(held, (incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      resend(pair.b.address, { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body: Buffer.concat(parts) }).then(
        (reply) => outgoing.writeHead(reply.status, reply.headers).end(reply.body),
        () => outgoing.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // safe because the proxy listens on a port
  return { server, address: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

test('the certificate of a partner expired: nobody is talked to, it is said why, and mail goes on with the new one', async () => {
  const [old, renewed] = [await certificate(true), await certificate(false)];
  const { server, address } = await openTlsProxy(old);
  try {
    const url = `/api/v1/exchange/partners/${pair.partners.atInviter}`;
    const trust = { certificateAuthority: `${old.cert}\n${renewed.cert}`, answerWithinSeconds: 2 };
    assert.equal((await pair.a.call('PATCH', url, { body: { address, config: trust } })).status, 204);
    const letter = await pair.send();
    await settle(pair.a, pair.b);
    const waiting = await parcel(letter);
    assert.deepEqual([waiting?.['state'], waiting?.['problem_code']], ['waiting', 'tlsFailed']);
    assert.match(String(waiting?.['problem']), /expired/);
    const tested = await pair.a.call<{ message: string }>('POST', `${url}/test`);
    assert.match(tested.body.message, /chứng thư máy chủ bên kia đã hết hạn.*CERT_HAS_EXPIRED/);
    server.setSecureContext(renewed);
    await pair.assertSame();
    assert.equal((await parcel(letter))?.['state'], 'processed');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
