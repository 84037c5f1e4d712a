import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { getAgencyOn } from '#engines/identity/index.ts';
import { openSigning } from '#engines/signatures/index.ts';
import type { z } from 'zod';
import { assertAgencyKey } from '../agency-key.ts';
import type { sealStampBody } from '../contract.ts';
import { agencyOf, lockVisible } from '../document-store.ts';
import { errors } from '../errors.ts';
import { mayStamp } from '../policy.ts';
import { filesOf, type DocumentRow } from '../tables.ts';

export type OpenStampInput = Omit<z.output<typeof sealStampBody>, 'pin' | 'otp'> & { documentId: string };

/**
 * First half of the arrival mark on an electronic document: the clerk asks for the agency's signature, which shows the arrival number and
 * day. It is one more signature behind the sender's, which stay as they are; the file that came is kept untouched.
 * @throws incoming-documents.notYoursToCopy, notToStamp, stampExists and the codes of `openSigning`
 */
export async function openStamp(ctx: CommandContext, input: OpenStampInput): Promise<{ signingId: Id<'signing'> }> {
  const { document, baseSha256 } = await lockForStamp(ctx, input.documentId);
  await assertAgencyKey(ctx, agencyOf(document), input.credentialId);
  const agency = await getAgencyOn(ctx, agencyOf(document), vietnamDay(ctx.now));
  // openSigning records signatures.signing-opened
  const signingId = await openSigning(ctx, {
    agencyId: agencyOf(document),
    // a copy of the same document may be signed meanwhile
    subject: { type: 'arrival-stamp', id: document.id },
    purpose: 'incoming-documents.stamp',
    data: { documentId: document.id },
    credentialId: input.credentialId,
    baseSha256,
    appearance: { kind: 'arrival', agencyName: agency.name, arrivalNumber: document.arrival_number ?? 1, arrivedOn: vietnamDay(document.registered_at ?? ctx.now) },
  });
  return { signingId };
}

/** Locks a document that the caller may stamp, with the file that gets the mark. */
export async function lockForStamp(ctx: CommandContext, documentId: string): Promise<{ document: DocumentRow; baseSha256: string; name: string }> {
  const { actor, document, parts } = await lockVisible(ctx, documentId);
  if (!actor.roles.includes('clerk')) throw errors.notYoursToCopy();
  if (document.stamped_at !== null) throw errors.stampExists();
  const main = filesOf(document).find(({ role }) => role === 'main');
  if (main?.mediaType !== 'application/pdf' || !mayStamp(actor, { ...document, parts })) throw errors.notToStamp();
  return { document, baseSha256: main.sha256, name: main.name };
}
