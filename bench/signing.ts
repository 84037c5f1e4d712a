/**
 * How fast a PDF is signed (PAdES B-B: parse, prepare, hash, sign, assemble), against the limit 1 / (one signature + one SHA-256 of the
 * file) and against other libraries, all in one run.
 */
import { createHash, createPublicKey, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { CryptoKeySigner, PDF } from '@libpdf/core';
import { plainAddPlaceholder } from '@signpdf/placeholder-plain';
import { P12Signer } from '@signpdf/signer-p12';
import { SignPdf } from '@signpdf/signpdf';
import { ctx, int, oct, oid, seq, time } from '#engines/signatures/domain/asn1/der.ts';
import { openPdf } from '#engines/signatures/domain/pdf/reader/index.ts';
import { readSigningProfile } from '#engines/signatures/domain/pdf/signing/index.ts';
import type { SigningProfile } from '#engines/signatures/domain/pdf/signing/index.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { signatureAlgorithmFor } from '#engines/signatures/domain/pki/algorithms.ts';
import { signed } from '#engines/signatures/domain/pki/draft.ts';
import { encodeName } from '#engines/signatures/domain/pki/name.ts';
import { encryptWithPassword } from '#engines/signatures/domain/pki/pkcs12-encryption.ts';
import { validatePdf } from '#engines/signatures/domain/validation/index.ts';
import { compare, median, print, warmUp, type Result } from './house/cpu-rate.ts';
import { makeLargeFile } from './house/large-file.ts';
import { makeCredential, signWhole, type Credential } from './house/signing-kit.ts';

const rounds = 11;
/** Peers take milliseconds each: a few calls a round say enough. */
const peerRounds = 5;
const threadRounds = 5;
/** What OpenSSL, Windows and the authorities put into a key file that a person gets. */
const usualIterations = 2048;
const threadMs = 1500;
const largeBytes = 500_000_000;

/** Runs all cases, prints a table and then one JSON line a case. */
export async function run(): Promise<void> {
  const [rsa, rsa3072, ec] = await Promise.all([makeCredential('rsa-2048'), makeCredential('rsa-3072'), makeCredential('p-256')]);
  const table = buildPdf({ pages: 40, fillerBytes: 200_000 });
  const packed = buildPdf({ pages: 40, fillerBytes: 200_000, xref: 'packed' });
  const profile = readSigningProfile(openPdf(table));
  await warmUp([() => signWhole(table, rsa), () => signWhole(packed, ec), () => signWhole(table, ec, { profile })]);
  const results = [
    await againstLimit('rsa2048', table, rsa),
    await againstLimit('rsa3072', table, rsa3072),
    await againstLimit('p256', table, ec),
    await againstLimit('objstm', packed, rsa),
    await againstLimit('rsa2048-profile', table, rsa, profile),
    await withMidstate(table, rsa, profile),
    await onTwoCores(),
    await largeFile(rsa),
    await againstPeer('peer-libpdf', { ours: () => signWhole(table, rsa), peer: await libpdfPeer(table, rsa) }),
    await againstPeer('peer-signpdf', { ours: () => signWhole(table, rsa), peer: await signpdfPeer(table, rsa, usualIterations) }),
    await againstPeer('peer-signpdf-light', { ours: () => signWhole(table, rsa), peer: await signpdfPeer(table, rsa, 1) }),
  ];
  print('signing', `PAdES B-B of a PDF of ${String(table.length)} bytes, ${process.version}`, results);
}

async function againstLimit(name: string, pdf: Buffer, credential: Credential, profile?: SigningProfile): Promise<Result> {
  const attributes = randomBytes(200);
  const limit = (): void => {
    createHash('sha256').update(pdf).digest();
    sign('sha256', attributes, credential.key);
  };
  return compare(name, { measured: () => signWhole(pdf, credential, profile === undefined ? {} : { profile }), reference: limit, rounds, unit: 'signatures/cpu-s' });
}

/** The hash of the stored file kept from its upload: what is left is one signature. The limit is that signature alone. */
async function withMidstate(pdf: Buffer, credential: Credential, profile: SigningProfile): Promise<Result> {
  const base = createHash('sha256').update(pdf);
  const attributes = randomBytes(200);
  const reference = (): void => {
    sign('sha256', attributes, credential.key);
  };
  return compare('midstate', { measured: () => signWhole(pdf, credential, { profile, base }), reference, rounds, unit: 'signatures/cpu-s' });
}

/** Two threads that sign as fast as they can, against one: wall clock, since that is the question. */
async function onTwoCores(): Promise<Result> {
  const ratios: number[] = [];
  const rates: number[] = [];
  const alone: number[] = [];
  for (let i = 0; i < threadRounds; i += 1) {
    const one = await signedByThreads(1);
    const two = await signedByThreads(2);
    alone.push(one);
    rates.push(two);
    ratios.push(two / one);
  }
  return { case: 'two-cores', value: median(rates), unit: 'signatures/s', limit: median(alone), ratio: median(ratios) };
}

async function signedByThreads(count: number): Promise<number> {
  const workers = Array.from({ length: count }, () => new Worker(new URL('./house/signing-thread.ts', import.meta.url), { workerData: { ms: threadMs }, execArgv: [] }));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const worker of workers) worker.postMessage('go');
  const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
  await Promise.all(workers.map((worker) => worker.terminate()));
  return answers.reduce((sum, [perSecond]) => sum + Number(perSecond), 0);
}

