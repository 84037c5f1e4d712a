import { z } from 'zod';

/** What a person asks the signing program on the own computer to do: its windows and its looks differ by it. */
export const handOverKind = z.enum(['approved', 'issued', 'appendix', 'copy', 'income', 'comment']);
export type HandOverKind = z.infer<typeof handOverKind>;

export const openHandOverBody = z.object({ kind: handOverKind });

/** Two addresses for one file, each for one use and for a short time. Whoever knows them needs no other right. */
export const handOverAddresses = z.object({
  handOverId: z.uuid(),
  /** From here the signing program fetches the file; a few times, in case it asks twice. */
  downloadUrl: z.url(),
  /** Here it sends the signed file as `multipart/form-data`; once. */
  uploadUrl: z.url(),
  expiresAt: z.string(),
  /** Serial number, hexadecimal, of the certificate that has to be used, for programs that choose by it. */
  certificateSerial: z.string(),
});
export type HandOverAddresses = z.infer<typeof handOverAddresses>;

const problem = z.object({ code: z.string(), message: z.string(), fix: z.string().optional() });

export const handOverStatus = z.object({
  handOverId: z.uuid(),
  state: z.enum(['open', 'received', 'completed', 'refused', 'closed']),
  /** Why what came back was refused; the signing can then be tried again. */
  problem: problem.nullable(),
});
export type HandOverStatus = z.infer<typeof handOverStatus>;

/** In the words that signing programs read. */
export const uploadReply = z.object({ Status: z.boolean(), Message: z.string(), FileName: z.string(), FileServer: z.string(), code: z.string().optional() });

/** What the signing program in the browser's reach has to sign. */
export const agentRequest = z.object({
  signingId: z.uuid(),
  transactionId: z.uuid(),
  hashAlgorithm: z.literal('SHA-256'),
  /** Base64. */
  hash: z.string(),
  /** SHA-256 of the certificate that has to be used, hexadecimal, and its serial number for programs that choose by it. */
  certificateFingerprint: z.string(),
  certificateSerial: z.string(),
});
export type AgentRequest = z.infer<typeof agentRequest>;

export const agentAnswerBody = z.object({
  transactionId: z.uuid(),
  /** Base64 or hexadecimal. */
  signature: z.string().min(64).max(4000),
  /** Base64 of DER, or PEM. */
  certificate: z.string().min(100).max(20_000).nullable(),
});

/** After an answer: signed, or the next part of the same signing (number, date and seal are signatures of their own). */
export const agentOutcome = z.discriminatedUnion('state', [
  z.object({ state: z.literal('signed') }),
  z.object({ state: z.literal('next'), request: agentRequest }),
  z.object({ state: z.literal('waiting') }),
]);
export type AgentOutcome = z.infer<typeof agentOutcome>;

export const agentCredentialBody = z.object({
  kind: z.enum(['person', 'agency']),
  certificate: z.string().min(100).max(20_000),
  chain: z.array(z.string().min(100).max(20_000)).max(5).default([]),
});
