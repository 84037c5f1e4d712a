/** The one function that judges a file of any kind, inside the reader's process. */
import { hash as hashOnce } from 'node:crypto';
import { validateAsic } from '../../domain/asic/index.ts';
import { validateCades, type SignatureValidation } from '../../domain/cades/index.ts';
import { validateJades } from '../../domain/jades/index.ts';
import type { ValidationCache } from '../../domain/validation/cache.ts';
import { lookupsFor } from '../../domain/validation/lookups.ts';
import type { ValidationReport } from '../../domain/validation/report.ts';
import type { MissingLink } from '../../domain/validation/trust.ts';
import { validateFully, type ValidationOptions } from '../../domain/validation/validate-pdf.ts';
import { coversAllBytes, validateXmlFully, type XmlSignatureReport } from '../../domain/xml/index.ts';
import { contentInside } from './content-inside.ts';
import { detachedFiles } from './detached-files.ts';
import { UnjudgedFile } from './errors.ts';
import type { CoveredFile, FileReport, FileSignature } from './file-report.ts';
import { describeGrounds, headerAttributes, sha256Of, type RawGrounds } from './grounds.ts';
import type { Examination } from './protocol.ts';
import { derOfSignature, kindOfFile, opensAsPdf } from './signed-kind.ts';

export type JudgeOptions = ValidationOptions & {
  cache: ValidationCache;
  /** The files beside a detached signature (.p7s, XML that names files, JWS without payload). */
  beside?: readonly Beside[];
  /** Hashes of the material from outside the file. */
  supplied: ReadonlySet<string>;
};

type Beside = { name: string; bytes: Buffer };

type Judged = {
  report: Omit<FileReport, 'certificates' | 'revocations'>;
  /** In the order of the signatures; empty when the kind does not tell. */
  raw: readonly RawGrounds[];
  missing: readonly MissingLink[];
  enclosed?: Examination['enclosed'];
};

/**
 * Judges all signatures of a file whose kind is told by its content. Throws UnjudgedFile for what is none of the kinds, or lacks its other
 * half; PdfError, XmlError and AsicError as the kinds do.
 */
export async function judgeFile(bytes: Buffer, options: JudgeOptions): Promise<Examination> {
  const { report, raw, missing, enclosed } = await judgeKind(bytes, options);
  const { grounds, certificates, revocations } = describeGrounds(raw, { cache: options.cache, isGiven: (sha256) => options.supplied.has(sha256) });
  const signatures = report.signatures.map((signature, i): FileSignature => ({ ...signature, ...(grounds[i] ? { grounds: grounds[i] } : {}) }));
  const used = new Set(raw.flatMap(({ crls, ocsps, certificates: path }) => [...crls, ...ocsps, ...path].map(sha256Of)));
  return { report: { ...report, signatures, certificates, revocations }, lookups: lookupsFor(missing), used: [...used].filter((hash) => options.supplied.has(hash)), ...(enclosed ? { enclosed } : {}) };
}

function judgeKind(bytes: Buffer, options: JudgeOptions): Judged | Promise<Judged> {
  if (bytes.length === 0) throw new UnjudgedFile('emptyFile');
  const kind = kindOfFile(bytes);
  if ((kind === 'pdf' || kind === 'asic') && besideOf(options).length > 0) throw new UnjudgedFile('contentNotNeeded');
  if (kind === 'xml' && opensAsPdf(bytes)) throw new UnjudgedFile('twoKinds');
  switch (kind) {
    case 'pdf':
      return judgePdf(bytes, options);
    case 'xml':
      return judgeXml(bytes, options);
    case 'asic':
      return judgeContainer(bytes, options);
    case 'cades':
      return judgeCms(bytes, options);
    case 'jades':
      return judgeJws(bytes, options);
    case undefined:
      throw new UnjudgedFile('unknownKind');
  }
}

const noExtras = { files: [], findings: [] };

function judgePdf(bytes: Buffer, options: JudgeOptions): Judged {
  const { report, used, missing } = validateFully(bytes, options);
  return { report: { ...report, ...noExtras, kind: 'pdf' }, raw: used.map((each) => ({ ...each, container: each.contents })), missing };
}

const besideOf = ({ beside = [] }: JudgeOptions): readonly Beside[] => beside;

