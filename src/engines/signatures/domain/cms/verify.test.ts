import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, hash as hashOnce } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { children, fieldsOf, rawOf, readAsn1 } from '../asn1/reader.ts';
import { ctx, int, oct, oid, seq, set } from '../asn1/der.ts';
import { createRootAuthority, createIssuingAuthority, generateKey, issueCertificate, personSubject, serviceSubject } from '../pki/authority.ts';
import type { KeyHolder, KeyKind, LeafKind } from '../pki/authority.ts';
import { OID } from '../pki/oids.ts';
import { createTimestampAuthority } from '../pki/timestamp-authority.ts';
import { assembleCms, cmsSigner, signAttributes, signedAttributes } from './sign.ts';
import { CmsError } from './verify-errors.ts';
import { parseTimestampToken, verifyTimestampToken } from './verify-timestamp.ts';
import { parseCms, verifyCms } from './verify.ts';

const now = new Date();
const folder = mkdtempSync(join(tmpdir(), 'cms-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const root = await createRootAuthority({ organization: 'Tỉnh thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'Tỉnh thử', now });
const holder = async (kind: LeafKind, key: KeyKind): Promise<KeyHolder> => {
  const pair = await generateKey(key);
  const subject = kind === 'signer' ? personSubject({ name: 'Trần Văn Bình', organization: 'Sở' }) : serviceSubject('Tỉnh thử', 'TSA');
  return { privateKey: pair.privateKey, certificate: issueCertificate(issuing, { kind, subject, publicKey: pair.publicKey, now }) };
};
const rsa = await holder('signer', 'rsa-2048');
const ec = await holder('signer', 'p-256');
const data = Buffer.from('Nội dung được ký');
const digestOf = (content: Buffer) => (hash: string) => hashOnce(hash, content, 'buffer');
const check = (bytes: Buffer, content = data) => verifyCms({ cms: parseCms(bytes), digestOf: digestOf(content), readContent: () => content, expectedContentType: OID.data });
const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error instanceof CmsError ? error.code : assert.fail(String(error));
  }
  return 'accepted';
};

