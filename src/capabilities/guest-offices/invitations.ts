import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { InvitationView } from './contract.ts';
import { errors } from './errors.ts';
import { hashOf, LINK_TOKEN } from './tokens.ts';

export const INVITATION_DAYS = 7;

export type Invitation = {
  id: string;
  agencyId: Id<'agency'>;
  purpose: 'office' | 'colleague';
  invitee: string;
  contact: string;
  invitedBy: string;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
  revokedAt: Date | null;
};

const COLUMNS = `id, agency_id as "agencyId", purpose, invitee, contact, invited_by as "invitedBy", created_at as "createdAt", expires_at as "expiresAt",
  used_at as "usedAt", revoked_at as "revokedAt"`;

const MOST_SHOWN = 200;

/** The invitations that an agency gave, the newest first, at most 200. */
export async function invitationsOf(q: Queryable, of: { agencyId: string; now: Date }): Promise<InvitationView[]> {
  const { rows } = await q.query(`select ${COLUMNS} from guest_offices.invitation where agency_id = $1 order by created_at desc, id desc limit ${String(MOST_SHOWN)}`, [of.agencyId]);
  // safe because these are the columns selected above
  return (rows as Invitation[]).map(({ id, invitee, contact, invitedBy, createdAt, ...rest }) => ({
    id,
    invitee,
    contact,
    invitedBy,
    createdAt: createdAt.toISOString(),
    expiresAt: rest.expiresAt.toISOString(),
    state: stateOf(rest, of.now),
  }));
}

export function stateOf(invitation: Pick<Invitation, 'usedAt' | 'revokedAt' | 'expiresAt'>, now: Date): InvitationView['state'] {
  if (invitation.usedAt !== null) return 'used';
  if (invitation.revokedAt !== null) return 'revoked';
  return invitation.expiresAt <= now ? 'expired' : 'open';
}

/** @throws guest-offices.invitationNotFound */
export async function getInvitation(q: Queryable, token: string): Promise<Invitation> {
  if (!LINK_TOKEN.test(token)) throw errors.invitationNotFound();
  const { rows } = await q.query(`select ${COLUMNS} from guest_offices.invitation where token_hash = $1`, [hashOf(token)]);
  // safe because these are the columns selected above
  const invitation = rows[0] as Invitation | undefined;
  if (invitation === undefined) throw errors.invitationNotFound();
  return invitation;
}

/**
 * Uses an invitation up. Of two who use it at once the second waits here, and finds it used.
 * @throws guest-offices.invitationNotFound, guest-offices.invitationOver
 */
export async function useInvitation(ctx: CommandContext, input: { token: string; purpose: Invitation['purpose'] }): Promise<Invitation> {
  const { rowCount } = await ctx.query(
    `update guest_offices.invitation set used_at = $2 where token_hash = $1 and purpose = $3 and used_at is null and revoked_at is null and expires_at > $2`,
    [hashOf(input.token), ctx.now, input.purpose],
  );
  const invitation = await getInvitation(ctx, input.token);
  if (rowCount === 0) throw errors.invitationOver();
  return invitation;
}
