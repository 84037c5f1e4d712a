import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { isoInVietnam } from '#kernel/time.ts';
import type { ConnectionList } from './contract.ts';
import { errors } from './errors.ts';
import { CODE_MS } from './limits.ts';
import { owner } from './ownership.ts';

export type ConnectionKey = { clientId: string; personId: string };

/** A code that can still be exchanged, or a token that can still be used: without either an application is not connected. */
const STANDS = `(exists (select 1 from remote_signing.token t where t.client_id = o.client_id and t.person_id = o.person_id and t.expires_at > $1)
  or exists (select 1 from remote_signing.consent c where c.client_id = o.client_id and c.person_id = o.person_id and c.scope = 'service' and c.code_hash is not null and c.exchanged_at is null and c.answered_at > $2))`;

const standsAt = (now: Date): [Date, Date] => [now, new Date(now.getTime() - CODE_MS)];

/** The applications that a person let connect and that still can come, the newest first; at most 200. */
export async function connectionsOf(q: Queryable, { personId, now }: { personId: string; now: Date }): Promise<ConnectionList> {
  const { rows } = await q.query(
    `select o.client_id as "clientId", a.name as "clientName", o.connected_at as "connectedAt", o.last_used_at as "lastUsedAt"
       from remote_signing.connection o join remote_signing.client a on a.id = o.client_id
      where o.person_id = $3 and o.ended_at is null and ${STANDS} order by o.connected_at desc, o.client_id limit 200`,
    [...standsAt(now), personId],
  );
  // safe because the statement selects exactly these columns
  const found = rows as { clientId: string; clientName: string; connectedAt: Date; lastUsedAt: Date | null }[];
  return { connections: found.map((each) => ({ ...each, connectedAt: isoInVietnam(each.connectedAt), lastUsedAt: each.lastUsedAt === null ? null : isoInVietnam(each.lastUsedAt) })) };
}

/** From now on the application may have tokens in the person's name. Where it could come already, it goes on as before. */
export async function connect(ctx: CommandContext, { clientId, personId }: ConnectionKey): Promise<void> {
  await ctx.query(
    `insert into remote_signing.connection as o (client_id, person_id, connected_at) values ($3, $4, $1)
     on conflict (client_id, person_id) do update set connected_at = $1, last_used_at = null, ended_at = null where o.ended_at is not null or not ${STANDS}`,
    [...standsAt(ctx.now), clientId, personId],
  );
}

/**
 * The person takes the consent back: the application's tokens in their name end at once, and so does a code that was not exchanged. What it gets
 * in the same moment waits for the row of the connection and finds it ended.
 * @throws remote-signing.connectionNotFound
 */
export async function revokeConsent(ctx: CommandContext, { clientId }: { clientId: string }): Promise<void> {
  const person = owner(ctx.actor);
  const { rows } = await ctx.query(
    `update remote_signing.connection o set ended_at = $1 from remote_signing.client a
      where a.id = o.client_id and o.client_id = $3 and o.person_id = $4 and o.ended_at is null and ${STANDS} returning a.name`,
    [...standsAt(ctx.now), clientId, person.personId],
  );
  if (rows[0] === undefined) throw errors.connectionNotFound();
  await ctx.query('delete from remote_signing.token where client_id = $1 and person_id = $2', [clientId, person.personId]);
  await ctx.query(`update remote_signing.consent set exchanged_at = $3 where client_id = $1 and person_id = $2 and scope = 'service' and code_hash is not null and exchanged_at is null`, [clientId, person.personId, ctx.now]);
  ctx.record({ type: 'remote-signing.consent-revoked', agencyId: person.agencyId, subject: { type: 'remote-client', id: clientId }, data: { client: String(rows[0]['name']) } });
}

/** Notes that the application came in the person's name, once a minute. */
export async function noteUse(q: Queryable, { clientId, personId }: ConnectionKey, now: Date): Promise<void> {
  await q.query('update remote_signing.connection set last_used_at = $3 where client_id = $1 and person_id = $2 and ended_at is null and (last_used_at is null or last_used_at < $4)', [clientId, personId, now, new Date(now.getTime() - 60_000)]);
}
