import { z } from 'zod';
import { formatInstant } from '#kernel/time.ts';
import { readContainer, SEAL_NAME, validateAlone, type AloneValidator, type Container } from '#engines/signatures/offline.ts';
import type { Envelope } from '../contract.ts';
import { readEnvelope } from '../envelope.ts';
import { check, type EvidenceCheck, type EvidenceOutcome } from './checks.ts';
import { evidenceManifest, manifestVersion, partNames, VERSION, type EvidenceManifest } from './format.ts';
import { readJson, sha256Of, type Parts } from './parts.ts';
import { checkLog } from './verify-log.ts';
import { checkReceipts } from './verify-receipts.ts';

export type { EvidenceCheck, EvidenceOutcome } from './checks.ts';

export type EvidenceTrust = {
  /** Folders with trusted root certificates and revocation lists; those that do not exist are left out. */
  trustFolders: readonly string[];
  now: Date;
  /** Keys of the record as `origin+hash+key` (C2SP), known from elsewhere: with any, only these are accepted. */
  logKeys?: readonly string[];
  /** Signed roots of the same record that somebody else kept, as texts (C2SP checkpoints). */
  witnessed?: readonly string[];
  /** Replies of `GET /api/v1/audit/consistency` between such a root and that of the package, as texts; whoever gives them is not believed. */
  consistency?: readonly string[];
};

export type EvidenceReport = {
  outcome: EvidenceOutcome;
  /** What the package is about; absent when it cannot be read. */
  about: Pick<EvidenceManifest, 'madeAt' | 'side' | 'agency' | 'envelopeId' | 'contentHash' | 'document'> | undefined;
  checks: EvidenceCheck[];
};

/**
 * Verifies an evidence package from its bytes alone: without a database, without a network, without believing whoever made it. Only the
 * certificates in the folders are trusted. Every check that fails names the part, the entry or the receipt.
 * @returns `passed` only when everything holds; `warned` when something is missing but nothing is wrong
 */
export async function verifyEvidence(bytes: Buffer, trust: EvidenceTrust): Promise<EvidenceReport> {
  const container = await readContainer(bytes);
  if (container === undefined) return reportOf(undefined, [check('container.unreadable', 'failed')]);
  const damaged = container.members.filter(({ content }) => content === undefined);
  const parts = new Map(container.members.flatMap(({ name, content }) => (content === undefined ? [] : [[name, content] as const])));
  const manifest = readManifest(parts);
  if (manifest === undefined) return reportOf(undefined, [...damaged.map(({ name }) => check('part.damaged', 'failed', name)), checkVersion(parts)]);
  const validator = await validateAlone({ folders: trust.trustFolders, now: trust.now, material: materialOf(parts) });
  try {
    const seal = damaged.length > 0 ? [] : await checkSeal(validator, bytes);
    // Files of whom nobody vouches for are not opened: each could be made to take as long as a file may.
    const isSealed = seal.length > 0 && seal.every(({ outcome }) => outcome === 'passed');
    const checks = [
      ...damaged.map(({ name }) => check('part.damaged', 'failed', name)),
      ...checkParts(manifest, parts),
      ...(await checkContainer(container, manifest)),
      ...seal,
      ...checkEnvelope(manifest, parts),
      ...(await checkFiles(isSealed ? validator : undefined, manifest, parts)),
      ...checkReceipts(manifest, parts),
      ...checkLog({ manifest, parts, trust, judgeTimestamp: (token, stamped) => validator.judgeTimestamp(token, stamped) }),
    ];
    return reportOf(manifest, checks);
  } finally {
    validator.close();
  }
}

function reportOf(manifest: EvidenceManifest | undefined, checks: EvidenceCheck[]): EvidenceReport {
  const has = (outcome: EvidenceOutcome): boolean => checks.some((each) => each.outcome === outcome);
  const { madeAt, side, agency, envelopeId, contentHash, document } = manifest ?? {};
  const about = madeAt && side && agency && envelopeId && contentHash && document ? { madeAt, side, agency, envelopeId, contentHash, document } : undefined;
  return { outcome: has('failed') ? 'failed' : has('warned') ? 'warned' : 'passed', about, checks };
}

