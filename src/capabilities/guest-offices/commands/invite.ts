import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId } from '#kernel/ids.ts';
import { errors } from '../errors.ts';
import { INVITATION_DAYS, stateOf } from '../invitations.ts';
import { assertActive, lockOffice } from '../offices.ts';
import { isGuest, mayInvite } from '../policy.ts';
import { hashOf, newLinkToken } from '../tokens.ts';

export type Invite = { purpose: 'office' | 'colleague'; invitee: string; contact: string };

const DAY_MS = 86_400_000;
/** An invitation may be a letter of the province's to any address, with the words of somebody outside. */
const MOST_A_DAY = 20;

/**
 * Makes a link with which an organisation outside applies, or a colleague joins a guest office: used once, for seven days.
 * It is returned here and never shown again.
 * @throws kernel.forbidden · guest-offices.officeSuspended · tooManyInvitations
 */
export async function invite(ctx: CommandContext, input: Invite): Promise<{ id: string; path: string; expiresAt: string }> {
  const { actor } = ctx;
  const isAllowed = input.purpose === 'office' ? mayInvite(actor) : isGuest(actor);
  if (actor.kind !== 'person' || !isAllowed) throw kernelErrors.forbidden();
  if (input.purpose === 'colleague') {
    assertActive(await lockOffice(ctx, actor.agencyId));
    await assertFewInvited(ctx, actor.agencyId);
  }
  const id = newId<'guest-invitation'>();
  const token = newLinkToken();
  const expiresAt = new Date(ctx.now.getTime() + INVITATION_DAYS * DAY_MS);
  await ctx.query(
    `insert into guest_offices.invitation (id, agency_id, purpose, token_hash, invitee, contact, invited_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, actor.agencyId, input.purpose, hashOf(token), input.invitee, input.contact, actor.name, ctx.now, expiresAt],
  );
  ctx.record({ type: 'guest-offices.office-invited', agencyId: actor.agencyId, subject: { type: 'guest-invitation', id }, data: { invitee: input.invitee } });
  return { id, path: `/loi-moi-gui-nhan/${token}`, expiresAt: expiresAt.toISOString() };
}

/** Of invitations at once each waits for the office's row, so that the count holds. @throws guest-offices.tooManyInvitations */
async function assertFewInvited(ctx: CommandContext, agencyId: string): Promise<void> {
  const { rows } = await ctx.query(`select count(*)::int as n from guest_offices.invitation where agency_id = $1 and purpose = 'colleague' and created_at > $2`, [agencyId, new Date(ctx.now.getTime() - DAY_MS)]);
  if (Number(rows[0]?.['n']) >= MOST_A_DAY) throw errors.tooManyInvitations({ values: { most: MOST_A_DAY } });
}

/** Withdraws an open invitation of the own agency. @throws guest-offices.notFound · invitationNotOpen */
export async function revokeInvitation(ctx: CommandContext, input: { id: string }): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== 'person' || !(mayInvite(actor) || isGuest(actor))) throw kernelErrors.forbidden();
  const { rows } = await ctx.query('select invitee, used_at, revoked_at, expires_at from guest_offices.invitation where id = $1 and agency_id = $2 for update', [input.id, actor.agencyId]);
  // safe because the statement selects exactly these columns
  const invitation = rows[0] as { invitee: string; used_at: Date | null; revoked_at: Date | null; expires_at: Date } | undefined;
  if (invitation === undefined) throw errors.notFound();
  const { used_at: usedAt, revoked_at: revokedAt, expires_at: expiresAt } = invitation;
  if (stateOf({ usedAt, revokedAt, expiresAt }, ctx.now) !== 'open') throw errors.invitationNotOpen();
  await ctx.query('update guest_offices.invitation set revoked_at = $2 where id = $1', [input.id, ctx.now]);
  ctx.record({ type: 'guest-offices.invitation-revoked', agencyId: actor.agencyId, subject: { type: 'guest-invitation', id: input.id }, data: { invitee: invitation.invitee } });
}
