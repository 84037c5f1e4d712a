/** Validation of detached CAdES signatures (ETSI EN 319 122-1, EN 319 102-1). The content is read by the caller, once, in a stream. */
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
export function contextOf(trust: SignatureTrust, cache: ValidationCache): Pick<TrustContext, 'anchors' | 'periods' | 'rules' | 'cache' | 'now'> {
  const { trustAnchors: anchors, trustPeriods: periods, rules = defaultAlgorithmRules, now } = trust;
  return { anchors, ...(periods ? { periods } : {}), rules, cache, now };
}

export interface CadesInput {
  /** The `.p7s` file, DER or BER. */
  readonly signature: Buffer;
  /** The digest of the signed file under a hash; asked once. */
  readonly digestOf: (hash: HashName) => Promise<Buffer>;
  /** The name of the signature file, for the report. */
  readonly name?: string;
}

const maxSignatureBytes = 16 * 1024 * 1024;
const maxItems = 200;

/** Judges one detached signature. A container that cannot be read gets a report too, nothing is thrown for it. */
export async function validateCades({ signature, digestOf, name = '' }: CadesInput, trust: SignatureTrust): Promise<SignatureValidation> {
  const cache = trust.cache ?? createValidationCache();
  const cms = readContainer(signature, cache);
  const context = { ...contextOf(trust, cache), ...collect('code' in cms ? undefined : cms, trust.given ?? {}, cache) };
  if ('code' in cms) return judgeSignature(unreadable(name, cms), context);
  const digest = await digestOf(cms.digestAlgorithm);
  const check = checkDetached(cms, digest);
  return judgeSignature(factsOf({ cms, check, name, cache }, context), context);
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

function checkDetached(cms: CmsSignature, digest: Buffer): CmsCheck {
  // Content inside is another document than the file beside the signature.
  const isDetached = cms.content === undefined || cms.content.length === 0;
  const check = verifyCms({ cms, digestOf: () => digest, expectedContentType: OID.data });
  return isDetached ? check : { ...check, verdict: 'format' };
}

interface Checked {
  readonly cms: CmsSignature;
  readonly check: CmsCheck;
  readonly name: string;
  readonly cache: ValidationCache;
}

function factsOf({ cms, check, name, cache }: Checked, { material }: TrustContext): SignatureFacts {
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
    withoutTimestamp: cms.signatureTimestamps.length === 0 ? 'timestamp.missing' : 'timestamp.invalid',
    level: isIntact && signer ? levelOf({ check, signer, timestamp, material }) : 'UNKNOWN',
  };
}

interface LevelInput {
  readonly check: CmsCheck;
  readonly signer: Certificate;
  readonly timestamp: CheckedTimestamp | undefined;
  readonly material: RevocationMaterial;
}

/** By what is there (EN 319 122-1 clause 6.1). Archive time stamps are not read, so nothing is called B-LTA. */
function levelOf({ check, signer, timestamp, material }: LevelInput): SignatureLevel {
  const hasTime = timestamp?.check.verdict === 'ok';
  const step = hasTime ? (hasEmbeddedRevocation(signer, material) ? 'LT' : 'T') : 'B';
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
  return { ...nothing, format: 'CAdES', field, algorithm: '', hashes: [], isIntact: false, isBroken: problem.code !== 'signature.unsupported', problems: [problem], withoutTimestamp: undefined, level: 'UNKNOWN' };
}

/** Certificates and revocation material of the container, of its time stamps and of the caller. What cannot be read is left out. */
function collect(cms: CmsSignature | undefined, given: GivenMaterial, cache: ValidationCache): Pick<TrustContext, 'candidates' | 'material'> {
  const tokens = (cms?.signatureTimestamps ?? []).flatMap((bytes) => readToken(bytes, cache)?.cms ?? []);
  const containers = cms ? [cms, ...tokens] : [];
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
