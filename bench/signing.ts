/**
 * How fast a PDF is signed (PAdES B-B: parse, prepare, hash, sign, assemble), against the limit 1 / (one signature + one SHA-256 of the
 * file) and against other libraries, all in one run. Rates are per second of processor time of the whole process, garbage collection
 * included, so that a busy machine changes them little; the figures are medians of the rounds, and ratios are medians of each round's.
 */
import { createHash, createPublicKey, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CryptoKeySigner, PDF } from '@libpdf/core';
import { plainAddPlaceholder } from '@signpdf/placeholder-plain';
import { P12Signer } from '@signpdf/signer-p12';
import { SignPdf } from '@signpdf/signpdf';
import { ctx, int, oct, oid, seq, time } from '#engines/signatures/domain/asn1/der.ts';
import { assembleCms, cmsSigner, estimateCmsBytes, signAttributes, signedAttributes } from '#engines/signatures/domain/cms/sign.ts';
import type { CmsSigner } from '#engines/signatures/domain/cms/sign.ts';
import { openPdf } from '#engines/signatures/domain/pdf/reader/index.ts';
import { prepareSignature, readSigningProfile } from '#engines/signatures/domain/pdf/signing/index.ts';
import type { SigningProfile } from '#engines/signatures/domain/pdf/signing/index.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { signatureAlgorithmFor } from '#engines/signatures/domain/pki/algorithms.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject, signed } from '#engines/signatures/domain/pki/authority.ts';
import { encodeName } from '#engines/signatures/domain/pki/name.ts';
import { encryptWithPassword } from '#engines/signatures/domain/pki/pkcs12-encryption.ts';

const rounds = 11;
const roundMs = 250;
/** The compiler works beside us at first, and its time counts. */
const warmUpRounds = 4;
/** Peers take milliseconds each: a few calls a round say enough. */
const peerRounds = 5;

type Credential = { readonly key: KeyObject; readonly signer: CmsSigner; readonly certificate: Buffer; readonly chain: readonly Buffer[] };
type Result = { readonly case: string; readonly value: number; readonly unit: string; readonly limit: number; readonly ratio: number };

/** Runs all cases, prints a table and then one JSON line a case. */
export async function run(): Promise<void> {
  const [rsa, ec] = await Promise.all([makeCredential('rsa-2048'), makeCredential('p-256')]);
  const table = buildPdf({ pages: 40, fillerBytes: 200_000 });
  const packed = buildPdf({ pages: 40, fillerBytes: 200_000, xref: 'packed' });
  const profile = readSigningProfile(openPdf(table));
  await warmUp([() => signWhole(table, rsa), () => signWhole(packed, ec), () => signWhole(table, ec, profile)]);
  const results = [
    await againstLimit('rsa2048', table, rsa),
    await againstLimit('p256', table, ec),
    await againstLimit('objstm', packed, rsa),
    await againstLimit('rsa2048-profile', table, rsa, profile),
    await againstPeer('peer-libpdf', { ours: () => signWhole(table, rsa), peer: await libpdfPeer(table, rsa) }),
    await againstPeer('peer-signpdf', { ours: () => signWhole(table, rsa), peer: await signpdfPeer(table, rsa) }),
  ];
  print(results, table.length);
}

async function makeCredential(kind: 'rsa-2048' | 'p-256'): Promise<Credential> {
  const now = new Date();
  const root = await createRootAuthority({ organization: 'Đo tốc độ', now });
  const authority = await createIssuingAuthority(root, { organization: 'Đo tốc độ', now });
  const { publicKey, privateKey } = await generateKey(kind);
  const subject = personSubject({ name: 'Nguyễn Văn Đo', organization: 'Đo tốc độ' });
  const { raw: certificate } = issueCertificate(authority, { kind: 'signer', subject, publicKey, now });
  const chain = [authority.certificate.raw];
  return { key: privateKey, signer: cmsSigner({ certificate, chain }), certificate, chain };
}

/** The whole way from the file to the two parts of the signed file. */
function signWhole(pdf: Buffer, { key, signer }: Credential, profile?: SigningProfile): number {
  const request = { fieldName: 'Signature1', signingTime: new Date(), reserveBytes: estimateCmsBytes(signer), reason: 'Phê duyệt' };
  const prepared = prepareSignature(pdf, request, profile);
  const attributes = signedAttributes(signer, prepared.digest(signer.hash));
  const signature = signAttributes(signer, key, attributes);
  const { head, tail } = prepared.finish(assembleCms(signer, { attributes, signature }));
  return head.length + tail.length;
}

async function againstLimit(name: string, pdf: Buffer, credential: Credential, profile?: SigningProfile): Promise<Result> {
  const attributes = randomBytes(200);
  const limit = (): void => {
    createHash('sha256').update(pdf).digest();
    sign('sha256', attributes, credential.key);
  };
  return compare(name, { measured: () => signWhole(pdf, credential, profile), reference: limit, rounds, unit: 'signatures/cpu-s' });
}

