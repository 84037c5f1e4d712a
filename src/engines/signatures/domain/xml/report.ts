/** A checked XML signature as the facts from which the report on all kinds of signatures is made, so that the same page shows each. */
import { judgeSignature } from '../cades/index.ts';
import type { SignatureFacts, SignatureValidation } from '../cades/index.ts';
import { verdictOf } from '../validation/problems.ts';
import type { Problem } from '../validation/problems.ts';
import type { SignatureLevel, SignatureReport } from '../validation/report.ts';
import type { RevocationMaterial } from '../validation/revocation.ts';
import { describeAlgorithm } from '../validation/trust.ts';
import type { TrustContext } from '../validation/trust.ts';
import { hasEmbeddedRevocation } from '../validation/validation-material.ts';
import { signedParts } from './check-signature.ts';
import type { CheckedXmlSignature } from './check-signature.ts';
import type { XmlElement } from './events.ts';
import type { SignedPart } from './references.ts';

export interface ReportInput {
  /** Counted from 1: names a signature without an Id. */
  readonly number: number;
  /** What the caller relies on is not what was signed. */
  readonly subject: readonly Problem[];
  readonly root: XmlElement;
}

export type XmlSignatureValidation = Omit<SignatureValidation, 'report'> & { readonly report: SignatureReport & { readonly signed: readonly SignedPart[] } };

/** Judges trust in a checked signature and reports on it. */
export function reportSignature(checked: CheckedXmlSignature, input: ReportInput, context: TrustContext): XmlSignatureValidation {
  const judged = judgeSignature(factsOf(checked, input, context.material), context);
  return { ...judged, report: { ...judged.report, signed: signedParts(checked) } };
}

function factsOf(checked: CheckedXmlSignature, { number, subject, root }: ReportInput, material: RevocationMaterial): SignatureFacts {
  const { signer, read, algorithm, hashes, xades, timestamp, isIntact, references } = checked;
  const problems = [...checked.problems, ...subject];
  return {
    format: read?.xades === undefined ? 'XMLDSig' : 'XAdES',
    field: read?.id ?? `#${number}`,
    signer,
    algorithm: algorithm ? describeAlgorithm(signer, algorithm, algorithm.hash ?? 'sha256') : '',
    hashes,
    claimedAt: xades?.signingTime,
    isIntact: isIntact && subject.length === 0,
    isBroken: verdictOf(problems).indication === 'TOTAL-FAILED',
    problems,
    timestamp,
    timestampToken: checked.timestampToken,
    archive: checked.archive,
    withoutTimestamp: (xades?.signatureTimestamps.length ?? 0) === 0 ? 'timestamp.missing' : 'timestamp.invalid',
    level: levelOf(checked, material),
    coversWholeFile: isIntact && references.some(({ apex, coversTags }) => apex === root && coversTags),
  };
}

/** EN 319 132-1 clause 6, by what is there; trust is another matter. */
function levelOf({ isIntact, signer, xades, timestamp, archive }: CheckedXmlSignature, material: RevocationMaterial): SignatureLevel {
  if (!isIntact || signer === undefined || xades?.signingCertificate === undefined) return 'UNKNOWN';
  if (timestamp?.check.verdict !== 'ok') return 'B-B';
  if (!hasEmbeddedRevocation(signer, material)) return 'B-T';
  return archive.some(({ checked }) => checked?.check.verdict === 'ok') ? 'B-LTA' : 'B-LT';
}
