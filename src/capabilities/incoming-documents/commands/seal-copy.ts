import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { keepFile } from '#engines/files/index.ts';
import { getAgencyOn } from '#engines/identity/index.ts';
import { notationOf, numberAndNotation, takeNumber } from '#engines/registers/index.ts';
import { defineSigningPurpose, validateSoon, type SigningResult } from '#engines/signatures/index.ts';
import { z } from 'zod';
import { assertStillClerk } from '../agency-key.ts';
import { findOpenCopy, findSealedCopy, lockForCopy } from '../copy-store.ts';
import { agencyOf, subjectOf } from '../document-store.ts';
import { copyWords } from '../domain/copy-rules.ts';
import { errors } from '../errors.ts';
import type { CopyRow, DocumentRow, Tables } from '../tables.ts';

const data = z.object({ documentId: z.uuid(), copyId: z.uuid() });

/** Second half of an electronic copy: the agency's signature is in it. */
export const copySeal = defineSigningPurpose({ name: 'incoming-documents.copy', data, complete: sealCopy });

/**
 * The copy gets the next number of the register of copies, one series for all kinds (30/2020/NĐ-CP App. I Part II.II.1.c), and stands beside
 * what it was made of. In one transaction with the end of the signing: no number without a copy, and no copy twice.
 */
async function sealCopy(ctx: CommandContext, signing: SigningResult<z.output<typeof data>>): Promise<void> {
  const { document } = await lockForCopy(ctx, signing.data.documentId);
  const copy = await findOpenCopy(ctx, document);
  // an answer may come late, when the copy was given up or another was begun
  if (copy?.id !== signing.data.copyId || copy.base_sha256 !== signing.baseSha256) throw errors.copyNotOpen();
  if (copy.kind !== 'extract' && (await findSealedCopy(ctx, document, copy.kind)) !== undefined) throw errors.copyNotOpen();
  await assertStillClerk(ctx, signing.signer);
  const { numbered, full } = await takeCopyNumber(ctx, document, copy);
  await keepCopy(ctx, { document, copy, numbered, full, signing });
  ctx.record({
    type: 'incoming-documents.copy-sealed',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: {
      copyId: copy.id,
      kind: copy.kind,
      kindVi: copyWords[copy.kind].vi,
      kindEn: copyWords[copy.kind].en,
      numberAndNotation: full,
      sha256: signing.result.sha256,
      certificateSerial: signing.evidence.certificate.serial,
    },
  });
}

async function takeCopyNumber(ctx: CommandContext, document: DocumentRow, copy: CopyRow) {
  const agencyId = agencyOf(document);
  const today = vietnamDay(ctx.now);
  const agency = await getAgencyOn(ctx, agencyId, today);
  const notation = notationOf({ typeAbbreviation: copyWords[copy.kind].abbreviation, agencyAbbreviation: agency.abbreviation, unitAbbreviation: null });
  const { registerId, year, number } = await takeNumber(ctx, { agencyId, kind: 'copy', day: today });
  return { numbered: { register_id: registerId, year, number, notation }, full: numberAndNotation(number, notation) };
}

type Keeping = { document: DocumentRow; copy: CopyRow; numbered: Awaited<ReturnType<typeof takeCopyNumber>>['numbered']; full: string; signing: SigningResult };

async function keepCopy(ctx: CommandContext, { document, copy, numbered, full, signing }: Keeping): Promise<void> {
  const agencyId = agencyOf(document);
  const { sha256, sizeBytes } = signing.result;
  const name = `${copyWords[copy.kind].vi} ${full.replaceAll('/', '-')}.pdf`;
  const fileId = await keepFile(ctx, { agencyId, sha256, sizeBytes, name, mediaType: 'application/pdf' });
  validateSoon(ctx, { agencyId, sha256 });
  await ctx
    .tables<Tables>()
    .updateTable('incoming_documents.copy')
    .set({ ...numbered, state: 'sealed', file_id: fileId, name, sha256, size_bytes: sizeBytes, sealed_at: ctx.now, sealed_by: signing.signer.name, certificate_serial: signing.evidence.certificate.serial })
    .where('agency_id', '=', copy.agency_id)
    .where('document_id', '=', copy.document_id)
    .where('id', '=', copy.id)
    .execute();
}
