/** What a validation said about one signature: the fields of the report that a person needs, in the report's own words. */
export type SignatureVerdict = {
  signer: string;
  organization?: string | null | undefined;
  issuer: string;
  role: 'person' | 'agency' | 'initials' | 'timestamp';
  signingTime: string | null;
  timeSource: 'timestamp' | 'claimed' | 'none';
  algorithm: string;
  level: string;
  indication: Indication;
  subIndication: string | null;
  coversWholeFile: boolean;
  changesAfter: 'none' | 'permitted' | 'suspicious' | 'forbidden';
  revocation: { status: 'good' | 'revoked' | 'unknown' | 'not-checked' };
  /** What was found, in plain words and in the language of the screen, worst first; made by whoever reads the report. */
  findings?: readonly { text: string; todo?: string | undefined }[] | undefined;
};

export type Indication = 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE';

/** What a validation said about a file. A report of the signatures engine fits as it is. */
export type FileVerdict = {
  indication: Indication;
  subIndication: string | null;
  signatures: readonly SignatureVerdict[];
  /** Things in the file that would act if something ran them; never run here. */
  flags?: readonly { kind: string }[] | undefined;
  validatedAt?: string | undefined;
};

export type VerdictTone = 'done' | 'warn' | 'danger' | 'none';

/** Good, doubtful, bad, or nothing signed at all. */
export function toneOf(indication: Indication, signed: boolean): VerdictTone {
  if (!signed) return 'none';
  switch (indication) {
    case 'TOTAL-PASSED':
      return 'done';
    case 'INDETERMINATE':
      return 'warn';
    case 'TOTAL-FAILED':
      return 'danger';
  }
}
