import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { RESPONSE_MS } from '../limits.ts';
import { refuseHouse } from '../own-house.ts';

const BATCH = 500;

type Ended = { agency_id: Id<'agency'>; id: string; client_id: string; client_name: string; count: number };

/** Ends the requests that nobody answered in time, and takes away signatures that were not fetched. @returns how many ended, at most 500 a run */
export async function expireAuthorizations(ctx: CommandContext): Promise<number> {
  const { rows } = await ctx.query(
    `update remote_signing.asked_authorization a set state = 'expired', decided_at = $1
       from (select agency_id, id from remote_signing.asked_authorization where state = 'waiting' and expires_at <= $1 order by expires_at limit ${String(BATCH)}) due
      where a.agency_id = due.agency_id and a.id = due.id and a.state = 'waiting'
      returning a.agency_id, a.id, a.client_id, a.client_name, (select count(*)::int from remote_signing.asked_hash h where h.agency_id = a.agency_id and h.authorization_id = a.id) as count`,
    [ctx.now],
  );
  // safe because the statement returns exactly these columns
  await tellEnded(ctx, rows as Ended[]);
  await ctx.query(
    `update remote_signing.asked_hash h set signature = null, pss_signature = null from remote_signing.asked_authorization a
      where a.agency_id = h.agency_id and a.id = h.authorization_id and (h.signature is not null or h.pss_signature is not null) and a.usable_until < $1`,
    [new Date(ctx.now.getTime() - RESPONSE_MS)],
  );
  return rows.length;
}

/** Ends what waits for one credential: all of it when its owner closed the credential, or what ran out until an instant and was not swept yet. */
export async function endWaiting(ctx: CommandContext, key: { agencyId: Id<'agency'>; credentialId: string; until: Date | null }): Promise<void> {
  const { rows } = await ctx.query(
    `update remote_signing.asked_authorization a set state = 'expired', decided_at = $3 where agency_id = $1 and credential_id = $2 and state = 'waiting'
        and ($4::timestamptz is null or expires_at <= $4)
      returning agency_id, id, client_id, client_name, (select count(*)::int from remote_signing.asked_hash h where h.agency_id = a.agency_id and h.authorization_id = a.id) as count`,
    [key.agencyId, key.credentialId, ctx.now, key.until],
  );
  // safe because the statement returns exactly these columns
  await tellEnded(ctx, rows as Ended[]);
}

/** Ends what waits for owners in the name of one application: it was suspended, and whatever they signed could not be handed out. */
export async function endWaitingOfClient(ctx: CommandContext, clientId: string): Promise<void> {
  const { rows } = await ctx.query(
    `update remote_signing.asked_authorization a set state = 'expired', decided_at = $2 where client_id = $1 and state = 'waiting'
      returning agency_id, id, client_id, client_name, (select count(*)::int from remote_signing.asked_hash h where h.agency_id = a.agency_id and h.authorization_id = a.id) as count`,
    [clientId, ctx.now],
  );
  // safe because the statement returns exactly these columns
  await tellEnded(ctx, rows as Ended[]);
}

/** Ends a request of the house itself that nobody waits for any more. */
export async function closeAsWithdrawn(ctx: CommandContext, { agencyId, id }: { agencyId: Id<'agency'>; id: string }): Promise<void> {
  const { rows } = await ctx.query(
    `update remote_signing.asked_authorization a set state = 'expired', decided_at = $3 where agency_id = $1 and id = $2 and state = 'waiting'
      returning agency_id, id, client_id, client_name, (select count(*)::int from remote_signing.asked_hash h where h.agency_id = a.agency_id and h.authorization_id = a.id) as count`,
    [agencyId, id, ctx.now],
  );
  // safe because the statement returns exactly these columns
  await tellEnded(ctx, rows as Ended[]);
}

async function tellEnded(ctx: CommandContext, ended: readonly Ended[]): Promise<void> {
  await closeTasks(ctx, ended.map((each) => ({ agencyId: each.agency_id, subject: { type: 'remote-authorization', id: each.id } })), 'cancelled');
  for (const each of ended) {
    await refuseHouse(ctx, { agencyId: each.agency_id, id: each.id, clientId: each.client_id }, 'timedOut');
    ctx.record({ type: 'remote-signing.authorization-expired', agencyId: each.agency_id, subject: { type: 'remote-authorization', id: each.id }, data: { client: each.client_name, count: each.count } });
  }
}
