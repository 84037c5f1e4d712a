import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Selectable } from 'kysely';
import { service, type Kernel } from '#kernel/kernel.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { currentRevocationList, listsOfThisMoment } from './adapters/built-in-authority/revocations.ts';
import type { TrustMaterial } from './adapters/document-reader/protocol.ts';
import type { TrustAnchorSummary } from './contract.ts';
import { isInstallationSeal, parseCertificate, type Certificate } from './domain/pki/certificate.ts';
import { parseRevocationList, type RevocationList } from './domain/pki/crl.ts';
import { PkiError } from './domain/pki/errors.ts';
import type { TrustPeriod } from './domain/validation/trust-store.ts';
import { installation } from './events.ts';
import { SEAL_NAME } from './seal-name.ts';
import type { Tables } from './tables.gen.ts';
import { isOlder, isUnreadable, newestOf, publicFolder, readTrustFolder, type ReadIssue, type TrustFolder } from './trust-folder.ts';

export type TrustSet = {
  anchors: readonly Certificate[];
  /** When each is trusted; one that is not named is trusted always. What has ended still counts for what is proven to be older. */
  periods: readonly TrustPeriod[];
  /**
   * Changes with the anchors, with what has happened to their periods until now and with each revocation by the built-in authority: reports made
   * under it stay good as long as it does. An end that lies ahead changes nothing yet.
   */
  version: string;
  /** What the version is made of besides revocations: its authorities, their periods, and lists that cannot be read, each a text. */
  parts: readonly string[];
};

/** Raised when the rules of validation change, so that kept reports are made anew. */
export const RULES = 'rules-7';
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
  const undecided = folder.withheld.map(({ raw }) => `withheld ${raw.toString('hex')}`);
  const known = [[...anchors.map(({ fingerprint }) => fingerprint), ...undecided], periodsUntil(periods, kernel.clock.now())].map((list) => [...new Set(list)].sort());
  const version = createHash('sha256').update([RULES, rows[0]?.mark ?? '', ...known.map((list) => list.join(' '))].join('\n')).digest('hex').slice(0, 32);
  return { anchors, periods, version, parts: known.flat() };
}

/** What of the periods has happened: when each began, and its end once that is past. */
function periodsUntil(periods: readonly TrustPeriod[], now: Date): string[] {
  return periods
    .filter(({ from }) => from === undefined || from <= now)
    .map(({ fingerprint, from, until, only }) => `${fingerprint} ${only ?? ''} ${String(from?.getTime())} ${until !== undefined && until <= now ? String(until.getTime()) : ''}`);
}

/**
 * The trust set in the form in which it crosses into the reader's process, with revocation lists of the built-in authority that
 * speak for this very moment (the published ones are up to a day old).
 */
export async function trustMaterial(kernel: Kernel, { anchors, periods }: TrustSet): Promise<TrustMaterial> {
  const now = kernel.clock.now();
  const { crls, withheld } = await configuredFolder(kernel);
  return {
    anchors: anchors.map((anchor) => anchor.raw),
    periods: periods.map(({ fingerprint, from, until, only }) => ({ fingerprint, ...(from ? { from: from.toISOString() } : {}), ...(until ? { until: until.toISOString() } : {}), ...(only ? { only } : {}) })),
    crls: [...(await listsOfThisMoment(kernel)), ...crls.values()],
    ...(withheld.length === 0 ? {} : { withheld: withheld.map(({ raw }) => raw) }),
    now: now.toISOString(),
  };
}

const keptFolder = service<{ readAt: number; content: TrustFolder }>(Symbol('trust folder'), () => ({
  readAt: Number.NEGATIVE_INFINITY,
  content: { anchors: [], files: new Map(), crls: new Map(), withheld: [], lists: [], seals: [], refused: [], older: [] },
}));

/** Files of TRUST_ANCHORS that are not used, and why; for the health page. @throws TrustFolderError */
export async function refusedFiles(kernel: Kernel): Promise<TrustFolder['refused']> {
  return (await configuredFolder(kernel)).refused;
}

/** When TRUST_ANCHORS was read last; undefined while it was not, or is not configured. */
export function folderReadAt(kernel: Kernel): Date | undefined {
  const { readAt } = keptFolder(kernel);
  return Number.isFinite(readAt) ? new Date(readAt) : undefined;
}

/** What lies in TRUST_ANCHORS, at most a minute old; empty where none is configured. What is left out there is logged at each reading. @throws TrustFolderError */
export async function configuredFolder(kernel: Kernel): Promise<TrustFolder> {
  const folder = kernel.config.trustAnchorsDir;
  const kept = keptFolder(kernel);
  const now = kernel.clock.now().getTime();
  if (folder !== undefined && folder !== '' && now - kept.readAt >= FOLDER_KEPT_MS) {
    const newest = await newestIssues(kernel);
    kept.content = await readTrustFolder(folder, kernel.clock.now(), { before: kept.content, newest });
    await keepIssues(kernel, { found: newestOf(kept.content.lists), newest });
    kept.readAt = now;
    const files = kept.content.refused.filter(isUnreadable);
    if (files.length > 0) kernel.log.error({ files }, 'files of TRUST_ANCHORS cannot be read; what they would make trusted is not trusted');
  }
  return kept.content;
}

