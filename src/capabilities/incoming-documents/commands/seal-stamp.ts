import type { CommandContext } from '#kernel/command.ts';
import { keepFile } from '#engines/files/index.ts';
import { defineSigningPurpose, validateSoon, type SigningResult } from '#engines/signatures/index.ts';
import { z } from 'zod';
import { assertStillClerk } from '../agency-key.ts';
import { agencyOf, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import { lockForStamp } from './open-stamp.ts';

const data = z.object({ documentId: z.uuid() });

/** Second half of the arrival mark: the agency's signature is in a further file beside the one that came. */
export const stampSeal = defineSigningPurpose({ name: 'incoming-documents.stamp', data, complete: sealStamp });

async function sealStamp(ctx: CommandContext, signing: SigningResult<z.output<typeof data>>): Promise<void> {
  const { document, baseSha256, name } = await lockForStamp(ctx, signing.data.documentId);
  if (baseSha256 !== signing.baseSha256) throw errors.notToStamp();
  await assertStillClerk(ctx, signing.signer);
  const agencyId = agencyOf(document);
  const { sha256, sizeBytes } = signing.result;
  const stampName = `Đến ${String(document.arrival_number)}-${String(document.arrival_year)} ${name}`;
  const fileId = await keepFile(ctx, { agencyId, sha256, sizeBytes, name: stampName, mediaType: 'application/pdf' });
  validateSoon(ctx, { agencyId, sha256 });
  await updateDocument(ctx, document, { stamp_file_id: fileId, stamp_name: stampName, stamp_sha256: sha256, stamp_size_bytes: sizeBytes, stamped_at: ctx.now, stamped_by: signing.signer.name });
  ctx.record({
    type: 'incoming-documents.document-stamped',
    agencyId,
    subject: subjectOf(document),
    data: { arrivalNumber: document.arrival_number ?? 0, arrivalYear: document.arrival_year ?? 0, sha256, certificateSerial: signing.evidence.certificate.serial },
  });
}
