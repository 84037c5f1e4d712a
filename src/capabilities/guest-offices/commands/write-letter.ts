import type { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { takeUpload, type TakenUpload } from '#engines/files/index.ts';
import { getMessage } from '#engines/exchange/index.ts';
import { getAgencyOn, type AgencyId } from '#engines/identity/index.ts';
import type { letterBody } from '../contract.ts';
import { errors } from '../errors.ts';
import { guestOf, letterSubject, type Letter } from '../letters.ts';
import { assertActive, getOffice } from '../offices.ts';
import { getRecipient } from '../recipients.ts';
import { dispatchLetter } from './dispatch-letter.ts';

export type WriteLetter = Omit<z.output<typeof letterBody>, 'mainUploadId'> & {
  mainUploadId: string;
  /** What the server found in the main file: one with a good signature goes at once, one without any waits for one made here. */
  isSigned: boolean;
};

/**
 * Makes a letter of uploaded files. The uploads are used up by it, so that a repeated call cannot make a second one.
 * @throws guest-offices.recipientClosed · dateAhead · officeSuspended · dailyLimit · files.uploadTaken
 */
export async function writeLetter(ctx: CommandContext, input: WriteLetter): Promise<{ id: string; state: 'draft' | 'sent' }> {
  const actor = guestOf(ctx);
  assertActive(await getOffice(ctx, actor.agencyId));
  const today = vietnamDay(ctx.now);
  if (input.issuedOn > today) throw errors.dateAhead({ fields: [{ path: 'issuedOn', vi: 'Ngày này chưa tới.', en: 'This day has not come.' }] });
  const answered = input.replyTo === null ? undefined : await getMessage(ctx, { agencyId: actor.agencyId, messageId: input.replyTo.messageId });
  // safe because the body was parsed as an id, and what names no agency is refused
  const recipient = await getRecipient(ctx, { agencyId: input.recipientAgencyId as AgencyId, day: today, repliesTo: answered?.senderAgencyId });
  const own = await getAgencyOn(ctx, actor.agencyId, today);
  const letter: Letter = {
    agencyId: actor.agencyId,
    id: newId<'guest-letter'>(),
    state: 'draft',
    recipientAgencyId: recipient.id,
    recipientName: recipient.name,
    number: input.number,
    notation: input.notation === null || input.notation === '' ? own.abbreviation : input.notation,
    issuedOn: input.issuedOn,
    summary: input.summary,
    authorName: actor.name,
    authorTitle: actor.postTitle,
  };
  await ctx.query(
    `insert into guest_offices.letter (agency_id, id, state, recipient_agency_id, recipient_name, number, notation, issued_on, summary, reply_to_document_id, reply_to_label,
       author_person_id, author_name, author_title, created_at)
     values ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [letter.agencyId, letter.id, recipient.id, recipient.name, letter.number, letter.notation, letter.issuedOn, letter.summary, input.replyTo?.documentId ?? null, input.replyTo?.label ?? null, actor.personId, actor.name, actor.postTitle, ctx.now],
  );
  await addFile(ctx, { letter, position: 0 }, await takeUpload(ctx, { uploadId: input.mainUploadId }));
  for (const [index, uploadId] of input.attachmentUploadIds.entries()) await addFile(ctx, { letter, position: index + 1 }, await takeUpload(ctx, { uploadId }));
  ctx.record({ type: 'guest-offices.letter-written', agencyId: letter.agencyId, subject: letterSubject(letter.id), data: { summary: letter.summary, recipientName: letter.recipientName } });
  if (!input.isSigned) return { id: letter.id, state: 'draft' };
  await dispatchLetter(ctx, letter);
  return { id: letter.id, state: 'sent' };
}

/** At position 0 stands the letter itself. */
async function addFile(ctx: CommandContext, { letter, position }: { letter: Letter; position: number }, { fileId, sha256, name, mediaType, sizeBytes, flags }: TakenUpload): Promise<void> {
  await ctx.query(
    `insert into guest_offices.letter_file (agency_id, letter_id, position, role, file_id, sha256, name, media_type, size_bytes, flags) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [letter.agencyId, letter.id, position, position === 0 ? 'main' : 'attachment', fileId, sha256, name, mediaType, sizeBytes, flags],
  );
}
