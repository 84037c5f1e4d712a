import { randomInt } from 'node:crypto';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { foldText } from '#engines/identity/index.ts';
import type { ApplicationForm } from '../contract.ts';
import { loginOf } from '../domain/login.ts';
import type { PaperType } from '../domain/papers.ts';
import { errors } from '../errors.ts';
import { useInvitation } from '../invitations.ts';
import { hashOf, newLinkToken } from '../tokens.ts';

export type Paper = { name: string; mediaType: PaperType; bytes: Buffer };
export type Application = {
  form: Omit<ApplicationForm, 'password'>;
  login: string;
  password: { hash: string; isLong: boolean };
  papers: readonly Paper[];
  /** Of the network address, for the limits. */
  appliedFrom: Buffer;
  /** The link with which it was invited. */
  invitationToken: string | undefined;
};

/** From one network within an hour; a whole agency may share one address, but few register organisations. */
const MOST_AN_HOUR = 5;
/** So many wait for a decision at the most, so that nobody fills the disk. */
const MOST_WAITING = 500;
const HOUR_MS = 3_600_000;
/** The record of what belongs to no agency yet. */
// safe because the nil UUID names no real agency
export const NO_AGENCY = '00000000-0000-0000-0000-000000000000' as Id<'agency'>;

/** A login made of a name: nobody chooses it, so that the page tells nobody which ones exist. */
export function proposeLogin(name: string): string {
  return loginOf(foldText(name), randomInt(1_000_000));
}

/**
 * Takes the application of an organisation: by itself, or with an invitation, which it uses up.
 * @returns the token of the page on which the applicant follows it; it is shown only now.
 * @throws guest-offices.tooManyApplications · paperMissing · invitationOver · invitationNotFound
 */
export async function apply(ctx: CommandContext, input: Application): Promise<{ token: string }> {
  const { form, login, password, papers } = input;
  const invitation = input.invitationToken === undefined ? undefined : await useInvitation(ctx, { token: input.invitationToken, purpose: 'office' });
  if (invitation === undefined) await assertRoom(ctx, { appliedFrom: input.appliedFrom, now: ctx.now });
  if (papers.length === 0) throw errors.paperMissing({ fields: [{ path: 'papers', vi: 'Đính kèm bản chụp giấy phép hoặc tệp chứng thư số.', en: 'Attach a scan of the licence or the certificate.' }] });
  const id = newId<'guest-application'>();
  const token = newLinkToken();
  await ctx.query(
    `insert into guest_offices.application
       (id, state, invitation_id, token_hash, applied_from, name, abbreviation, kind, licence_number, address, contact_name, contact_title, email, phone, login, password_hash, password_is_long, applied_at)
     values ($1, 'waiting', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [id, invitation?.id ?? null, hashOf(token), input.appliedFrom, form.name, form.abbreviation, form.kind, form.licenceNumber, form.address, form.contactName, form.contactTitle, form.email, form.phone, login, password.hash, password.isLong, ctx.now],
  );
  for (const [position, paper] of papers.entries()) {
    await ctx.query('insert into guest_offices.application_paper (application_id, position, name, media_type, bytes) values ($1, $2, $3, $4, $5)', [id, position, paper.name, paper.mediaType, paper.bytes]);
  }
  ctx.record({
    type: 'guest-offices.application-submitted',
    agencyId: invitation?.agencyId ?? NO_AGENCY,
    subject: { type: 'guest-application', id },
    data: { name: form.name, contactName: form.contactName },
  });
  return { token };
}

/** Whether one more may come in without an invitation. @throws guest-offices.tooManyApplications */
export async function assertRoom(q: Queryable, of: { appliedFrom: Buffer; now: Date }): Promise<void> {
  const { rows } = await q.query(
    `select (select count(*)::int from guest_offices.application where applied_from = $1 and applied_at > $2) as recent,
            (select count(*)::int from guest_offices.application where state = 'waiting') as waiting`,
    [of.appliedFrom, new Date(of.now.getTime() - HOUR_MS)],
  );
  if (Number(rows[0]?.['recent']) >= MOST_AN_HOUR || Number(rows[0]?.['waiting']) >= MOST_WAITING) throw errors.tooManyApplications();
}
