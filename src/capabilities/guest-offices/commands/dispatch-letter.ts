import type { CommandContext } from '#kernel/command.ts';
import { startOfVietnamDay, vietnamDay, vietnamYear } from '#kernel/time.ts';
import { getAgencyOn } from '#engines/identity/index.ts';
import { sendEnvelope } from '#engines/exchange/index.ts';
import { errors } from '../errors.ts';
import { filesOf, letterSubject, type Letter } from '../letters.ts';
import { assertActive, lockOffice } from '../offices.ts';

/** What stands where a letter without number has none. */
const NO_NUMBER = 'Không số';

/**
 * Hands a signed letter to the exchange, in the caller's transaction. Letters of an office follow one another, so that the
 * limit of the day holds also for two at once.
 * @throws guest-offices.officeSuspended · dailyLimit · and what sendEnvelope refuses
 */
export async function dispatchLetter(ctx: CommandContext, letter: Letter): Promise<void> {
  const office = await lockOffice(ctx, letter.agencyId);
  assertActive(office);
  const today = vietnamDay(ctx.now);
  if ((await countSent(ctx, letter.agencyId, startOfVietnamDay(today))) >= office.dailyLimit) throw errors.dailyLimit({ values: { limit: office.dailyLimit } });
  const year = vietnamYear(ctx.now);
  const ordinal = 1 + (await countSent(ctx, letter.agencyId, new Date(`${String(year)}-01-01T00:00:00+07:00`)));
  const agency = await getAgencyOn(ctx, letter.agencyId, today);
  const files = await filesOf(ctx, letter);
  await sendEnvelope(ctx, {
    agencyId: letter.agencyId,
    subject: letterSubject(letter.id),
    recipients: [letter.recipientAgencyId],
    document: {
      code: `${agency.code ?? agency.abbreviation}.${String(year)}.${String(ordinal)}`,
      number: letter.number ?? NO_NUMBER,
      notation: letter.notation,
      issuedOn: letter.issuedOn,
      documentType: 'cong-van',
      typeName: 'Công văn',
      summary: letter.summary,
      urgency: 'normal',
      answerDue: null,
      signerName: letter.authorName,
      signerTitle: letter.authorTitle,
      senderName: agency.name,
      senderCode: agency.code ?? '',
      pageCount: null,
    },
    files: files.map(({ sha256, name, mediaType, sizeBytes, role }) => ({ sha256, name, mediaType, sizeBytes, role })),
  });
  await ctx.query(`update guest_offices.letter set state = 'sent', sent_at = $3, ordinal = $4 where agency_id = $1 and id = $2`, [letter.agencyId, letter.id, ctx.now, ordinal]);
  ctx.record({
    type: 'guest-offices.letter-sent',
    agencyId: letter.agencyId,
    subject: letterSubject(letter.id),
    data: { summary: letter.summary, recipientName: letter.recipientName },
  });
}

async function countSent(ctx: CommandContext, agencyId: string, since: Date): Promise<number> {
  const { rows } = await ctx.query('select count(*)::int as n from guest_offices.letter where agency_id = $1 and sent_at >= $2', [agencyId, since]);
  return Number(rows[0]?.['n']);
}