/** People are shown what each signature covers, so that none is refused for covering a part only; the report's words say that it does. */
function judgeXml(bytes: Buffer, options: JudgeOptions): Judged {
  const beside = besideOf(options);
  const detached = detachedFiles(bytes, beside);
  if (beside.length > 0 && detached.size === 0) throw new UnjudgedFile('contentNotNeeded');
  const { report, used, missing } = validateXmlFully(bytes, { ...options, detached, subject: { kind: 'any' } });
  const whole = new Set(report.signatures.flatMap(({ signed }) => signed.filter((part) => part.kind === 'detached' && part.isUnchanged && coversAllBytes(part)).map(({ uri }) => uri)));
  const covered = new Set([...detached].filter(([uri]) => whole.has(uri)).map(([, content]) => content));
  const signatures = report.signatures.map(({ signed, ...signature }: XmlSignatureReport): FileSignature => {
    const parts = signed.filter(({ kind }) => kind !== 'properties');
    return { ...signature, covers: parts.map(({ path, uri }) => (path === '' ? uri : path)) };
  });
  const files = beside.map((file) => coveredFile(file, covered.has(file.bytes)));
  return { report: { ...report, files, findings: [], kind: 'xml', signatures }, raw: used, missing };
}

async function judgeContainer(bytes: Buffer, options: JudgeOptions): Promise<Judged> {
  const source = { sizeBytes: bytes.length, read: (start: number, length: number) => Promise.resolve(bytes.subarray(start, start + length)) };
  const { report, used, missing } = await validateAsic(source, options);
  const { indication, subIndication, signatures, files, findings } = report;
  return { report: { ...wholeOf(bytes, options), kind: 'asic', indication, subIndication, signatures, files: files.map((file) => ({ ...file })), findings }, raw: used, missing };
}

async function judgeCms(bytes: Buffer, options: JudgeOptions): Promise<Judged> {
  const signature = derOfSignature(bytes);
  const beside = besideOf(options);
  const enclosed = contentInside(signature);
  if (enclosed !== undefined && beside.length > 0) throw new UnjudgedFile('contentNotNeeded');
  if (enclosed !== undefined) {
    const judged = single(await validateCades({ signature }, options), { bytes, options, kind: 'cades', container: signature });
    const isCovered = judged.report.signatures[0]?.integrity === 'intact';
    const files = [{ ...coveredFile({ name: '', bytes: enclosed.bytes }, isCovered), mediaType: enclosed.mediaType }];
    return { ...judged, report: { ...judged.report, files }, ...(isCovered ? { enclosed } : {}) };
  }
  if (beside.length === 0) throw new UnjudgedFile('signedFileMissing');
  const tried: Judged[] = [];
  for (const file of beside) {
    const validation = await validateCades({ signature, digestOf: (hash) => Promise.resolve(hashOnce(hash, file.bytes, 'buffer')) }, options);
    tried.push(single(validation, { bytes, options, kind: 'cades', container: signature, file }));
  }
  return bestOf(tried);
}

function judgeJws(bytes: Buffer, options: JudgeOptions): Judged {
  const jws = bytes.toString('latin1').trim();
  const beside = besideOf(options);
  const attributes = headerAttributes(jws);
  if (beside.length === 0) return single(validateJades({ jws }, options), { bytes, options, kind: 'jades', attributes });
  return bestOf(beside.map((file) => single(validateJades({ jws, payload: file.bytes }, options), { bytes, options, kind: 'jades', attributes, file })));
}

/** Of several files the one that was signed decides; the others are shown as not covered. */
function bestOf(tried: readonly Judged[]): Judged {
  const best = tried.find(({ report }) => report.signatures[0]?.integrity === 'intact') ?? tried[0];
  if (best === undefined) throw new TypeError('no file to judge the signature by');
  return { ...best, report: { ...best.report, files: tried.flatMap(({ report }) => report.files) } };
}

type SingleInput = { bytes: Buffer; options: JudgeOptions; kind: 'cades' | 'jades'; file?: Beside } & Pick<RawGrounds, 'container' | 'attributes'>;

function single({ report, used, missing }: SignatureValidation, { bytes, options, kind, file, container, attributes }: SingleInput): Judged {
  const files = file === undefined ? [] : [coveredFile(file, report.integrity === 'intact')];
  const { indication, subIndication } = report;
  return { report: { ...wholeOf(bytes, options), kind, indication, subIndication, signatures: [report], files, findings: [] }, raw: [{ ...used, container, ...(attributes ? { attributes } : {}) }], missing };
}

function coveredFile({ name, bytes }: Beside, isCovered: boolean): CoveredFile {
  return { name, sizeBytes: bytes.length, sha256: sha256Of(bytes), isCovered };
}

function wholeOf(bytes: Buffer, { now }: JudgeOptions): Pick<ValidationReport, 'flags' | 'sha256' | 'sizeBytes' | 'validatedAt'> {
  return { flags: [], sha256: sha256Of(bytes), sizeBytes: bytes.length, validatedAt: now.toISOString() };
}