function readManifest(parts: Parts): EvidenceManifest | undefined {
  const parsed = evidenceManifest.safeParse(readJson(parts.get(partNames.manifest)));
  return parsed.success ? parsed.data : undefined;
}

/** Why the list cannot be read: it may be of another version, whose packages this verifier does not know. */
function checkVersion(parts: Parts): EvidenceCheck {
  const told = manifestVersion.safeParse(readJson(parts.get(partNames.manifest)));
  if (!told.success || told.data.version === VERSION) return check('manifest.unreadable', 'failed', partNames.manifest);
  const [its, own] = [String(told.data.version), String(VERSION)];
  return check('manifest.otherVersion', 'failed', partNames.manifest, {
    vi: `Gói ghi phiên bản ${its}, trình kiểm tra này đọc phiên bản ${own}. Dùng trình kiểm tra lienthong-evidence của phiên bản đó, hoặc đề nghị nơi lập gói xuất lại.`,
    en: `It says version ${its}, this verifier reads version ${own}. Use the lienthong-evidence of that version, or have the package exported again.`,
  });
}

/** Beside its parts a package has exactly these: whatever else a container may hold is covered by no seal. */
const machinery = { first: 'mimetype', last: ['META-INF/ASiCManifest.xml', 'META-INF/signature.p7s'] } as const;
const mimeType = 'application/vnd.etsi.asic-e+zip';
const isMachinery = (name: string): boolean => name === machinery.first || machinery.last.some((each) => each === name);

function checkParts(manifest: EvidenceManifest, parts: Parts): EvidenceCheck[] {
  const listed = new Map(manifest.parts.map((part) => [part.name, part]));
  const wrong: EvidenceCheck[] = [];
  for (const [name, content] of parts) {
    if (isMachinery(name) || name === partNames.manifest) continue;
    const part = listed.get(name);
    if (part === undefined) wrong.push(check('part.unlisted', 'failed', name));
    else if (part.sizeBytes !== content.length || part.sha256 !== sha256Of(content)) wrong.push(check('part.changed', 'failed', name));
  }
  for (const name of listed.keys()) if (!parts.has(name)) wrong.push(check('part.missing', 'failed', name));
  // What lies among the files and receipts and is not said to be one has not been looked at.
  const told = new Set([...manifest.files, ...manifest.receipts].map(({ part }) => part));
  const { files, receipts } = partNames.folders;
  for (const name of listed.keys()) if ((name.startsWith(files) || name.startsWith(receipts)) && !told.has(name)) wrong.push(check('part.unlisted', 'failed', name));
  return wrong.length > 0 ? wrong : [check('part.intact', 'passed', String(listed.size))];
}

async function checkContainer(container: Container, manifest: EvidenceManifest): Promise<EvidenceCheck[]> {
  const order = [machinery.first, partNames.manifest, ...manifest.parts.map(({ name }) => name), ...machinery.last];
  const isInOrder = container.members.length === order.length && container.members.every(({ name }, index) => name === order[index]);
  const isNamed = container.members[0]?.content?.toString('latin1') === mimeType;
  const isExact = isInOrder && isNamed && (await container.isExact(new Date(manifest.madeAt)));
  return [isExact ? check('container.exact', 'passed') : check('container.exact', 'failed', '', { vi: 'Gói đã bị đóng lại hoặc sửa.', en: 'It was packed anew or edited.' })];
}

