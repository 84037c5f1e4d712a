import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { keepFile } from '#engines/files/index.ts';
import { defineSigningPurpose, type SigningResult } from '#engines/signatures/index.ts';
import { z } from 'zod';
import { placement } from '../contract.ts';
import { addVersion, agencyOf, getMainFile, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import { assertStillInPost, signingCapacityOf } from '../signing-capacity.ts';
import { flagsOf } from '../tables.ts';
import { waitFor } from '../waiting.ts';

const data = z.object({ documentId: z.uuid(), placement });

/** Second half of a leader's signature, in the transaction that ends the signing: the signed version becomes the current one. */
export const approval = defineSigningPurpose({ name: 'outgoing-documents.approval', data, complete: approveDocument });

async function approveDocument(ctx: CommandContext, signing: SigningResult<z.output<typeof data>>): Promise<void> {
  const { document, next } = await lockForAction(ctx, signing.data.documentId, 'sign');
  await assertStillInPost(ctx, signing.signer);
  const main = await getMainFile(ctx, document);
  // an answer may come late, when the document was returned and edited meanwhile
  if (main.current_sha256 !== signing.baseSha256) throw errors.changedMeanwhile();
  const fileId = await keepFile(ctx, { agencyId: agencyOf(document), ...signing.result, name: main.name, mediaType: 'application/pdf', flags: flagsOf(main) });
  await addVersion(ctx, main, { step: 'approval', ...signing.result, fileId, sealedAt: null });
  // Under a delegation the own certificate signs and both people are named (30/2020/NĐ-CP Art. 13.4).
  const { formula, onBehalfOf } = await signingCapacityOf(ctx, signing.signer, vietnamDay(ctx.now));
  await updateDocument(ctx, document, {
    state: next,
    signed_at: ctx.now,
    signer_name: signing.signer.name,
    signer_title: signing.signer.postTitle,
    signing_formula: formula,
    on_behalf_of_name: onBehalfOf?.name ?? null,
    on_behalf_of_title: onBehalfOf?.title ?? null,
    signature_place: JSON.stringify(signing.data.placement),
  });
  await waitFor(ctx, document, { kind: 'number', assignee: { role: 'clerk' } });
  ctx.record({
    type: 'outgoing-documents.document-signed',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { signerName: signing.signer.name, sha256: signing.result.sha256, certificateSerial: signing.evidence.certificate.serial },
  });
}
