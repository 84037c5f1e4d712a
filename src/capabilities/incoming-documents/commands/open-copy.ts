import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { takeUpload } from '#engines/files/index.ts';
import { getAgencyOn } from '#engines/identity/index.ts';
import { numberAndNotation } from '#engines/registers/index.ts';
import { openSigning } from '#engines/signatures/index.ts';
import type { z } from 'zod';
import { assertAgencyKey } from '../agency-key.ts';
import type { sealCopyBody } from '../contract.ts';
import { findOpenCopy, findSealedCopy, lockForCopy } from '../copy-store.ts';
import { agencyOf, subjectOf } from '../document-store.ts';
import { copyWords, kindsOf, sourcesOf } from '../domain/copy-rules.ts';
import { errors } from '../errors.ts';
import { filesOf, type CopyRow, type DocumentRow, type Tables } from '../tables.ts';
import { withdraw } from './withdraw-copy.ts';

export type OpenCopyInput = Omit<z.output<typeof sealCopyBody>, 'pin' | 'otp'> & { documentId: string };

/**
 * First half of an electronic copy: the clerk has chosen of what and which kind (30/2020/NĐ-CP Art. 25), and asks for the agency's
 * signature on it (Art. 25.1.c, App. I Part II.I.3). Asked again for the same, it goes on with the copy that was begun; another choice
 * takes its place, since nothing of it was signed. No number is taken yet.
 * @throws incoming-documents.copyNotAllowed, copyExists, extractMissing and the codes of `openSigning`
 */
export async function openCopy(ctx: CommandContext, input: OpenCopyInput): Promise<{ signingId: Id<'signing'> }> {
  const { document } = await lockForCopy(ctx, input.documentId);
  assertAllowed(document, input);
  await assertFirst(ctx, document, input);
  await assertAgencyKey(ctx, agencyOf(document), input.credentialId);
  const copy = (await continued(ctx, document, input)) ?? (await createCopy(ctx, document, input));
  const agency = await getAgencyOn(ctx, agencyOf(document), vietnamDay(ctx.now));
  // openSigning records signatures.signing-opened
  const signingId = await openSigning(ctx, {
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    purpose: 'incoming-documents.copy',
    data: { documentId: document.id, copyId: copy.id },
    credentialId: input.credentialId,
    baseSha256: copy.base_sha256,
    appearance: { kind: 'copy', copyKind: copyWords[copy.kind].mark, agencyName: agency.name },
  });
  return { signingId };
}

function assertAllowed(document: DocumentRow, { kind, source, extractUploadId }: OpenCopyInput): void {
  if (!sourcesOf(document.medium).includes(source) || !kindsOf(source).includes(kind)) throw errors.copyNotAllowed();
  if ((kind === 'extract') !== (extractUploadId !== undefined)) throw errors.extractMissing({ fields: [{ path: 'extractUploadId', vi: 'Tải lên tệp trích.', en: 'Upload the file with the extract.' }] });
}

/** One sao y and one sao lục of a document: the file is sent as often as it is needed. */
async function assertFirst(ctx: CommandContext, document: DocumentRow, { kind }: OpenCopyInput): Promise<void> {
  if (kind === 'extract') return;
  const sealed = await findSealedCopy(ctx, document, kind);
  if (sealed !== undefined) throw errors.copyExists({ values: { numberAndNotation: numberAndNotation(sealed.number ?? 0, sealed.notation ?? '') } });
}

async function continued(ctx: CommandContext, document: DocumentRow, input: OpenCopyInput): Promise<CopyRow | undefined> {
  const open = await findOpenCopy(ctx, document);
  if (open === undefined) return undefined;
  if (open.kind === input.kind && open.source === input.source && open.extract_upload_id === (input.extractUploadId ?? null)) return open;
  await withdraw(ctx, document, open);
  return undefined;
}

async function createCopy(ctx: CommandContext, document: DocumentRow, { kind, source, extractUploadId }: OpenCopyInput): Promise<CopyRow> {
  const main = filesOf(document).find(({ role }) => role === 'main');
  const base = extractUploadId === undefined ? main : await takeUpload(ctx, { uploadId: extractUploadId });
  if (base === undefined || base.mediaType !== 'application/pdf') throw errors.scanMustBePdf();
  if (kind === 'extract' && base.sha256 === main?.sha256) throw errors.extractIsWhole();
  const copy = await ctx
    .tables<Tables>()
    .insertInto('incoming_documents.copy')
    .values({
      agency_id: document.agency_id,
      document_id: document.id,
      id: newId<'incoming-copy'>(),
      state: 'created',
      kind,
      source,
      base_file_id: base.fileId,
      base_sha256: base.sha256,
      extract_upload_id: extractUploadId ?? null,
      created_at: ctx.now,
      created_by: ctx.actor.kind === 'person' ? ctx.actor.name : '',
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.record({
    type: 'incoming-documents.copy-created',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { copyId: copy.id, kind, kindVi: copyWords[kind].vi, kindEn: copyWords[kind].en, baseSha256: base.sha256 },
  });
  return copy;
}
