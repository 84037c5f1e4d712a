import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SigningDriverError } from '../signing-driver.ts';
import { CryptokiError, type Cryptoki, type CryptokiCode, type PresentToken } from './cryptoki.ts';
import { ecdsaDer } from '../signature-values.ts';
import { tokenUser, type TokenSignRequest } from './token.ts';

const certificate = Buffer.from('certificate');
const keyId = Buffer.from('01', 'hex');
const fine = { isLastTry: false, isLocked: false, isToBeChanged: false };

/** A token that fails as it is told: what a software token cannot do. */
function failingToken(fails: Partial<Record<'login' | 'sign' | 'tokens', (call: number) => CryptokiCode | undefined>>) {
  const calls = { login: 0, sign: 0, tokens: 0, logout: 0, initialize: 0, openSession: 0 };
  const state = { pin: fine, isPresent: true };
  const count = (name: 'login' | 'sign' | 'tokens'): void => {
    calls[name] += 1;
    const code = fails[name]?.(calls[name]);
    if (code !== undefined) throw new CryptokiError(name, code);
  };
  const cryptoki: Cryptoki = {
    initialize: () => void (calls.initialize += 1),
    finalize: () => undefined,
    tokens: (): PresentToken[] => {
      count('tokens');
      return state.isPresent ? [{ slot: 1n, label: 'Van thu', serial: '1', pin: state.pin }] : [];
    },
    openSession: () => BigInt((calls.openSession += 1)),
    closeSession: () => undefined,
    login: () => count('login'),
    logout: () => void (calls.logout += 1),
    findObjects: (_session, template) => (template.class === 'certificate' ? [7n] : [8n]),
    attribute: (_session, _object, name) => (name === 'value' ? certificate : name === 'id' ? keyId : undefined),
    signInit: () => undefined,
    sign: (_session, data) => {
      count('sign');
      return data;
    },
    generateKeyPair: () => 9n,
  };
  return { cryptoki, calls, state };
}

const batch = (count: number, keepsLogin = false): TokenSignRequest => ({
  keepsLogin,
  certificate,
  keyId: undefined,
  pin: '1',
  scheme: 'rsa-pss',
  hash: 'sha256',
  digests: Array.from({ length: count }, (_, index) => Buffer.from(`d${String(index)}`)),
});

function problemOf(work: () => unknown): SigningDriverError {
  try {
    work();
  } catch (error) {
    if (error instanceof SigningDriverError) return error;
    throw error;
  }
  return assert.fail('it signed');
}

test('a session that is lost in the middle of a batch is opened anew, and no hash is signed twice', () => {
  for (const loss of ['CKR_SESSION_HANDLE_INVALID', 'CKR_SESSION_CLOSED', 'CKR_USER_NOT_LOGGED_IN'] as const) {
    const { cryptoki, calls } = failingToken({ sign: (call) => (call === 3 ? loss : undefined) });
    const signatures = tokenUser(cryptoki).sign({}, batch(5));
    assert.deepEqual(signatures.map(String), ['d0', 'd1', 'd2', 'd3', 'd4']);
    assert.equal(calls.sign, 6, 'five and the one that failed');
    assert.equal(calls.openSession, 2);
    assert.equal(calls.logout, 2, 'nobody stays logged in');
  }
});

test('a device that is pulled out in the middle of a batch ends it with the reason, and the next request finds the device again', () => {
  for (const [code, problem] of [['CKR_DEVICE_REMOVED', 'deviceRemoved'], ['CKR_TOKEN_NOT_PRESENT', 'deviceMissing'], ['CKR_DEVICE_ERROR', 'unavailable']] as const) {
    const { cryptoki, calls } = failingToken({ sign: (call) => (call === 3 ? code : undefined) });
    const user = tokenUser(cryptoki);
    assert.equal(problemOf(() => user.sign({}, batch(5, true))).problem, problem);
    user.forget('reset');
    assert.equal(user.sign({}, batch(5, true)).length, 5);
    assert.equal(calls.initialize, 2);
  }
});

