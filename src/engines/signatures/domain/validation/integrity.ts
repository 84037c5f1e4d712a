/** The first half of a validation: is this signature whole, and over what? Says nothing about trust. */
import { CmsError } from '../cms/verify-errors.ts';
import { parseTimestampToken, verifyTimestampToken } from '../cms/verify-timestamp.ts';
import type { TimestampToken } from '../cms/verify-timestamp.ts';
import { parseCms, verifyCms } from '../cms/verify.ts';
import type { CmsCheck, CmsSignature, CmsVerdict } from '../cms/verify.ts';
import { hash as hashOnce } from 'node:crypto';
import { OID } from '../pki/oids.ts';
import { listFields, listSignatures, openRevision, PdfError, readSignature } from '../pdf/reader/index.ts';
import type { PdfDocument, PdfSignature } from '../pdf/reader/index.ts';
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

export interface IntegrityInput {
  readonly doc: PdfDocument;
  readonly digests: RangeDigests;
  readonly cache: ValidationCache;
}

/** Each signature means reading one more state of the file. */
const maxSignatures = 100;

/** All signatures of the file in the order in which they were made. Throws PdfError `pdf.too-large` above 100. */
export function checkSignatures(input: IntegrityInput): CheckedSignature[] {
  const signatures = findSignatures(input.doc);
  if (signatures.length > maxSignatures) throw new PdfError('pdf.too-large', 'too many signatures');
  return signatures
    .toSorted((a, b) => orderOf(a) - orderOf(b))
    .map((signature) => checkSignature(signature, input));
}

function findSignatures(doc: PdfDocument): readonly PdfSignature[] {
  const inForm = listFields(doc).flatMap((field) => (field.type === 'Sig' ? (readSignature(doc, field) ?? []) : []));
  // Only a file whose form was lost needs the walk over all pages.
  return inForm.length > 0 ? inForm : listSignatures(doc);
}

function orderOf({ byteRange, contentsSpan }: PdfSignature): number {
  const [, , start, length] = byteRange ?? [];
  return start !== undefined && length !== undefined ? start + length : (contentsSpan?.start ?? Number.MAX_SAFE_INTEGER);
}

function checkSignature(signature: PdfSignature, input: IntegrityInput): CheckedSignature {
  const nothing = { signature, range: undefined, docAt: undefined, cms: undefined, check: undefined, timestamp: undefined, isIntact: false };
  const range = checkSignedRange(input.doc.bytes, signature);
  const container = readContainer(signature, input.cache);
  // The container of a broken signature is still read: a person wants to know whose it was.
  const cms = 'code' in container ? undefined : container;
  if ('code' in range) return { ...nothing, cms, check: cms && nameSigner(cms), problems: [range] };
  const docAt = openState(input.doc, range, signature);
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
function openState(doc: PdfDocument, range: SignedRange, signature: PdfSignature): PdfDocument | undefined {
  if (isBlank(doc.bytes, range.end)) return doc;
  try {
    const state = openRevision(doc.bytes, range.end);
    const isThere = findSignatures(state).some((each) => each.contentsSpan?.start === range.gapStart && each.field.name === signature.field.name);
    return isThere ? state : undefined;
  } catch (error) {
    if (error instanceof PdfError) return undefined;
    throw error;
  }
}

/** True when only white space follows. */
export function isBlank(bytes: Buffer, from: number): boolean {
  if (bytes.length - from > 64) return false;
  return bytes.subarray(from).every((byte) => byte === 10 || byte === 13 || byte === 32 || byte === 0 || byte === 9);
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
  const problems: Problem[] = check.verdict === 'ok' ? [] : [{ code: problemOf(check.verdict) }];
  if (signature.subFilter === 'ETSI.CAdES.detached' && check.ess === 'absent') problems.push({ code: 'ess.missing' });
  const isIntact = check.verdict === 'ok';
  return { check, problems, isIntact, timestamp: isIntact ? findTimestamp(cms, input.cache) : undefined };
}

function checkDetached(cms: CmsSignature, { range, input }: Omit<ContainerInput, 'cms'>): CmsCheck {
  if (cms.content !== undefined && cms.content.length > 0) return { ...nameSigner(cms), verdict: 'format' };
  return verifyCms({
    cms,
    digestOf: (hash) => input.digests.of(range, hash),
    readContent: () => readSignedBytes(input.doc.bytes, range),
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
    const problems: Problem[] = check.verdict === 'ok' ? [] : [{ code: problemOf(check.verdict) }];
    return { check, problems, isIntact: check.verdict === 'ok', timestamp: { token, check } };
  } catch (error) {
    if (error instanceof CmsError) return { check: undefined, problems: [{ code: 'format.unreadable' }], isIntact: false, timestamp: undefined };
    throw error;
  }
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
function findTimestamp(cms: CmsSignature, cache: ValidationCache): CheckedTimestamp | undefined {
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
