import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandContext } from '#kernel/command.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { isoInVietnam, startOfVietnamDay, type CalendarDay } from '#kernel/time.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { currentRevocationList, readReason } from './adapters/built-in-authority/revocations.ts';
import type { TrustMaterial } from './adapters/document-reader/protocol.ts';
import type { TrustAnchorSummary } from './contract.ts';
import { parseCertificate, parseCertificates, type Certificate } from './domain/pki/certificate.ts';
import { parseRevocationList } from './domain/pki/crl.ts';
import { writeRevocationList } from './domain/pki/revocation-list.ts';
import { signatureErrors, translateDomainError } from './errors.ts';
import { installation } from './events.ts';
import type { Tables } from './tables.ts';

export type TrustSet = {
  anchors: readonly Certificate[];
  /** Changes with the anchors and with each revocation by the built-in authority: reports made under it stay good as long as it does. */
  version: string;
};

/** Raised when the rules of validation change, so that kept reports are made anew. */
const RULES = 'rules-1';
const FOLDER_KEPT_MS = 60_000;

/** What this installation trusts at this moment: its own root, the files in TRUST_ANCHORS, and the rows in force. */
export async function trustSet(kernel: Kernel): Promise<TrustSet> {
  const { root } = await builtInAuthority(kernel);
  const anchors = [root.certificate, ...(await configuredFolder(kernel)).anchors, ...(await tableAnchors(kernel)).map((row) => parseCertificate(row.certificate))];
  const { rows } = await kernel.database.pool.query<{ mark: string }>(
    `select count(*) || ' ' || coalesce(max(revoked_at)::text, '') as mark from signatures.issued_certificate where state = 'revoked'`,
  );
  const fingerprints = [...new Set(anchors.map((anchor) => anchor.fingerprint))].sort();
  const version = createHash('sha256').update([RULES, rows[0]?.mark ?? '', ...fingerprints].join('\n')).digest('hex').slice(0, 32);
  return { anchors, version };
}

/**
 * The trust set in the form in which it crosses into the reader's process, with revocation lists of the built-in authority that
 * speak for this very moment (the published ones are up to a day old).
 */
export async function trustMaterial(kernel: Kernel, { anchors }: TrustSet): Promise<TrustMaterial> {
  const now = kernel.clock.now();
  const authority = await builtInAuthority(kernel);
  const { rows } = await kernel.database.pool.query<{ serial: string; purpose: string; revoked_at: Date; reason: string | null }>(
    `select serial, purpose, revoked_at, reason from signatures.issued_certificate where state = 'revoked' order by revoked_at`,
  );
  const listOf = (issuer: 'root' | 'issuing'): Buffer =>
    writeRevocationList(authority[issuer], {
      number: 0n,
      now,
      nextUpdate: new Date(now.getTime() + 3_600_000),
      revoked: rows
        .filter((row) => (row.purpose === 'issuing') === (issuer === 'root'))
        .map((row) => ({ serial: Buffer.from(row.serial, 'hex'), revokedAt: row.revoked_at, reason: readReason(row.reason) })),
    });
  return { anchors: anchors.map((anchor) => anchor.raw), crls: [listOf('root'), listOf('issuing'), ...(await configuredFolder(kernel)).crls], now: now.toISOString() };
}

export type TrustFolder = { anchors: Certificate[]; crls: Buffer[] };

/**
 * What a folder holds: root certificates as .pem, .crt or .cer, revocation lists as .crl.
 * @throws Error naming the file that cannot be read
 */
export async function readTrustFolder(folder: string): Promise<TrustFolder> {
  const names = (await readdir(folder)).sort();
  const found: TrustFolder = { anchors: [], crls: [] };
  for (const name of names) {
    try {
      if (/\.(pem|crt|cer)$/i.test(name)) found.anchors.push(...parseCertificates(await readFile(join(folder, name))));
      if (/\.crl$/i.test(name)) found.crls.push(parseRevocationList(await readFile(join(folder, name))).raw);
    } catch (error) {
      throw new Error(`${join(folder, name)} không đọc được / cannot be read`, { cause: error });
    }
  }
  return found;
}

const keptFolder = service<{ readAt: number; content: TrustFolder }>(Symbol('trust folder'), () => ({
  readAt: Number.NEGATIVE_INFINITY,
  content: { anchors: [], crls: [] },
}));