async function checkSeal(validator: AloneValidator, bytes: Buffer): Promise<EvidenceCheck[]> {
  const report = await validator.validate(bytes);
  const [seal] = report.signatures;
  if (report.indication === 'TOTAL-PASSED' && (report.signatures.length !== 1 || !isSeal(validator, seal))) {
    const who = report.signatures.map(({ signer }) => signer).join(', ');
    const hint = who === SEAL_NAME ? olderSeal : { vi: '', en: '' };
    return [check('seal.stranger', 'failed', machinery.last[1], { vi: `${who}.${hint.vi}`, en: `${who}.${hint.en}` })];
  }
  if (report.indication === 'TOTAL-PASSED') {
    const who = [seal?.signer, seal?.organization].filter((each) => each !== null && each !== undefined).join(', ');
    const when = seal?.signingTime ?? '';
    return [check('seal.valid', 'passed', '', when === '' ? { vi: `${who}.`, en: `${who}.` } : { vi: `${who}, ${formatInstant(new Date(when))}.`, en: `${who}, ${when}.` })];
  }
  const isUntrusted = report.indication === 'INDETERMINATE' && report.subIndication === 'NO_CERTIFICATE_CHAIN_FOUND';
  return [isUntrusted ? check('seal.untrusted', 'failed', 'META-INF/signature.p7s') : check('seal.invalid', 'failed', 'META-INF/', report.cause ?? undefined)];
}

type SealReport = Awaited<ReturnType<AloneValidator['validate']>>['signatures'][number];

/**
 * Any person with a good certificate can sign a container, under any name. An installation's seal has a purpose of its own in its certificate, which
 * its authority gives to nobody else; one from before that is recognised by the very certificate, which the installation publishes.
 */
function isSeal(validator: AloneValidator, signature: SealReport | undefined): boolean {
  const certificate = signature?.certificate;
  return certificate?.isInstallationSeal === true || (certificate !== null && certificate !== undefined && validator.isKnownSeal(certificate.fingerprint));
}

const olderSeal = {
  vi: ' Nếu gói được niêm phong trước khi dấu niêm phong có dấu hiệu riêng, chép tệp .installation-seal.crt của hệ thống lập gói (DATA_DIR/pki) vào thư mục tin cậy.',
  en: ' Where it was sealed before seals had a purpose of their own, put the .installation-seal.crt of the installation that made it (DATA_DIR/pki) into the trusted folder.',
};

function checkEnvelope(manifest: EvidenceManifest, parts: Parts): EvidenceCheck[] {
  const original = parts.get(partNames.envelope);
  if (original !== undefined && readJson(original) === undefined) return [check('envelope.ambiguous', 'failed', partNames.envelope)];
  const read = original === undefined ? undefined : readEnvelope(original.toString('utf8'));
  const isIntact = original !== undefined && sha256Of(original) === manifest.contentHash && read?.ok === true && read.envelope.envelopeId === manifest.envelopeId;
  if (!isIntact) return [check('envelope.changed', 'failed', partNames.envelope)];
  if (!isToldRight(manifest, read.envelope)) return [check('envelope.mislabelled', 'failed', partNames.manifest)];
  return [check('envelope.intact', 'passed', partNames.envelope)];
}

/** What the list says is what people see first. */
function isToldRight({ side, agency, document, files }: EvidenceManifest, envelope: Envelope): boolean {
  // safe because the list has only fields of the envelope's document
  const isDocument = Object.entries(document).every(([name, value]) => envelope.document[name as keyof typeof document] === value);
  const isFiles = files.length === envelope.files.length && files.every(({ sha256, name }, index) => envelope.files[index]?.sha256 === sha256 && envelope.files[index].name === name);
  return isDocument && isFiles && (side === 'receiver' || agency.agencyId === envelope.sender.agencyId);
}

/** Each file that the envelope names is there, is that file, and its signatures are judged anew where there is a validator. */
async function checkFiles(validator: AloneValidator | undefined, manifest: EvidenceManifest, parts: Parts): Promise<EvidenceCheck[]> {
  const read = readEnvelope(parts.get(partNames.envelope)?.toString('utf8') ?? '');
  if (!read.ok) return [];
  const checks: EvidenceCheck[] = [];
  for (const [index, file] of read.envelope.files.entries()) {
    const entry = manifest.files[index];
    const content = parts.get(entry?.part ?? '');
    const name = entry?.part ?? file.name;
    if (content === undefined || sha256Of(content) !== file.sha256 || content.length !== file.sizeBytes) {
      checks.push(check('file.differs', 'failed', name));
      continue;
    }
    checks.push(check('file.matches', 'passed', name));
    if (validator !== undefined) checks.push(...(await checkSignatures(validator, { name, content, isMain: file.role === 'main', kept: keptReport(entry, parts) })));
  }
  return checks;
}

