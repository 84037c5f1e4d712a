import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import { changePin, revokeCredential } from '#engines/signatures/index.ts';
import type { AuthorizationList, RemoteCredentialList } from './contract.ts';
import { openSigningHouse, PASSWORD, PIN, type Device, type SigningHouse } from './testing.ts';
import { idOf, signingCalls, type SigningCalls, someHash } from './testing/signing-calls.ts';

let house: SigningHouse;
let calls: SigningCalls;
before(async () => {
  house = await openSigningHouse();
  calls = await signingCalls(house);
});
after(() => house.close());

/** What a browser would have locked; the server cannot tell it from anything else of this form. */
const lockedPin = (bytes = 157): string => Buffer.concat([Buffer.from([1]), randomBytes(bytes - 1)]).toString('base64url');

type Begun = { approvalId: string; options: { extensions?: { prf?: { evalByCredential: Record<string, { first: string }> } } }; memory: { purpose: string; subject: string; locked: Record<string, string> } | null };
type Key = { credentialId: string; device: Device; ask: () => Promise<string> };

const passkeyId = (device: Device): string => device.id.toString('base64url');
const begin = (ids: readonly string[]) => house.call<Begun>(house.director, 'POST', '/approvals', { ids });
const remember = (approvalId: string, text: string, who = house.director) => house.call(who, 'PUT', `/approvals/${approvalId}/remembered-pin`, { lockedPin: text });
const forget = (key: Key, who = house.director, id = passkeyId(key.device)) => house.call(who, 'DELETE', `/credentials/${key.credentialId}/passkeys/${id}/remembered-pin`);
const eventsOf = async (key: Key): Promise<string[]> => (await calls.eventsOf(key.credentialId)).filter((type) => type.startsWith('pin-'));
const keyInList = async ({ credentialId }: Key) => (await house.call<AuthorizationList>(house.director, 'GET', '/authorizations')).body.keys.find((each) => each.credentialId === credentialId);

/** One more key of the director, and the phone that releases it: with a PIN that it remembers, or without. */
async function newKey(text?: string): Promise<Key> {
  const credentialId = await house.issue(house.director);
  const device = await house.enrol(house.director, credentialId, text === undefined ? {} : { lockedPin: text });
  assert.equal(device.status, 204);
  return { credentialId, device, ask: async () => idOf((await calls.ask([someHash()], { credentialID: `${house.agencyId}.${credentialId}` })).body['handle']) };
}

test('the PIN that a device locked at the enrolment comes back to its owner with each approval, with the salt of each passkey', async () => {
  const text = lockedPin();
  const key = await newKey(text);
  const second = await house.enrol(house.director, key.credentialId);
  const { body } = await begin([await key.ask()]);
  assert.deepEqual(body.memory, { purpose: 'remote-signing pin', subject: key.credentialId, locked: { [passkeyId(key.device)]: text } });
  const salts = body.options.extensions?.prf?.evalByCredential ?? {};
  assert.deepEqual(Object.keys(salts).sort(), [passkeyId(key.device), passkeyId(second)].sort());
  const values = Object.values(salts).map(({ first }) => first);
  assert.ok(new Set(values).size === 2 && values.every((salt) => Buffer.from(salt, 'base64url').length === 32));
  assert.deepEqual(await eventsOf(key), ['pin-remembered']);
  // Turned on on one device and not on the other: what the box says at first is no.
  assert.deepEqual(await keyInList(key), { credentialId: key.credentialId, needsPin: true, remembersPin: true, mayRememberPin: false });
});

test('a passkey is made with the salt with which it is asked later, findable by the device only where it is to remember the PIN', async () => {
  const credentialId = await house.issue(house.director);
  type Options = { options: { extensions: { prf: { eval: { first: string } } }; authenticatorSelection: { residentKey: string; userVerification: string } }; memory: unknown };
  const begun = async (mayRememberPin: boolean) => (await house.call<Options>(house.director, 'POST', `/credentials/${credentialId}/enrolment-options`, { password: PASSWORD, mayRememberPin })).body;
  const [plain, remembering] = [await begun(false), await begun(true)];
  assert.deepEqual([plain, remembering].map(({ options }) => options.authenticatorSelection.residentKey), ['discouraged', 'preferred']);
  assert.ok([plain, remembering].every(({ options }) => options.authenticatorSelection.userVerification === 'required'));
  assert.deepEqual([plain.memory, remembering.memory], [null, { purpose: 'remote-signing pin', subject: credentialId, locked: {} }]);
  assert.notEqual(plain.options.extensions.prf.eval.first, remembering.options.extensions.prf.eval.first);
});

