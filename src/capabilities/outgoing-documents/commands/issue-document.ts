import type { CommandContext } from '#kernel/command.ts';
import { sendEnvelope } from '#engines/exchange/index.ts';
import { archiveFile } from '#engines/signatures/index.ts';
import { authenticityCodeOf } from '../authenticity.ts';
import { contentForEnvelope, fullNumber } from '../describe-document.ts';
import { agencyOf, listFiles, lockForAction, personOf, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import type { DocumentRow, Tables } from '../tables.ts';
import { endWaiting } from '../waiting.ts';
import { activeRecipients } from '../draft-fields.ts';
import { lockReplaced, markReplaced } from '../replacing.ts';

/**
 * Issues a sealed document (phát hành, 30/2020/NĐ-CP Art. 18): one envelope to all recipients, sent by the exchange after
 * the commit. A recipient that was closed meanwhile is refused with its successor offered, before anything is sent.
 */
export async function issueDocument(ctx: CommandContext, input: { documentId: string }): Promise<{ envelopeId: string }> {
  const { document, next } = await lockForAction(ctx, input.documentId, 'issue');
  const recipients = await activeRecipients(ctx, await recipientIdsOf(ctx, document));
  if (recipients.length === 0) throw errors.recipientsMissing();
  const files = (await listFiles(ctx, document)).filter((file) => file.role !== 'source');
  const replaced = await lockReplaced(ctx, document);
  const envelopeId = await sendEnvelope(ctx, {
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    recipients: recipients.map((recipient) => recipient.id),
    ...(await contentForEnvelope(ctx, document)),
    ...(replaced === undefined ? {} : { replaces: { subject: subjectOf(replaced), reason: document.replace_reason ?? '' } }),
  });
  for (const file of files.filter(({ media_type }) => media_type === 'application/pdf')) {
    await archiveFile(ctx, { agencyId: agencyOf(document), sha256: file.current_sha256, name: file.name });
  }
  await updateDocument(ctx, document, { state: next, issued_at: ctx.now, issued_by: personOf(ctx).name, envelope_id: envelopeId });
  if (replaced !== undefined) await markReplaced(ctx, { replaced, by: document, recipientIds: recipients.map(({ id }) => id) });
  await endWaiting(ctx, document, 'done');
  ctx.record({
    type: 'outgoing-documents.document-issued',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: {
      numberAndNotation: fullNumber(document),
      recipientCount: recipients.length,
      envelopeId,
      authenticityCode: await authenticityCodeOf(ctx, document),
      typeName: document.type_name,
      issuedOn: document.issued_on,
      files: files.map((file) => ({ role: file.role, sha256: file.current_sha256 })),
    },
  });
  if (document.answers_id !== null) {
    ctx.record({ type: 'outgoing-documents.reply-issued', agencyId: agencyOf(document), subject: subjectOf(document), data: { answersId: document.answers_id, numberAndNotation: fullNumber(document) } });
  }
  return { envelopeId };
}

async function recipientIdsOf(ctx: CommandContext, document: DocumentRow): Promise<string[]> {
  const rows = await ctx
    .tables<Tables>()
    .selectFrom('outgoing_documents.recipient')
    .select('recipient_agency_id')
    .where('agency_id', '=', document.agency_id)
    .where('document_id', '=', document.id)
    .orderBy('position')
    .execute();
  return rows.map((row) => row.recipient_agency_id);
}
