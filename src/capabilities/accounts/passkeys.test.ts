import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { after, before, test } from 'node:test';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { codeAt, openAccountsHouse, signIn, type AccountsHouse, type Browser } from './testing.ts';

const ORIGIN = 'http://lienthong.test';
const RP_ID = 'lienthong.test';

let house: AccountsHouse;
before(async () => {
  house = await openAccountsHouse();
});
after(() => house.close());

/** CBOR of the few kinds of value that an authenticator writes (RFC 8949). */
function cbor(value: number | string | Buffer | Map<number | string, unknown>): Buffer {
  const head = (major: number, count: number): Buffer =>
    count < 24 ? Buffer.from([(major << 5) | count]) : count < 256 ? Buffer.from([(major << 5) | 24, count]) : Buffer.from([(major << 5) | 25, count >> 8, count & 255]);
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, item]) => [cbor(key), cbor(item as number | string | Buffer | Map<number | string, unknown>)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

type Device = { id: Buffer; key: KeyObject; cose: Buffer; counter: number };

/** A device of our own: an ES256 key and what WebAuthn Level 3 §6 makes of it. */
function newDevice(): Device {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const cose = cbor(new Map<number, unknown>([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(jwk.x ?? '', 'base64url')], [-3, Buffer.from(jwk.y ?? '', 'base64url')]]));
  return { id: randomBytes(32), key: privateKey, cose, counter: 0 };
}

const PRESENT = 1;
const VERIFIED = 4;
const ATTESTED = 64;

function authenticatorData(device: Device, flags: number, rpId = RP_ID): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE((device.counter += 1));
  const attested = (flags & ATTESTED) === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.alloc(16), Buffer.from([0, device.id.length]), device.id, device.cose]);
  return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counter, attested]);
}

const clientData = (type: string, challenge: string, origin = ORIGIN): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

