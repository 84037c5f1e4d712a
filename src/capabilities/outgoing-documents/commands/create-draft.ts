import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { keepFile, takeUpload } from '#engines/files/index.ts';
import type { z } from 'zod';
import type { createDraftBody } from '../contract.ts';
import { addFiles, lockForAction, personOf, type UploadedFile } from '../document-store.ts';
import { errors } from '../errors.ts';
import { unitOf } from '../unit-of.ts';
import type { DocumentRow, Tables } from '../tables.ts';
import { draftColumns, setRecipients } from '../draft-fields.ts';

export type CreateDraftInput = z.output<typeof createDraftBody> & { converted?: ConvertedMain };

/** The PDF that LibreOffice made of an uploaded DOCX. */
export type ConvertedMain = { sha256: string; sizeBytes: number };

/** Makes a draft of uploaded files. The uploads are used up by it, so a repeated call cannot make a second draft of them. */
export async function createDraft(ctx: CommandContext, input: CreateDraftInput): Promise<{ id: Id<'outgoing-document'> }> {
  const actor = personOf(ctx);
  const columns = await draftColumns(ctx, input);
  const main = await takeFile(ctx, input.mainUploadId);
  const files = await mainFiles(ctx, main, input.converted);
  for (const uploadId of input.attachmentUploadIds) files.push({ role: 'attachment', file: await takeFile(ctx, uploadId) });
  const unit = await unitOf(ctx, actor);
  const id = newId<'outgoing-document'>();
  const replaced = input.replaces === null ? undefined : await assertReplaceable(ctx, input.replaces.documentId);
  await ctx
    .tables<Tables>()
    .insertInto('outgoing_documents.document')
    .values({
      ...emptyColumns,
      ...columns,
      agency_id: actor.agencyId,
      id,
      drafting_unit_id: actor.unitId,
      drafting_unit_name: unit?.name ?? null,
      drafter_person_id: actor.personId,
      drafter_post_id: actor.postId,
      drafter_name: actor.name,
      replaces_id: replaced?.id ?? null,
      replace_reason: input.replaces?.reason ?? null,
      answers_id: input.answersId,
      created_at: ctx.now,
      changed_at: ctx.now,
    })
    .execute();
  await addFiles(ctx, { agency_id: actor.agencyId, id }, files);
  await setRecipients(ctx, { agency_id: actor.agencyId, id }, input.recipientIds);
  ctx.record({
    type: 'outgoing-documents.draft-created',
    agencyId: actor.agencyId,
    subject: { type: 'outgoing-document', id },
    data: { summary: columns.summary, sha256: files[0]?.file.sha256 ?? main.sha256 },
  });
  if (input.answersId !== null) {
    ctx.record({ type: 'outgoing-documents.reply-created', agencyId: actor.agencyId, subject: { type: 'outgoing-document', id }, data: { answersId: input.answersId, summary: columns.summary } });
  }
  return { id };
}

const emptyColumns = {
  state: 'draft',
  revision: 1,
  approver_post_id: null,
  approver_name: null,
  approver_title: null,
  initials_post_id: null,
  initials_name: null,
  initials_title: null,
  initials_asked_at: null,
  initialled_at: null,
  submitted_at: null,
  return_reason: null,
  returned_at: null,
  signed_at: null,
  signer_name: null,
  signer_title: null,
  signing_formula: null,
  on_behalf_of_name: null,
  on_behalf_of_title: null,
  register_id: null,
  year: null,
  number: null,
  notation: null,
  issued_on: null,
  numbered_at: null,
  numbered_by: null,
  sealed_at: null,
  sealed_by: null,
  issued_at: null,
  issued_by: null,
  envelope_id: null,
  withdrawn_at: null,
  withdrawal_reason: null,
  recalled_at: null,
  recalled_by: null,
  recall_reason: null,
  replaced_by_id: null,
  replaced_at: null,
  answers_read_at: null,
} as const;

/** The document that the draft is to replace: the person may, and it is issued. */
async function assertReplaceable(ctx: CommandContext, documentId: string): Promise<DocumentRow> {
  return (await lockForAction(ctx, documentId, 'replace')).document;
}

/** Takes an upload for a document, where it can be signed or sealed later. @throws fileLocked, fileDamaged */
export async function takeFile(ctx: CommandContext, uploadId: string): Promise<UploadedFile> {
  const file = await takeUpload(ctx, { uploadId });
  if (file.mediaType !== 'application/pdf') return file;
  if (file.flags.includes('encrypted')) throw errors.fileLocked({ values: { name: file.name } });
  if (file.flags.includes('unreadable')) throw errors.fileDamaged({ values: { name: file.name } });
  return file;
}

/** A PDF stands as it is; a DOCX stands beside the PDF that was made of it. */
export async function mainFiles(
  ctx: CommandContext,
  main: UploadedFile,
  converted: ConvertedMain | undefined,
): Promise<{ role: 'main' | 'source' | 'attachment'; file: UploadedFile }[]> {
  if (main.mediaType === 'application/pdf') return [{ role: 'main', file: main }];
  if (converted === undefined) throw errors.mainMustBePdf({ values: { mediaType: main.mediaType } });
  const name = main.name.replace(/\.docx$/i, '.pdf');
  const fileId = await keepFile(ctx, { agencyId: personOf(ctx).agencyId, ...converted, name, mediaType: 'application/pdf', flags: [] });
  return [
    { role: 'main', file: { fileId, ...converted, name, mediaType: 'application/pdf', flags: [] } },
    { role: 'source', file: main },
  ];
}
