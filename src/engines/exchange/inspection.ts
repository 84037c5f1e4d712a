import { z } from 'zod';
import type { Envelope, Verdict } from './contract.ts';
import type { FileFacts } from './domain/arrival-steps.ts';

/** What the look at one file found, once for all recipients of the envelope. */
const fileInspection = z.object({
  sha256: z.string(),
  isPresent: z.boolean(),
  hashMatches: z.boolean(),
  sizeMatches: z.boolean(),
  indication: z.enum(['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE', 'UNREADABLE', 'UNSIGNED']),
  signatureCount: z.number().int(),
});
export type FileInspection = z.infer<typeof fileInspection>;

export const inspection = z.array(fileInspection);

/** The files of an envelope with what was found of each. A file that was not looked at counts as missing. */
export function fileFacts(envelope: Envelope, found: readonly FileInspection[]): FileFacts[] {
  return envelope.files.map((file) => {
    const facts = found.find((candidate) => candidate.sha256 === file.sha256);
    return facts === undefined
      ? { name: file.name, isPresent: false, hashMatches: false, sizeMatches: false, indication: 'UNREADABLE' }
      : { name: file.name, isPresent: facts.isPresent, hashMatches: facts.hashMatches, sizeMatches: facts.sizeMatches, indication: facts.indication };
  });
}

/** The verdict that the receiver's clerk sees: that of the main file, with those of all signed files. */
export function verdictOf(envelope: Envelope | undefined, found: readonly FileInspection[]): Verdict {
  const main = envelope?.files.find((file) => file.role === 'main');
  const facts = found.find((candidate) => candidate.sha256 === main?.sha256);
  return {
    indication: facts?.indication ?? 'UNREADABLE',
    signatureCount: facts?.signatureCount ?? 0,
    files: found.map(({ sha256, indication, signatureCount }) => ({ sha256, indication, signatureCount })),
  };
}
