import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { toTsvector } from '#kernel/search-text.ts';
import { parseCalendarDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { takeUpload, type TakenUpload } from '#engines/files/index.ts';
import { getAgencyOn, type AgencyId } from '#engines/identity/index.ts';
import { getDocumentType, takeNumber } from '#engines/registers/index.ts';
import type { z } from 'zod';
import type { paperBody } from '../contract.ts';
import { NO_NUMBER, numberOf } from '../domain/number-words.ts';
import { errors } from '../errors.ts';
import type { DocumentRow, Tables } from '../tables.ts';
import { askClerk } from './return-document.ts';

export type RegisterPaperInput = z.output<typeof paperBody>;
export type RegisteredPaper = { id: Id<'incoming-document'>; arrivalNumber: number; arrivalYear: number };

/**
 * Writes a document that came on paper into the register, with its scan: one series of numbers for paper and electronic
 * (30/2020/NĐ-CP Art. 22.2, 22.3.b). From then on it is handled as any other; nobody is told over the exchange. The upload is used up
 * by it, so a repeated call registers nothing a second time.
 * @throws incoming-documents.dayIsAhead, scanMustBePdf, files.uploadTaken, identity.agencyNotFound
 */
export async function registerPaper(ctx: CommandContext, input: RegisterPaperInput): Promise<RegisteredPaper> {
  const { actor } = ctx;
  if (actor.kind !== 'person') throw kernelErrors.unauthenticated();
  const { agencyId } = actor;
  const today = vietnamDay(ctx.now);
  const issuedOn = parseCalendarDay(input.issuedOn);
  if (issuedOn === undefined || issuedOn > today) throw errors.dayIsAhead({ fields: [{ path: 'issuedOn', vi: 'Ngày văn bản không sau hôm nay.', en: 'The document’s date is not after today.' }] });
  const type = await getDocumentType(ctx, input.typeCode, today);
  const sender = await senderOf(ctx, input, issuedOn);
  const scan = await takeUpload(ctx, { uploadId: input.scanUploadId });
  if (scan.mediaType !== 'application/pdf') throw errors.scanMustBePdf();
  const taken = await takeNumber(ctx, { agencyId, kind: 'incoming', day: today });
  const document = await ctx
    .tables<Tables>()
    .insertInto('incoming_documents.document')
    .values({
      ...describe(input, { name: type.name, scan, sender }),
      agency_id: agencyId,
      id: newId<'incoming-document'>(),
      issued_on: issuedOn,
      arrived_at: ctx.now,
      // whoever wrote it down has seen it
      opened_at: ctx.now,
      opened_by: actor.name,
      register_id: taken.registerId,
      arrival_year: taken.year,
      arrival_number: taken.number,
      registered_at: ctx.now,
      registered_by: actor.name,
      twin_id: await findTwin(ctx, input, { agencyId, sender }),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await askClerk(ctx, document);
  record(ctx, document, scan);
  // safe because the id was made above
  return { id: document.id as Id<'incoming-document'>, arrivalNumber: taken.number, arrivalYear: taken.year };
}

type Sender = { id: string | null; name: string; code: string };

/** Whoever stands in the directory has the name and code of the paper's day, so that name and entry cannot speak of two agencies. */
async function senderOf(ctx: CommandContext, { senderAgencyId, senderName }: RegisterPaperInput, issuedOn: CalendarDay): Promise<Sender> {
  if (senderAgencyId === null) return { id: null, name: senderName, code: '' };
  // safe because the directory refuses what is no agency's id
  const { id, name, code } = await getAgencyOn(ctx, senderAgencyId as AgencyId, issuedOn);
  return { id, name, code: code ?? '' };
}

function describe(input: RegisterPaperInput, { name, scan, sender }: { name: string; scan: TakenUpload; sender: Sender }) {
  const { fileId, sha256, mediaType, sizeBytes, flags } = scan;
  return {
    state: 'registered',
    is_asked: false,
    is_reviewed: false,
    medium: 'paper',
    sender_agency_id: sender.id,
    sender_name: sender.name,
    sender_code: sender.code,
    document_code: '',
    number: input.number === '' ? NO_NUMBER : input.number,
    notation: input.notation,
    type_code: input.typeCode,
    type_name: name,
    summary: input.summary,
    urgency: input.urgency,
    answer_due: input.answerDue,
    signer_name: input.signerName,
    signer_title: input.signerTitle,
    // the route refused what is signed: that is an electronic document and no scan
    verdict: 'UNSIGNED',
    files: JSON.stringify([{ fileId, sha256, name: scan.name, mediaType, sizeBytes, role: 'main', flags }]),
    search: toTsvector(`${input.number}/${input.notation} ${name} ${input.summary} ${sender.name} ${input.signerName}`),
  } as const;
}

/**
 * The same sender, number, notation and day before (30/2020/NĐ-CP App. VI III.1.h), a sender of the directory also over the exchange;
 * one who is in none by the name, on paper. Without a number nothing is a twin.
 */
async function findTwin(ctx: CommandContext, { number, notation, issuedOn }: RegisterPaperInput, { agencyId, sender }: { agencyId: string; sender: Sender }): Promise<string | null> {
  if (!/\d/.test(number)) return null;
  const bySender = sender.id === null ? 'sender_agency_id is null and sender_name = $5' : 'sender_agency_id = $5::uuid';
  const { rows } = await ctx.query(`select id from incoming_documents.document where agency_id = $1 and ${bySender} and number = $2 and notation = $3 and issued_on = $4 order by arrived_at, id limit 1`, [
    agencyId,
    number,
    notation,
    issuedOn,
    sender.id ?? sender.name,
  ]);
  // safe because the column holds ids
  return (rows[0]?.['id'] as string | undefined) ?? null;
}

function record(ctx: CommandContext, document: DocumentRow, { sha256 }: TakenUpload): void {
  ctx.record({
    type: 'incoming-documents.paper-registered',
    // safe because the column holds agency ids only
    agencyId: document.agency_id as Id<'agency'>,
    subject: { type: 'incoming-document', id: document.id },
    data: {
      senderName: document.sender_name,
      numberAndNotation: numberOf(document),
      arrivalNumber: document.arrival_number ?? 0,
      arrivalYear: document.arrival_year ?? 0,
      sha256,
    },
  });
}
