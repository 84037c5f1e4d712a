import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { z } from 'zod';
import type { Kernel } from '#kernel/kernel.ts';
import { foldText } from '#kernel/search-text.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { builtInAuthority } from '../adapters/built-in-authority/keys.ts';
import { nameOf, readTrustFile } from '../commands/trust-anchors.ts';
import { isSelfIssued, parseCertificate, type Certificate } from '../domain/pki/certificate.ts';
import { signatureErrors } from '../errors.ts';
import { configuredFolder, folderReadAt, newestIssues } from '../trust.ts';
import { trustFileTexts, TrustFolderError, type CountedList, type OlderIssue, type TrustFolder } from '../trust-folder.ts';
import type { LoadedList, LoadedLists, TrustFileReply, trustQuery, TrustRow, TrustSource } from '../trust-store/contract.ts';

const PAGE = 50;

/** A page of everything that is trusted, was or will be, by name; wherever it comes from. */
export async function listTrust(kernel: Kernel, { state, source, text, after }: z.output<typeof trustQuery>): Promise<{ rows: TrustRow[]; next: string | null }> {
  const sought = foldText(text ?? '');
  const fits = (row: TrustRow): boolean =>
    (state === undefined || row.state === state) && (source === undefined || row.source === source) && foldText(`${row.name} ${row.subject} ${row.issuer} ${row.fingerprint} ${row.legalBasis ?? ''}`).includes(sought);
  const all = (await everythingTrusted(kernel)).filter(fits);
  // A row that is gone counts as none, so that an old address shows the first page.
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const rows = all.slice(from, from + PAGE);
  return { rows, next: from + PAGE < all.length ? (rows.at(-1)?.id ?? null) : null };
}

/** One of them. @throws signatures.trustNotFound */
export async function getTrust(kernel: Kernel, id: string): Promise<TrustRow> {
  const found = (await everythingTrusted(kernel)).find((row) => row.id === id);
  if (found === undefined) throw signatureErrors.trustNotFound();
  return found;
}

/** What a file would make trusted, and which of it is trusted now. @throws as `readTrustFile` */
export async function lookIntoTrustFile(kernel: Kernel, file: Buffer): Promise<TrustFileReply> {
  const trusted = new Set((await everythingTrusted(kernel)).filter(({ state }) => state === 'inForce').map(({ fingerprint }) => fingerprint));
  return {
    certificates: readTrustFile(file).map((certificate) => ({
      fingerprint: certificate.fingerprint,
      name: nameOf(certificate),
      subject: certificate.subject.text,
      issuer: certificate.issuer.text,
      validFrom: isoInVietnam(certificate.notBefore),
      validTo: isoInVietnam(certificate.notAfter),
      isRoot: isSelfIssued(certificate),
      isTrusted: trusted.has(certificate.fingerprint),
    })),
  };
}

/** The trusted lists (ETSI TS 119 612) of TRUST_ANCHORS, the files that are not used and why, and whether the folder can be read at all. */
export async function listLoadedLists(kernel: Kernel): Promise<LoadedLists> {
  const folder = await readableFolder(kernel);
  const common = { isConfigured: (kernel.config.trustAnchorsDir ?? '') !== '', readAt: instant(folderReadAt(kernel)) };
  if (folder instanceof TrustFolderError) return { ...common, unreadable: basename(folder.path), lists: [] };
  const issues = await olderIssues(kernel, folder);
  const refused = folder.refused.map(({ name, code }): LoadedList => {
    const { vi, en } = trustFileTexts[code];
    const older = issues.get(name) ?? null;
    return { file: name, operator: null, territory: null, sequenceNumber: null, issuedAt: null, nextUpdate: null, anchors: null, signature: 'notUsed', problem: { vi, en }, older, abilities: older === null ? [] : ['use-older'] };
  });
  const counted = folder.lists.map(({ name, isSigned, list, anchors }): LoadedList => ({
    file: name,
    operator: list.operator,
    territory: list.territory,
    sequenceNumber: list.sequenceNumber,
    issuedAt: isoInVietnam(list.issuedAt),
    nextUpdate: instant(list.nextUpdate),
    anchors: anchors.length,
    signature: isSigned ? 'valid' : 'byHand',
    problem: null,
    older: null,
    abilities: [],
  }));
  return { ...common, unreadable: null, lists: [...refused, ...counted] };
}

/** What each of the older issues is, beside the newer one that was read before. */
async function olderIssues(kernel: Kernel, { older }: TrustFolder): Promise<Map<string, NonNullable<LoadedList['older']>>> {
  if (older.length === 0) return new Map();
  const known = await newestIssues(kernel);
  return new Map(
    older.flatMap(({ name, operator, territory, sequenceNumber, issuedAt }) => {
      const newest = known.find((each) => each.operator === operator && each.territory === territory);
      if (newest === undefined) return [];
      return [[name, { operator, territory, sequenceNumber, issuedAt: isoInVietnam(issuedAt), newest: { sequenceNumber: newest.sequenceNumber, issuedAt: isoInVietnam(newest.issuedAt) } }] as const];
    }),
  );
}

