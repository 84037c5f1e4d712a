import { z } from 'zod';

const instant = z.string().nullable();

/** The report of POST /api/v1/validations and of `lienthong verify --json`. More fields may come; these stay. */
export const validationReply = z.looseObject({
  indication: z.enum(['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE']),
  subIndication: z.string().nullable(),
  kind: z.enum(['pdf', 'xml', 'cades', 'asic', 'jades']).optional(),
  /** The files of a container, or the one beside a detached signature. */
  files: z.array(z.looseObject({ name: z.string(), sha256: z.string(), isCovered: z.boolean(), mediaType: z.string().optional() })).optional(),
  /** Certificates and revocation sources on which the verdicts rest; a signature's `grounds` name them by hash. */
  certificates: z.array(z.looseObject({ fingerprint: z.string(), subject: z.string(), issuer: z.string() })).optional(),
  revocations: z.array(z.looseObject({ kind: z.enum(['crl', 'ocsp']), sha256: z.string(), producedAt: z.string() })).optional(),
  signatures: z.array(
    z.looseObject({
      signer: z.string(),
      issuer: z.string(),
      role: z.enum(['person', 'agency', 'initials', 'timestamp']),
      signingTime: instant,
      timeSource: z.enum(['timestamp', 'claimed', 'none']),
      algorithm: z.string(),
      level: z.string(),
      indication: z.enum(['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE']),
      subIndication: z.string().nullable(),
      coversWholeFile: z.boolean(),
      changesAfter: z.enum(['none', 'permitted', 'suspicious', 'forbidden']),
      revocation: z.looseObject({ status: z.enum(['good', 'revoked', 'unknown', 'not-checked']) }),
    }),
  ),
});
export type ValidationReply = z.infer<typeof validationReply>;

/** What GET /api/v1/issued-documents/:code tells. */
export const issuedDocumentReply = z.object({
  code: z.string(),
  agencyName: z.string(),
  numberAndNotation: z.string(),
  typeName: z.string(),
  issuedOn: z.string().nullable(),
  state: z.enum(['in_force', 'recalled', 'replaced']),
  /** Since when it is no longer in force. */
  endedAt: z.string().nullable(),
  replacedBy: z.object({ numberAndNotation: z.string(), code: z.string() }).nullable(),
  files: z.array(z.object({ role: z.enum(['main', 'attachment']), sha256: z.string() })),
});
