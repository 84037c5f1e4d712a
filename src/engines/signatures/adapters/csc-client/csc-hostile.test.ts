/** A service that does not keep to what it promised: nothing hangs, nothing is lost without a word. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { createRootAuthority, generateKey, issueCertificate, personSubject } from '../../domain/pki/authority.ts';
import { SigningDriverError, type SigningDriver, type SignRequest } from '../signing-driver.ts';
import { cscApi } from './csc-api.ts';
import { cscDriver } from './csc-driver.ts';

type Answer = { status?: number; body: unknown };

const now = new Date('2026-03-02T01:00:00Z');
const root = await createRootAuthority({ organization: 'Tỉnh thử', now });
const { publicKey } = await generateKey('rsa-2048');
const certificate = issueCertificate(root, { kind: 'signer', subject: personSubject({ name: 'Lê Văn Tám', organization: 'Sở' }), publicKey, now }).raw;
const fine = { key: { status: 'enabled', algo: ['1.2.840.113549.1.1.1'] }, cert: { status: 'valid', certificates: [certificate.toString('base64')] }, multisign: 2, auth: { mode: 'implicit' } };

let server: Server;
let base: string;
let asked: string[] = [];
let answers: (path: string, input: Record<string, unknown>) => Answer;

before(async () => {
  server = createServer((request, reply) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const path = (request.url ?? '').replace('/csc/v2/', '');
      asked.push(path);
      // safe because the client sends objects only
      const input = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}') as Record<string, unknown>;
      const { status = 200, body } = path === 'auth/login' ? { body: { access_token: 't', expires_in: 3600 } } : answers(path, input);
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // safe because a TCP server has such an address
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/csc/v2`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => (asked = []));

const driverOf = (isAsynchronous = false): SigningDriver => cscDriver({ name: 'remote', baseUrl: base, version: 2, access: { kind: 'login', user: 'u', password: 'p' }, isAsynchronous });
const refusal = (error: string, description: string): Answer => ({ status: 400, body: { error, error_description: description } });

function request(count: number): SignRequest {
  const items = Array.from({ length: count }, (_, index) => ({ attributes: Buffer.from(String(index)), digest: createHash('sha256').update(String(index)).digest() }));
  return { credential: { credentialId: 'c', certificate, chain: [], container: Buffer.from('{"credentialID":"A"}') }, secret: undefined, hash: 'sha256', items, description: '', transactionId: 't' };
}

const problemOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'none', (error: unknown) => (error instanceof SigningDriverError ? error.problem : assert.fail(String(error))));

test('a list whose pages never end is left after a few', { timeout: 20_000 }, async () => {
  answers = () => ({ body: { credentialIDs: [], nextPageToken: 'again' } });
  assert.deepEqual(await cscApi(base, 2).list('t'), []);
  assert.ok(asked.length <= 50, `${String(asked.length)} pages`);
});

test('a credential that the service lists and then does not know hides no other one', async () => {
  answers = (path, input) => {
    if (path === 'credentials/list') return { body: { credentialIDs: ['gone', 'A', 'odd'] } };
    if (input['credentialID'] === 'gone') return refusal('invalid_request', 'Invalid parameter credentialID');
    return input['credentialID'] === 'odd' ? { body: { key: 'no object' } } : { body: fine };
  };
  const listed = await driverOf().listCertificates({});
  assert.deepEqual(listed.map(({ container }) => container?.toString('utf8')), ['{"credentialID":"A"}']);
});

test('when every credential fails, the reason is told and not an empty list', async () => {
  answers = (path) => (path === 'credentials/list' ? { body: { credentialIDs: ['A'] } } : { status: 503, body: {} });
  assert.equal(await problemOf(driverOf().listCertificates({})), 'unavailable');
});

test('a service that goes away while its credentials are described is not asked for every one of them', async () => {
  const credentialIDs = Array.from({ length: 40 }, (_, index) => (index === 0 ? 'A' : String(index)));
  answers = (path, input) => (path === 'credentials/list' ? { body: { credentialIDs } } : input['credentialID'] === 'A' ? { body: fine } : { status: 503, body: {} });
  assert.equal(await problemOf(driverOf().listCertificates({})), 'unavailable');
  assert.ok(asked.length < 10, `${String(asked.length)} calls`);
});

test('what one authorisation does not cover is not begun asynchronously, since only one of the answers could be fetched', async () => {
  answers = (path) => (path === 'credentials/info' ? { body: fine } : path === 'credentials/authorize' ? { body: { SAD: 's' } } : { body: { responseID: 'r' } });
  assert.equal(await problemOf(driverOf(true).sign(request(3))), 'unavailable');
  assert.ok(!asked.includes('signatures/signHash'), 'nothing was signed in vain');
  const outcome = await driverOf(true).sign(request(2));
  assert.equal(outcome.state, 'pending');
});

test('where a one-time code is all that the service wants, what the person typed is that code', async () => {
  const codeOnly = { ...fine, auth: { mode: 'explicit', objects: [{ type: 'Password', id: 'OTP' }] } };
  let sent: unknown;
  answers = (path, input) => {
    if (path === 'credentials/info') return { body: codeOnly };
    sent = input['authData'];
    return refusal('invalid_authentication_data', 'The OTP is invalid');
  };
  assert.equal(await problemOf(driverOf().sign({ ...request(1), secret: '123456' })), 'wrongCode');
  assert.deepEqual(sent, [{ id: 'OTP', value: '123456' }]);
  assert.equal(await problemOf(driverOf().sign(request(1))), 'codeMissing');
});

test('what the person does out of band is named in the request, and not asked of them here', async () => {
  const outOfBand = { ...fine, auth: { mode: 'explicit', objects: [{ type: 'Password', id: 'PIN' }, { type: 'PasswordOOB', id: 'PIN2' }, { type: 'ChallengeResponseOOB', id: 'OTP by SMS' }] } };
  let sent: unknown;
  answers = (path, input) => {
    if (path === 'credentials/info') return { body: outOfBand };
    sent = input['authData'];
    return { status: 202, body: { handle: 'h' } };
  };
  assert.deepEqual(await driverOf().asksFor?.(request(1).credential), { pin: true, code: 'no' });
  assert.equal((await driverOf().sign({ ...request(1), secret: '1234' })).state, 'pending');
  assert.deepEqual(sent, [{ id: 'PIN', value: '1234' }, { id: 'PIN2' }, { id: 'OTP by SMS' }]);
});

test('fewer, more, or no signatures than hashes, and what is none, are refused', async () => {
  for (const signatures of [[], ['AAAA'], Array<string>(3).fill('A'.repeat(342)), ['!', '?'], ['', '']]) {
    answers = (path) => (path === 'credentials/info' ? { body: fine } : path === 'credentials/authorize' ? { body: { SAD: 's' } } : { body: { signatures } });
    assert.equal(await problemOf(driverOf().sign(request(2))), 'unavailable');
  }
});
