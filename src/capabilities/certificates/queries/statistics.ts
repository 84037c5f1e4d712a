import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyId } from '#engines/identity/index.ts';
import type { CertificateStatistics } from '../contract.ts';
import { seesAgency, seesProvince } from '../policy.ts';

type Count = Omit<CertificateStatistics['agencies'][number], 'agencyName'>;

/** How many certificates each agency has, of whom, and how many end soon: for the province all agencies, else one's own. */
export async function certificateStatistics(kernel: Kernel, actor: PersonActor): Promise<CertificateStatistics> {
  if (!seesAgency(actor, actor.agencyId)) return { agencies: [] };
  const now = kernel.clock.now();
  const { rows } = await kernel.database.pool.query(
    `select agency_id as "agencyId",
            count(*) filter (where holder_kind = 'person')::int as people, count(*) filter (where holder_kind = 'agency')::int as agency,
            count(*) filter (where holder_kind = 'device')::int as devices,
            count(*) filter (where status = 'active' and valid_to > $1::timestamptz)::int as active,
            count(*) filter (where status = 'active' and valid_to > $1 and valid_to < $1::timestamptz + interval '60 days')::int as within60,
            count(*) filter (where status = 'active' and valid_to > $1 and valid_to < $1::timestamptz + interval '30 days')::int as within30,
            count(*) filter (where status = 'active' and valid_to > $1 and valid_to < $1::timestamptz + interval '7 days')::int as within7,
            count(*) filter (where status = 'active' and valid_to <= $1)::int as expired,
            count(*) filter (where status = 'suspended')::int as suspended,
            count(*) filter (where status = 'revoked')::int as revoked
       from certificates.certificate where $2::uuid is null or agency_id = $2 group by agency_id`,
    [now, seesProvince(actor) ? null : actor.agencyId],
  );
  // safe because the statement selects exactly these columns
  const counts = rows as unknown as (Count & { agencyId: AgencyId })[];
  const agencies = await agenciesOn(kernel.database.pool, counts.map((count) => count.agencyId), vietnamDay(now));
  return {
    agencies: counts
      .map((count) => ({ ...count, agencyName: agencies.get(count.agencyId)?.name ?? '' }))
      .sort((a, b) => a.agencyName.localeCompare(b.agencyName, 'vi')),
  };
}
