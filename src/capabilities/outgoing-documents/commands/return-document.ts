import type { CommandContext } from '#kernel/command.ts';
import type { OutgoingState } from '../contract.ts';
import { agencyOf, lockForAction, personOf, subjectOf, updateDocument } from '../document-store.ts';
import { addOpinion } from '../opinions.ts';
import type { DocumentRow } from '../tables.ts';
import { waitFor } from '../waiting.ts';

/**
 * Gives a document back to its drafter with an opinion. Initials and a signature that were given before fall away with it: the
 * drafter starts again from the file as it was uploaded, the signed version stays in the record.
 */
export async function returnDocument(ctx: CommandContext, input: { documentId: string; reason: string }): Promise<void> {
  const { document, next } = await lockForAction(ctx, input.documentId, 'return');
  await addOpinion(ctx, document, { kind: 'return', text: input.reason, person: personOf(ctx) });
  await giveBack(ctx, document, { next, reason: input.reason, to: { postId: document.drafter_post_id } });
}

type GivingBack = { next: OutgoingState; reason: string; to: { postId: string } | { role: string } };

/** Returns a locked document to whoever revises it, with everything that a return undoes. */
export async function giveBack(ctx: CommandContext, document: DocumentRow, { next, reason, to }: GivingBack): Promise<void> {
  if (document.initialled_at !== null || document.signed_at !== null) await restoreUploads(ctx, document);
  await updateDocument(ctx, document, {
    state: next,
    return_reason: reason,
    returned_at: ctx.now,
    initialled_at: null,
    signed_at: null,
    signer_name: null,
    signer_title: null,
    signing_formula: null,
    on_behalf_of_name: null,
    on_behalf_of_title: null,
  });
  await waitFor(ctx, document, { kind: 'revise', assignee: to });
  ctx.record({ type: 'outgoing-documents.document-returned', agencyId: agencyOf(document), subject: subjectOf(document), data: { reason } });
}

async function restoreUploads(ctx: CommandContext, document: { agency_id: string; id: string }): Promise<void> {
  await ctx.query(
    `update outgoing_documents.file f
        set current_sha256 = v.sha256, current_file_id = v.stored_file_id, sealed_at = null, size_bytes = v.size_bytes
       from outgoing_documents.file_version v
      where f.agency_id = $1 and f.document_id = $2 and v.agency_id = $1 and v.file_id = f.id and v.ordinal = 1`,
    [document.agency_id, document.id],
  );
}
