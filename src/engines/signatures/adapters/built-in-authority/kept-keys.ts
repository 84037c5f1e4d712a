/** How the authority's keys stand in the table, and how they are made and opened. */
import { hkdfSync } from 'node:crypto';
import type { CommandContext } from '#kernel/command.ts';
import type { Config } from '#kernel/config.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { serviceSubject, type ServiceUrls } from '../../domain/pki/authority.ts';
import type { Certificate } from '../../domain/pki/certificate.ts';
import { readPkcs12, writePkcs12 } from '../../domain/pki/pkcs12.ts';
import { signatureErrors } from '../../errors.ts';
import type { AuthorityKeyRow, Tables } from '../../tables.gen.ts';
import { issueUnder, keyAtHand, keyInToken, makeKey, type AuthorityKey, type TokenPlace } from './authority-key.ts';

export type AuthorityRole = AuthorityKeyRow['role'];

export type StoredKey = { role: AuthorityRole; generation: number; certificate: Certificate; container: Buffer | null; holder: string | null; keyId: string | null };

/** Any number that is ours: two processes that start at once make one authority. */
export const CREATION_LOCK = 7_249_101;
/** The passwords are 256 random bits, so the rounds protect nothing more. */
const KEY_ROUNDS = 10_000;

/** @throws signatures.authorityLocked when APP_SECRET is not the one the key was made with. */
export async function openKey(kernel: Kernel, { role, container, holder, keyId, certificate: own }: StoredKey): Promise<AuthorityKey> {
  if (holder !== null && keyId !== null) return { ...keyInToken(kernel, { holder, keyId }, own.publicKey()), certificate: own, chain: [] };
  if (container === null) throw new Error(`the authority's ${role} key is not on this machine`);
  try {
    const { privateKey, certificate, chain } = await readPkcs12(container, passwordFor(kernel.config, role));
    return { ...keyAtHand(privateKey), certificate, chain };
  } catch (error) {
    throw signatureErrors.authorityLocked({ cause: error, internal: role });
  }
}

function passwordFor(config: Config, role: AuthorityRole): string {
  return Buffer.from(hkdfSync('sha256', config.appSecret, '', `lienthong signatures authority ${role}`, 32)).toString('base64url');
}

/** The addresses in certificates, where verifiers look for revocations: each generation's stay its own, as long as anybody may ask. */
export function serviceUrls(config: Config, issuer: 'root' | 'issuing', generation: number): Required<ServiceUrls> {
  const base = (config.publicUrl ?? `http://localhost:${String(config.port)}`).replace(/\/$/, '');
  const folder = generation === 1 ? `${base}/pki` : `${base}/pki/${String(generation)}`;
  return issuer === 'root'
    ? { crl: `${folder}/root.crl`, ocsp: `${base}/pki/ocsp`, caIssuers: `${folder}/root.crt` }
    : { crl: `${folder}/crl.crl`, ocsp: `${base}/pki/ocsp`, caIssuers: `${folder}/issuing.crt` };
}

const SERVICE_NAMES = { timestamp: 'Máy chủ cấp dấu thời gian nội bộ Liên Thông', ocsp: 'Máy chủ OCSP nội bộ Liên Thông' } as const;

/** Makes the next key of a service under an issuing authority. @returns the certificate's fingerprint */
export async function makeServiceKey(
  ctx: CommandContext,
  { role, issuing, issuerGeneration }: { role: 'timestamp' | 'ocsp'; issuing: AuthorityKey; issuerGeneration: number },
): Promise<string> {
  const { rows } = await ctx.query('select coalesce(max(generation), 0) + 1 as generation from signatures.authority_key where role = $1', [role]);
  const generation = Number(rows[0]?.['generation']);
  // A service's key is kept where its issuer's is.
  const made = await makeKey(ctx.kernel, { holder: issuing.place?.holder, kind: 'p-256', label: keyLabel(role, generation) });
  const subject = serviceSubject(issuing.certificate.subject.organization ?? 'Liên Thông', SERVICE_NAMES[role]);
  const urls = role === 'timestamp' ? { urls: serviceUrls(ctx.kernel.config, 'issuing', issuerGeneration) } : {};
  const certificate = await issueUnder(issuing, { kind: role, subject, publicKey: made.publicKey, now: ctx.now, ...urls });
  await keepKey(ctx, { role, generation, key: { ...made, certificate, chain: [issuing.certificate] } });
  await keepIssued(ctx, role, certificate);
  return certificate.fingerprint;
}

/** What a token's own tools show of a key. */
export function keyLabel(role: AuthorityRole, generation: number): string {
  return `lienthong ${role} G${String(generation)}`;
}

type NewKey = { role: AuthorityRole; generation: number; key: Pick<AuthorityKey, 'certificate' | 'chain' | 'privateKey'> & { place: TokenPlace | undefined } };

/** Keeps a key under a password of this installation, its place where a token has it, or the certificate alone when the key is elsewhere. */
export async function keepKey(ctx: CommandContext, { role, generation, key }: NewKey): Promise<void> {
  const { certificate, privateKey, chain, place } = key;
  const password = passwordFor(ctx.kernel.config, role);
  const container = privateKey === undefined ? null : await writePkcs12({ privateKey, certificate, chain, password, iterations: KEY_ROUNDS });
  await ctx
    .tables<Tables>()
    .insertInto('signatures.authority_key')
    .values({ role, generation, certificate: certificate.raw, container, holder: place?.holder ?? null, key_id: place?.keyId ?? null, valid_from: certificate.notBefore, valid_to: certificate.notAfter, created_at: ctx.now })
    .execute();
}

/** Enters a certificate of the authority's own into the register of what it issued; a serial that is taken fails the transaction. */
export async function keepIssued(ctx: CommandContext, purpose: 'issuing' | 'timestamp' | 'ocsp', certificate: Certificate): Promise<void> {
  await ctx
    .tables<Tables>()
    .insertInto('signatures.issued_certificate')
    .values({
      serial: certificate.serialHex,
      purpose,
      subject: certificate.subject.text,
      certificate: certificate.raw,
      agency_id: null,
      credential_id: null,
      issued_at: ctx.now,
      valid_to: certificate.notAfter,
      state: 'valid',
      revoked_at: null,
      reason: null,
    })
    .execute();
}