function registration(device: Device, challenge: string): object {
  const attestation = cbor(new Map<string, unknown>([['fmt', 'none'], ['attStmt', new Map()], ['authData', authenticatorData(device, PRESENT | VERIFIED | ATTESTED)]]));
  return answer(device, { clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'), attestationObject: attestation.toString('base64url'), transports: ['internal'] });
}

function proof(device: Device, challenge: string, options: { origin?: string; rpId?: string; flags?: number } = {}): object {
  const data = authenticatorData(device, options.flags ?? PRESENT | VERIFIED, options.rpId);
  const client = clientData('webauthn.get', challenge, options.origin);
  const signature = sign('sha256', Buffer.concat([data, createHash('sha256').update(client).digest()]), device.key);
  return answer(device, { clientDataJSON: client.toString('base64url'), authenticatorData: data.toString('base64url'), signature: signature.toString('base64url') });
}

function answer(device: Device, response: object): object {
  const id = device.id.toString('base64url');
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
}

type Options = { step: string; options: { challenge: string; allowCredentials?: { id: string }[] } };

async function enrol(browser: Browser): Promise<Device> {
  const device = newDevice();
  const { step, options } = (await browser.send('POST', '/api/v1/me/passkeys/options', { password: DEMO_PASSWORD })).json<Options>();
  const reply = await browser.send('POST', '/api/v1/me/passkeys', { step, name: 'Máy tính cơ quan', response: registration(device, options.challenge) });
  assert.equal(reply.statusCode, 204, reply.body);
  return device;
}

async function begin(step?: string): Promise<Options> {
  return (await house.browser().send('POST', '/api/v1/sign-in/passkey-options', step === undefined ? {} : { step })).json<Options>();
}

test('a passkey signs in by itself and counts as two factors', async () => {
  const device = await enrol(await signIn(house, 'vanthu.snv'));
  const { step, options } = await begin();
  const browser = house.browser();
  const reply = await browser.send('POST', '/api/v1/sign-in/passkey', { step, response: proof(device, options.challenge) });
  assert.equal(reply.statusCode, 200, reply.body);
  const { sessions } = (await browser.get('/api/v1/me/sessions')).json<{ sessions: { factors: string }[] }>();
  assert.equal(sessions[0]?.factors, 'passkey');
});

test('a session alone adds no passkey: whoever adds one proves the password, and wrong ones count as at signing in', async () => {
  const browser = await signIn(house, 'vanthu.sxd');
  assert.equal((await browser.send('POST', '/api/v1/me/passkeys/options')).statusCode, 422);
  const codes: string[] = [];
  for (let guess = 1; guess <= 5; guess += 1) codes.push((await browser.send('POST', '/api/v1/me/passkeys/options', { password: 'sai' })).json<{ code: string }>().code);
  assert.deepEqual(codes, [...Array.from({ length: 4 }, () => 'identity.wrongPresentPassword'), 'identity.locked']);
});

test('a session alone neither sets up nor removes a second factor: the password is proved, and wrong ones count as at signing in', async () => {
  const browser = await signIn(house, 'vanthu.hacthanh');
  const device = await enrol(browser);
  const codeOf = (reply: { json<T>(): T }): string => reply.json<{ code: string }>().code;
  assert.equal((await browser.send('POST', '/api/v1/me/code')).statusCode, 422);
  assert.equal(codeOf(await browser.send('POST', '/api/v1/me/code', { password: 'sai' })), 'identity.wrongPresentPassword');
  const { secret } = (await browser.send('POST', '/api/v1/me/code', { password: DEMO_PASSWORD })).json<{ secret: string }>();
  assert.equal((await browser.send('POST', '/api/v1/me/code/confirm', { code: await codeAt(secret, house.clock.now()) })).statusCode, 204);
  const key = `/api/v1/me/passkeys/${device.id.toString('base64url')}/remove`;
  for (const url of ['/api/v1/me/code/remove', key]) {
    assert.equal((await browser.send('POST', url)).statusCode, 422);
    assert.equal(codeOf(await browser.send('POST', url, { password: 'sai' })), 'identity.wrongPresentPassword');
    assert.equal((await browser.send('DELETE', url.replace('/remove', ''))).statusCode, 404);
  }
  assert.equal((await browser.send('POST', key, { password: DEMO_PASSWORD })).statusCode, 204);
  const security = (await browser.get('/api/v1/me/security')).json<{ totp: boolean; passkeys: unknown[] }>();
  assert.deepEqual([security.totp, security.passkeys.length], [true, 0]);
  for (let guess = 4; guess <= 5; guess += 1) await browser.send('POST', '/api/v1/me/code/remove', { password: 'sai' });
  assert.equal(codeOf(await browser.send('POST', '/api/v1/me/code/remove', { password: DEMO_PASSWORD })), 'identity.locked');
});

test('after the password a person with a passkey proves it', async () => {
  const device = await enrol(await signIn(house, 'giamdoc.snv'));
  const waiting = (await house.browser().send('POST', '/api/v1/sign-in', { login: 'giamdoc.snv', password: DEMO_PASSWORD })).json<{ state: string; step: string; methods: string[] }>();
  assert.deepEqual([waiting.state, waiting.methods], ['second_factor', ['passkey']]);
  const { step, options } = await begin(waiting.step);
  assert.deepEqual(options.allowCredentials?.map((credential) => credential.id), [device.id.toString('base64url')]);
  const reply = await house.browser().send('POST', '/api/v1/sign-in/passkey', { step, response: proof(device, options.challenge) });
  assert.equal(reply.statusCode, 200, reply.body);
});

test('a proof is refused when it was made for another site, without a PIN, with another key, twice, or with a counter that ran backwards', async () => {
  const device = await enrol(await signIn(house, 'vanthu.stc'));
  const stranger = { ...newDevice(), id: device.id };
  const tries: [string, (challenge: string) => object][] = [
    ['another origin', (challenge) => proof(device, challenge, { origin: 'https://lienthong.example' })],
    ['another site', (challenge) => proof(device, challenge, { rpId: 'example.com' })],
    ['no PIN', (challenge) => proof(device, challenge, { flags: PRESENT })],
    ['another key', (challenge) => proof(stranger, challenge)],
    ['another challenge', () => proof(device, randomBytes(32).toString('base64url'))],
    ['nonsense', () => answer(device, { clientDataJSON: 'x', authenticatorData: 'x', signature: 'x' })],
  ];
  for (const [what, make] of tries) {
    const { step, options } = await begin();
    const reply = await house.browser({ ip: '203.0.113.9' }).send('POST', '/api/v1/sign-in/passkey', { step, response: make(options.challenge) });
    assert.equal(reply.json<{ code: string }>().code, 'identity.passkeyRefused', `${what}: ${reply.body}`);
    await house.sql('delete from identity.sign_in_guard');
  }
  const { step, options } = await begin();
  const good = proof(device, options.challenge);
  const send = () => house.browser().send('POST', '/api/v1/sign-in/passkey', { step, response: good });
  assert.equal((await send()).statusCode, 200);
  assert.equal((await send()).json<{ code: string }>().code, 'identity.stepExpired');
  device.counter = 0;
  const next = await begin();
  const rolledBack = await house.browser().send('POST', '/api/v1/sign-in/passkey', { step: next.step, response: proof(device, next.options.challenge) });
  assert.equal(rolledBack.json<{ code: string }>().code, 'identity.passkeyRefused');
});

test('nobody keeps a passkey with the challenge of somebody else', async () => {
  const one = await signIn(house, 'chuyenvien.snv');
  const other = await signIn(house, 'chuyenvien2.snv');
  const { step, options } = (await one.send('POST', '/api/v1/me/passkeys/options', { password: DEMO_PASSWORD })).json<Options>();
  const reply = await other.send('POST', '/api/v1/me/passkeys', { step, name: 'Khóa lạ', response: registration(newDevice(), options.challenge) });
  assert.equal(reply.json<{ code: string }>().code, 'identity.stepExpired');
});

test('an administrator keeps at least one second factor', async () => {
  const browser = await signIn(house, 'quantri.snv');
  const device = await enrol(browser);
  assert.equal((await browser.send('POST', '/api/v1/me/code/remove', { password: DEMO_PASSWORD })).statusCode, 204, 'the passkey remains');
  const last = await browser.send('POST', `/api/v1/me/passkeys/${device.id.toString('base64url')}/remove`, { password: DEMO_PASSWORD });
  assert.equal(last.json<{ code: string }>().code, 'identity.lastSecondFactor');
  const security = (await browser.get('/api/v1/me/security')).json<{ totp: boolean; passkeys: unknown[]; mustHaveSecondFactor: boolean }>();
  assert.deepEqual([security.totp, security.passkeys.length, security.mustHaveSecondFactor], [false, 1, true]);
});

test('nobody removes the passkey of somebody else', async () => {
  const device = await enrol(await signIn(house, 'truongphong.snv'));
  const other = await signIn(house, 'chanhvanphong.snv');
  assert.equal((await other.send('POST', `/api/v1/me/passkeys/${device.id.toString('base64url')}/remove`, { password: DEMO_PASSWORD })).statusCode, 404);
});
