import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Selectable } from 'kysely';
import type { CommandContext } from '#kernel/command.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { isoInVietnam, startOfVietnamDay, type CalendarDay } from '#kernel/time.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { currentRevocationList, listsOfThisMoment } from './adapters/built-in-authority/revocations.ts';
import type { TrustMaterial } from './adapters/document-reader/protocol.ts';
import type { TrustAnchorSummary } from './contract.ts';
import { parseCertificate, type Certificate } from './domain/pki/certificate.ts';
import { anchorsInForce, type TrustPeriod } from './domain/validation/trust-store.ts';
import { signatureErrors, translateDomainError } from './errors.ts';
import { installation } from './events.ts';
import type { Tables } from './tables.gen.ts';
import { publicFolder, readTrustFolder, type TrustFolder } from './trust-folder.ts';

export type TrustSet = {
  anchors: readonly Certificate[];
  /** When each is trusted; one that is not named is trusted always. What has ended still counts for what is proven to be older. */
  periods: readonly TrustPeriod[];
  /** Changes with the anchors and with each revocation by the built-in authority: reports made under it stay good as long as it does. */
  version: string;
};

/** Raised when the rules of validation change, so that kept reports are made anew. */
const RULES = 'rules-5';
const FOLDER_KEPT_MS = 60_000;

/** What this installation trusts: its own root, the files in TRUST_ANCHORS, and the rows, each from its day on. */
export async function trustSet(kernel: Kernel): Promise<TrustSet> {
  const { root } = await builtInAuthority(kernel);
  const folder = await configuredFolder(kernel);
  const table = await tableAnchors(kernel);
  const listed = folder.lists.flatMap((list) => list.anchors);
  const anchors = [root.certificate, ...folder.anchors, ...table.map((row) => parseCertificate(row.certificate)), ...listed];
  // A certificate that somebody put into the folder by itself is trusted whatever a list says of it.
  const always = new Set([root.certificate, ...folder.anchors].map(({ fingerprint }) => fingerprint));
  const fromTable = table.map(({ fingerprint, valid_from: from, valid_to: until }) => ({ fingerprint, from, until: until ?? undefined }));
  const periods = [...fromTable, ...folder.lists.flatMap((list) => list.periods)].filter(({ fingerprint }) => !always.has(fingerprint));
  const { rows } = await kernel.database.pool.query<{ mark: string }>(
    `select count(*) || ' ' || coalesce(max(revoked_at)::text, '') as mark from signatures.issued_certificate where state = 'revoked'`,
  );
  const inForce = anchorsInForce(anchors, periods, kernel.clock.now());
  const known = [anchors, inForce].map((list) => [...new Set(list.map(({ fingerprint }) => fingerprint))].sort().join(' '));
  const version = createHash('sha256').update([RULES, rows[0]?.mark ?? '', ...known].join('\n')).digest('hex').slice(0, 32);
  return { anchors, periods, version };
}

/**
 * The trust set in the form in which it crosses into the reader's process, with revocation lists of the built-in authority that
 * speak for this very moment (the published ones are up to a day old).
 */
export async function trustMaterial(kernel: Kernel, { anchors, periods }: TrustSet): Promise<TrustMaterial> {
  const now = kernel.clock.now();
  return {
    anchors: anchors.map((anchor) => anchor.raw),
    periods: periods.map(({ fingerprint, from, until }) => ({ fingerprint, ...(from ? { from: from.toISOString() } : {}), ...(until ? { until: until.toISOString() } : {}) })),
    crls: [...(await listsOfThisMoment(kernel)), ...(await configuredFolder(kernel)).crls],
    now: now.toISOString(),
  };
}

const keptFolder = service<{ readAt: number; content: TrustFolder }>(Symbol('trust folder'), () => ({
  readAt: Number.NEGATIVE_INFINITY,
  content: { anchors: [], crls: [], lists: [], refused: [] },
}));

/** Trusted lists of TRUST_ANCHORS that are not used, and why; for the health page. */
export async function refusedLists(kernel: Kernel): Promise<TrustFolder['refused']> {
  return (await configuredFolder(kernel)).refused;
}

async function configuredFolder(kernel: Kernel): Promise<TrustFolder> {
  const folder = kernel.config.trustAnchorsDir;
  const kept = keptFolder(kernel);
  const now = kernel.clock.now().getTime();
  if (folder !== undefined && folder !== '' && now - kept.readAt >= FOLDER_KEPT_MS) {
    kept.content = await readTrustFolder(folder, kernel.clock.now());
    kept.readAt = now;
  }
  return kept.content;
}

/** Writes the public part of the built-in authority to DATA_DIR/pki, for verification on this machine without the database. */
export async function exportPublicMaterial(kernel: Kernel): Promise<void> {
  const { generations } = await builtInAuthority(kernel);
  const folder = publicFolder(kernel.config.dataDir);
  await mkdir(folder, { recursive: true });
  // A folder cannot say until when: a former root that has a last day is not in it.
  const lasting = new Set((await tableAnchors(kernel)).filter((row) => row.valid_to === null).map((row) => row.fingerprint));
  for (const [index, { generation, root }] of generations.entries()) {
    const suffix = index === 0 ? '' : `-${String(generation)}`;
    const names = { root: `root${suffix}.crt`, rootList: `root${suffix}.crl`, list: `issuing${suffix}.crl` };
    if (index > 0 && !lasting.has(root.certificate.fingerprint)) {
      await Promise.all(Object.values(names).map((name) => rm(join(folder, name), { force: true })));
      continue;
    }
    await putInto(folder, names.root, root.certificate.raw);
    await putInto(folder, names.rootList, await currentRevocationList(kernel, 'root', generation));
    await putInto(folder, names.list, await currentRevocationList(kernel, 'issuing', generation));
  }
}

/** Renamed into place: a reader never sees half a file. */
async function putInto(folder: string, name: string, bytes: Buffer): Promise<void> {
  const partial = join(folder, `.${name}.${String(process.pid)}`);
  await writeFile(partial, bytes);
  await rename(partial, join(folder, name));
}


type AnchorRow = Selectable<Tables['signatures.trust_anchor']>;

async function tableAnchors(kernel: Kernel): Promise<AnchorRow[]> {
  const { rows } = await kernel.database.pool.query<AnchorRow>(
    `select fingerprint, name, certificate, legal_basis, valid_from, valid_to, added_at from signatures.trust_anchor
      where valid_from <= $1 order by fingerprint limit 500`,
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

/** Everything that is trusted now, for the administrator's screen; what a trusted list names is not counted up. */
export async function listTrustAnchors(kernel: Kernel): Promise<TrustAnchorSummary[]> {
  const { root } = await builtInAuthority(kernel);
  const now = kernel.clock.now();
  const inForce = (await tableAnchors(kernel)).filter(({ valid_to: end }) => end === null || end > now);
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
    ...inForce.map((row) => ({
      fingerprint: row.fingerprint,
      name: row.name,
      legalBasis: row.legal_basis,
      validFrom: isoInVietnam(row.valid_from),
      validTo: row.valid_to === null ? null : isoInVietnam(row.valid_to),
      source: 'table' as const,
    })),
  ];
}
