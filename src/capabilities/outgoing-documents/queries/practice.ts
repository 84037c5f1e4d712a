import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { initialsLooks } from '../contract.ts';

/** How an agency wants its documents made; until it chooses, initials are the person's signature in half its size. */
export async function practiceOf(q: Queryable, agencyId: Id<'agency'>): Promise<{ initialsLook: (typeof initialsLooks)[number] }> {
  const { rows } = await q.query('select initials_look as "initialsLook" from outgoing_documents.practice where agency_id = $1', [agencyId]);
  // safe because the column holds these words only
  return (rows[0] as { initialsLook: (typeof initialsLooks)[number] } | undefined) ?? { initialsLook: 'image' };
}
