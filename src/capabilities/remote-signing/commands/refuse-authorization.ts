import type { CommandContext } from '#kernel/command.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { readAuthorizations, type Authorization } from '../authorizations.ts';
import { errors } from '../errors.ts';
import { refuseHouse } from '../own-house.ts';
import { owner } from '../ownership.ts';

/** The owner says no; the application hears it when it asks. @throws remote-signing.authorizationNotFound · authorizationEnded */
export async function refuseAuthorization(ctx: CommandContext, input: { id: string; reason: string }): Promise<void> {
  const person = owner(ctx.actor);
  const [request] = await readAuthorizations(ctx, { agencyId: person.agencyId, ids: [input.id], lock: true });
  if (request?.personId !== person.personId) throw errors.authorizationNotFound();
  if (request.state !== 'waiting' || request.expiresAt <= ctx.now) throw errors.authorizationEnded();
  await closeAsRefused(ctx, request, input.reason);
}

/** Ends a locked request that waits. */
export async function closeAsRefused(ctx: CommandContext, request: Authorization, reason: string): Promise<void> {
  await ctx.query(`update remote_signing.asked_authorization set state = 'refused', decided_at = $3 where agency_id = $1 and id = $2 and state = 'waiting'`, [request.agencyId, request.id, ctx.now]);
  await refuseHouse(ctx, request, 'refused');
  const subject = { type: 'remote-authorization', id: request.id };
  await closeTasks(ctx, [{ agencyId: request.agencyId, subject }], 'cancelled');
  ctx.record({ type: 'remote-signing.authorization-refused', agencyId: request.agencyId, subject, data: { client: request.clientName, count: request.hashes.length, reason } });
}
