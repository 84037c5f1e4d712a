import type { Queryable } from '#kernel/database.ts';
import { partnerErrors } from '../errors.ts';
import { conflictView, linkView, partnerView, type PartnerView } from '../contract.ts';

const PARTNERS = `
select json_build_object(
    'id', p.id, 'protocol', p.protocol, 'name', p.name, 'address', p.address, 'state', p.state, 'config', p.config, 'fingerprint', p.pinned ->> 'fingerprint',
    'validFrom', p.valid_from, 'validTo', p.valid_to,
    'agencies', (select count(*) from exchange.partner_agency a where a.partner_id = p.id and a.valid_to is null),
    'conflicts', (select count(*) from exchange.partner_conflict c where c.partner_id = p.id and c.resolved_at is null),
    'line', json_build_object('circuit', l.circuit, 'failures', l.failures, 'openedAt', l.opened_at, 'probeAt', l.probe_at, 'lastSuccessAt', l.last_success_at, 'lastFailureAt', l.last_failure_at,
      'problemCode', l.problem_code, 'problem', l.problem,
      'waiting', (select count(*) from exchange.transfer t where t.partner_id = p.id and t.state = 'waiting'),
      'sent', (select count(*) from exchange.transfer t where t.partner_id = p.id and t.state = 'sent'),
      'failed', (select count(*) from exchange.transfer t where t.partner_id = p.id and t.state in ('failed', 'refused')),
      'quarantined', (select count(*) from exchange.inbound i where i.partner_id = p.id and i.state in ('quarantined', 'with_person')))) as partner
  from exchange.partner p join exchange.partner_line l on l.partner_id = p.id`;

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

/** What a partner's directory says otherwise than ours, oldest first. */
export async function conflictsOfPartner(q: Queryable, partnerId: string) {
  const { rows } = await q.query(
    `select json_build_object('remoteId', c.remote_id, 'problem', c.problem, 'code', c.code, 'name', c.name, 'agencyId', c.agency_id, 'foundAt', c.found_at) as conflict
       from exchange.partner_conflict c where c.partner_id = $1 and c.resolved_at is null order by c.found_at, c.remote_id limit $2`,
    [partnerId, PAGE],
  );
  return rows.map((row) => conflictView.parse(row['conflict']));
}
