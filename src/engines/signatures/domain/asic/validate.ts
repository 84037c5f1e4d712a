/** Validation of ASiC-E and ASiC-S containers with CAdES and XAdES signatures (ETSI EN 319 162-1). The container is never unpacked to a disk. */
import { createHash } from 'node:crypto';
import { digestOfStream, validateCades } from '../cades/index.ts';
import type { SignatureTrust, SignatureValidation } from '../cades/index.ts';
import type { HashName } from '../pki/algorithms.ts';
import { defaultAlgorithmRules, weakHashAt } from '../validation/algorithm-rules.ts';
import { createValidationCache } from '../validation/cache.ts';
import { sortProblems, verdictOf } from '../validation/problems.ts';
import type { Indication, SubIndication, Verdict } from '../validation/problems.ts';
import type { SignatureReport } from '../validation/report.ts';
import type { MissingLink } from '../validation/trust.ts';
import { asicMimeType } from './create.ts';
import { AsicError } from './errors.ts';
import { heaviest } from './findings.ts';
import type { AsicFinding } from './findings.ts';
import { readManifest } from './manifest.ts';
import type { Manifest, ManifestFile } from './manifest.ts';
import { mimetypeName, signatureFolder } from './names.ts';
import { judgeXades } from './xades.ts';
import { openZip } from './zip-reader.ts';
import type { ByteSource, Zip, ZipEntry, ZipLimits } from './zip-reader.ts';

export type AsicKind = keyof typeof asicMimeType;

export interface AsicSignatureReport extends SignatureReport {
  /** The manifest that was signed; null in ASiC-S and with XAdES, where the files themselves were. */
  readonly manifest: string | null;
  /** The files that the signature covers, whether or not they still fit. */
  readonly covers: readonly string[];
}

/** A report, and what would help to know more. */
export interface AsicValidation {
  readonly report: AsicReport;
  /** In the order of the report's signatures. */
  readonly used: readonly SignatureValidation['used'][];
  readonly missing: readonly MissingLink[];
}

