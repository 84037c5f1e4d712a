/** The first half of a validation: is this signature whole, and over what? Says nothing about trust. */
import { CmsError } from '../cms/verify-errors.ts';
import { parseTimestampToken, verifyTimestampToken } from '../cms/verify-timestamp.ts';
import type { TimestampToken } from '../cms/verify-timestamp.ts';
import { parseCms, verifyCms } from '../cms/verify.ts';
import type { CmsCheck, CmsSignature, CmsVerdict } from '../cms/verify.ts';
import { hash as hashOnce } from 'node:crypto';
import { OID } from '../pki/oids.ts';
import { listFields, listSignatures, openPdf, openRevision, PdfError, readSignature } from '../pdf/reader/index.ts';
import { openStrictly } from '../pdf/reader/open.ts';
import type { PdfDocument, PdfSignature, PdfSource } from '../pdf/reader/index.ts';
import { checkSignedRange, readSignedBytes } from './byte-range.ts';
import type { RangeDigests, SignedRange } from './byte-range.ts';
import type { ValidationCache } from './cache.ts';
import type { Problem, ProblemCode } from './problems.ts';

/** A signature with everything that can be said about it without trusting anybody. */
export interface CheckedSignature {
  readonly signature: PdfSignature;
  readonly range: SignedRange | undefined;
  /** The file as it was when this signature was made; undefined when the range is broken. */
  readonly docAt: PdfDocument | undefined;
  readonly cms: CmsSignature | undefined;
  readonly check: CmsCheck | undefined;
  /** The token of a document time stamp, or the best one over the signature value. */
  readonly timestamp: CheckedTimestamp | undefined;
  readonly problems: readonly Problem[];
  readonly isIntact: boolean;
}

export interface CheckedTimestamp {
  readonly token: TimestampToken;
  readonly check: CmsCheck;
}

/** A file and its signatures in the order of its form. */
export interface SignedFile {
  readonly doc: PdfDocument;
  readonly signatures: readonly PdfSignature[];
}

export interface IntegrityInput {
  readonly doc: PdfDocument;
  /** Those of the file, where they are at hand. */
  readonly signatures?: readonly PdfSignature[];
  readonly digests: RangeDigests;
  readonly cache: ValidationCache;
}

/** Each signature means reading one more state of the file. */
const maxSignatures = 100;

/** As `openPdf`. A signature that stands in the file settles at once what the way to its pages would be read for: the file is not mended. */
export function openSigned(file: Uint8Array | PdfSource): SignedFile {
  try {
    const doc = openStrictly(file);
    const signatures = listFormSignatures(doc);
    if (signatures.some((each) => isSpeltOut(doc.source, each))) return { doc, signatures };
  } catch (error) {
    if (!(error instanceof PdfError)) throw error;
  }
  const doc = openPdf(file);
  return { doc, signatures: findSignatures(doc) };
}

function isSpeltOut(source: PdfSource, { byteRangeSpan }: PdfSignature): boolean {
  return byteRangeSpan !== undefined && source.read(byteRangeSpan.start - 12, byteRangeSpan.start).toString('latin1').trimEnd().endsWith('/ByteRange');
}

/** All signatures of the file in the order in which they were made. Throws PdfError `pdf.too-large` above 100. */
export function checkSignatures(input: IntegrityInput): CheckedSignature[] {
  const { signatures = findSignatures(input.doc) } = input;
  if (signatures.length > maxSignatures) throw new PdfError('pdf.too-large', 'too many signatures');
  return signatures
    .toSorted((a, b) => orderOf(a) - orderOf(b))
    .map((signature) => checkSignature(signature, input));
}

function listFormSignatures(doc: PdfDocument): readonly PdfSignature[] {
  return listFields(doc).flatMap((field) => (field.type === 'Sig' ? (readSignature(doc, field) ?? []) : []));
}

