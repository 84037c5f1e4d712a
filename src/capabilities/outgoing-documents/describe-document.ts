import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { sendDueAt, type SendEnvelope } from '#engines/exchange/index.ts';
import { numberAndNotation, officialNumber } from '#engines/registers/index.ts';
import { agencyOf, listFiles } from './document-store.ts';
import { officeDays } from './sent-actions.ts';
import type { DocumentRow } from './tables.ts';

export function fullNumber(document: DocumentRow): string {
  if (document.number === null || document.notation === null) throw new Error('a sealed document has a number');
  return numberAndNotation(document.number, document.notation);
}

/** What an envelope says of a sealed document, and its files. The text before a DOCX became a PDF stays at home. */
export async function contentForEnvelope(ctx: CommandContext, document: DocumentRow): Promise<Pick<SendEnvelope, 'document' | 'files' | 'timing'>> {
  const files = (await listFiles(ctx, document)).filter((file) => file.role !== 'source');
  const signedAt = document.signed_at;
  return {
    document: await describeForEnvelope(ctx, document),
    files: files.map((file) => ({
      sha256: file.current_sha256,
      name: file.name,
      mediaType: file.media_type,
      sizeBytes: file.size_bytes,
      role: file.role === 'main' ? 'main' : 'attachment',
    })),
    ...(signedAt === null ? {} : { timing: { signedAt, sendDueAt: sendDueAt({ signedAt, urgency: document.urgency }, await officeDays(ctx)) } }),
  };
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
