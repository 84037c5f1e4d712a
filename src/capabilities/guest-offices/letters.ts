import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { errors } from './errors.ts';
import { isGuest } from './policy.ts';

const SUBJECT_TYPE = 'guest-letter';
export const letterSubject = (id: string): { type: typeof SUBJECT_TYPE; id: string } => ({ type: SUBJECT_TYPE, id });

export type Letter = {
  agencyId: Id<'agency'>;
  id: string;
  state: 'draft' | 'sent';
  recipientAgencyId: Id<'agency'>;
  recipientName: string;
  number: string | null;
  notation: string;
  issuedOn: string;
  summary: string;
  authorName: string;
  authorTitle: string;
};

export type LetterFile = { position: number; role: 'main' | 'attachment'; fileId: string; sha256: string; name: string; mediaType: string; sizeBytes: number; flags: string[] };

/** The guest behind a command. @throws kernel.forbidden */
export function guestOf(ctx: CommandContext): PersonActor {
  if (ctx.actor.kind !== 'person' || !isGuest(ctx.actor)) throw kernelErrors.forbidden();
  return ctx.actor;
}

/**
 * Locks a letter of the guest's own office that has not been sent.
 * @throws guest-offices.notFound to everybody else; alreadySent
 */
export async function lockDraft(ctx: CommandContext, id: string): Promise<Letter> {
  const actor = guestOf(ctx);
  const { rows } = await ctx.query(
    `select agency_id as "agencyId", id, state, recipient_agency_id as "recipientAgencyId", recipient_name as "recipientName", number, notation, issued_on as "issuedOn",
            summary, author_name as "authorName", author_title as "authorTitle"
       from guest_offices.letter where agency_id = $1 and id = $2 for update`,
    [actor.agencyId, id],
  );
  // safe because these are the columns selected above
  const letter = rows[0] as Letter | undefined;
  if (letter === undefined) throw errors.notFound();
  if (letter.state === 'sent') throw errors.alreadySent();
  return letter;
}

/** The main file first. */
export async function filesOf(ctx: CommandContext, letter: { agencyId: string; id: string }): Promise<LetterFile[]> {
  const { rows } = await ctx.query(
    `select position, role, file_id as "fileId", sha256, name, media_type as "mediaType", size_bytes::int8 as "sizeBytes", flags
       from guest_offices.letter_file where agency_id = $1 and letter_id = $2 order by position`,
    [letter.agencyId, letter.id],
  );
  // safe because these are the columns selected above; sizes stay far below 2^53
  return (rows as (Omit<LetterFile, 'sizeBytes'> & { sizeBytes: string | number })[]).map((file) => ({ ...file, sizeBytes: Number(file.sizeBytes) }));
}

/** @throws guest-offices.notFound: a letter always has a main file */
export async function mainFileOf(ctx: CommandContext, letter: Letter): Promise<LetterFile> {
  const main = (await filesOf(ctx, letter)).find(({ role }) => role === 'main');
  if (main === undefined) throw errors.notFound();
  return main;
}
