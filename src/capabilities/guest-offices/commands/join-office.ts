import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { appointPost, createPerson, openAccount } from '#engines/identity/index.ts';
import { useInvitation } from '../invitations.ts';
import { assertActive, lockOffice } from '../offices.ts';

export type Joining = { token: string; fullName: string; title: string; login: string; password: { hash: string; isLong: boolean } };

/**
 * A colleague takes up the invitation of a guest office and gets a post and an account there; the office answers for them.
 * Run by the system, since who joins is nobody yet.
 * @throws guest-offices.invitationNotFound · invitationOver · officeSuspended
 */
export async function joinOffice(ctx: CommandContext, input: Joining): Promise<void> {
  const { agencyId } = await useInvitation(ctx, { token: input.token, purpose: 'colleague' });
  assertActive(await lockOffice(ctx, agencyId));
  const personId = await createPerson(ctx, { agencyId, fullName: input.fullName });
  await appointPost(ctx, { agencyId, personId, unitId: null, title: input.title, roles: ['guest'], signingPowers: [], startsOn: vietnamDay(ctx.now) });
  await openAccount(ctx, { agencyId, personId, login: input.login, passwordHash: input.password.hash, passwordIsLong: input.password.isLong, isChosen: true });
  ctx.record({ type: 'guest-offices.colleague-joined', agencyId, subject: { type: 'guest-office', id: agencyId }, data: { personName: input.fullName } });
}
