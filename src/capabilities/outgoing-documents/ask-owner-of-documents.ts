import type { PersonActor } from '#kernel/actor.ts';
import type { RouteContext } from '#kernel/route.ts';
import { askOwner, type BatchedSigning } from '#engines/signatures/index.ts';

type Asked = { outcomes: ReadonlyMap<string, BatchedSigning>; approvalIds: string[] };

/**
 * Puts documents before the owner of the chosen key, who releases it with a passkey on a device of the own and reads each document there.
 * @returns what became of each by its signing, and the requests that wait for the owner
 * @throws signatures.ownerNotAsked · remote-signing.notEnrolled
 */
export async function askOwnerOf({ kernel, actor, requestId }: RouteContext<PersonActor>, opened: readonly { id: string; signingId: string }[]): Promise<Asked> {
  if (opened.length === 0) return { outcomes: new Map(), approvalIds: [] };
  const { rows } = await kernel.database.pool.query('select id, type_name as "typeName", summary from outgoing_documents.document where agency_id = $1 and id = any($2::uuid[])', [
    actor.agencyId,
    opened.map(({ id }) => id),
  ]);
  // safe because the statement selects exactly these columns
  const names = new Map((rows as { id: string; typeName: string; summary: string }[]).map((each) => [each.id, `${each.typeName}: ${each.summary}`.slice(0, 300)]));
  const documents = opened.map(({ id, signingId }) => ({ signingId, name: names.get(id) ?? '', href: `/app/van-ban-di/${id}` }));
  const { signings, approvalIds } = await askOwner(kernel, { agencyId: actor.agencyId, actor, requestId, documents });
  return { outcomes: new Map(signings.map(({ signingId, outcome }) => [signingId, outcome])), approvalIds };
}
