import { execFileSync, spawnSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { assembleCms, cmsSigner, estimateCmsBytes, signAttributes, signedAttributes } from '../cms/sign.ts';
import type { CmsSigner, CmsSignerOptions } from '../cms/sign.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from '../pki/authority.ts';
import type { Authority, KeyKind } from '../pki/authority.ts';
import { prepareSignature } from './signing/index.ts';
import type { SignatureRequest, SigningProfile } from './signing/index.ts';

/** An authority for one test file, and what it issues. */
export type TestAuthority = { readonly root: Authority; readonly issuing: Authority };
export type TestSigner = { readonly signer: CmsSigner; readonly key: KeyObject };

export const testTime = new Date('2026-11-21T03:00:00Z');

export async function makeTestAuthority(now = new Date()): Promise<TestAuthority> {
  const root = await createRootAuthority({ organization: 'Kiểm thử', now });
  return { root, issuing: await createIssuingAuthority(root, { organization: 'Kiểm thử', now }) };
}

export async function makeTestSigner({ issuing }: TestAuthority, kind: KeyKind, options: Pick<CmsSignerOptions, 'hash' | 'scheme'> = {}): Promise<TestSigner> {
  const { publicKey, privateKey } = await generateKey(kind);
  const subject = personSubject({ name: `Nguyễn Văn ${kind}`, organization: 'Kiểm thử' });
  const { raw: certificate } = issueCertificate(issuing, { kind: 'signer', subject, publicKey, now: issuing.certificate.notBefore });
  return { signer: cmsSigner({ certificate, chain: [issuing.certificate.raw], ...options }), key: privateKey };
}

export type TestRequest = Omit<SignatureRequest, 'reserveBytes' | 'signingTime'>;

/** Signs in one go; answers the whole file. */
export function signForTest(pdf: Buffer, { signer, key }: TestSigner, request: TestRequest, profile?: SigningProfile): Buffer {
  const prepared = prepareSignature(pdf, { signingTime: testTime, reserveBytes: estimateCmsBytes(signer), ...request }, profile);
  const attributes = signedAttributes(signer, prepared.digest(signer.hash));
  const { head, tail } = prepared.finish(assembleCms(signer, { attributes, signature: signAttributes(signer, key, attributes) }));
  return Buffer.concat([head, tail]);
}

/** Skips the test, loudly, when a program that judges our files is not on the machine. */
export function hasOracle(t: TestContext, program: string): boolean {
  const isThere = spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
  if (!isThere) t.skip(`${program} is not installed: what it would judge was NOT checked`);
  return isThere;
}

/** Runs a program over files in a folder of its own; answers what it printed, on either channel. Throws if it fails. */
export function runOracle(program: string, args: readonly string[], files: Readonly<Record<string, Buffer | string>>): { output: string; read: (name: string) => Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const output = execFileSync(program, [...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const written = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
    return { output, read: (name) => written.get(name) ?? Buffer.alloc(0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The sample documents beside the repository; the test is skipped, loudly, when they are not there. */
export function readSamples(t: TestContext, folder: 'layout' | 'signed-pdf'): readonly { readonly name: string; readonly pdf: Buffer }[] {
  const path = join(import.meta.dirname, '../../../../../../shared/samples', folder);
  try {
    const names = readdirSync(path).filter((name) => name.endsWith('.pdf'));
    return names.map((name) => ({ name, pdf: readFileSync(join(path, name)) }));
  } catch {
    t.skip(`the samples in ../shared/samples/${folder} are missing: nothing was checked`);
    return [];
  }
}

export function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
