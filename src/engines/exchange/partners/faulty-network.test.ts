import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import type { Id } from '#kernel/ids.ts';
import { storeBytes } from '#engines/files/index.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { aMainFile, aSentLetter } from '../testing.ts';
import { openFaultyNetwork, resend, type FaultyNetwork } from '../testing/network-faults.ts';
import { callPeer, PeerRefusal, type InstallationLine } from './adapters/installation/client.ts';
import { digestOf, signRequest } from './adapters/installation/http-signatures.ts';
import { signingKey } from './adapters/installation/settings.ts';
import { PART_LIMIT_BYTES, partReply } from './adapters/installation/wire.ts';
import { findPartner, openLine } from './partner-rows.ts';
import { partnersHealth } from './health.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';

// A sends to B over a network that loses, doubles, delays and forges; B answers over a good one.
let a: Installation;
let b: Installation;
let network: FaultyNetwork;
let pair: Connected;
let sender: Id<'agency'>;
let commune: { id: Id<'agency'>; idAt: Id<'agency'>[] };
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  network = await openFaultyNetwork(b.address);
  pair = await connect(a, b, { guestAddress: network.address });
  sender = (await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }])).id;
  commune = await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]);
  await beWaitedFor(1);
});
/** How long A waits for B's answers. */
async function beWaitedFor(answerWithinSeconds: number): Promise<void> {
  const changed = await a.call('PATCH', `/api/v1/exchange/partners/${pair.atInviter}`, { body: { config: { answerWithinSeconds } } });
  assert.equal(changed.status, 204);
}
after(async () => {
  await network.close();
  await a.close();
  await b.close();
});
beforeEach(() => {
  network.decide(() => ({ kind: 'pass' }));
  network.seen.length = 0;
});

const there = (): Id<'agency'> => {
  const [id] = commune.idAt;
  assert.ok(id);
  return id;
};
const send = async (files?: Parameters<typeof aSentLetter>[1]['files']) => aSentLetter(a.house.kernel, { from: sender, to: [there()], ...(files === undefined ? {} : { files }) });
const parcel = async (envelopeId: string) => (await a.house.sql('select id, state, attempts, problem_code, next_try_at from exchange.transfer where envelope_id = $1', [envelopeId]))[0];
const arrived = async (envelopeId: string) => (await b.house.sql('select state from exchange.message where envelope_id = $1', [envelopeId])).map((row) => row['state']);
const lineOf = async (envelope: Awaited<ReturnType<typeof aSentLetter>>) => (await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender, subject: envelope.subject }))[0];
const isParcel = (request: { method: string; url: string }): boolean => request.method === 'POST' && request.url.endsWith('/parcels');
/** Whether the letter is there once and the sender knows. */
const assertArrivedOnce = async (letter: Awaited<ReturnType<typeof aSentLetter>>): Promise<void> => {
  assert.deepEqual(await arrived(letter.envelopeId), ['arrived']);
  assert.equal((await lineOf(letter))?.state, 'arrived');
};
/** Lets the pauses pass until the parcel is through. */
const untilThrough = async (letter: { envelopeId: string }): Promise<void> => {
  for (let tries = 0; tries < 12 && (await parcel(letter.envelopeId))?.['state'] !== 'processed'; tries += 1) {
    a.house.clock.advance(5000);
    b.house.clock.advance(5000);
    await settle(a, b);
  }
};