export interface AsicReport {
  readonly kind: AsicKind;
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly signatures: readonly AsicSignatureReport[];
  /** Everything inside that is not part of the container's own machinery. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number; readonly sha256: string; readonly isCovered: boolean }[];
  readonly findings: readonly AsicFinding[];
  readonly validatedAt: string;
}

const maxManifestBytes = 8 * 1024 * 1024;
const maxSignatureBytes = 16 * 1024 * 1024;
const maxSignatures = 100;

/** Throws AsicError when the container as such is refused: no container, damaged, ambiguous names, a bomb. */
export async function validateAsic(source: ByteSource, trust: SignatureTrust, limits?: ZipLimits): Promise<AsicValidation> {
  const zip = await openZip(source, limits);
  const parts = await sortEntries(zip);
  await refuseHiddenPdf(source, parts.documents);
  const cache = trust.cache ?? createValidationCache();
  const claims = parts.kind === 'ASiC-E' ? await readClaims(zip, parts) : simpleClaim(parts);
  if (claims.claims.length > maxSignatures) throw new AsicError('asic.tooLarge', 'too many signatures');
  const digests = await digestAll(zip, parts.documents, claims.claims);
  const signatures: AsicSignatureReport[] = [];
  const missing: MissingLink[] = [];
  const used: SignatureValidation['used'][] = [];
  const findings = [...parts.findings, ...claims.findings];
  for (const claim of claims.claims) {
    const wrong = claim.files.flatMap((file) => checkFile(file, digests, trust));
    findings.push(...wrong);
    const judged = await judgeClaim({ zip, claim, wrong }, { ...trust, cache });
    signatures.push(judged.report);
    missing.push(...judged.missing);
    used.push(judged.used);
  }
  for (const entry of parts.xades) {
    const judged = await judgeXades({ name: entry.name, xml: await readSmall(zip, entry, maxSignatureBytes) }, documentReader(zip, parts.documents), { ...trust, cache });
    signatures.push(...judged.signatures.map(({ report, covers }) => ({ ...report, manifest: null, covers })));
    used.push(...judged.signatures.map((each) => each.used));
    missing.push(...judged.missing);
    findings.push(...judged.findings);
  }
  if (signatures.length > maxSignatures) throw new AsicError('asic.tooLarge', 'too many signatures');
  const covered = new Set(signatures.flatMap(({ covers }) => covers));
  findings.push(...parts.documents.filter(({ name }) => !covered.has(name)).map(({ name }) => ({ code: 'file.unlisted', name }) as const));
  const report: AsicReport = {
    kind: parts.kind,
    ...overall(signatures, findings),
    signatures,
    files: parts.documents.map(({ name, sizeBytes }) => ({ name, sizeBytes, sha256: digests.get(name)?.get('sha256')?.toString('hex') ?? '', isCovered: covered.has(name) })),
    findings,
    validatedAt: trust.now.toISOString(),
  };
  return { report, used, missing };
}

/** XAdES is checked in memory. More than this is for a machine with more of it. */
const maxXadesBytes = 256 * 1024 * 1024;

/** Reads documents by name, each once. */
function documentReader(zip: Zip, documents: readonly ZipEntry[]): (name: string) => Promise<Buffer | undefined> {
  const known = new Map<string, Buffer>();
  let left = maxXadesBytes;
  return async (name) => {
    const entry = documents.find((each) => each.name === name);
    if (entry === undefined) return undefined;
    const bytes = known.get(name) ?? (await readSmall(zip, entry, left));
    if (!known.has(name)) left -= bytes.length;
    known.set(name, bytes);
    return bytes;
  };
}

/** PDF readers look for the header this far into a file (ISO 32000-1 annex H.3, note 13). */
const pdfHeaderWithin = 1024;

/** A container that opens as a PDF must open as one of its documents, each of which has to be signed, and not as its machinery. */
async function refuseHiddenPdf(source: ByteSource, documents: readonly ZipEntry[]): Promise<void> {
  const head = await source.read(0, Math.min(source.sizeBytes, pdfHeaderWithin));
  for (let at = head.indexOf('%PDF-'); at >= 0; at = head.indexOf('%PDF-', at + 1)) {
    const isOfDocument = documents.some(({ dataAt, compressedBytes }) => at >= dataAt && at < dataAt + compressedBytes);
    if (!isOfDocument) throw new AsicError('asic.damaged', 'a PDF outside the documents');
  }
}

interface Parts {
  readonly kind: AsicKind;
  readonly documents: readonly ZipEntry[];
  readonly manifests: readonly ZipEntry[];
  readonly signatures: readonly ZipEntry[];
  readonly xades: readonly ZipEntry[];
  readonly findings: readonly AsicFinding[];
}

type EntryRole = 'document' | 'manifest' | 'signature' | 'xades' | 'unsupported' | 'archive' | 'machinery';

/** By the names of EN 319 162-1 clauses 4.3 and 4.4. Whatever else lies in META-INF is a document that somebody must have signed. */
function roleOf(name: string): EntryRole {
  if (name === mimetypeName) return 'machinery';
  if (!name.startsWith(signatureFolder)) return 'document';
  const own = name.slice(signatureFolder.length);
  if (/^ASiCManifest[^/]*\.xml$/.test(own)) return 'manifest';
  if (/^[^/]*signature[^/]*\.p7s$/i.test(own)) return 'signature';
  if (/^[^/]*signatures[^/]*\.xml$/i.test(own)) return 'xades';
  if (/^(?:timestamp\.tst|[^/]*evidencerecord[^/]*)$/i.test(own)) return 'unsupported';
  if (/^(?:ASiCArchiveManifest[^/]*\.xml|[^/]*timestamp[^/]*\.tst)$/.test(own)) return 'archive';
  return own === 'manifest.xml' || own === 'container.xml' ? 'machinery' : 'document';
}

async function sortEntries(zip: Zip): Promise<Parts> {
  const having = (role: EntryRole) => zip.entries.filter(({ name }) => roleOf(name) === role);
  const manifests = having('manifest');
  const unsupported = having('unsupported').map(({ name }) => ({ code: 'signature.unsupported', name }) as const);
  const archive = having('archive').map(({ name }) => ({ code: 'archive.notChecked', name }) as const);
  const [first] = zip.entries;
  const mimetype = zip.entries.find(({ name }) => name === mimetypeName);
  const isRegular = mimetype !== undefined && mimetype === first && mimetype.isStored;
  const irregular: AsicFinding[] = isRegular ? [] : [{ code: 'mimetype.irregular', name: mimetypeName }];
  const signatures = having('signature');
  const xades = having('xades');
  const kind = mimetype ? await statedKind(zip, mimetype) : guessKind(zip, manifests.length);
  if (manifests.length + signatures.length + xades.length + unsupported.length === 0) throw new AsicError('asic.notContainer', 'no signature');
  return { kind, documents: having('document'), manifests, signatures, xades, findings: [...unsupported, ...archive, ...irregular] };
}

async function statedKind(zip: Zip, mimetype: ZipEntry): Promise<AsicKind> {
  const stated = (await readSmall(zip, mimetype, 200)).toString('latin1').trim();
  if (stated === asicMimeType['ASiC-E']) return 'ASiC-E';
  if (stated === asicMimeType['ASiC-S']) return 'ASiC-S';
  throw new AsicError('asic.notContainer', stated);
}

function guessKind({ comment }: Zip, manifestCount: number): AsicKind {
  if (comment.includes(asicMimeType['ASiC-S'])) return 'ASiC-S';
  return manifestCount > 0 || comment.includes(asicMimeType['ASiC-E']) ? 'ASiC-E' : 'ASiC-S';
}

/** What one signature says it covers. */
interface Claim {
  readonly signature: ZipEntry;
  /** The bytes that it signs: a manifest, or the one file itself. */
  readonly signed: ZipEntry;
  readonly manifest: string | null;
  readonly files: readonly (ManifestFile | { readonly name: string })[];
}

interface Claims {
  readonly claims: readonly Claim[];
  readonly findings: readonly AsicFinding[];
}

async function readClaims(zip: Zip, { manifests, signatures }: Parts): Promise<Claims> {
  const claims: Claim[] = [];
  const findings: AsicFinding[] = [];
  for (const entry of manifests) {
    const manifest = await readOneManifest(zip, entry);
    const signature = signatures.find(({ name }) => name === manifest?.signatureName);
    if (manifest === undefined) findings.push({ code: 'manifest.unreadable', name: entry.name });
    else if (signature === undefined) findings.push({ code: 'manifest.unsigned', name: entry.name });
    else claims.push({ signature, signed: entry, manifest: entry.name, files: manifest.files });
  }
  const used = new Set(claims.map(({ signature }) => signature.name));
  findings.push(...signatures.filter(({ name }) => !used.has(name)).map(({ name }) => ({ code: 'signature.unlisted', name }) as const));
  return { claims, findings };
}

async function readOneManifest(zip: Zip, entry: ZipEntry): Promise<Manifest | undefined> {
  try {
    return readManifest(await readSmall(zip, entry, maxManifestBytes));
  } catch (error) {
    if (error instanceof AsicError && error.code === 'asic.manifest') return undefined;
    throw error;
  }
}

/** ASiC-S: exactly one document, and signatures over it (clause 4.3.3). */
function simpleClaim({ documents, signatures }: Parts): Claims {
  const [document, ...more] = documents;
  if (document === undefined || more.length > 0) throw new AsicError('asic.damaged', 'ASiC-S holds exactly one document');
  return { claims: signatures.map((signature) => ({ signature, signed: document, manifest: null, files: [{ name: document.name }] })), findings: [] };
}

/** Each document is read once, whatever number of signatures cover it. */
async function digestAll(zip: Zip, documents: readonly ZipEntry[], claims: readonly Claim[]): Promise<ReadonlyMap<string, ReadonlyMap<HashName, Buffer>>> {
  const wanted = new Map<string, Set<HashName>>(documents.map(({ name }) => [name, new Set(['sha256'])]));
  for (const { files } of claims) for (const file of files) if ('hash' in file) wanted.set(file.name, (wanted.get(file.name) ?? new Set()).add(file.hash));
  const found = new Map<string, ReadonlyMap<HashName, Buffer>>();
  for (const entry of zip.entries) {
    const running = [...(wanted.get(entry.name) ?? [])].map((hash) => [hash, createHash(hash)] as const);
    if (running.length === 0) continue;
    for await (const piece of zip.open(entry)) for (const [, digest] of running) digest.update(piece);
    found.set(entry.name, new Map(running.map(([hash, digest]) => [hash, digest.digest()])));
  }
  return found;
}

function checkFile(file: Claim['files'][number], digests: ReadonlyMap<string, ReadonlyMap<HashName, Buffer>>, { rules, now }: SignatureTrust): AsicFinding[] {
  if (!('hash' in file)) return [];
  const { name } = file;
  const actual = digests.get(name)?.get(file.hash);
  if (actual === undefined) return [{ code: 'file.missing', name }];
  if (!actual.equals(file.digest)) return [{ code: 'file.changed', name }];
  return weakHashAt(file.hash, now, rules ?? defaultAlgorithmRules) === undefined ? [] : [{ code: 'file.weakDigest', name }];
}

interface ClaimInput {
  readonly zip: Zip;
  readonly claim: Claim;
  readonly wrong: readonly AsicFinding[];
}

/** A signature whose list no longer fits its files is as broken as one whose own hash does not fit. */
async function judgeClaim({ zip, claim, wrong }: ClaimInput, trust: SignatureTrust): Promise<{ readonly report: AsicSignatureReport } & Pick<SignatureValidation, 'used' | 'missing'>> {
  const { signature, signed, manifest, files } = claim;
  const digestOf = (hash: HashName): Promise<Buffer> => digestOfStream(zip.open(signed), hash);
  const { report, used, missing } = await validateCades({ signature: await readSmall(zip, signature, maxSignatureBytes), digestOf, name: signature.name }, trust);
  const named = { ...report, manifest, covers: files.map(({ name }) => name) };
  if (heaviest(wrong)?.indication !== 'TOTAL-FAILED') return { report: named, used, missing };
  const problems = sortProblems([...report.problems, { code: 'hash.mismatch' }]);
  return { report: { ...named, ...verdictOf(problems), problems, integrity: 'broken', changesAfter: 'forbidden', coversWholeFile: false }, used, missing };
}

/** The weakest part decides; a container without a signature that could be checked proves nothing. */
function overall(signatures: readonly SignatureReport[], findings: readonly AsicFinding[]): Verdict {
  const found = heaviest(findings);
  const verdicts: Verdict[] = [...(found ? [found] : []), ...signatures];
  const worst = verdicts.find(({ indication }) => indication === 'TOTAL-FAILED') ?? verdicts.find(({ indication }) => indication === 'INDETERMINATE');
  if (worst) return { indication: worst.indication, subIndication: worst.subIndication };
  return signatures.length === 0 ? { indication: 'INDETERMINATE', subIndication: 'SIGNATURE_NOT_FOUND' } : { indication: 'TOTAL-PASSED', subIndication: null };
}

async function readSmall(zip: Zip, entry: ZipEntry, limitBytes: number): Promise<Buffer> {
  if (entry.sizeBytes > limitBytes) throw new AsicError('asic.tooLarge', entry.name);
  const pieces: Buffer[] = [];
  for await (const piece of zip.open(entry)) pieces.push(piece);
  return Buffer.concat(pieces);
}