const files = (signer: KeyHolder, name: string) => {
  const certificate = join(folder, `${name}.cer`);
  const key = join(folder, `${name}.key`);
  writeFileSync(certificate, `-----BEGIN CERTIFICATE-----\n${signer.certificate.raw.toString('base64')}\n-----END CERTIFICATE-----\n`);
  writeFileSync(key, signer.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(join(folder, 'data'), data);
  return { certificate, key };
};
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

for (const [name, signer, flags] of [
  ['RSA with ESS', rsa, ['-cades']],
  ['RSA, SHA-512', rsa, ['-md', 'sha512']],
  ['RSA-PSS', rsa, ['-keyopt', 'rsa_padding_mode:pss', '-cades']],
  ['ECDSA', ec, ['-cades']],
  ['without signed attributes', rsa, ['-noattr']],
  ['in BER with indefinite lengths', rsa, ['-stream', '-cades']],
  ['signer named by key identifier', rsa, ['-keyid']],
] as const) {
  test(`what openssl signs is verified: ${name}`, (t) => {
    if (!hasOpenssl) {
      t.skip('openssl is not on PATH');
      return;
    }
    const { certificate, key } = files(signer, name.replace(/\W/g, ''));
    const out = join(folder, 'out.der');
    const run = spawnSync('openssl', ['cms', '-sign', '-binary', '-in', join(folder, 'data'), '-signer', certificate, '-inkey', key, '-outform', 'DER', '-out', out, ...flags], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    const bytes = readFileSync(out);
    const result = check(bytes);
    assert.deepEqual([result.verdict, result.signer?.fingerprint], ['ok', signer.certificate.fingerprint]);
    assert.equal(result.ess, (flags as readonly string[]).includes('-cades') ? 'match' : 'absent');
    assert.equal(check(bytes, Buffer.from('khác')).verdict, (flags as readonly string[]).includes('-noattr') ? 'signature-mismatch' : 'hash-mismatch');
  });
}

const ours = (signer = rsa, chain = [issuing.certificate.raw]) => {
  const made = cmsSigner({ certificate: signer.certificate.raw, chain });
  const attributes = signedAttributes(made, createHash('sha256').update(data).digest());
  return assembleCms(made, { attributes, signature: signAttributes(made, signer.privateKey, attributes) });
};

/** Takes the container apart, lets the test change the parts of SignedData, and puts it together again. */
const rebuild = (bytes: Buffer, change: (parts: Buffer[]) => Buffer[]) => {
  const outer = fieldsOf(readAsn1(bytes));
  const type = rawOf(outer.take());
  const parts = children(fieldsOf(outer.take(0xa0), 0xa0).take(0x30)).map(rawOf);
  return seq(type, ctx(0, seq(...change(parts))));
};

test('padding of zeros is accepted, any other byte behind the container is not', () => {
  const bytes = ours();
  assert.equal(check(Buffer.concat([bytes, Buffer.alloc(500)])).verdict, 'ok');
  assert.equal(codeOf(() => parseCms(Buffer.concat([bytes, Buffer.alloc(500), Buffer.from([1])]))), 'cms.malformed');
});

test('no signer and two signers are refused', () => {
  assert.equal(codeOf(() => parseCms(rebuild(ours(), (parts) => [...parts.slice(0, -1), set()]))), 'cms.signers');
  const twice = rebuild(ours(), (parts) => {
    const info = rawOf(children(readAsn1(parts.at(-1) ?? Buffer.alloc(0)))[0] ?? assert.fail('signer'));
    return [...parts.slice(0, -1), set(info, info)];
  });
  assert.equal(codeOf(() => parseCms(twice)), 'cms.signers');
});

test('a container without its certificate, or with another one of the same name, names no signer', () => {
  const without = rebuild(ours(), (parts) => parts.filter((part) => part[0] !== 0xa0));
  assert.equal(check(without).verdict, 'no-signing-certificate');
  const swapped = rebuild(ours(), (parts) => parts.map((part) => (part[0] === 0xa0 ? ctx(0, ec.certificate.raw, issuing.certificate.raw) : part)));
  assert.equal(check(swapped).verdict, 'no-signing-certificate');
});

test('something that is not SignedData is refused', () => {
  assert.equal(codeOf(() => parseCms(seq(oid(OID.data), ctx(0, int(1))))), 'cms.notSignedData');
  assert.equal(codeOf(() => parseCms(Buffer.alloc(0))), 'cms.malformed');
  assert.equal(codeOf(() => parseCms(Buffer.from('không phải chữ ký'))), 'cms.malformed');
});

test('each single changed byte is an error, a failure, or lies in parts that nobody signed', () => {
  const bytes = ours();
  const whole = parseCms(bytes);
  for (let at = 0; at < bytes.length; at += 1) {
    const bent = Buffer.from(bytes);
    bent[at] = (bent[at] ?? 0) ^ 0x04;
    try {
      const result = check(bent);
      if (result.verdict !== 'ok') continue;
      const cms = parseCms(bent);
      assert.ok(cms.signature.equals(whole.signature) && cms.signedAttributes?.encoded.equals(whole.signedAttributes?.encoded ?? Buffer.alloc(0)), `byte ${at}`);
      assert.equal(result.signer?.fingerprint, rsa.certificate.fingerprint);
    } catch (error) {
      assert.ok(error instanceof CmsError, String(error));
    }
  }
});

test('a time stamp fits its digest only, and needs its signing certificate', async () => {
  const tsa = createTimestampAuthority({ ...(await holder('timestamp', 'p-256')), chain: [issuing.certificate] });
  const digest = createHash('sha256').update(data).digest();
  const token = parseTimestampToken(tsa.token({ hash: 'sha256', digest, now }));
  assert.equal(verifyTimestampToken(token, digestOf(data)).verdict, 'ok');
  assert.equal(verifyTimestampToken(token, digestOf(Buffer.from('khác'))).verdict, 'hash-mismatch');
  assert.equal(now.getTime(), token.time.getTime());
  const bare = parseTimestampToken(tsa.token({ hash: 'sha256', digest, now, withCertificates: false }));
  assert.equal(verifyTimestampToken(bare, digestOf(data)).verdict, 'no-signing-certificate');
  assert.equal(codeOf(() => parseTimestampToken(ours())), 'cms.notSignedData');
});

test('more signed attributes than are looked at are refused: what lies behind them might say something else', () => {
  const made = cmsSigner({ certificate: rsa.certificate.raw, chain: [] });
  const usual = children(readAsn1(signedAttributes(made, createHash('sha256').update(data).digest()))).map(rawOf);
  const withMore = (count: number) => {
    const filling = Array.from({ length: count }, (_, i) => seq(oid(`1.3.6.1.4.1.99999.${i + 1}`), set(int(i))));
    const second = seq(oid(OID.messageDigest), set(oct(Buffer.alloc(32))));
    const attributes = set(...usual, ...filling, second);
    return assembleCms(made, { attributes, signature: signAttributes(made, rsa.privateKey, attributes) });
  };
  for (const count of [0, 60, 200]) assert.equal(codeOf(() => parseCms(withMore(count))), 'cms.attributes', `${count} more`);
});

test('material in CAdES attributes and beside the certificates is at hand: lists, OCSP answers, certificates', () => {
  const list = seq(int(1));
  const answer = seq(int(2));
  // A made-up attribute value in the place of the time stamp, then renamed: the names differ in their last byte only.
  const withAttribute = (value: Buffer, last: number): Buffer => {
    const made = cmsSigner({ certificate: rsa.certificate.raw, chain: [] });
    const attributes = signedAttributes(made, createHash('sha256').update(data).digest());
    const bytes = assembleCms(made, { attributes, signature: signAttributes(made, rsa.privateKey, attributes), timestampToken: value });
    const name = Buffer.from('2a864886f70d010910020e', 'hex');
    bytes[bytes.indexOf(name) + name.length - 1] = last;
    return bytes;
  };
  const revocation = parseCms(withAttribute(seq(ctx(0, seq(list)), ctx(1, seq(answer))), 24));
  assert.deepEqual([revocation.crls, revocation.ocsps], [[list], [answer]]);
  const certificates = parseCms(withAttribute(seq(issuing.certificate.raw), 23));
  assert.deepEqual(certificates.certificates.map((each) => each.fingerprint), [rsa.certificate.fingerprint, issuing.certificate.fingerprint]);
  assert.equal(check(withAttribute(seq(issuing.certificate.raw), 23)).verdict, 'ok');
  const beside = rebuild(ours(), (parts) => [...parts.slice(0, -1), ctx(1, list, ctx(1, oid(OID.ocspResponseInfo), answer)), ...parts.slice(-1)]);
  assert.deepEqual([parseCms(beside).crls, parseCms(beside).ocsps], [[list], [answer]]);
});
