import type { CommandContext } from '#kernel/command.ts';
import { keepFile } from '#engines/files/index.ts';
import { defineSigningPurpose, type SigningResult } from '#engines/signatures/index.ts';
import { z } from 'zod';
import { addVersion, agencyOf, getMainFile, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import { addOpinion } from '../opinions.ts';
import { assertStillInPost } from '../signing-capacity.ts';
import { flagsOf } from '../tables.ts';
import { waitFor } from '../waiting.ts';

const data = z.object({ documentId: z.uuid(), remark: z.string() });

/** Second half of initials, in the transaction that ends the signing: the initialled version becomes the current one and the leader gets it. */
export const initials = defineSigningPurpose({ name: 'outgoing-documents.initials', data, complete: initialDocument });

async function initialDocument(ctx: CommandContext, signing: SigningResult<z.output<typeof data>>): Promise<void> {
  const { document, next } = await lockForAction(ctx, signing.data.documentId, 'initial');
  await assertStillInPost(ctx, signing.signer);
  const { approver_post_id: approverPostId } = document;
  if (approverPostId === null) throw errors.approverCannotSign();
  const main = await getMainFile(ctx, document);
  // an answer may come late, when the document was returned and edited meanwhile
  if (main.current_sha256 !== signing.baseSha256) throw errors.changedMeanwhile();
  const fileId = await keepFile(ctx, { agencyId: agencyOf(document), ...signing.result, name: main.name, mediaType: 'application/pdf', flags: flagsOf(main) });
  await addVersion(ctx, main, { step: 'initials', ...signing.result, fileId, sealedAt: null });
  await updateDocument(ctx, document, { state: next, initialled_at: ctx.now, submitted_at: ctx.now });
  const { remark } = signing.data;
  if (remark !== '') await addOpinion(ctx, document, { kind: 'initials', text: remark, person: signing.signer });
  await waitFor(ctx, document, { kind: 'sign', assignee: { postId: approverPostId } });
  ctx.record({
    type: 'outgoing-documents.document-initialled',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { signerName: signing.signer.name, sha256: signing.result.sha256, certificateSerial: signing.evidence.certificate.serial, remark },
  });
}
