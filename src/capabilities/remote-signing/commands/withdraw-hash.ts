import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { readAuthorizations } from '../authorizations.ts';

/**
 * Takes one hash of several out of a request of the house that waits: its document was given up. An approval that is being written comes first or
 * finds the hash gone. The last one stays, since the request ends with it.
 */
export async function withdrawHash(ctx: CommandContext, { agencyId, id, hash }: { agencyId: Id<'agency'>; id: string; hash: Buffer }): Promise<void> {
  const [request] = await readAuthorizations(ctx, { agencyId, ids: [id], lock: true });
  if (request?.state !== 'waiting' || request.hashes.length < 2) return;
  const found = request.hashes.find((each) => each.hash.equals(hash));
  if (found === undefined) return;
  await ctx.query('delete from remote_signing.asked_hash where agency_id = $1 and authorization_id = $2 and hash = $3', [agencyId, id, hash]);
  const data = { client: request.clientName, hash: hash.toString('hex'), document: found.documentName ?? request.description ?? '' };
  ctx.record({ type: 'remote-signing.hash-withdrawn', agencyId, subject: { type: 'remote-authorization', id }, data });
}