async function configuredFolder(kernel: Kernel): Promise<TrustFolder> {
  const folder = kernel.config.trustAnchorsDir;
  const kept = keptFolder(kernel);
  const now = kernel.clock.now().getTime();
  if (folder !== undefined && folder !== '' && now - kept.readAt >= FOLDER_KEPT_MS) {
    kept.content = await readTrustFolder(folder);
    kept.readAt = now;
  }
  return kept.content;
}

/** Writes the public part of the built-in authority to DATA_DIR/pki, for verification on this machine without the database. */
export async function exportPublicMaterial(kernel: Kernel): Promise<void> {
  const { root } = await builtInAuthority(kernel);
  const folder = publicFolder(kernel.config.dataDir);
  await mkdir(folder, { recursive: true });
  const files = { 'root.crt': root.certificate.raw, 'root.crl': await currentRevocationList(kernel, 'root'), 'issuing.crl': await currentRevocationList(kernel, 'issuing') };
  for (const [name, bytes] of Object.entries(files)) {
    // Renamed into place: a reader never sees half a file.
    const partial = join(folder, `.${name}.${String(process.pid)}`);
    await writeFile(partial, bytes);
    await rename(partial, join(folder, name));
  }
}

export function publicFolder(dataDir: string): string {
  return join(dataDir, 'pki');
}

type AnchorRow = Tables['signatures.trust_anchor'];

async function tableAnchors(kernel: Kernel): Promise<AnchorRow[]> {
  const { rows } = await kernel.database.pool.query<AnchorRow>(
    `select fingerprint, name, certificate, legal_basis, valid_from, valid_to, added_at from signatures.trust_anchor
      where valid_from <= $1 and (valid_to is null or valid_to > $1) order by fingerprint limit 500`,
    [kernel.clock.now()],
  );
  return rows;
}

export type NewTrustAnchor = { certificate: string; legalBasis: string; validFrom: CalendarDay; validTo: CalendarDay | null };

/** Trusts a root certificate for a period, on a legal basis. @throws signatures.certificate.malformed · certificateAlreadyThere */
export async function addTrustAnchor(ctx: CommandContext, input: NewTrustAnchor): Promise<{ fingerprint: string }> {
  const certificate = readAnchor(input.certificate);
  const name = certificate.subject.commonName ?? certificate.subject.text;
  const inserted = await ctx.query(
    `insert into signatures.trust_anchor (fingerprint, name, certificate, legal_basis, valid_from, valid_to, added_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (fingerprint) do nothing`,
    [
      certificate.fingerprint,
      name,
      certificate.raw,
      input.legalBasis,
      startOfVietnamDay(input.validFrom),
      input.validTo === null ? null : startOfVietnamDay(input.validTo),
      ctx.now,
    ],
  );
  if (inserted.rowCount === 0) throw signatureErrors.certificateAlreadyThere();
  ctx.record({
    type: 'signatures.trust-anchor-added',
    agencyId: installation,
    subject: { type: 'trust-anchor', id: installation },
    data: { name, fingerprint: certificate.fingerprint, legalBasis: input.legalBasis },
  });
  return { fingerprint: certificate.fingerprint };
}

function readAnchor(text: string): Certificate {
  try {
    return parseCertificate(text.includes('-----BEGIN') ? Buffer.from(text, 'latin1') : Buffer.from(text, 'base64'));
  } catch (error) {
    throw translateDomainError(error);
  }
}

/** Everything that is trusted now, for the administrator's screen. */
export async function listTrustAnchors(kernel: Kernel): Promise<TrustAnchorSummary[]> {
  const { root } = await builtInAuthority(kernel);
  const fromCertificate = (certificate: Certificate, source: 'builtIn' | 'folder', legalBasis: string): TrustAnchorSummary => ({
    fingerprint: certificate.fingerprint,
    name: certificate.subject.commonName ?? certificate.subject.text,
    legalBasis,
    validFrom: isoInVietnam(certificate.notBefore),
    validTo: isoInVietnam(certificate.notAfter),
    source,
  });
  return [
    fromCertificate(root.certificate, 'builtIn', 'Cơ quan chứng thực nội bộ (không phải CA công cộng)'),
    ...(await configuredFolder(kernel)).anchors.map((certificate) => fromCertificate(certificate, 'folder', 'TRUST_ANCHORS')),
    ...(await tableAnchors(kernel)).map((row) => ({
      fingerprint: row.fingerprint,
      name: row.name,
      legalBasis: row.legal_basis,
      validFrom: isoInVietnam(row.valid_from),
      validTo: row.valid_to === null ? null : isoInVietnam(row.valid_to),
      source: 'table' as const,
    })),
  ];
}
