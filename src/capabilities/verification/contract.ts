import { z } from 'zod';

const instant = z.string().nullable();

/** The report of POST /api/v1/validations and of `lienthong verify --json`. More fields may come; these stay. */
export const validationReply = z.looseObject({
  indication: z.enum(['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE']),
  subIndication: z.string().nullable(),
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
