/** Validation of CAdES signatures (ETSI EN 319 122-1, EN 319 102-1). Content beside the signature is read by the caller, in a stream. */
import { hash as hashOnce } from 'node:crypto';
import { CmsError } from '../cms/verify-errors.ts';
import { parseTimestampToken } from '../cms/verify-timestamp.ts';
import { parseCms, verifyCms } from '../cms/verify.ts';
import type { CmsCheck, CmsSignature } from '../cms/verify.ts';
import type { HashName } from '../pki/algorithms.ts';
import type { Certificate } from '../pki/certificate.ts';
import { PkiError } from '../pki/errors.ts';
import { OID } from '../pki/oids.ts';
import { defaultAlgorithmRules } from '../validation/algorithm-rules.ts';
import type { AlgorithmRules } from '../validation/algorithm-rules.ts';
import { createValidationCache } from '../validation/cache.ts';
import type { ValidationCache } from '../validation/cache.ts';
import { findTimestamp, problemsOfVerdict } from '../validation/integrity.ts';
import type { CheckedTimestamp } from '../validation/integrity.ts';
import { hashesOf } from '../validation/judge.ts';
import type { Problem } from '../validation/problems.ts';
import type { SignatureLevel } from '../validation/report.ts';
import type { RevocationMaterial } from '../validation/revocation.ts';
import { describeAlgorithm } from '../validation/trust.ts';
import type { TrustContext } from '../validation/trust.ts';
import type { TrustPeriod } from '../validation/trust-store.ts';
import { hasEmbeddedRevocation } from '../validation/validation-material.ts';
import type { GivenMaterial } from '../validation/validation-material.ts';
import { checkArchive } from './archive.ts';
import type { ArchiveCheckInput } from './archive.ts';
import type { ArchiveStamp } from './archive-proofs.ts';
import { judgeSignature } from './signature-report.ts';
import type { SignatureFacts, SignatureValidation } from './signature-report.ts';

/** What every validation outside PDF needs to know; the same words as `ValidationOptions`. */
export interface SignatureTrust {
  readonly trustAnchors: readonly Certificate[];
  readonly now: Date;
  readonly given?: GivenMaterial;
  readonly rules?: AlgorithmRules;
  /** Keep one for many validations. */
  readonly cache?: ValidationCache;
  /** When each anchor is trusted; one that is not named is trusted always. */
  readonly trustPeriods?: readonly TrustPeriod[];
}

/** The part of a judgement's context that does not depend on the signature. */
export function contextOf(trust: SignatureTrust, cache: ValidationCache): Pick<TrustContext, 'anchors' | 'periods' | 'rules' | 'cache' | 'now' | 'withheld'> {
  const { trustAnchors: anchors, trustPeriods: periods, rules = defaultAlgorithmRules, now, given } = trust;
  return { anchors, ...(periods ? { periods } : {}), rules, cache, now, withheld: given?.withheld };
}

export interface CadesInput {
  /** The `.p7s` file, DER or BER. */
  readonly signature: Buffer;
  /** The digest of the signed file under a hash, asked once for each; without it the content must be enclosed. */
  readonly digestOf?: ((hash: HashName) => Promise<Buffer>) | undefined;
  /** The name of the signature file, for the report. */
  readonly name?: string;
}

const maxSignatureBytes = 16 * 1024 * 1024;
const maxItems = 200;

