import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { openSigning } from '#engines/signatures/index.ts';
import type { Placement } from '../contract.ts';
import { agencyOf, getMainFile, lockForAction, subjectOf } from '../document-store.ts';

/**
 * First half of a leader's signature: whose document, which key, where on the page. The key is used outside the
 * transaction; `approveDocument` is the second half. The event of this step is the signing's own.
 */
export async function openApproval(ctx: CommandContext, input: { documentId: string; credentialId: string; placement: Placement }): Promise<{ signingId: Id<'signing'> }> {
  const { document } = await lockForAction(ctx, input.documentId, 'sign');
  const main = await getMainFile(ctx, document);
  // openSigning records signatures.signing-opened
  const signingId = await openSigning(ctx, {
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    purpose: 'outgoing-documents.approval',
    data: { documentId: document.id, placement: input.placement },
    credentialId: input.credentialId,
    baseSha256: main.current_sha256,
    appearance: { kind: 'person', place: input.placement },
  });
  return { signingId };
}
