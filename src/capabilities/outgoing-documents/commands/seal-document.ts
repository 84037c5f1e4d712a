import type { CommandContext } from '#kernel/command.ts';
import { keepFile } from '#engines/files/index.ts';
import { numberAndNotation } from '#engines/registers/index.ts';
import { defineSigningPurpose, validateSoon, type SigningResult } from '#engines/signatures/index.ts';
import { z } from 'zod';
import { addVersion, agencyOf, listFiles, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import { assertStillInPost } from '../signing-capacity.ts';
import { flagsOf } from '../tables.ts';
import { waitFor } from '../waiting.ts';
import { nextToSeal } from './open-seal.ts';

const data = z.object({ documentId: z.uuid(), fileId: z.uuid() });

/** Second half of the agency's seal on one file; with the last file the document is sealed. */
export const seal = defineSigningPurpose({ name: 'outgoing-documents.seal', data, complete: sealFile });

async function sealFile(ctx: CommandContext, signing: SigningResult<z.output<typeof data>>): Promise<void> {
  const { document, next } = await lockForAction(ctx, signing.data.documentId, 'seal');
  await assertStillInPost(ctx, signing.signer);
  const file = (await listFiles(ctx, document)).find((candidate) => candidate.id === signing.data.fileId);
  if (file === undefined || file.sealed_at !== null) throw errors.nothingToSeal();
  // an answer may come late, when the file is another one
  if (file.current_sha256 !== signing.baseSha256) throw errors.changedMeanwhile();
  const agencyId = agencyOf(document);
  const fileId = await keepFile(ctx, { agencyId, ...signing.result, name: file.name, mediaType: 'application/pdf', flags: flagsOf(file) });
  validateSoon(ctx, { agencyId, sha256: signing.result.sha256 });
  await addVersion(ctx, file, { step: 'seal', ...signing.result, fileId, sealedAt: ctx.now });
  ctx.record({
    type: 'outgoing-documents.file-sealed',
    agencyId,
    subject: subjectOf(document),
    data: { name: file.name, sha256: signing.result.sha256, certificateSerial: signing.evidence.certificate.serial },
  });
  if (nextToSeal(await listFiles(ctx, document)) !== undefined) return;
  await updateDocument(ctx, document, { state: next, sealed_at: ctx.now, sealed_by: signing.signer.name });
  await waitFor(ctx, document, { kind: 'issue', assignee: { role: 'clerk' } });
  ctx.record({
    type: 'outgoing-documents.document-sealed',
    agencyId,
    subject: subjectOf(document),
    data: { numberAndNotation: document.number === null || document.notation === null ? '' : numberAndNotation(document.number, document.notation) },
  });
}
