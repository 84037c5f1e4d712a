import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { AppError } from '#kernel/errors.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { int, seq } from '../../domain/asn1/der.ts';
import { generateKey, serviceSubject } from '../../domain/pki/authority.ts';
import { createTimestampAuthority, refuseForClock, writeTimestampRequest } from '../../domain/pki/timestamp-authority.ts';
import { stamping } from '../../domain/validation/testing-stamps.ts';
import { testModules } from '../../testing.ts';
import { issueUnder, type TimestampService } from '../built-in-authority/authority-key.ts';
import { builtInAuthority } from '../built-in-authority/keys.ts';
import { timestampSource } from './timestamp-source.ts';

let house: TestHouse;
let honest: TimestampService;
let answer: (request: Buffer, reply: ServerResponse) => unknown;
const service = createServer((request, reply) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => void answer(Buffer.concat(parts), reply));
});
const data = Buffer.from('chữ ký cần dấu thời gian');

before(async () => {
  house = await openTestHouse({ modules: testModules });
  honest = (await builtInAuthority(house.kernel)).timestamp;
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  // safe because a TCP server has such an address
  house.kernel.config.timestampUrl = `http://127.0.0.1:${String((service.address() as AddressInfo).port)}/tsa`;
});
after(async () => {
  service.closeAllConnections();
  service.close();
  await house.close();
});

const stamp = async () => (await timestampSource(house.kernel)).stamp(data);
const now = (): Date => house.clock.now();

async function refused(code: 'timestampWrong' | 'timestampUnavailable', why: RegExp, reply: typeof answer): Promise<void> {
  answer = reply;
  await assert.rejects(stamp(), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, `signatures.${code}`);
    const told = error.describe('vi');
    assert.match(told.message, /chưa ký/, 'the person is told that nothing was signed');
    assert.ok((told.fix ?? '') !== '');
    const { cause } = error.details;
    const chain = [cause, cause instanceof Error ? cause.cause : undefined, error.details.internal].map(String).join(' ');
    assert.match(chain, why);
    return true;
  });
}

test('an honest answer is taken, with the time and the name of who gave it', async () => {
  answer = async (request, reply) => reply.end(await honest.respond(request, now()));
  const { time, authority } = await stamp();
  assert.deepEqual(time, now());
  assert.match(authority, /Máy chủ cấp dấu thời gian nội bộ/);
});

test('an answer that was given before, or to another question, is refused', async () => {
  let kept: Buffer | undefined;
  answer = async (request, reply) => reply.end((kept = await honest.respond(request, now())));
  await stamp();
  await refused('timestampWrong', /another nonce/, (_request, reply) => reply.end(kept));
  const digest = createHash('sha256').update(data).digest();
  await refused('timestampWrong', /another nonce/, async (_request, reply) => reply.end(await honest.respond(writeTimestampRequest({ hash: 'sha256', digest, nonce: int(4711) }), now())));
  await refused('timestampWrong', /another nonce/, async (_request, reply) => reply.end(await honest.respond(writeTimestampRequest({ hash: 'sha256', digest }), now())));
  const other = createHash('sha256').update('khác').digest();
  await refused('timestampWrong', /hash-mismatch/, async (_request, reply) => reply.end(await honest.respond(writeTimestampRequest({ hash: 'sha256', digest: other }), now())));
});

test('an answer that was bent on the way, a refusal, and what is no answer at all are refused', async () => {
  await refused('timestampWrong', /does not hold/, async (request, reply) => {
    const bent = await honest.respond(request, now());
    bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1;
    reply.end(bent);
  });
  await refused('timestampWrong', /refused with status 2/, (_request, reply) => reply.end(refuseForClock()));
  await refused('timestampWrong', /./, (_request, reply) => reply.end('<html>'));
  await refused('timestampWrong', /./, (_request, reply) => reply.end());
});

test('a token by a certificate that is not for time stamping is refused', async () => {
  const { issuing } = await builtInAuthority(house.kernel);
  const { publicKey, privateKey } = await generateKey('p-256');
  const certificate = await issueUnder(issuing, { kind: 'signer', subject: serviceSubject('Nơi khác', 'Người ký'), publicKey, now: now() });
  const impostor = createTimestampAuthority({ certificate, privateKey, chain: [] });
  await refused('timestampWrong', /not one for time stamping/, (request, reply) => reply.end(impostor.respond(request, now())));
});

test('a service whose clock is far from ours is refused, whichever of the two is wrong', async () => {
  for (const apartMs of [-3_600_000, 700_000]) {
    await refused('timestampWrong', /s away from ours/, async (request, reply) => reply.end(await honest.respond(request, new Date(now().getTime() + apartMs))));
  }
  answer = async (request, reply) => reply.end(await honest.respond(request, new Date(now().getTime() + 500_000)));
  await stamp();
});

test('a service that says itself how badly it knows the time is refused above a minute, because its stamp would prove little', async () => {
  const { issuing } = await builtInAuthority(house.kernel);
  const { publicKey, privateKey } = await generateKey('p-256');
  const certificate = await issueUnder(issuing, { kind: 'timestamp', subject: serviceSubject('Nơi khác', 'Dấu thời gian'), publicKey, now: now() });
  const rough = (seconds: number): Buffer => seq(int(seconds));
  for (const seconds of [61, 86_400]) {
    await refused('timestampWrong', /vouches for its time only to/, (request, reply) => reply.end(stamping({ certificate, privateKey }, rough(seconds)).respond(request, now())));
  }
  for (const stated of [[rough(60)], []]) {
    answer = (request, reply) => reply.end(stamping({ certificate, privateKey }, ...stated).respond(request, now()));
    await stamp();
  }
});

test('a service that fails, leads elsewhere, floods, or never comes to an end is unavailable after ten seconds at the latest', async () => {
  await refused('timestampUnavailable', /HTTP status 500/, (_request, reply) => reply.writeHead(500).end());
  await refused('timestampUnavailable', /fetch failed|redirect/, (_request, reply) => reply.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
  await refused('timestampUnavailable', /too large/, (_request, reply) => reply.end(Buffer.alloc(70_000)));
  await refused('timestampUnavailable', /./, (_request, reply) => reply.destroy());
  const began = performance.now();
  await refused('timestampUnavailable', /timeout/i, async (request, reply) => {
    // A byte now and then, so that the connection never rests.
    const whole = await honest.respond(request, now());
    let at = 0;
    const drip = setInterval(() => reply.write(whole.subarray(at, (at += 1))), 500);
    reply.on('close', () => clearInterval(drip));
  });
  assert.ok(performance.now() - began < 15_000);
});
