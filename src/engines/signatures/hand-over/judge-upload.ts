import type { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { changeTexts } from '../domain/validation/change-texts.ts';
import type { ChangeReport, SignatureLevel } from '../domain/validation/report.ts';
import { parseCertificate } from '../domain/pki/certificate.ts';
import type { CredentialRow } from '../policy.ts';
import type { SigningEvidence } from '../purposes.ts';
import { validateBytes } from '../queries/validate-stored.ts';
import type { StoredSignature } from '../report-words.ts';
import { handOverErrors } from './errors.ts';
import { inspectIncrement } from './inspect-increment.ts';

export type Upload = { base: Buffer; bytes: Buffer; credential: Pick<CredentialRow, 'certificate' | 'label'> };

export type AcceptedUpload = {
  level: SigningEvidence['level'];
  signingTime: string;
  /** A time from an authority that came with the signature; undefined when the program put none. */
  timestamp: SigningEvidence['timestamp'] | undefined;
  revocation: StoredSignature['revocation']['status'];
  signatures: number;
};

/** The level that each kind of signature has once it carries a time; of the older kinds there are none. */
const levels: Partial<Record<SignatureLevel, SigningEvidence['level']>> = { 'B-B': 'PAdES-B-T', 'B-T': 'PAdES-B-T', 'B-LT': 'PAdES-B-T', 'B-LTA': 'PAdES-B-T' };

/**
 * Whether a file that came back from a signing program may count as our file, signed by this credential: exactly our bytes and an
 * increment (PAdES: EN 319 142-1 clause 5.5); at least one new signature and none by anybody else; whole, over everything, with
 * nothing changed but what a signature brings; an allowed hash and format. What the program says about itself is not looked at.
 * @throws the codes of `handOverErrors`, signatures.validationTooLong
 */
export async function judgeUpload(kernel: Kernel, { base, bytes, credential }: Upload): Promise<AcceptedUpload> {
  if (bytes.length < base.length || !bytes.subarray(0, base.length).equals(base)) throw handOverErrors.handOverNotOurFile();
  if (bytes.length === base.length) throw handOverErrors.handOverNotSigned();
  const { changes } = await inspectIncrement(bytes, base.length);
  const [{ signatures: earlier }, report] = [await validateBytes(kernel, base), await validateBytes(kernel, bytes)];
  if (report.indication === 'UNREADABLE') throw handOverErrors.handOverUnreadable({ internal: report.problem?.code });
  const added = report.signatures.slice(earlier.length);
  const signed = added.filter(({ role }) => role !== 'timestamp');
  const last = added.at(-1);
  const [first] = signed;
  if (first === undefined || last === undefined) throw handOverErrors.handOverNotSigned();
  assertOwn(signed, credential);
  const problem = findBroken(report.signatures, signed) ?? findChange([...changes, ...report.signatures.flatMap((each) => each.changes)]) ?? (last.coversWholeFile ? findDistrust(added) : handOverErrors.handOverNotWhole());
  if (problem !== undefined) throw problem;
  const level = levels[first.level];
  if (level === undefined || signed.some((each) => levels[each.level] === undefined)) throw handOverErrors.handOverOldFormat();
  return { level, signingTime: first.signingTime ?? report.validatedAt, timestamp: timeOf(added), revocation: first.revocation.status, signatures: signed.length };
}

/** Every new signature names the very certificate that was chosen; the name alone would not do, since names repeat. */
function assertOwn(signed: readonly StoredSignature[], { certificate, label }: Upload['credential']): void {
  const { fingerprint } = parseCertificate(certificate);
  const foreign = signed.find((each) => each.certificate?.fingerprint !== fingerprint);
  if (foreign !== undefined) throw handOverErrors.handOverOtherCertificate({ values: { found: foreign.signer, expected: label } });
}

/** All have to be whole: the earlier ones too, behind which a broken one could be hidden. */
function findBroken(all: readonly StoredSignature[], signed: readonly StoredSignature[]): AppError | undefined {
  if (all.some(({ integrity }) => integrity !== 'intact')) return handOverErrors.handOverBroken();
  if (signed.some(({ algorithm }) => /\bSHA-?1\b/i.test(algorithm))) return handOverErrors.handOverWeakHash();
  return undefined;
}

function findChange(changes: readonly ChangeReport[]): AppError | undefined {
  const bad = changes.find(({ severity }) => severity !== 'permitted');
  if (bad === undefined) return undefined;
  const { vi, en } = changeTexts[bad.code];
  return handOverErrors.handOverChanged({ values: { change: vi, changeEn: en }, internal: bad });
}

/** What cannot be checked today does not stand against a signature, as it does not when the server signs; what is known to be wrong does. */
function findDistrust(added: readonly StoredSignature[]): AppError | undefined {
  const bad = added.find((each) => each.indication === 'TOTAL-FAILED' || !each.isChainTrusted || each.revocation.status === 'revoked' || isOutOfDate(each));
  if (bad === undefined) return undefined;
  const reason = bad.problems[0]?.text ?? bad.verdict;
  return handOverErrors.handOverNotTrusted({ values: { reason: reason.vi, reasonEn: reason.en }, internal: bad.subIndication });
}

function isOutOfDate({ validityAtSigning }: StoredSignature): boolean {
  return validityAtSigning === 'expired' || validityAtSigning === 'not-yet-valid' || validityAtSigning === 'revoked';
}

/** The newest time that covers all new signatures: only that of the last of them, or of a document time stamp behind it. */
function timeOf(added: readonly StoredSignature[]): SigningEvidence['timestamp'] | undefined {
  const time = added.at(-1)?.timestamp;
  return time?.indication === 'TOTAL-PASSED' ? { time: time.time, authority: time.authority } : undefined;
}
