import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, isReplyOf, signReply, signRequest, verifyRequest, WINDOW_SECONDS } from './http-signatures.ts';
import { fingerprintOf, isFingerprint, isNamedRight, newKey, signingKey } from './settings.ts';

const now = new Date('2026-11-20T02:00:00Z');
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const own = newKey();
const other = newKey();
const key = signingKey(own.secrets);
const target = '/api/v1/exchange/peer/files/ab?offset=7';
const body = Buffer.from('nội dung');

const signed = (more: { version?: string } = {}) => signRequest({ method: 'PUT', target, digest: digestOf(body), ...more }, key, now);
const verify = (request: { method?: string; target?: string; headers: Record<string, string> }, when = now, keys = [own.publicKey]) => {
  const verdict = verifyRequest({ method: 'PUT', target, ...request }, keys, when);
  return verdict.ok ? 'ok' : verdict.problem;
};

test('a request verifies with the key that signed it, and with no other', () => {
  const { headers, nonce } = signed();
  assert.equal(verify({ headers }), 'ok');
  assert.equal(verify({ headers }, now, [other.publicKey]), 'keyUnknown');
  assert.equal(verify({ headers }, now, [{ ...other.publicKey, kid: own.publicKey.kid }]), 'signatureWrong');
  assert.equal(isNamedRight({ ...other.publicKey, kid: own.publicKey.kid }), false);
  assert.match(nonce, /^[\w-]{24}$/);
});

test('nothing of a signed request can be changed: method, path, query, content, version, times', () => {
  const { headers } = signed();
  assert.equal(verify({ headers, method: 'POST' }), 'signatureWrong');
  assert.equal(verify({ headers, target: target.replace('ab', 'cd') }), 'signatureWrong');
  assert.equal(verify({ headers, target: target.replace('7', '8') }), 'signatureWrong');
  assert.equal(verify({ headers: { ...headers, 'content-digest': digestOf(Buffer.from('khác')) } }), 'signatureWrong');
  assert.equal(verify({ headers: { ...headers, 'lienthong-version': '2' } }), 'signatureWrong');
  const created = /created=(\d+)/.exec(headers['signature-input'] ?? '')?.[1] ?? '';
  assert.equal(verify({ headers: { ...headers, 'signature-input': (headers['signature-input'] ?? '').replace(created, String(Number(created) + 1)) } }), 'signatureWrong');
});

test('a request without a signature, or with one of another form, is told so', () => {
  const { headers } = signed();
  assert.equal(verify({ headers: {} }), 'signatureMissing');
  assert.equal(verify({ headers: { ...headers, signature: 'sig=:AAAA:' } }), 'signatureMissing');
  assert.equal(verify({ headers: { ...headers, 'signature-input': (headers['signature-input'] ?? '').replace('"content-digest" ', '') } }), 'signatureMissing', 'what does not cover the content is none of ours');
});

test('a signature is good for five minutes, also between clocks that differ by that much', () => {
  const { headers } = signed();
  assert.equal(verify({ headers }, later(WINDOW_SECONDS - 1)), 'ok');
  assert.equal(verify({ headers }, later(WINDOW_SECONDS)), 'signatureExpired');
  assert.equal(verify({ headers }, later(-WINDOW_SECONDS)), 'ok');
  assert.equal(verify({ headers }, later(-WINDOW_SECONDS - 1)), 'clockSkew');
});

test('a version that we do not speak is told apart from a forged one', () => {
  assert.equal(verify({ headers: signed({ version: '2' }).headers }), 'versionUnknown');
});

test('an answer is that to its own request, whole, and from the partner', () => {
  const reply = { status: 200, content: Buffer.from('{"state":"accepted"}'), nonce: signed().nonce };
  const headers = signReply(reply, key);
  assert.equal(isReplyOf({ ...reply, headers }, reply.nonce, [own.publicKey]), true);
  assert.equal(isReplyOf({ ...reply, headers }, signed().nonce, [own.publicKey]), false, 'the answer to another request');
  assert.equal(isReplyOf({ ...reply, status: 201, headers }, reply.nonce, [own.publicKey]), false);
  assert.equal(isReplyOf({ ...reply, content: Buffer.from('{}'), headers }, reply.nonce, [own.publicKey]), false);
  assert.equal(isReplyOf({ ...reply, headers }, reply.nonce, [other.publicKey]), false);
  assert.equal(isReplyOf({ ...reply, headers: {} }, reply.nonce, [own.publicKey]), false);
});

test('a fingerprint is compared without its dashes, and belongs to one key', () => {
  const fingerprint = fingerprintOf(own.publicKey);
  assert.match(fingerprint, /^([0-9A-F]{4}-){15}[0-9A-F]{4}$/);
  assert.equal(isFingerprint(fingerprint.toLowerCase().replaceAll('-', ' '), fingerprint), true);
  assert.equal(isFingerprint(fingerprintOf(other.publicKey), fingerprint), false);
});
