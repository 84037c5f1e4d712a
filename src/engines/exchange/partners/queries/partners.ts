import type { Queryable } from '#kernel/database.ts';
import type { CalendarDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyId } from '#engines/identity/index.ts';
import { partnerErrors } from '../errors.ts';
import { linkView, partnerView, type ConflictView, type PartnerView } from '../contract.ts';
import { partnersOfAgencies } from '../partner-rows.ts';

// One without an address is never called: it was in touch when it called us.
const PARTNERS = `
select json_build_object(
    'id', p.id, 'protocol', p.protocol, 'name', p.name, 'address', p.address, 'state', p.state, 'config', p.config, 'fingerprint', p.pinned ->> 'fingerprint', 'ownFingerprint', p.pinned ->> 'ownFingerprint',
    'validFrom', p.valid_from, 'validTo', p.valid_to,
    'agencies', (select count(*) from exchange.partner_agency a where a.partner_id = p.id and a.valid_to is null),
    'conflicts', (select count(*) from exchange.partner_conflict c where c.partner_id = p.id and c.resolved_at is null),
    'line', json_build_object('circuit', l.circuit, 'failures', l.failures, 'openedAt', l.opened_at, 'probeAt', l.probe_at, 'lastSuccessAt', case when p.address is null then greatest(l.fetched_at, m.seen_at) else l.last_success_at end, 'lastFailureAt', l.last_failure_at,
      'problemCode', l.problem_code, 'problem', l.problem,
      'waiting', (select count(*) from exchange.transfer t where t.partner_id = p.id and t.state = 'waiting'),
      'sent', (select count(*) from exchange.transfer t where t.partner_id = p.id and t.state = 'sent'),
      'failed', (select count(*) from exchange.transfer t where t.partner_id = p.id and t.state in ('failed', 'refused')),
      'quarantined', (select count(*) from exchange.inbound i where i.partner_id = p.id and i.state in ('quarantined', 'with_person')))) as partner
  from exchange.partner p join exchange.partner_line l on l.partner_id = p.id left join exchange.axis_meter m on m.partner_id = p.id`;

/** All partners with their lines, by name. */
export async function listPartners(q: Queryable): Promise<PartnerView[]> {
  const { rows } = await q.query(`${PARTNERS} order by lower(p.name)`);
  return rows.map((row) => partnerView.parse(row['partner']));
}

/** @throws exchange.partnerNotFound */
export async function getPartner(q: Queryable, partnerId: string): Promise<PartnerView> {
  const { rows } = await q.query(`${PARTNERS} where p.id = $1`, [partnerId]);
  if (rows[0] === undefined) throw partnerErrors.partnerNotFound();
  return partnerView.parse(rows[0]['partner']);
}

const PAGE = 200;

/** The agencies that a partner reaches or reached, by name; a page of 200. */
export async function agenciesOfPartner(q: Queryable, of: { partnerId: string; after: string }) {
  const { rows } = await q.query(
    `select json_build_object('agencyId', agency_id, 'name', name, 'code', code, 'remoteId', remote_id, 'validFrom', valid_from, 'validTo', valid_to) as link
       from exchange.partner_agency where partner_id = $1 and name > $2 order by name, agency_id, valid_from limit $3`,
    [of.partnerId, of.after, PAGE],
  );
  return rows.map((row) => linkView.parse(row['link']));
}

type ConflictRow = Omit<ConflictView, 'ours' | 'abilities' | 'foundAt' | 'agencyId'> & { agencyId: AgencyId | null; foundAt: Date };

/** What a partner's directory says otherwise than ours, oldest first, with what ours says today and what can be done. */
export async function conflictsOfPartner(q: Queryable, of: { partnerId: string; today: CalendarDay; mayKeep: boolean }): Promise<ConflictView[]> {
  const { rows } = await q.query(
    `select c.remote_id as "remoteId", c.problem, c.code, c.name, c.agency_id as "agencyId", c.found_at as "foundAt"
       from exchange.partner_conflict c where c.partner_id = $1 and c.resolved_at is null order by c.found_at, c.remote_id limit $2`,
    [of.partnerId, PAGE],
  );
  // safe because the statement selects exactly these columns
  const found = rows as ConflictRow[];
  const ids = found.flatMap(({ agencyId }) => agencyId ?? []);
  const [agencies, ways] = [await agenciesOn(q, ids, of.today), await partnersOfAgencies(q, ids, of.today)];
  const names = await q.query('select id, name from exchange.partner where id = any($1)', [[...ways.values()].map(({ partnerId }) => partnerId)]);
  const nameOf = new Map(names.rows.map((row) => [row['id'], String(row['name'])]));
  return found.map((row) => {
    const agency = row.agencyId === null ? undefined : agencies.get(row.agencyId);
    const isLocal = agency?.hosting === 'local';
    const ours = agency === undefined ? null : { name: agency.name, code: agency.code, isLocal, via: nameOf.get(ways.get(agency.id)?.partnerId ?? '') ?? null };
    return { ...row, ours, foundAt: row.foundAt.toISOString(), abilities: !of.mayKeep ? [] : isLocal ? ['keep' as const] : ['accept' as const, 'keep' as const] };
  });
}
