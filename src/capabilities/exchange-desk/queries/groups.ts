import type { Queryable } from '#kernel/database.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyId, type AgencyOnDay } from '#engines/identity/index.ts';
import type { FlowGroup } from '../contract.ts';

/** In which group of the province an agency is counted; whoever lives in another system is outside. */
export function groupOf(agency: Pick<AgencyOnDay, 'kind' | 'hosting'>): FlowGroup {
  if (agency.hosting !== 'local') return 'outside';
  return agency.kind === 'province' || agency.kind === 'department' || agency.kind === 'commune' ? agency.kind : 'other';
}

export type NamedAgency = { name: string; abbreviation: string; group: FlowGroup };

/** Names and groups of agencies as they are today. */
export async function namedAgencies(q: Queryable, ids: readonly string[], now: Date): Promise<Map<string, NamedAgency>> {
  // safe because the rows of this module name agencies here
  const found = await agenciesOn(q, [...new Set(ids)] as AgencyId[], vietnamDay(now));
  return new Map([...found].map(([id, agency]) => [id, { name: agency.name, abbreviation: agency.abbreviation, group: groupOf(agency) }]));
}