/** The older issue that was shown, as it lies there now. @throws signatures.olderListNotThere where it is another one by now, or none */
export async function getOlderIssue(kernel: Kernel, { file, sequenceNumber, issuedAt }: { file: string; sequenceNumber: number; issuedAt: string }): Promise<OlderIssue> {
  const folder = await configuredFolder(kernel);
  const found = folder.older.find((each) => each.name === file && each.sequenceNumber === sequenceNumber && each.issuedAt.getTime() === new Date(issuedAt).getTime());
  if (found === undefined) throw signatureErrors.olderListNotThere();
  return found;
}

/** A folder that cannot be read takes nothing of the rest from the screen on which that is said. */
async function readableFolder(kernel: Kernel): Promise<TrustFolder | TrustFolderError> {
  try {
    return await configuredFolder(kernel);
  } catch (error) {
    if (error instanceof TrustFolderError) return error;
    throw error;
  }
}

type Period = { from?: Date | undefined; until?: Date | undefined };
type Origin = Pick<TrustRow, 'source' | 'file' | 'legalBasis'> & Partial<Pick<TrustRow, 'endReason' | 'addedAt'>>;
type Found = { certificate: Certificate; period: Period; origin: Origin };

async function everythingTrusted(kernel: Kernel): Promise<TrustRow[]> {
  const now = kernel.clock.now();
  const found = await foundEverywhere(kernel);
  const inForce = found.filter(({ period }) => stateOf(period, now) === 'inForce');
  const sources = Map.groupBy(inForce, ({ certificate }) => certificate.fingerprint);
  const rows = found.map(({ certificate, period, origin }): TrustRow => {
    const state = stateOf(period, now);
    const others = (sources.get(certificate.fingerprint) ?? []).map((each) => each.origin.source).filter((source) => source !== origin.source);
    const isKeptHere = origin.source === 'table' || origin.source === 'formerBuiltIn';
    return {
      id: idOf(certificate, period, origin),
      fingerprint: certificate.fingerprint,
      name: nameOf(certificate),
      subject: certificate.subject.text,
      issuer: certificate.issuer.text,
      serial: certificate.serialHex,
      certificateFrom: isoInVietnam(certificate.notBefore),
      certificateTo: isoInVietnam(certificate.notAfter),
      trustedFrom: instant(period.from),
      trustedTo: instant(period.until),
      state,
      endReason: null,
      addedAt: null,
      ...origin,
      alsoFrom: [...new Set(others)],
      abilities: isKeptHere && state !== 'ended' ? ['end'] : [],
    };
  });
  return rows.sort((one, other) => one.name.localeCompare(other.name, 'vi') || (one.id < other.id ? -1 : 1));
}

async function foundEverywhere(kernel: Kernel): Promise<Found[]> {
  const { root, generations } = await builtInAuthority(kernel);
  const folder = await readableFolder(kernel);
  const own = new Set(generations.map((generation) => generation.root.certificate.fingerprint));
  const found: Found[] = [{ certificate: root.certificate, period: {}, origin: { source: 'builtIn', file: null, legalBasis: null } }, ...(await inTable(kernel, own))];
  if (folder instanceof TrustFolderError) return found;
  const inFiles = folder.anchors.map((certificate): Found => ({ certificate, period: {}, origin: { source: 'folder', file: folder.files.get(certificate.fingerprint) ?? null, legalBasis: null } }));
  return [...found, ...inFiles, ...folder.lists.flatMap(inList)];
}

function inList({ name, list, anchors, periods }: CountedList): Found[] {
  const byFingerprint = new Map(anchors.map((certificate) => [certificate.fingerprint, certificate]));
  return periods.flatMap(({ fingerprint, ...period }) => {
    const certificate = byFingerprint.get(fingerprint);
    return certificate === undefined ? [] : [{ certificate, period, origin: { source: 'list' as const, file: name, legalBasis: list.operator } }];
  });
}

type Stored = { certificate: Buffer; legalBasis: string; from: Date; until: Date | null; endReason: string | null; addedAt: Date };

async function inTable(kernel: Kernel, own: ReadonlySet<string>): Promise<Found[]> {
  const { rows } = await kernel.database.pool.query<Stored>(
    `select certificate, legal_basis as "legalBasis", valid_from as "from", valid_to as until, end_reason as "endReason", added_at as "addedAt"
       from signatures.trust_anchor order by fingerprint, valid_from limit 2000`,
  );
  return rows.map(({ legalBasis, from, until, endReason, addedAt, ...row }) => {
    const certificate = parseCertificate(row.certificate);
    const source: TrustSource = own.has(certificate.fingerprint) ? 'formerBuiltIn' : 'table';
    return { certificate, period: { from, until: until ?? undefined }, origin: { source, file: null, legalBasis, endReason, addedAt: isoInVietnam(addedAt) } };
  });
}

function stateOf({ from, until }: Period, now: Date): TrustRow['state'] {
  if (until !== undefined && until <= now) return 'ended';
  return from !== undefined && from > now ? 'ahead' : 'inForce';
}

/** Stays the same while a period lasts, so that it can stand in an address. */
function idOf({ fingerprint }: Certificate, { from }: Period, { source, file }: Origin): string {
  return createHash('sha256').update([fingerprint, source, file ?? '', String(from?.getTime())].join('\n')).digest('hex').slice(0, 32);
}

function instant(at: Date | undefined): string | null {
  return at === undefined ? null : isoInVietnam(at);
}