type Judging = { name: string; content: Buffer; isMain: boolean; /** What the record kept of it, where it kept something. */ kept: { part: string; report: unknown } | undefined };

async function checkSignatures(validator: AloneValidator, { name, content, isMain, kept }: Judging): Promise<EvidenceCheck[]> {
  const report = await validator.validate(content);
  const contradiction = kept === undefined || isSameJudgement(report, kept.report) ? [] : [check('report.contradicts', 'failed', kept.part)];
  return [...contradiction, ...findingsOf(report, { name, isMain })];
}

function findingsOf(report: FileReport, { name, isMain }: Pick<Judging, 'name' | 'isMain'>): EvidenceCheck[] {
  switch (report.indication) {
    case 'TOTAL-PASSED':
      return [check('signature.valid', 'passed', name, { vi: `${String(report.signatures.length)} chữ ký.`, en: `${String(report.signatures.length)} signature(s).` })];
    case 'TOTAL-FAILED':
      return [check('signature.invalid', 'failed', name, report.cause ?? undefined)];
    case 'INDETERMINATE':
      return [check('signature.undetermined', 'warned', name, report.cause ?? undefined)];
    case 'UNSIGNED':
      return isMain ? [check('signature.absent', 'warned', name)] : [];
    case 'UNREADABLE':
      // A table or a picture is of no kind that carries a signature; of what is, somebody may have made it unreadable.
      return signable.test(report.problem?.code ?? '') ? [check('signature.unreadable', 'warned', name, report.cause ?? undefined)] : isMain ? [check('signature.absent', 'warned', name)] : [];
  }
}

/** What is wrong with a PDF or a container, or took too long to be read. A ZIP that is no container may be a table of figures. */
const signable = /^signatures\.(pdf\.|asic\.(?!notContainer)|validationTooLong)/;

type FileReport = Awaited<ReturnType<AloneValidator['validate']>>;

function keptReport(entry: EvidenceManifest['files'][number] | undefined, parts: Parts): Judging['kept'] {
  const part = entry?.report;
  return part === undefined || part === null ? undefined : { part, report: readJson(parts.get(part)) };
}

const certificateNamed = z.object({ fingerprint: z.string() }).nullable();
const judgement = z.object({ sha256: z.string(), indication: z.string(), signatures: z.array(z.object({ signer: z.string(), signingTime: z.string().nullable(), certificate: certificateNamed })) });

/** What was found then may have been less than what is found now, but not of another file, of other signers, or good where it is broken. */
function isSameJudgement(now: FileReport, kept: unknown): boolean {
  const then = judgement.safeParse(kept);
  if (!then.success || then.data.sha256 !== now.sha256) return false;
  if (now.indication === 'UNREADABLE') return true;
  const arePassed = then.data.indication === 'TOTAL-PASSED' && now.indication === 'TOTAL-PASSED';
  const signersOf = (signatures: z.output<typeof judgement>['signatures']): string => JSON.stringify(signatures.map(({ signer, signingTime, certificate }) => [signer, certificate?.fingerprint, arePassed ? signingTime : null]).sort());
  return then.data.indication === 'UNREADABLE' || (signersOf(then.data.signatures) === signersOf(now.signatures) && !(then.data.indication === 'TOTAL-PASSED' && now.indication === 'TOTAL-FAILED'));
}

function materialOf(parts: Parts): { certificates: Buffer[]; crls: Buffer[]; ocsps: Buffer[] } {
  const all = [...parts].filter(([name]) => name.startsWith(partNames.folders.material));
  const ending = (extension: string): Buffer[] => all.filter(([name]) => name.endsWith(extension)).map(([, content]) => content);
  return { certificates: ending('.cer'), crls: ending('.crl'), ocsps: ending('.ocsp') };
}