async function againstPeer(name: string, { ours, peer }: { ours: () => unknown; peer: () => Promise<unknown> }): Promise<Result> {
  return compare(name, { measured: ours, reference: peer, rounds: peerRounds, unit: 'signatures/cpu-s' });
}

type Comparison = {
  readonly measured: () => unknown;
  readonly reference: () => unknown;
  readonly rounds: number;
  readonly unit: string;
};

/** Takes turns, so that both meet the same moods of the machine. */
async function compare(name: string, { measured, reference, rounds: count, unit }: Comparison): Promise<Result> {
  await warmUp([reference, measured]);
  const values: number[] = [];
  const limits: number[] = [];
  for (let i = 0; i < count; i += 1) {
    limits.push(await rateOf(reference));
    values.push(await rateOf(measured));
  }
  const ratio = median(values.map((value, i) => value / (limits[i] ?? value)));
  return { case: name, value: median(values), unit, limit: median(limits), ratio };
}

async function warmUp(actions: readonly (() => unknown)[]): Promise<void> {
  for (let i = 0; i < warmUpRounds; i += 1) for (const action of actions) await rateOf(action);
}

/** Calls per second of processor time, over at least `roundMs` of it. */
async function rateOf(action: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  let calls = 0;
  let usedMs = 0;
  while (usedMs < roundMs) {
    for (let i = 0; i < 8 && usedMs < roundMs; i += 1) {
      const outcome = action();
      if (outcome instanceof Promise) await outcome;
      calls += 1;
      if (outcome instanceof Promise) usedMs = cpuMs(start);
    }
    usedMs = cpuMs(start);
  }
  return (calls * 1000) / usedMs;
}

function cpuMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

async function libpdfPeer(pdf: Buffer, { key, certificate, chain }: Credential): Promise<() => Promise<unknown>> {
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const cryptoKey = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign']);
  const signer = new CryptoKeySigner(cryptoKey, certificate, 'RSA', 'RSASSA-PKCS1-v1_5', [...chain]);
  return async () => {
    const document = await PDF.load(pdf);
    return document.sign({ signer, reason: 'Phê duyệt' });
  };
}

async function signpdfPeer(pdf: Buffer, credential: Credential): Promise<() => Promise<unknown>> {
  const p12 = await lightPkcs12(credential, 'demo');
  const signpdf = new SignPdf();
  const contact = { reason: 'Phe duyet', contactInfo: '', name: 'Nguyen Van Do', location: 'Thanh Hoa' };
  return async () => {
    const withPlaceholder = plainAddPlaceholder({ pdfBuffer: pdf, ...contact, subFilter: 'ETSI.CAdES.detached' });
    // its signer can be used once only
    return signpdf.sign(withPlaceholder, new P12Signer(p12, { passphrase: 'demo' }));
  };
}

/**
 * The peer opens its key file at each signature: one round of key derivation and no check value keep that out of the comparison.
 * Its library cannot read certificates that an EC key signed: it gets one that its own key signed.
 */
async function lightPkcs12({ key }: Credential, password: string): Promise<Buffer> {
  const certificate = selfSigned(key);
  const data = (content: Buffer): Buffer => seq(oid('1.2.840.113549.1.7.1'), ctx(0, oct(content)));
  const { algorithm, ciphertext } = await encryptWithPassword(key.export({ format: 'der', type: 'pkcs8' }), password, 1);
  const certificateBag = seq(oid('1.2.840.113549.1.12.10.1.3'), ctx(0, seq(oid('1.2.840.113549.1.9.22.1'), ctx(0, oct(certificate)))));
  const keyBag = seq(oid('1.2.840.113549.1.12.10.1.2'), ctx(0, seq(algorithm, oct(ciphertext))));
  return seq(int(3), data(seq(data(seq(certificateBag)), data(seq(keyBag)))));
}

function selfSigned(key: KeyObject): Buffer {
  const name = encodeName([{ oid: '2.5.4.3', value: 'Nguyễn Văn Đo' }]);
  const validity = seq(time(new Date()), time(new Date(Date.now() + 86_400_000)));
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return signed(seq(ctx(0, int(2)), int(1), signatureAlgorithmFor(key, 'sha256'), name, validity, name, spki), key);
}

function print(results: readonly Result[], fileBytes: number): void {
  console.log(`PAdES B-B of a PDF of ${fileBytes} bytes, ${process.version}`);
  console.log(`${'case'.padEnd(18)}${'value'.padStart(12)}${'limit/peer'.padStart(12)}${'ratio'.padStart(10)}  unit`);
  for (const { case: name, value, unit, limit, ratio } of results) {
    console.log(`${name.padEnd(18)}${value.toFixed(1).padStart(12)}${limit.toFixed(1).padStart(12)}${ratio.toFixed(2).padStart(10)}  ${unit}`);
  }
  for (const { case: name, value, unit, limit, ratio } of results) {
    console.log(JSON.stringify({ bench: 'signing', case: name, value: rounded(value), unit, limit: rounded(limit), ratio: rounded(ratio) }));
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