/** Judges one signature, detached or with its content inside. A container that cannot be read gets a report too, nothing is thrown for it. */
export async function validateCades({ signature, digestOf, name = '' }: CadesInput, trust: SignatureTrust): Promise<SignatureValidation> {
  const cache = trust.cache ?? createValidationCache();
  const cms = readContainer(signature, cache);
  if ('code' in cms) return judgeSignature(unreadable(name, cms), { ...contextOf(trust, cache), ...collect(undefined, [], { given: trust.given ?? {}, cache }) });
  const digests = digestsOf(cms, digestOf);
  if (digests === undefined) return judgeSignature(unreadable(name, { code: 'content.missing', values: { files: name } }), { ...contextOf(trust, cache), ...collect(cms, [], { given: trust.given ?? {}, cache }) });
  const check = checkContent(cms, await digests(cms.digestAlgorithm), digestOf === undefined);
  const archive = check.verdict === 'ok' ? await archiveOf({ signature, digestOf: digests, cache }) : [];
  const context = { ...contextOf(trust, cache), ...collect(cms, archive, { given: trust.given ?? {}, cache }) };
  return judgeSignature(factsOf({ cms, check, archive, name, cache }, context), context);
}

/** Of the content inside, or of the file beside; each hash is made once. Undefined when there is neither. */
function digestsOf({ content }: CmsSignature, beside: CadesInput['digestOf']): ((hash: HashName) => Promise<Buffer>) | undefined {
  const digest = beside ?? (content && ((hash: HashName) => Promise.resolve(hashOnce(hash, content, 'buffer'))));
  if (digest === undefined) return undefined;
  const known = new Map<HashName, Promise<Buffer>>();
  return (hash) => {
    const made = known.get(hash) ?? digest(hash);
    known.set(hash, made);
    return made;
  };
}

/** Too many of them, or an encoding that cannot be told apart: they prove nothing, and the signature stands without them. */
async function archiveOf(input: ArchiveCheckInput): Promise<ArchiveStamp[]> {
  try {
    return await checkArchive(input);
  } catch (error) {
    if (error instanceof CmsError) return [{ checked: undefined, id: '', covers: new Set() }];
    throw error;
  }
}

function readContainer(signature: Buffer, cache: ValidationCache): CmsSignature | Problem {
  if (signature.length > maxSignatureBytes) return { code: 'format.unreadable' };
  try {
    return parseCms(signature, (bytes) => cache.readCertificate(bytes));
  } catch (error) {
    if (error instanceof CmsError) return { code: isUnsupported(error) ? 'signature.unsupported' : 'format.unreadable' };
    throw error;
  }
}

/** Several signers in one container are allowed by RFC 5652: nothing is wrong with it, it is only not judged here. */
function isUnsupported({ code, detail }: CmsError): boolean {
  return code === 'cms.unsupported' || (code === 'cms.signers' && detail !== '0');
}

function checkContent(cms: CmsSignature, digest: Buffer, isEnclosed: boolean): CmsCheck {
  const check = verifyCms({ cms, digestOf: () => digest, readContent: () => (isEnclosed ? cms.content : undefined), expectedContentType: OID.data });
  // Content inside is another document than the file beside the signature.
  return isEnclosed || cms.content === undefined || cms.content.length === 0 ? check : { ...check, verdict: 'format' };
}

interface Checked {
  readonly cms: CmsSignature;
  readonly check: CmsCheck;
  readonly archive: readonly ArchiveStamp[];
  readonly name: string;
  readonly cache: ValidationCache;
}

function factsOf({ cms, check, archive, name, cache }: Checked, { material }: TrustContext): SignatureFacts {
  const isIntact = check.verdict === 'ok';
  const timestamp = isIntact ? findTimestamp(cms, cache) : undefined;
  const { signer } = check;
  return {
    format: 'CAdES',
    field: name,
    signer,
    algorithm: describeAlgorithm(signer, cms.signatureAlgorithm, cms.digestAlgorithm),
    hashes: hashesOf(cms),
    claimedAt: cms.signedAttributes?.signingTime,
    isIntact,
    isBroken: check.verdict === 'hash-mismatch' || check.verdict === 'signature-mismatch' || check.verdict === 'format',
    problems: [...problemsOfVerdict(check.verdict), ...(isIntact && check.ess === 'absent' ? [{ code: 'ess.missing' } as const] : [])],
    timestamp,
    timestampToken: timestamp && cms.signatureTimestamps.find((bytes) => bytes.includes(timestamp.token.cms.signature)),
    archive,
    withoutTimestamp: cms.signatureTimestamps.length === 0 ? 'timestamp.missing' : 'timestamp.invalid',
    level: isIntact && signer ? levelOf({ check, signer, timestamp, archive, material }) : 'UNKNOWN',
  };
}