test('a module that has only a general error for a device that was pulled out is not believed: whether it is there decides', () => {
  for (const code of ['CKR_DEVICE_ERROR', 'CKR_GENERAL_ERROR', 'CKR_FUNCTION_FAILED'] as const) {
    const { cryptoki, state } = failingToken({
      sign: (call) => {
        if (call !== 3) return undefined;
        state.isPresent = false;
        return code;
      },
    });
    const user = tokenUser(cryptoki);
    assert.equal(problemOf(() => user.sign({}, batch(5, true))).problem, 'deviceRemoved');
    state.isPresent = true;
    user.forget('reset');
    assert.equal(user.sign({}, batch(5, true)).length, 5);
  }
});

test('a reader that went away between the look and the session is a missing device', () => {
  const { cryptoki } = failingToken({});
  const gone = (): bigint => {
    throw new CryptokiError('C_OpenSession', 'CKR_SLOT_ID_INVALID');
  };
  assert.equal(problemOf(() => tokenUser({ ...cryptoki, openSession: gone }).sign({}, batch(1))).problem, 'deviceMissing');
});

test('a second token that cannot be opened does not stand in the way of the one that holds the certificate', () => {
  const { cryptoki } = failingToken({});
  const two = (): PresentToken[] => [
    { slot: 0n, label: 'Hỏng', serial: '0', pin: fine },
    { slot: 1n, label: 'Van thu', serial: '1', pin: fine },
  ];
  const openSession = (slot: bigint): bigint => {
    if (slot === 0n) throw new CryptokiError('C_OpenSession', 'CKR_TOKEN_NOT_RECOGNIZED');
    return cryptoki.openSession(slot);
  };
  const user = tokenUser({ ...cryptoki, tokens: two, openSession });
  assert.equal(user.sign({}, batch(2)).length, 2);
  assert.equal(user.list({}).length, 1);
});

test('no token in any reader is told as a missing device', () => {
  const { cryptoki, state } = failingToken({});
  state.isPresent = false;
  assert.equal(problemOf(() => tokenUser(cryptoki).sign({}, batch(1))).problem, 'deviceMissing');
  state.isPresent = true;
  assert.equal(problemOf(() => tokenUser(cryptoki).sign({ label: 'Other' }, batch(1))).problem, 'deviceMissing');
});

test('a wrong PIN says whether one more would lock the device; a locked or expired PIN is told as such', () => {
  const wrong = failingToken({ login: () => 'CKR_PIN_INCORRECT' });
  const user = tokenUser(wrong.cryptoki);
  const first = problemOf(() => user.sign({}, batch(1)));
  assert.deepEqual([first.problem, first.isLastTry], ['wrongSecret', false]);
  wrong.state.pin = { ...fine, isLastTry: true };
  assert.equal(problemOf(() => user.sign({}, batch(1))).isLastTry, true);
  wrong.state.pin = { ...fine, isLocked: true };
  const tries = wrong.calls.login;
  assert.equal(problemOf(() => user.sign({}, batch(1))).problem, 'secretLocked');
  assert.equal(wrong.calls.login, tries, 'a locked device is not asked');
  for (const [code, problem] of [['CKR_PIN_LOCKED', 'secretLocked'], ['CKR_PIN_EXPIRED', 'secretExpired'], ['CKR_PIN_LEN_RANGE', 'wrongSecret']] as const) {
    assert.equal(problemOf(() => tokenUser(failingToken({ login: () => code }).cryptoki).sign({}, batch(1))).problem, problem);
  }
});

test('a login that was left over does not stand in for a person’s PIN, and may stay for the installation’s own', () => {
  const person = failingToken({ login: (call) => (call === 1 ? 'CKR_USER_ALREADY_LOGGED_IN' : 'CKR_PIN_INCORRECT') });
  assert.equal(problemOf(() => tokenUser(person.cryptoki).sign({}, batch(1))).problem, 'wrongSecret');
  const hsm = failingToken({ login: () => 'CKR_USER_ALREADY_LOGGED_IN' });
  assert.equal(tokenUser(hsm.cryptoki).sign({}, batch(2, true)).length, 2);
  assert.equal(hsm.calls.logout, 0);
});

test('ECDSA halves become the shortest DER integers', () => {
  const value = Buffer.concat([Buffer.from('0000000000000000000000000000000000000000000000000000000000000001', 'hex'), Buffer.from(`ff${'00'.repeat(31)}`, 'hex')]);
  assert.equal(ecdsaDer(value).toString('hex'), `30260201010221 00ff${'00'.repeat(31)}`.replace(' ', ''));
});
