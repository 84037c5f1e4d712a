import type { CommandContext } from '#kernel/command.ts';
import { letterSubject, lockDraft } from '../letters.ts';

/** Throws away a letter that has not been sent. @throws guest-offices.notFound · alreadySent */
export async function dropLetter(ctx: CommandContext, input: { id: string }): Promise<void> {
  const letter = await lockDraft(ctx, input.id);
  await ctx.query('delete from guest_offices.letter where agency_id = $1 and id = $2', [letter.agencyId, letter.id]);
  ctx.record({ type: 'guest-offices.letter-dropped', agencyId: letter.agencyId, subject: letterSubject(letter.id), data: { summary: letter.summary, recipientName: letter.recipientName } });
}
