import { sql } from 'kysely';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { AgencyId, PersonId } from '#engines/identity/index.ts';

/** Who needs signing credentials: everybody who signs, and every agency served here for its seal. */
export type SeedPlan = {
  people: { personId: PersonId; name: string; agencyId: AgencyId; agencyName: string; title: string }[];
  agencies: { agencyId: AgencyId; name: string; code: string | null }[];
};

const SIGNING_ROLES = ['leader', 'chief_of_office', 'unit_head'];

/** Reads from the directory who signs today. A person in several posts of one agency stands there once. */
export async function seedPlan(kernel: Kernel): Promise<SeedPlan> {
  const today = vietnamDay(kernel.clock.now());
  const db = kernel.database.tables<unknown>();
  const people = await sql<SeedPlan['people'][number]>`
    select distinct on (p.agency_id, p.person_id) p.person_id as "personId", h.full_name as name, p.agency_id as "agencyId", n.name as "agencyName", p.title
      from identity.post p join identity.person h on h.id = p.person_id
      join identity.agency a on a.id = p.agency_id and a.hosting = 'local'
      join identity.agency_name n on n.agency_id = a.id and n.valid_to is null
     where p.roles && ${SIGNING_ROLES}::text[] and p.starts_on <= ${today}::date and (p.ends_on is null or p.ends_on >= ${today}::date)
       and (a.closed_on is null or a.closed_on >= ${today}::date)
     order by p.agency_id, p.person_id, p.sort_order`.execute(db);
  const agencies = await sql<SeedPlan['agencies'][number]>`
    select a.id as "agencyId", n.name, c.code
      from identity.agency a join identity.agency_name n on n.agency_id = a.id and n.valid_to is null
      left join identity.agency_code c on c.agency_id = a.id and c.scheme = 'qd20' and c.valid_to is null
     where a.hosting = 'local' and (a.closed_on is null or a.closed_on >= ${today}::date) order by a.id`.execute(db);
  return { people: people.rows, agencies: agencies.rows };
}