/** A revocation list in TRUST_ANCHORS. */
export type FolderList = { /** Its SHA-256. */ hash: string; /** Whether a certificate of its issuer stands on it, by the serial number in hexadecimal. */ revokes: (serial: string) => boolean };

/** The revocation lists in TRUST_ANCHORS, by the name of their issuer. */
export type FolderLists = ReadonlyMap<string, readonly FolderList[]>;

// A reading is kept for a minute and asked by every file that arrives meanwhile.
const listsByReading = new WeakMap<TrustFolder, FolderLists>();

/** Whose revocation lists lie in TRUST_ANCHORS, as last read. @throws TrustFolderError */
export async function folderLists(kernel: Kernel): Promise<FolderLists> {
  const folder = await configuredFolder(kernel);
  let lists = listsByReading.get(folder);
  if (lists === undefined) {
    const found = [...folder.crls.values()].map(parseRevocationList);
    lists = new Map([...Map.groupBy(found, ({ issuer }) => issuer.text)].map(([issuer, all]) => [issuer, all.map(listOf)]));
    listsByReading.set(folder, lists);
  }
  return lists;
}

function listOf(list: RevocationList): FolderList {
  // Few people sign many documents, and a large authority's list has hundreds of thousands of rows.
  const asked = new Map<string, boolean>();
  return {
    hash: createHash('sha256').update(list.raw).digest('hex'),
    revokes: (serial) => {
      const known = asked.get(serial) ?? isOnList(list, serial);
      asked.set(serial, known);
      return known;
    },
  };
}

/** A row that cannot be read says nothing here: the reader judges the file by it. */
function isOnList(list: RevocationList, serial: string): boolean {
  try {
    return list.find(Buffer.from(serial, 'hex')) !== undefined;
  } catch (error) {
    if (error instanceof PkiError) return true;
    throw error;
  }
}

/** Has the folder read again at its next use, after what decides on its lists was changed by a person. */
export function readFolderAnew(kernel: Kernel): void {
  keptFolder(kernel).readAt = Number.NEGATIVE_INFINITY;
}

/** Has the folder read again at its next use where that was not done since an instant: another process may have seen more. */
export function readFolderSince(kernel: Kernel, instant: Date): void {
  if (keptFolder(kernel).readAt < instant.getTime()) readFolderAnew(kernel);
}

/** The newest issue of each signed list that was ever read. */
export async function newestIssues({ database }: Kernel): Promise<ReadIssue[]> {
  const { rows } = await database.pool.query<ReadIssue>('select territory, operator, sequence_number::float8 as "sequenceNumber", issued_at as "issuedAt" from signatures.trusted_list order by territory, operator limit 1000');
  return rows;
}

/** Of two processes that read two issues at once, the newer one is remembered. */
async function keepIssues({ database, clock }: Kernel, { found, newest }: { found: readonly ReadIssue[]; newest: readonly ReadIssue[] }): Promise<void> {
  for (const { territory, operator, sequenceNumber, issuedAt } of found) {
    const known = newest.find((each) => each.territory === territory && each.operator === operator);
    if (known !== undefined && !isOlder(known, { sequenceNumber, issuedAt })) continue;
    await database.pool.query(
      `insert into signatures.trusted_list as l (territory, operator, sequence_number, issued_at, read_at) values ($1, $2, $3, $4, $5)
       on conflict (territory, operator) do update set sequence_number = excluded.sequence_number, issued_at = excluded.issued_at, read_at = excluded.read_at
         where (l.sequence_number, l.issued_at) < (excluded.sequence_number, excluded.issued_at)`,
      [territory, operator, sequenceNumber, issuedAt, clock.now()],
    );
  }
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
  for (const seal of await olderSeals(kernel)) await putInto(folder, `seal-${seal.serialHex}.installation-seal.crt`, seal.raw);
}

/** This installation's seals from before these had a purpose of their own: what they sealed stays recognisable by the very certificate. */
async function olderSeals(kernel: Kernel): Promise<Certificate[]> {
  const { rows } = await kernel.database.pool.query<{ certificate: Buffer }>(`select certificate from signatures.credential where agency_id = $1 and kind = 'agency' and label = $2 and is_built_in limit 100`, [installation, SEAL_NAME]);
  return rows.map(({ certificate }) => parseCertificate(certificate)).filter((certificate) => !isInstallationSeal(certificate));
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
      where valid_from <= $1 order by fingerprint limit 2000`,
    [kernel.clock.now()],
  );
  return rows;
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
