import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, test } from 'node:test';
import { wasClosed } from './closed-dialog.ts';
import { lockSecret } from './locked-secret.ts';
import { makePasskey, touchPasskey, type CreationOptions, type RequestOptions } from './passkey-secret.ts';

const bytes = (size: number): ArrayBuffer => new Uint8Array(randomBytes(size)).buffer;
const text = (buffer: ArrayBuffer): string => Buffer.from(buffer).toString('base64url');

type Prf = { eval?: { first: unknown }; evalByCredential?: Record<string, { first: unknown }> };
type Asked = { publicKey: { extensions: { prf?: Prf; credProps?: boolean }; rpId?: string; userVerification?: string; allowCredentials?: { id: ArrayBuffer }[] } };
/** What the browser hands to the device, and what its device answers with. */
const asked: { create: Asked[]; get: Asked[] } = { create: [], get: [] };
let results: { create: () => object; get: () => object };

const id = bytes(16);
const credential = (given: () => object): object => ({
  id: text(id),
  rawId: id,
  type: 'public-key',
  authenticatorAttachment: 'platform',
  response: { attestationObject: bytes(8), clientDataJSON: bytes(8), authenticatorData: bytes(8), signature: bytes(8), getTransports: () => ['internal'] },
  getClientExtensionResults: given,
});

const closed = (): never => {
  throw new DOMException('closed', 'NotAllowedError');
};

beforeEach(() => {
  Object.assign(asked, { create: [], get: [] });
  results = { create: () => ({}), get: () => ({}) };
  // The browser is the outside here.
  Object.defineProperty(globalThis, 'PublicKeyCredential', { configurable: true, value: Object });
  const credentials = {
    create: (options: Asked) => {
      asked.create.push(options);
      return Promise.resolve(credential(results.create));
    },
    get: (options: Asked) => {
      asked.get.push(options);
      return Promise.resolve().then(() => {
        const given = results.get();
        return credential(() => given);
      });
    },
  };
  Object.defineProperty(globalThis.navigator, 'credentials', { configurable: true, value: credentials });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'PublicKeyCredential');
  Reflect.deleteProperty(globalThis.navigator, 'credentials');
});

const salt = bytes(32);
const creation: CreationOptions = {
  challenge: 'AAAA',
  rp: { id: 'lienthong.example', name: 'Liên Thông' },
  user: { id: 'AAAA', name: 'giamdoc.snv', displayName: 'Giám đốc' },
  pubKeyCredParams: [],
  extensions: { credProps: true, prf: { eval: { first: text(salt) } } },
};
const request: RequestOptions = { challenge: 'AAAA', extensions: { prf: { evalByCredential: { [text(id)]: { first: text(salt) } } } } };
const memory = { purpose: 'remote-signing pin', subject: 'c1' };

test('salts go to the browser in binary, and what the PRF gives never into the answer', async () => {
  const output = bytes(32);
  results.create = () => ({ credProps: { rk: true }, prf: { enabled: true, results: { first: output } } });
  const { response, deviceKey } = await makePasskey(creation, memory);
  assert.deepEqual(asked.create[0]?.publicKey.extensions, { credProps: true, prf: { eval: { first: salt } } });
  assert.deepEqual(response.clientExtensionResults, { credProps: { rk: true } });
  assert.equal(asked.get.length, 0, 'one touch');
  const locked = await lockSecret(deviceKey ?? assert.fail('no key'), '202612');
  results.get = () => ({ prf: { results: { first: output } } });
  const touch = await touchPasskey(request, { ...memory, locked: { [text(id)]: locked } });
  assert.deepEqual(asked.get[0]?.publicKey.extensions.prf, { evalByCredential: { [text(id)]: { first: salt } } });
  assert.deepEqual([touch.secret, touch.response.clientExtensionResults], ['202612', {}]);
});

test('a device that evaluates its PRF only later is asked once more, with the same salt, its user verified', async () => {
  results.create = () => ({ prf: { enabled: true } });
  results.get = () => ({ prf: { results: { first: bytes(32) } } });
  assert.ok((await makePasskey(creation, memory)).deviceKey !== undefined);
  const [again, ...more] = asked.get;
  assert.ok(again !== undefined && more.length === 0);
  assert.deepEqual(again.publicKey.extensions.prf, { evalByCredential: { [text(id)]: { first: salt } } });
  assert.deepEqual([again.publicKey.rpId, again.publicKey.userVerification], ['lienthong.example', 'required']);
  assert.deepEqual(again.publicKey.allowCredentials?.map((each) => text(each.id)), [text(id)]);
});

test('whoever closes the second dialog has a passkey that remembers nothing; without a memory nobody is asked twice', async () => {
  results.create = () => ({ prf: { enabled: true } });
  results.get = closed;
  const made = await makePasskey(creation, memory);
  assert.deepEqual([made.deviceKey, made.response.id, asked.get.length], [undefined, text(id), 1]);
  assert.equal((await makePasskey(creation, null)).deviceKey, undefined);
  assert.equal(asked.get.length, 1);
});

test('a device without a PRF, and a program that answers with something else, give an answer and no secret', async () => {
  const locked = { [text(id)]: 'AQ' };
  for (const given of [{}, { prf: {} }, { prf: { results: {} } }, { prf: { results: { first: 'AAAA' } } }, { prf: { results: { first: bytes(16) } } }]) {
    results.get = () => given;
    const touch = await touchPasskey(request, { ...memory, locked });
    assert.deepEqual([touch.response.id, touch.deviceKey, touch.secret], [text(id), undefined, undefined]);
    assert.deepEqual(touch.response.clientExtensionResults, {});
  }
});

test('a device that has a PRF but remembers nothing, or not this, gives a key with which it can', async () => {
  results.get = () => ({ prf: { results: { first: new Uint8Array(randomBytes(32)) } } });
  for (const locked of [undefined, {}, { [text(id)]: 'AQ' }, { other: 'AQ' }]) {
    const touch = await touchPasskey(request, { ...memory, ...(locked === undefined ? {} : { locked }) });
    assert.deepEqual([touch.deviceKey === undefined, touch.secret], [false, undefined]);
  }
});

test('a dialog that was closed is no fault', async () => {
  results.get = closed;
  assert.ok(wasClosed(await touchPasskey(request, null).catch((error: unknown) => error)));
  assert.ok(!wasClosed(new Error('network')));
});
