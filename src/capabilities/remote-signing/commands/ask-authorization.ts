import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { openTasks } from '#engines/cases/index.ts';
import { postsOfPerson, type PersonId } from '#engines/identity/index.ts';
import { readAuthorizations, type Authorization } from '../authorizations.ts';
import { CscError, invalid } from '../csc-errors.ts';
import { requestHashOf, type HashAlgorithm } from '../domain/activation.ts';
import { ASKED_AN_HOUR, MOST_WAITING, WAITING_MS } from '../limits.ts';
import { OWN_HOUSE } from '../own-house.ts';
import type { Enrolment } from '../ownership.ts';
import { takeTurn } from '../turns.ts';
import { endWaiting } from './expire-authorizations.ts';

export type AskAuthorization = {
  /** Under which it is kept, where whoever asks knows it already. */
  id?: string;
  client: { id: string; name: string };
  enrolment: Enrolment;
  hash: HashAlgorithm;
  hashes: readonly Buffer[];
  /** What each document is called, where the application says so. */
  documentNames: readonly string[];
  /** Where the owner reads each document, for those of the house. */
  documentLinks?: readonly string[];
  description: string | null;
  /** The application's own number for the transaction. */
  clientData: string;
};

/**
 * Puts a request before the owner of a credential. The same request of the same application is put once: whoever repeats it while it
 * waits, or while it is approved and nothing was fetched, is given the first one.
 * @throws kernel.tooManyRequests when too much was asked of this credential · CscError when its owner closed it or the application was suspended
 */
export async function askAuthorization(ctx: CommandContext, input: AskAuthorization): Promise<Authorization> {
  // safe because enrolments hold ids of agencies only
  const agencyId = input.enrolment.agencyId as Id<'agency'>;
  const { credentialId, personId } = input.enrolment;
  const requestHash = requestHashOf(input);
  // Requests for one credential come one after the other, so that two at once are one and the limits hold.
  const open = await ctx.query('select 1 from remote_signing.enrolment where agency_id = $1 and credential_id = $2 and ended_at is null for no key update', [agencyId, credentialId]);
  // Closed by its owner since the call came in: what is asked now would wait for nobody.
  if (open.rows.length === 0) throw invalid('credentialID');
  if (input.client.id !== OWN_HOUSE.id) await assertNotSuspended(ctx, input.client.id);
  // One that ran out and was not swept yet makes room.
  await endWaiting(ctx, { agencyId, credentialId, until: ctx.now });
  const { rows: earlier } = await ctx.query(
    `select id from remote_signing.asked_authorization a
      where agency_id = $1 and credential_id = $2 and client_id = $3 and request_hash = $4
        and (state = 'waiting' and expires_at > $5 or state = 'approved' and usable_until > $5
             and not exists (select 1 from remote_signing.asked_hash h where h.agency_id = a.agency_id and h.authorization_id = a.id and h.released_at is not null))
      order by asked_at desc limit 1`,
    [agencyId, credentialId, input.client.id, requestHash, ctx.now],
  );
  if (earlier[0] !== undefined) return single(ctx, agencyId, String(earlier[0]['id']));
  await takeTurn(ctx, { key: `credential ${agencyId}.${credentialId}`, most: ASKED_AN_HOUR, windowMs: 3_600_000, now: ctx.now });
  const { rows } = await ctx.query(`select count(*)::int as count from remote_signing.asked_authorization where agency_id = $1 and credential_id = $2 and state = 'waiting' and expires_at > $3`, [agencyId, credentialId, ctx.now]);
  if (Number(rows[0]?.['count']) >= MOST_WAITING) throw kernelErrors.tooManyRequests({ values: { seconds: WAITING_MS / 1000 } });
  const id = input.id ?? newId();
  await insertRequest(ctx, { ...input, agencyId, id, requestHash });
  await tellOwner(ctx, { agencyId, id, personId, input });
  return single(ctx, agencyId, id);
}

/** Suspended meanwhile: it waits for the suspension here or the suspension for it, so that nothing stays behind. @throws CscError */
async function assertNotSuspended(ctx: CommandContext, clientId: string): Promise<void> {
  const { rows } = await ctx.query('select 1 from remote_signing.client where id = $1 and disabled_at is null for share', [clientId]);
  if (rows.length === 0) throw new CscError('invalid_token', 'The application is suspended', 401);
}

async function insertRequest(ctx: CommandContext, input: AskAuthorization & { agencyId: string; id: string; requestHash: Buffer }): Promise<void> {
  const { agencyId, id, client, enrolment } = input;
  await ctx.query(
    `insert into remote_signing.asked_authorization
       (agency_id, id, credential_id, person_id, client_id, client_name, hash_algorithm, description, request_hash, state, wrong_passkeys, asked_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, $10, $11)`,
    [agencyId, id, enrolment.credentialId, enrolment.personId, client.id, client.name, input.hash, input.description, input.requestHash, ctx.now, new Date(ctx.now.getTime() + WAITING_MS)],
  );
  await ctx.query(
    `insert into remote_signing.asked_hash (agency_id, authorization_id, position, hash, document_name, document_link)
     select $1, $2, h.position - 1, h.hash, nullif(($4::text[])[h.position], ''), ($5::text[])[h.position] from unnest($3::bytea[]) with ordinality as h (hash, position)`,
    [agencyId, id, input.hashes, input.documentNames, input.documentLinks ?? []],
  );
}

type Told = { agencyId: Id<'agency'>; id: string; personId: string; input: AskAuthorization };

async function tellOwner(ctx: CommandContext, { agencyId, id, personId, input }: Told): Promise<void> {
  const subject = { type: 'remote-authorization', id };
  // safe because enrolments hold ids of people only
  const posts = await postsOfPerson(ctx, personId as PersonId, vietnamDay(ctx.now));
  const own = posts.filter((post) => post.agencyId === agencyId).slice(0, 1);
  const title = input.description ?? input.documentNames[0] ?? input.client.name;
  const common = { agencyId, subject, kind: 'remote-signing.approve', title, dueAt: new Date(ctx.now.getTime() + WAITING_MS), urgency: 'urgent', href: '/app/xac-nhan-ky' } as const;
  await openTasks(ctx, own.map((post) => ({ ...common, assignee: { postId: post.postId } })));
  const data = { client: input.client.name, count: input.hashes.length, hashes: input.hashes.map((hash) => hash.toString('hex')) };
  ctx.record({ type: 'remote-signing.authorization-asked', agencyId, subject, data });
}

async function single(ctx: CommandContext, agencyId: string, id: string): Promise<Authorization> {
  const [found] = await readAuthorizations(ctx, { agencyId, ids: [id] });
  if (found === undefined) throw new Error('a request that was just read is gone');
  return found;
}
