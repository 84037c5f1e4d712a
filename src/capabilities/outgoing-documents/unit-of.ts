import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import { getUnit } from '#engines/identity/index.ts';

/** The unit in which a person acts now, or undefined for posts above all units. */
export async function unitOf(q: Queryable, actor: PersonActor): Promise<{ name: string; abbreviation: string | null } | undefined> {
  return actor.unitId === null ? undefined : getUnit(q, actor.agencyId, actor.unitId);
}