function findSignatures(doc: PdfDocument): readonly PdfSignature[] {
  const inForm = listFormSignatures(doc);
  // Only a file whose form was lost needs the walk over all pages.
  return inForm.length > 0 ? inForm : listSignatures(doc);
}

function orderOf({ byteRange, contentsSpan }: PdfSignature): number {
  const [, , start, length] = byteRange ?? [];
  return start !== undefined && length !== undefined ? start + length : (contentsSpan?.start ?? Number.MAX_SAFE_INTEGER);
}

function checkSignature(signature: PdfSignature, input: IntegrityInput): CheckedSignature {
  const nothing = { signature, range: undefined, docAt: undefined, cms: undefined, check: undefined, timestamp: undefined, isIntact: false };
  const range = checkSignedRange(input.doc.source.sizeBytes, signature);
  const container = readContainer(signature, input.cache);
  // The container of a broken signature is still read: a person wants to know whose it was.
  const cms = 'code' in container ? undefined : container;
  if ('code' in range) return { ...nothing, cms, check: cms && nameSigner(cms), problems: [range] };
  const docAt = findState(input.doc, range, signature);
  if (docAt === undefined) return { ...nothing, range, cms, check: cms && nameSigner(cms), problems: [{ code: 'format.revision' }] };
  if ('code' in container) return { ...nothing, range, docAt, problems: [container] };
  return { ...nothing, range, docAt, cms: container, ...checkContainer(signature, { range, cms: container, input }) };
}

/** Names the signer of a container whose content cannot be checked. */
function nameSigner(cms: CmsSignature): CmsCheck {
  return verifyCms({ cms, digestOf: () => Buffer.alloc(0), expectedContentType: cms.contentType });
}

const documentFormats = new Set(['ETSI.CAdES.detached', 'adbe.pkcs7.detached', 'adbe.pkcs7.sha1']);

function readContainer(signature: PdfSignature, cache: ValidationCache): CmsSignature | Problem {
  if (!documentFormats.has(signature.subFilter) && signature.subFilter !== 'ETSI.RFC3161') return { code: 'signature.unsupported' };
  try {
    return parseCms(signature.contents ?? Buffer.alloc(0), (bytes) => cache.readCertificate(bytes));
  } catch (error) {
    if (error instanceof CmsError) return { code: error.code === 'cms.unsupported' ? 'signature.unsupported' : 'format.unreadable' };
    throw error;
  }
}

/** The state that was signed: the file up to the end of the range. It must be a document that holds this very signature. */
function findState(doc: PdfDocument, range: SignedRange, signature: PdfSignature): PdfDocument | undefined {
  if (isBlank(doc.source, range.end)) return doc;
  try {
    const state = openState(doc.source, range.end);
    const isThere = findSignatures(state).some((each) => each.contentsSpan?.start === range.gapStart && each.field.name === signature.field.name);
    return isThere ? state : undefined;
  } catch (error) {
    if (error instanceof PdfError) return undefined;
    throw error;
  }
}

/** The file as it was when it ended at this byte. Nothing is mended: a state that can only be guessed at is not what anybody signed. */
function openState(source: PdfSource, end: number): PdfDocument {
  if (source.whole !== undefined) return openRevision(source.whole, end);
  const clip = (at: number): number => Math.min(at, end);
  const state: PdfSource = {
    sizeBytes: end,
    whole: undefined,
    read: (from, to) => source.read(clip(from), clip(to)),
    indexOf: (word, from) => {
      const at = source.indexOf(word, from);
      return at + word.length > end ? -1 : at;
    },
  };
  return openStrictly(state);
}

/** True when only white space follows. */
export function isBlank(source: PdfSource, from: number): boolean {
  if (from >= source.sizeBytes) return true;
  if (source.sizeBytes - from > 64) return false;
  return source.read(from, source.sizeBytes).every((byte) => byte === 10 || byte === 13 || byte === 32 || byte === 0 || byte === 9);
}

interface ContainerInput {
  readonly range: SignedRange;
  readonly cms: CmsSignature;
  readonly input: IntegrityInput;
}

