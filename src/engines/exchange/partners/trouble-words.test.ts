import assert from 'node:assert/strict';
import { test } from 'node:test';
import { troubleInWords, withRawCode } from './trouble-words.ts';

const codes: readonly (readonly [code: string, problem: string, raw: string, word: RegExp])[] = [
  ['unreachable', 'connect ECONNREFUSED 10.1.2.3:443', 'ECONNREFUSED', /từ chối kết nối/],
  ['unreachable', 'getaddrinfo ENOTFOUND truc.example.vn', 'ENOTFOUND', /không tìm thấy tên máy chủ/],
  ['unreachable', 'getaddrinfo EAI_AGAIN truc.example.vn', 'EAI_AGAIN', /không tìm thấy tên máy chủ/],
  ['unreachable', 'connect ETIMEDOUT 10.1.2.3:443', 'ETIMEDOUT', /không trả lời kịp/],
  ['unreachable', 'connect EHOSTUNREACH 10.1.2.3:443', 'EHOSTUNREACH', /không có đường mạng/],
  ['unreachable', 'ECONNRESET: socket hang up', 'ECONNRESET', /bị ngắt giữa chừng/],
  ['unreachable', 'UND_ERR_SOCKET: other side closed', 'UND_ERR_SOCKET', /bị ngắt giữa chừng/],
  ['unreachable', 'UND_ERR_CONNECT_TIMEOUT: Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT', /không trả lời kịp/],
  ['tlsFailed', 'CERT_HAS_EXPIRED: certificate has expired', 'CERT_HAS_EXPIRED', /đã hết hạn/],
  ['tlsFailed', 'DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT', /chưa tin nơi cấp/],
  ['tlsFailed', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /chưa tin nơi cấp/],
  ['tlsFailed', 'ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate', 'ERR_TLS_CERT_ALTNAME_INVALID', /không mang tên/],
  ['tlsFailed', 'ERR_SSL_WRONG_VERSION_NUMBER: wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER', /TLS/],
  ['unreachable', 'HPE_INVALID_CONSTANT: Parse Error', 'HPE_INVALID_CONSTANT', /HTTP/],
  ['timeout', 'The operation was aborted', 'timeout', /không trả lời kịp/],
  ['tlsFailed', 'certificate has expired', 'tlsFailed', /đã hết hạn/],
  ['replyUnsigned', 'HTTP 502 without the partner’s signature', 'replyUnsigned', /không có chữ ký/],
];

test('each usual failure of the network is said in both languages with what to do, its code beside it', () => {
  for (const [code, problem, raw, word] of codes) {
    const words = troubleInWords({ code, problem }) ?? assert.fail(problem);
    assert.equal(words.raw, raw, problem);
    assert.match(words.vi, word, problem);
    for (const text of [words.vi, words.fixVi, words.en, words.fixEn]) assert.ok(text.length > 10 && !text.includes(raw), problem);
  }
});

test('what the partner said in words of its own is left as it is, and what is no network’s code is not taken for one', () => {
  assert.equal(troubleInWords({ code: null, problem: null }), undefined);
  assert.equal(troubleInWords({ code: 'axis-1001', problem: 'Mã đơn vị gửi chưa đăng ký (ECONNREFUSED)' }), undefined);
  assert.equal(troubleInWords({ code: 'constructor', problem: 'x' }), undefined);
});

test('the code of the network is kept before a text that does not hold it', () => {
  assert.equal(withRawCode('certificate has expired', Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' })), 'CERT_HAS_EXPIRED: certificate has expired');
  assert.equal(withRawCode('connect ECONNREFUSED ::1', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })), 'connect ECONNREFUSED ::1');
  assert.equal(withRawCode('no', undefined), 'no');
});