test('a line that breaks in the middle of a file: it goes on at the byte where it broke', async (t) => {
  // Four megabytes take a busy machine longer than a second, and what is sent again because of that says nothing here.
  await beWaitedFor(30);
  t.after(() => beWaitedFor(1));
  const bytes = randomBytes(PART_LIMIT_BYTES + 1_500_000);
  const stored = await storeBytes(a.house.kernel, bytes, { limitBytes: bytes.length });
  let isCut = false;
  network.decide((request) => {
    if (request.method !== 'PUT' || isCut) return { kind: 'pass' };
    isCut = true;
    return { kind: 'cut', afterBytes: 1_000_000 };
  });
  const letter = await send([{ ...stored, name: 'ban-do.bin', mediaType: 'application/octet-stream', role: 'main' }]);
  await a.house.drain();
  assert.equal((await parcel(letter.envelopeId))?.['state'], 'waiting');
  const received = async () => Number((await b.house.sql(`select received_bytes as n from exchange.partner_file where sha256 = decode($1, 'hex')`, [stored.sha256]))[0]?.['n']);
  // B notes what came when the line has broken, which A may see first; of what came last it may have had no time to take up a piece.
  for (let looks = 0; looks < 100 && (await received()) === 0; looks += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  const kept = await received();
  assert.ok(kept > 700_000 && kept <= 1_000_000, String(kept));
  await untilThrough(letter);
  await assertArrivedOnce(letter);
  const offsets = network.seen.filter((request) => request.method === 'PUT').map((request) => Number(new URL(request.url, network.address).searchParams.get('offset')));
  assert.deepEqual(offsets, [kept, kept + PART_LIMIT_BYTES]);
});

test('an answer that is lost on its way: the parcel goes again and arrives once', async () => {
  network.decide((request) => (isParcel(request) && request.count < 3 ? { kind: 'lose-reply' } : { kind: 'pass' }));
  const letter = await send();
  await settle(a, b);
  await untilThrough(letter);
  await assertArrivedOnce(letter);
});

test('a request that the network doubles is answered once', async () => {
  network.decide((request) => (isParcel(request) && request.count < 4 ? { kind: 'duplicate' } : { kind: 'pass' }));
  const letter = await send();
  await settle(a, b);
  await untilThrough(letter);
  await assertArrivedOnce(letter);
});

test('parcels that overtake one another all arrive, each once', async () => {
  const held = new Set<string>();
  network.decide((request) => {
    if (!isParcel(request) || held.size > 1) return { kind: 'pass' };
    held.add(String(request.count));
    return { kind: 'hold' };
  });
  const letters = [await send(), await send(), await send()];
  const working = a.house.drain();
  await new Promise((resolve) => setTimeout(resolve, 700));
  network.release();
  await working;
  network.decide(() => ({ kind: 'pass' }));
  for (const letter of letters) {
    await untilThrough(letter);
    await assertArrivedOnce(letter);
  }
});

test('a page that answers 200 in the partner’s place is believed in nothing', async () => {
  network.decide((request) => (isParcel(request) && request.count < 2 ? { kind: 'impostor', status: 200, body: '{"state":"processed"}' } : { kind: 'pass' }));
  const letter = await send();
  await a.house.drain();
  assert.deepEqual([(await parcel(letter.envelopeId))?.['state'], (await parcel(letter.envelopeId))?.['problem_code']], ['waiting', 'replyUnsigned']);
  await untilThrough(letter);
  await assertArrivedOnce(letter);
});

test('a partner that never answers is given up after its time, and tried again', async () => {
  network.decide((request) => (isParcel(request) && request.count < 2 ? { kind: 'silence' } : { kind: 'pass' }));
  const letter = await send();
  await a.house.drain();
  assert.deepEqual([(await parcel(letter.envelopeId))?.['state'], (await parcel(letter.envelopeId))?.['problem_code']], ['waiting', 'timeout']);
  await untilThrough(letter);
  await assertArrivedOnce(letter);
});

test('a body that was changed on its way is refused and sent again', async () => {
  network.decide((request) => (isParcel(request) && request.count < 2 ? { kind: 'tamper', change: (body) => Buffer.from(body.toString('utf8').replace('triển khai', 'dừng ngay'), 'utf8') } : { kind: 'pass' }));
  const letter = await send();
  await a.house.drain();
  assert.equal((await parcel(letter.envelopeId))?.['problem_code'], 'digestWrong');
  await untilThrough(letter);
  await assertArrivedOnce(letter);
});

test('a file whose bytes were changed on their way is found out by its hash and sent again', async () => {
  const file = await aMainFile(a.house.kernel, 'bytes that somebody changes');
  let changed = false;
  network.decide((request) => {
    if (request.method !== 'PUT' || changed) return { kind: 'pass' };
    changed = true;
    return { kind: 'tamper', change: (body) => Buffer.from(body.map((byte) => byte ^ 1)) };
  });
  const letter = await send([file]);
  await settle(a, b);
  await untilThrough(letter);
  await assertArrivedOnce(letter);
  assert.equal(network.seen.filter((request) => request.method === 'PUT').length, 2);
});

test('a request that is sent again, too late, too early, or changed is turned away at the door', async () => {
  await send();
  await a.house.drain();
  const [seen] = network.seen.filter(isParcel);
  assert.ok(seen);
  const told = async (request: typeof seen): Promise<unknown[]> => {
    const reply = await resend(b.address, request);
    // safe because the door answers in this form
    return [reply.status, (JSON.parse(reply.body.toString('utf8')) as { code: string }).code];
  };
  assert.deepEqual(await told(seen), [401, 'nonceUsed']);
  const withoutSignature = Object.fromEntries(Object.entries(seen.headers).filter(([name]) => name !== 'signature'));
  const input = String(seen.headers['signature-input']);
  assert.deepEqual(await told({ ...seen, headers: { ...seen.headers, 'signature-input': input.replace(/nonce="[^"]*"/, `nonce="${'n'.repeat(24)}"`) } }), [401, 'signatureWrong']);
  assert.deepEqual(await told({ ...seen, headers: { ...seen.headers, 'signature-input': input.replace(/keyid="[^"]*"/, `keyid="${'x'.repeat(43)}"`) } }), [401, 'keyUnknown']);
  assert.deepEqual(await told({ ...seen, headers: withoutSignature }), [401, 'signatureMissing']);
  const at = b.house.clock.now();
  b.house.clock.advance(6 * 60_000);
  assert.deepEqual(await told(seen), [401, 'signatureExpired']);
  b.house.clock.set(new Date(at.getTime() - 6 * 60_000).toISOString());
  assert.deepEqual(await told(seen), [401, 'clockSkew']);
  b.house.clock.set(at.toISOString());
});

test('clocks that differ by more than five minutes show as what they are, and nothing is lost', async () => {
  b.house.clock.advance(6 * 60_000);
  const letter = await send();
  await a.house.drain();
  assert.equal((await parcel(letter.envelopeId))?.['problem_code'], 'signatureExpired');
  a.house.clock.advance(6 * 60_000);
  await untilThrough(letter);
  await assertArrivedOnce(letter);
});

test('five gigabytes are refused at the limit before a byte of them is sent, and the sender reads why', async () => {
  const file = await aMainFile(a.house.kernel);
  const letter = await send([{ ...file, sizeBytes: 5_000_000_000 }]);
  await settle(a, b);
  assert.equal(network.seen.filter((request) => request.method === 'PUT').length, 0);
  const line = await lineOf(letter);
  assert.equal(line?.state, 'returned');
  assert.match(String(line.reason), /lớn hơn 1024 MB/);
  assert.deepEqual(await arrived(letter.envelopeId), []);
});

test('a part larger than the protocol allows, or of a file that nobody announced, is refused unread', async () => {
  const partner = await findPartner(a.house.kernel.database.pool, pair.atInviter);
  assert.ok(partner);
  // safe because a partner of this protocol has settings of its adapter
  const line = openLine(a.house.kernel, partner, AbortSignal.timeout(10_000)) as InstallationLine;
  const put = (sha256: string, body: Buffer) => callPeer(line, { method: 'PUT', path: `/files/${sha256}?offset=0`, body }, partReply);
  const refusal = (code: string) => (error: unknown) => error instanceof PeerRefusal && error.problem.code === code;
  await assert.rejects(put('0'.repeat(64), Buffer.alloc(10)), refusal('fileNotAnnounced'));
  const [known] = await b.house.sql(`select encode(sha256, 'hex') as sha256 from exchange.partner_file limit 1`);
  await assert.rejects(put(String(known?.['sha256']), Buffer.alloc(PART_LIMIT_BYTES + 1)), refusal('partTooLarge'));
});

test('a stream without an end is read as far as was announced and no further', async () => {
  const partner = await findPartner(a.house.kernel.database.pool, pair.atInviter);
  assert.ok(partner);
  // safe because a partner of this protocol has settings of its adapter
  const line = openLine(a.house.kernel, partner, AbortSignal.timeout(10_000)) as InstallationLine;
  const sha256 = randomBytes(32).toString('hex');
  await b.house.sql(`insert into exchange.partner_file (partner_id, sha256, size_bytes, received_bytes, is_here, announced_at) values ($1, decode($2, 'hex'), 100000, 0, false, $3)`, [pair.atGuest, sha256, b.house.clock.now()]);
  const target = `/api/v1/exchange/peer/files/${sha256}?offset=0`;
  const { headers } = signRequest({ method: 'PUT', target, digest: digestOf(Buffer.alloc(0)) }, signingKey(line.secrets), a.house.clock.now());
  let written = 0;
  await new Promise<void>((resolve) => {
    const endless = request(new URL(target, b.address), { method: 'PUT', headers: { ...headers, 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' }, agent: false });
    const pour = (): void => {
      while (!endless.destroyed && written < 500_000_000) {
        written += 65_536;
        if (!endless.write(Buffer.alloc(65_536))) {
          endless.once('drain', pour);
          return;
        }
      }
    };
    const stop = (): void => {
      endless.destroy();
      resolve();
    };
    endless.on('response', stop);
    endless.on('error', stop);
    endless.on('close', resolve);
    pour();
  });
  assert.ok(written < 50_000_000, `${String(written)} bytes were taken`);
  const [file] = await b.house.sql(`select received_bytes, is_here from exchange.partner_file where sha256 = decode($1, 'hex')`, [sha256]);
  assert.deepEqual(file, { received_bytes: 0, is_here: false }, 'and what came was not the file that was announced');
});

test('a suspended partner gets nothing and nothing is taken from it; afterwards all goes on', async () => {
  const url = `/api/v1/exchange/partners/${pair.atGuest}`;
  assert.equal((await b.call('POST', `${url}/suspend`, { body: { reason: 'Bảo trì' } })).status, 204);
  const letter = await send();
  await settle(a, b);
  assert.equal((await parcel(letter.envelopeId))?.['problem_code'], 'partnerSuspended');
  assert.deepEqual(await arrived(letter.envelopeId), []);
  assert.equal((await b.call('POST', `${url}/suspend`, { body: { reason: 'Lần nữa' } })).status, 409);
  assert.equal((await b.call('POST', `${url}/resume`)).status, 204);
  a.house.clock.advance(16 * 60_000);
  b.house.clock.advance(16 * 60_000);
  await untilThrough(letter);
  await assertArrivedOnce(letter);
});

test('a line that fails five times opens, rests, and closes with the first that gets through', async () => {
  network.decide(() => ({ kind: 'impostor', status: 502, body: 'Bad Gateway' }));
  const letters = [await send(), await send(), await send(), await send(), await send(), await send()];
  await a.house.drain();
  const line = async () => (await a.call<{ line: { circuit: string; problemCode: string } }>('GET', `/api/v1/exchange/partners/${pair.atInviter}`)).body.line;
  assert.deepEqual([(await line()).circuit, (await line()).problemCode], ['open', 'replyUnsigned']);
  assert.equal((await partnersHealth.check(a.house.kernel)).status, 'warn');
  const tried = network.seen.length;
  await a.pass(2000);
  assert.equal(network.seen.length, tried, 'nobody is sent into a line that is open');
  network.decide(() => ({ kind: 'pass' }));
  a.house.clock.advance(60_000);
  b.house.clock.advance(60_000);
  await settle(a, b);
  assert.equal((await line()).circuit, 'closed');
  for (const letter of letters) await untilThrough(letter);
  for (const letter of letters) await assertArrivedOnce(letter);
  const events = (await a.house.sql(`select type from audit.entry where type like 'exchange.circuit%' order by id`)).map((row) => row['type']);
  assert.deepEqual(events, ['exchange.circuit-opened', 'exchange.circuit-closed']);
});