test('what is to be remembered is bounded, and is nothing without a PIN or without the owner’s wish', async () => {
  const credentialId = await house.issue(house.director);
  for (const text of ['', 'AQ', lockedPin(156), lockedPin(670), `${lockedPin().slice(0, -1)}+`]) assert.equal((await house.enrol(house.director, credentialId, { lockedPin: text })).status, 422, text);
  assert.equal((await house.enrol(house.director, credentialId, { lockedPin: lockedPin(), pin: null })).status, 422);
  const step = { step: credentialId, pin: PIN, name: 'Điện thoại', response: {}, lockedPin: lockedPin() };
  assert.equal((await house.call(house.director, 'POST', `/credentials/${credentialId}/enrolment`, step)).status, 422);
  assert.equal((await house.enrol(house.director, credentialId, { lockedPin: lockedPin(669) })).status, 204);
  for (const value of [randomBytes(156), randomBytes(670), Buffer.concat([Buffer.from([2]), randomBytes(200)])]) {
    await assert.rejects(house.sql('update remote_signing.passkey set locked_pin = $2 where credential_id = $1', [credentialId, value]), /passkey_locked_pin_check/);
  }
  await assert.rejects(house.sql('update remote_signing.passkey set may_remember_pin = false where credential_id = $1', [credentialId]), /check/);
});

test('nobody else is told what a device remembers, and no list and no record holds it', async () => {
  const text = lockedPin();
  const key = await newKey(text);
  const id = await key.ask();
  for (const who of [house.colleague, house.administrator]) {
    assert.equal((await house.call(who, 'POST', '/approvals', { ids: [id] })).status, 404);
    assert.equal((await forget(key, who)).status, 404);
  }
  const lists = await Promise.all(['/authorizations', '/credentials'].map((path) => house.call(house.director, 'GET', path)));
  const entries = await house.sql('select data::text from audit.entry');
  assert.ok(!JSON.stringify([lists, entries]).includes(text.slice(0, 40)));
  assert.equal((await keyInList(key))?.remembersPin, true);
});

test('after an approval with a typed PIN its device may remember it: once, within five minutes, by the same person', async () => {
  const key = await newKey();
  const approved = await house.approve([await key.ask()], { device: key.device });
  assert.equal(approved.status, 200);
  assert.equal((await remember(approved.approvalId, lockedPin(), house.colleague)).status, 404);
  assert.equal((await remember(approved.approvalId, 'ngắn')).status, 422);
  const delegate = { ...house.director, onBehalfOf: { personId: house.colleague.personId, name: house.colleague.name, postId: house.colleague.postId, postTitle: 'Phó Giám đốc' } };
  assert.equal((await remember(approved.approvalId, lockedPin(), delegate)).status, 403);
  const text = lockedPin();
  const both = await Promise.all([remember(approved.approvalId, text), remember(approved.approvalId, text)]);
  assert.deepEqual(both.map((each) => each.status).sort(), [204, 409]);
  assert.deepEqual((await begin([await key.ask()])).body.memory?.locked, { [passkeyId(key.device)]: text });
  const late = await house.approve([await key.ask()], { device: key.device });
  house.clock.advance(5 * 60_000 + 1000);
  assert.equal((await remember(late.approvalId, lockedPin())).body.code, 'remote-signing.ceremonyEnded');
  assert.deepEqual(await eventsOf(key), ['pin-remembered']);
});

test('nothing is remembered for an approval that failed, was not answered, or used what the device remembered already', async () => {
  const key = await newKey(lockedPin());
  const id = await key.ask();
  const begun = await begin([id]);
  const failed = await house.approve([id], { device: key.device, pin: '000000' });
  assert.equal(failed.body.code, 'signatures.wrongPin');
  const touched = await house.approve([id], { device: key.device, isRemembered: true });
  assert.equal(touched.status, 200);
  for (const approvalId of [begun.body.approvalId, failed.approvalId, touched.approvalId]) assert.equal((await remember(approvalId, lockedPin())).body.code, 'remote-signing.ceremonyEnded');
  assert.equal((await remember(key.credentialId, lockedPin())).status, 404);
});

test('a remembered PIN that is wrong is forgotten with its first try and told in its own words; a mistyped one leaves it', async () => {
  const key = await newKey(lockedPin());
  const id = await key.ask();
  assert.equal((await house.approve([id], { device: key.device, pin: '000000' })).body.code, 'signatures.wrongPin');
  assert.equal((await keyInList(key))?.remembersPin, true);
  assert.equal((await house.approve([id], { device: key.device, pin: '000000', isRemembered: true })).body.code, 'remote-signing.rememberedPinWrong');
  assert.deepEqual(await keyInList(key), { credentialId: key.credentialId, needsPin: true, remembersPin: false, mayRememberPin: true });
  assert.deepEqual(await eventsOf(key), ['pin-remembered', 'pin-forgotten']);
  const failures = await house.sql<{ code: string }>(`select data ->> 'code' as code from audit.entry where subject_id = $1 and type = 'remote-signing.authorization-failed'`, [id]);
  assert.deepEqual(failures.map(({ code }) => code), ['signatures.wrongPin', 'signatures.wrongPin']);
  assert.deepEqual((await house.approve([id], { device: key.device })).body, { signed: 1 });
});