type ContainerResult = Pick<CheckedSignature, 'check' | 'timestamp' | 'problems' | 'isIntact'>;

function checkContainer(signature: PdfSignature, { range, cms, input }: ContainerInput): ContainerResult {
  if (signature.subFilter === 'ETSI.RFC3161') return checkDocumentTimestamp(signature, { range, cms, input });
  const check = signature.subFilter === 'adbe.pkcs7.sha1' ? checkSha1(cms, { range, input }) : checkDetached(cms, { range, input });
  const problems = problemsOfVerdict(check.verdict);
  if (signature.subFilter === 'ETSI.CAdES.detached' && check.ess === 'absent') problems.push({ code: 'ess.missing' });
  const isIntact = check.verdict === 'ok';
  return { check, problems, isIntact, timestamp: isIntact ? findTimestamp(cms, input.cache) : undefined };
}

function checkDetached(cms: CmsSignature, { range, input }: Omit<ContainerInput, 'cms'>): CmsCheck {
  if (cms.content !== undefined && cms.content.length > 0) return { ...nameSigner(cms), verdict: 'format' };
  return verifyCms({
    cms,
    digestOf: (hash) => input.digests.of(range, hash),
    readContent: () => readSignedBytes(input.doc.source, range),
    expectedContentType: OID.data,
  });
}

/** The older kind of ISO 32000-1, 12.8.3.3: the container holds the SHA-1 of the range, and signs that. */
function checkSha1(cms: CmsSignature, { range, input }: Omit<ContainerInput, 'cms'>): CmsCheck {
  const content = cms.content ?? Buffer.alloc(0);
  const check = verifyCms({ cms, digestOf: (hash) => hashOnce(hash, content, 'buffer'), readContent: () => content, expectedContentType: OID.data });
  return content.equals(input.digests.of(range, 'sha1')) ? check : { ...check, verdict: 'hash-mismatch' };
}

function checkDocumentTimestamp(signature: PdfSignature, { range, input }: ContainerInput): ContainerResult {
  try {
    const token = parseTimestampToken(signature.contents ?? Buffer.alloc(0), (bytes) => input.cache.readCertificate(bytes));
    const check = verifyTimestampToken(token, (hash) => input.digests.of(range, hash));
    const problems = problemsOfVerdict(check.verdict);
    return { check, problems, isIntact: check.verdict === 'ok', timestamp: { token, check } };
  } catch (error) {
    if (error instanceof CmsError) return { check: undefined, problems: [{ code: 'format.unreadable' }], isIntact: false, timestamp: undefined };
    throw error;
  }
}

/** What a fault in a container means, the same for all that CMS signs. */
export function problemsOfVerdict(verdict: CmsVerdict): Problem[] {
  return verdict === 'ok' ? [] : [{ code: problemOf(verdict) }];
}

function problemOf(verdict: Exclude<CmsVerdict, 'ok'>): ProblemCode {
  switch (verdict) {
    case 'hash-mismatch':
      return 'hash.mismatch';
    case 'signature-mismatch':
      return 'signature.mismatch';
    case 'no-signing-certificate':
      return 'signer.missing';
    case 'format':
      return 'format.contradiction';
  }
}

/** The first token over the signature value that holds; else the last that was tried, so that its fault can be told. */
export function findTimestamp(cms: CmsSignature, cache: ValidationCache): CheckedTimestamp | undefined {
  let tried: CheckedTimestamp | undefined;
  for (const bytes of cms.signatureTimestamps) {
    try {
      const token = parseTimestampToken(bytes, (raw) => cache.readCertificate(raw));
      const check = verifyTimestampToken(token, (hash) => hashOnce(hash, cms.signature, 'buffer'), cms.certificates);
      tried = { token, check };
      if (check.verdict === 'ok') return tried;
    } catch (error) {
      // A token that cannot be read proves nothing; the signature stands without it.
      if (!(error instanceof CmsError)) throw error;
    }
  }
  return tried;
}
