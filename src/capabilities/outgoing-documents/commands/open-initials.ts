import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { openSigning } from '#engines/signatures/index.ts';
import type { Placement } from '../contract.ts';
import { agencyOf, getMainFile, lockForAction, personOf, subjectOf } from '../document-store.ts';
import { initialsOf } from '../domain/signing-formula.ts';
import { practiceOf } from '../queries/practice.ts';

export type OpenInitialsInput = { documentId: string; credentialId: string; placement: Placement | null; remark: string };

/**
 * First half of initials (ký nháy): whose document, which key, where on the page, in the look that the agency chose. `initialDocument` is the
 * second half. The event of this step is the signing's own.
 */
export async function openInitials(ctx: CommandContext, input: OpenInitialsInput): Promise<{ signingId: Id<'signing'> }> {
  const { document } = await lockForAction(ctx, input.documentId, 'initial');
  const main = await getMainFile(ctx, document);
  const { initialsLook } = await practiceOf(ctx, agencyOf(document));
  // openSigning records signatures.signing-opened
  const signingId = await openSigning(ctx, {
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    purpose: 'outgoing-documents.initials',
    data: { documentId: document.id, remark: input.remark },
    credentialId: input.credentialId,
    baseSha256: main.current_sha256,
    appearance: { kind: 'initials', look: initialsLook, letters: initialsOf(personOf(ctx).name), place: input.placement },
  });
  return { signingId };
}
