import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { keepFile } from '#engines/files/index.ts';
import { defineSigningPurpose, openSigning, type SigningResult } from '#engines/signatures/index.ts';
import { errors } from '../errors.ts';
import { letterSubject, lockDraft, mainFileOf } from '../letters.ts';
import { assertActive, getOffice } from '../offices.ts';
import { dispatchLetter } from './dispatch-letter.ts';

const data = z.object({ letterId: z.uuid() });

/** The signature of a letter that is signed here, and the sending, in the transaction that ends the signing. */
export const letterSigning = defineSigningPurpose({ name: 'guest-offices.letter', data, complete: signAndSend });

/**
 * First half of a signature on a letter: the guest's own certificate, no picture on the page.
 * @throws guest-offices.notFound · alreadySent · officeSuspended · and what openSigning refuses
 */
export async function openLetterSigning(ctx: CommandContext, input: { letterId: string; credentialId: string }): Promise<{ signingId: Id<'signing'> }> {
  const letter = await lockDraft(ctx, input.letterId);
  assertActive(await getOffice(ctx, letter.agencyId));
  // openSigning records signatures.signing-opened
  const signingId = await openSigning(ctx, {
    agencyId: letter.agencyId,
    subject: letterSubject(letter.id),
    purpose: letterSigning.name,
    data: { letterId: letter.id },
    credentialId: input.credentialId,
    baseSha256: (await mainFileOf(ctx, letter)).sha256,
    appearance: { kind: 'invisible' },
  });
  return { signingId };
}

async function signAndSend(ctx: CommandContext, signing: SigningResult<z.output<typeof data>>): Promise<void> {
  const letter = await lockDraft(ctx, signing.data.letterId);
  const main = await mainFileOf(ctx, letter);
  if (main.sha256 !== signing.baseSha256) throw errors.alreadySent();
  const fileId = await keepFile(ctx, { agencyId: letter.agencyId, ...signing.result, name: main.name, mediaType: main.mediaType, flags: main.flags });
  await ctx.query('update guest_offices.letter_file set file_id = $3, sha256 = $4, size_bytes = $5 where agency_id = $1 and letter_id = $2 and position = 0', [
    letter.agencyId,
    letter.id,
    fileId,
    signing.result.sha256,
    signing.result.sizeBytes,
  ]);
  await dispatchLetter(ctx, letter);
}
