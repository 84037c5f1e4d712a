import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { sendEnvelope } from '#engines/exchange/index.ts';
import { archiveFile } from '#engines/signatures/index.ts';
import { numberAndNotation, officialNumber } from '#engines/registers/index.ts';
import { authenticityCodeOf } from '../authenticity.ts';
import { agencyOf, listFiles, lockForAction, personOf, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import type { DocumentRow, Tables } from '../tables.ts';
import { endWaiting } from '../waiting.ts';
import { activeRecipients } from '../draft-fields.ts';

/**
 * Issues a sealed document (phát hành, 30/2020/NĐ-CP Art. 18): one envelope to all recipients, sent by the exchange after
 * the commit. A recipient that was closed meanwhile is refused with its successor offered, before anything is sent.
 */
export async function issueDocument(ctx: CommandContext, input: { documentId: string }): Promise<{ envelopeId: string }> {
  const { document, next } = await lockForAction(ctx, input.documentId, 'issue');
  const recipients = await activeRecipients(ctx, await recipientIdsOf(ctx, document));
  if (recipients.length === 0) throw errors.recipientsMissing();
  const files = (await listFiles(ctx, document)).filter((file) => file.role !== 'source');
  const envelopeId = await sendEnvelope(ctx, {
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    recipients: recipients.map((recipient) => recipient.id),
    document: await describeForEnvelope(ctx, document),
    files: files.map((file) => ({
      sha256: file.current_sha256,
      name: file.name,
      mediaType: file.media_type,
      sizeBytes: file.size_bytes,
      role: file.role === 'main' ? 'main' : 'attachment',
    })),
  });
  for (const file of files.filter(({ media_type }) => media_type === 'application/pdf')) {
    await archiveFile(ctx, { agencyId: agencyOf(document), sha256: file.current_sha256, name: file.name });
  }
  await updateDocument(ctx, document, { state: next, issued_at: ctx.now, issued_by: personOf(ctx).name, envelope_id: envelopeId });
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

function fullNumber(document: DocumentRow): string {
  if (document.number === null || document.notation === null) throw new Error('a sealed document has a number');
  return numberAndNotation(document.number, document.notation);
}

async function describeForEnvelope(ctx: CommandContext, document: DocumentRow) {
  const agency = (await agenciesOn(ctx, [agencyOf(document)], vietnamDay(ctx.now))).get(agencyOf(document));
  if (agency === undefined || document.number === null || document.notation === null || document.issued_on === null || document.year === null) {
    throw new Error('a sealed document has an agency, a number and a date');
  }
  return {
    // QĐ 28/2018 Art. 10.2.b: agency code + year + ordinal
    code: `${agency.code ?? agency.id}.${String(document.year)}.${String(document.number)}`,
    number: officialNumber(document.number),
    notation: document.notation,
    issuedOn: document.issued_on,
    documentType: document.type_code,
    typeName: document.type_name,
    summary: document.summary,
    urgency: document.urgency,
    answerDue: document.answer_due,
    signerName: document.signer_name ?? '',
    signerTitle: document.signer_title ?? '',
    senderName: agency.name,
    senderCode: agency.code ?? '',
    pageCount: null,
  };
}