/** 500 MB signed from the disk: how much memory the process took more than before, of the 200 MB that it may. */
async function largeFile(credential: Credential): Promise<Result> {
  const file = makeLargeFile(largeBytes);
  try {
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 20);
    file.sign(credential);
    peak = Math.max(peak, process.memoryUsage.rss());
    const report = validatePdf(file.source, { now: new Date(), trustAnchors: [credential.root] });
    clearInterval(watch);
    peak = Math.max(peak, process.memoryUsage.rss());
    if (report.signatures[0]?.integrity !== 'intact') throw new Error(`the large file is ${report.indication}`);
    const usedMb = (peak - before) / 1e6;
    return { case: 'large', value: usedMb, unit: 'MB more for 500 MB', limit: 200, ratio: usedMb / 200 };
  } finally {
    file.remove();
  }
}

async function againstPeer(name: string, { ours, peer }: { ours: () => unknown; peer: () => Promise<unknown> }): Promise<Result> {
  return compare(name, { measured: ours, reference: peer, rounds: peerRounds, unit: 'signatures/cpu-s' });
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

async function signpdfPeer(pdf: Buffer, credential: Credential, iterations: number): Promise<() => Promise<unknown>> {
  const p12 = await keyFile(credential, 'demo', iterations);
  const signpdf = new SignPdf();
  const contact = { reason: 'Phe duyet', contactInfo: '', name: 'Nguyen Van Do', location: 'Thanh Hoa' };
  return async () => {
    const withPlaceholder = plainAddPlaceholder({ pdfBuffer: pdf, ...contact, subFilter: 'ETSI.CAdES.detached' });
    // its signer can be used once only
    return signpdf.sign(withPlaceholder, new P12Signer(p12, { passphrase: 'demo' }));
  };
}

/**
 * The peer opens its key file at each signature, as everybody who uses it does: a usual file costs it the usual key derivation. The
 * light case, one round and no check value, leaves that out of the comparison.
 * Its library cannot read certificates that an EC key signed: it gets one that its own key signed.
 */
async function keyFile({ key }: Credential, password: string, iterations: number): Promise<Buffer> {
  const certificate = selfSigned(key);
  const data = (content: Buffer): Buffer => seq(oid('1.2.840.113549.1.7.1'), ctx(0, oct(content)));
  const { algorithm, ciphertext } = await encryptWithPassword(key.export({ format: 'der', type: 'pkcs8' }), password, iterations);
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