interface LevelInput {
  readonly check: CmsCheck;
  readonly signer: Certificate;
  readonly timestamp: CheckedTimestamp | undefined;
  readonly archive: readonly ArchiveStamp[];
  readonly material: RevocationMaterial;
}

/** By what is there (EN 319 122-1 clause 6.1). */
function levelOf({ check, signer, timestamp, archive, material }: LevelInput): SignatureLevel {
  const hasTime = timestamp?.check.verdict === 'ok';
  const isArchived = archive.some(({ checked }) => checked?.check.verdict === 'ok');
  const step = hasTime ? (hasEmbeddedRevocation(signer, material) ? (isArchived ? 'LTA' : 'LT') : 'T') : 'B';
  return check.ess === 'match' ? `B-${step}` : `PKCS7-${step}`;
}

/** A token that cannot be read proves nothing; the signature stands without it. */
function readToken(bytes: Buffer, cache: ValidationCache): CheckedTimestamp['token'] | undefined {
  try {
    return parseTimestampToken(bytes, (raw) => cache.readCertificate(raw));
  } catch (error) {
    if (error instanceof CmsError) return undefined;
    throw error;
  }
}

function unreadable(field: string, problem: Problem): SignatureFacts {
  const nothing = { signer: undefined, claimedAt: undefined, timestamp: undefined };
  return { ...nothing, format: 'CAdES', field, algorithm: '', hashes: [], isIntact: false, isBroken: problem.code === 'format.unreadable', problems: [problem], withoutTimestamp: undefined, level: 'UNKNOWN' };
}

/** Certificates and revocation material of the container, of its time stamps and of the caller. What cannot be read is left out. */
function collect(cms: CmsSignature | undefined, archive: readonly ArchiveStamp[], { given, cache }: { readonly given: GivenMaterial; readonly cache: ValidationCache }): Pick<TrustContext, 'candidates' | 'material'> {
  const tokens = (cms?.signatureTimestamps ?? []).flatMap((bytes) => readToken(bytes, cache)?.cms ?? []);
  const containers = cms ? [cms, ...tokens, ...archive.flatMap(({ checked }) => checked?.token.cms ?? [])] : [];
  const crls = (list: readonly Buffer[], origin: 'embedded' | 'given') => readAll(list, (raw) => ({ list: cache.readRevocationList(raw), origin }));
  const ocsps = (list: readonly Buffer[], origin: 'embedded' | 'given') => readAll(list, (raw) => ({ response: cache.readOcspResponse(raw), origin }));
  const answers = containers.flatMap((each) => [...each.ocsps, ...(each.signedAttributes?.embeddedOcsps ?? [])]);
  const lists = containers.flatMap((each) => [...each.crls, ...(each.signedAttributes?.embeddedCrls ?? [])]);
  return {
    candidates: [...(given.certificates ?? []), ...containers.flatMap(({ certificates }) => certificates)],
    material: {
      crls: [...crls(given.crls ?? [], 'given'), ...crls(lists, 'embedded')],
      ocsps: [...ocsps(given.ocsps ?? [], 'given'), ...ocsps(answers, 'embedded')],
    },
  };
}

/** Each item that can be read; the rest would prove nothing. */
export function readAll<T>(list: readonly Buffer[], read: (raw: Buffer) => T): T[] {
  return list.slice(0, maxItems).flatMap((raw) => {
    try {
      return [read(raw)];
    } catch (error) {
      if (error instanceof PkiError) return [];
      throw error;
    }
  });
}
