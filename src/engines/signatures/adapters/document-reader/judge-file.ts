/** The one function that judges a file of any kind, inside the reader's process. */
import { hash as hashOnce } from 'node:crypto';
import { validateAsic } from '../../domain/asic/index.ts';
import { validateCades, type SignatureValidation } from '../../domain/cades/index.ts';
import { CmsError } from '../../domain/cms/verify-errors.ts';
import { parseCms } from '../../domain/cms/verify.ts';
import { validateJades } from '../../domain/jades/index.ts';
import type { ValidationCache } from '../../domain/validation/cache.ts';
import { lookupsFor } from '../../domain/validation/lookups.ts';
import type { ValidationReport } from '../../domain/validation/report.ts';
import type { MissingLink } from '../../domain/validation/trust.ts';
import { anchorsInForce } from '../../domain/validation/trust-store.ts';
import { validateFully, type ValidationOptions } from '../../domain/validation/validate-pdf.ts';
import { validateXml, type XmlSignatureReport } from '../../domain/xml/index.ts';
import { UnjudgedFile } from './errors.ts';
import type { FileReport, FileSignature } from './file-report.ts';
import { describeGrounds, headerAttributes, sha256Of, type RawGrounds } from './grounds.ts';
import type { Examination } from './protocol.ts';
import { derOfSignature, kindOfFile } from './signed-kind.ts';

export type JudgeOptions = ValidationOptions & {
  cache: ValidationCache;
  /** The file beside a detached signature (.p7s, JWS without payload). */
  content?: Buffer | undefined;
  /** Hashes of the material from outside the file. */
  supplied: ReadonlySet<string>;
};

type Judged = {
  report: Omit<FileReport, 'certificates' | 'revocations'>;
  /** In the order of the signatures; empty when the kind does not tell. */
  raw: readonly RawGrounds[];
  missing: readonly MissingLink[];
};

/**
 * Judges all signatures of a file whose kind is told by its content. Throws UnjudgedFile for what is none of the kinds, or lacks its other
 * half; PdfError, XmlError and AsicError as the kinds do.
 */
export async function judgeFile(bytes: Buffer, options: JudgeOptions): Promise<Examination> {
  const { report, raw, missing } = await judgeKind(bytes, options);
  const { grounds, certificates, revocations } = describeGrounds(raw, { cache: options.cache, isGiven: (sha256) => options.supplied.has(sha256) });
  const signatures = report.signatures.map((signature, i): FileSignature => ({ ...signature, ...(grounds[i] ? { grounds: grounds[i] } : {}) }));
  const used = new Set(raw.flatMap(({ crls, ocsps, certificates: path }) => [...crls, ...ocsps, ...path].map(sha256Of)));
  return { report: { ...report, signatures, certificates, revocations }, lookups: lookupsFor(missing), used: [...used].filter((hash) => options.supplied.has(hash)) };
}

function judgeKind(bytes: Buffer, options: JudgeOptions): Judged | Promise<Judged> {
  if (bytes.length === 0) throw new UnjudgedFile('emptyFile');
  const kind = kindOfFile(bytes);
  if (kind !== 'cades' && kind !== 'jades' && kind !== undefined && options.content !== undefined) throw new UnjudgedFile('contentNotNeeded');
  switch (kind) {
    case 'pdf':
      return judgePdf(bytes, options);
    case 'xml':
      return judgeXml(bytes, options);
    case 'asic':
      return judgeContainer(bytes, options);
    case 'cades':
      return judgeDetached(bytes, options);
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

/** People are shown what each signature covers, so that none is refused for covering a part only; the report's words say that it does. */
function judgeXml(bytes: Buffer, options: JudgeOptions): Judged {
  // What trust has ended for is left out altogether: this kind does not weigh when an anchor was trusted.
  const trustAnchors = anchorsInForce(options.trustAnchors, options.trustPeriods ?? [], options.now);
  const report = validateXml(bytes, { ...options, trustAnchors, subject: { kind: 'any' } });
  const signatures = report.signatures.map(({ signed, ...signature }: XmlSignatureReport): FileSignature => {
    const parts = signed.filter(({ kind }) => kind !== 'properties');
    return { ...signature, covers: parts.map(({ path, uri }) => (path === '' ? uri : path)) };
  });
  return { report: { ...report, ...noExtras, kind: 'xml', signatures }, raw: [], missing: [] };
}

async function judgeContainer(bytes: Buffer, options: JudgeOptions): Promise<Judged> {
  const source = { sizeBytes: bytes.length, read: (start: number, length: number) => Promise.resolve(bytes.subarray(start, start + length)) };
  const { report, missing } = await validateAsic(source, options);
  const { indication, subIndication, signatures, files, findings } = report;
  return { report: { ...wholeOf(bytes, options), kind: 'asic', indication, subIndication, signatures, files: files.map((file) => ({ ...file })), findings }, raw: [], missing };
}

async function judgeDetached(bytes: Buffer, options: JudgeOptions): Promise<Judged> {
  const signature = derOfSignature(bytes);
  const { content } = options;
  if (content === undefined) throw new UnjudgedFile(holdsContent(signature) ? 'contentInside' : 'signedFileMissing');
  if (holdsContent(signature)) throw new UnjudgedFile('contentInside');
  const validation = await validateCades({ signature, digestOf: (hash) => Promise.resolve(hashOnce(hash, content, 'buffer')) }, options);
  return single(validation, { bytes, options, kind: 'cades', container: signature });
}

function judgeJws(bytes: Buffer, options: JudgeOptions): Judged {
  const { content: payload } = options;
  const validation = validateJades({ jws: bytes.toString('latin1').trim(), ...(payload ? { payload } : {}) }, options);
  return single(validation, { bytes, options, kind: 'jades', attributes: headerAttributes(bytes.toString('latin1').trim()) });
}

type SingleInput = { bytes: Buffer; options: JudgeOptions; kind: 'cades' | 'jades' } & Pick<RawGrounds, 'container' | 'attributes'>;

function single({ report, used, missing }: SignatureValidation, { bytes, options, kind, container, attributes }: SingleInput): Judged {
  const { content } = options;
  const isCovered = report.integrity === 'intact';
  const files = content === undefined ? [] : [{ name: '', sizeBytes: content.length, sha256: sha256Of(content), isCovered }];
  const { indication, subIndication } = report;
  return { report: { ...wholeOf(bytes, options), kind, indication, subIndication, signatures: [report], files, findings: [] }, raw: [{ ...used, container, ...(attributes ? { attributes } : {}) }], missing };
}

function wholeOf(bytes: Buffer, { now }: JudgeOptions): Pick<ValidationReport, 'flags' | 'sha256' | 'sizeBytes' | 'validatedAt'> {
  return { flags: [], sha256: sha256Of(bytes), sizeBytes: bytes.length, validatedAt: now.toISOString() };
}

/** True for a CMS that carries what it signs. One that cannot be read is left to the validation, which says so. */
function holdsContent(signature: Buffer): boolean {
  try {
    return (parseCms(signature).content?.length ?? 0) > 0;
  } catch (error) {
    if (error instanceof CmsError) return false;
    throw error;
  }
}