test('the fifth wrong PIN locks the key whoever typed it, and says so', async () => {
  const key = await newKey(lockedPin());
  const id = await key.ask();
  for (let tried = 1; tried < 5; tried += 1) await house.approve([id], { device: key.device, pin: '000000' });
  assert.equal((await house.approve([id], { device: key.device, pin: '000000', isRemembered: true })).body.code, 'signatures.credentialLocked');
  assert.equal((await keyInList(key))?.remembersPin, false);
});

test('the owner has one device forget the PIN, and it stays so until it is told to remember again', async () => {
  const key = await newKey(lockedPin());
  const other = await house.enrol(house.director, key.credentialId, { lockedPin: lockedPin() });
  assert.equal((await forget(key, house.director, passkeyId(house.device))).status, 404, 'a passkey of another key');
  assert.equal((await forget(key)).status, 204);
  assert.equal((await forget(key)).status, 204);
  const id = await key.ask();
  assert.deepEqual(Object.keys((await begin([id])).body.memory?.locked ?? {}), [passkeyId(other)]);
  const own = (await house.call<RemoteCredentialList>(house.director, 'GET', '/credentials')).body.credentials.find((each) => each.id === key.credentialId);
  assert.deepEqual(Object.fromEntries(own?.passkeys.map(({ id: each, remembersPin }) => [each, remembersPin]) ?? []), { [passkeyId(key.device)]: false, [passkeyId(other)]: true });
  const [row] = await house.sql<{ may: boolean }>('select may_remember_pin as may from remote_signing.passkey where id = $1', [passkeyId(key.device)]);
  assert.equal(row?.may, false);
  const approved = await house.approve([id], { device: key.device });
  assert.equal((await remember(approved.approvalId, lockedPin())).status, 204);
  assert.deepEqual(await eventsOf(key), ['pin-remembered', 'pin-remembered', 'pin-forgotten', 'pin-remembered']);
});

test('closing a key, changing its PIN and revoking its certificate have all its devices forget', async () => {
  const [closed, changed, revoked] = [await newKey(lockedPin()), await newKey(lockedPin()), await newKey(lockedPin())];
  assert.equal((await house.call(house.director, 'DELETE', `/credentials/${closed.credentialId}/enrolment`)).status, 204);
  await changePin(house.kernel, { agencyId: house.agencyId, credentialId: changed.credentialId, pin: PIN, newPin: '271828' }, { actor: house.director });
  await run(house.kernel, revokeCredential, { agencyId: house.agencyId, credentialId: revoked.credentialId, reason: 'superseded' }, { actor: house.director });
  await house.drain();
  for (const key of [closed, changed, revoked]) {
    assert.deepEqual(await house.sql('select 1 from remote_signing.passkey where credential_id = $1 and locked_pin is not null', [key.credentialId]), []);
    assert.deepEqual(await eventsOf(key), ['pin-remembered', 'pin-forgotten']);
  }
});

test('a PIN that was remembered anew after the change is not forgotten by the news of the change', async () => {
  const key = await newKey(lockedPin());
  await changePin(house.kernel, { agencyId: house.agencyId, credentialId: key.credentialId, pin: PIN, newPin: '271828' }, { actor: house.director });
  house.clock.advance(1000);
  const approved = await house.approve([await key.ask()], { device: key.device, pin: '271828' });
  assert.equal((await remember(approved.approvalId, lockedPin())).status, 204);
  await house.drain();
  assert.equal((await house.sql('select 1 from remote_signing.passkey where credential_id = $1 and locked_pin is not null', [key.credentialId])).length, 1);
});

test('a key file is never opened without its PIN: neither to enrol nor to sign', async () => {
  const credentialId = await house.issue(house.director);
  assert.equal((await house.enrol(house.director, credentialId, { pin: null })).code, 'signatures.pinMissing');
  const key = await newKey();
  const id = await key.ask();
  assert.equal((await house.approve([id], { device: key.device, pin: null })).body.code, 'signatures.pinMissing');
  assert.deepEqual((await house.approve([id], { device: key.device })).body, { signed: 1 });
});
