import type { z } from 'zod';
import type { Queryable } from '#kernel/database.ts';
import { partnerErrors } from '../errors.ts';
import { anchorsOf } from '../tls-anchors.ts';
import { troubleInWords } from '../trouble-words.ts';
import { linkView, partnerView, type linkPage, type PartnerView } from '../contract.ts';

// One without an address is never called: it was in touch when it called us.
const PARTNERS = `
select json_build_object(
    'id', p.id, 'protocol', p.protocol, 'name', p.name, 'address', p.address, 'state', p.state, 'config', p.config, 'fingerprint', p.pinned ->> 'fingerprint', 'ownFingerprint', p.pinned ->> 'ownFingerprint',
    'validFrom', p.valid_from, 'validTo', p.valid_to,
    'agencies', (select count(*) from exchange.partner_agency a where a.partner_id = p.id and a.valid_to is null),
    'conflicts', (select count(*) from exchange.partner_conflict c where c.partner_id = p.id and c.resolved_at is null),
    'securedUntil', (select max(k.expires_at) from exchange.axis_key k where k.partner_id = p.id and k.revoked_at is null),
    'foreignVersion', case when p.foreign_version is not null then json_build_object('version', p.foreign_version, 'since', p.foreign_version_since) end,
    'line', json_build_object('circuit', l.circuit, 'failures', l.failures, 'openedAt', l.opened_at, 'probeAt', l.probe_at, 'lastSuccessAt', case when p.address is null then greatest(l.fetched_at, m.seen_at) else l.last_success_at end, 'lastFailureAt', l.last_failure_at,
      'problemCode', l.problem_code, 'problem', l.problem,
      'waiting', (select count(*) from exchange.transfer t where t.partner_id = p.id and t.state = 'waiting'),
      'sent', (select count(*) from exchange.transfer t where t.partner_id = p.id and t.state = 'sent'),
      'failed', (select count(*) from exchange.transfer t where t.partner_id = p.id and t.state in ('failed', 'refused')),
      'quarantined', (select count(*) from exchange.inbound i where i.partner_id = p.id and i.state in ('quarantined', 'with_person')),
      'withheld', (select count(*) from exchange.axis_withheld w where w.partner_id = p.id))) as partner
  from exchange.partner p join exchange.partner_line l on l.partner_id = p.id left join exchange.axis_meter m on m.partner_id = p.id`;

/** All partners with their lines, by name. */
export async function listPartners(q: Queryable): Promise<PartnerView[]> {
  const { rows } = await q.query(`${PARTNERS} order by lower(p.name)`);
  return rows.map((row) => viewOf(row['partner']));
}

/** The certificates that a partner is believed by stand in its settings; what is wrong with its line is said in words. */
function viewOf(row: unknown): PartnerView {
  const stored = partnerView.parse(row);
  const view = { ...stored, line: { ...stored.line, trouble: troubleInWords({ code: stored.line.problemCode, problem: stored.line.problem }) ?? null } };
  const ends = anchorsOf(view.config).map(({ validTo }) => validTo);
  return ends.length === 0 ? view : { ...view, securedUntil: ends.toSorted()[0] ?? null };
}

/** @throws exchange.partnerNotFound */
export async function getPartner(q: Queryable, partnerId: string): Promise<PartnerView> {
  const { rows } = await q.query(`${PARTNERS} where p.id = $1`, [partnerId]);
  if (rows[0] === undefined) throw partnerErrors.partnerNotFound();
  return viewOf(rows[0]['partner']);
}

const PAGE = 200;

/** The agencies that a partner reaches or reached, by name; a page of 200. Many have the same name, so a page ends at a row, not at a name. */
export async function agenciesOfPartner(q: Queryable, of: { partnerId: string; after: { agencyId: string; validFrom: string } | undefined }): Promise<z.input<typeof linkPage>> {
  const { rows } = await q.query(
    `select json_build_object('agencyId', agency_id, 'name', name, 'code', code, 'remoteId', remote_id, 'validFrom', valid_from, 'validTo', valid_to) as link
       from exchange.partner_agency
      where partner_id = $1 and (valid_to is null or valid_to >= valid_from)
        and ($2::uuid is null or (name, agency_id, valid_from) > (select s.name, s.agency_id, s.valid_from from exchange.partner_agency s where s.partner_id = $1 and s.agency_id = $2 and s.valid_from = $3::date))
      order by name, agency_id, valid_from limit $4`,
    [of.partnerId, of.after?.agencyId ?? null, of.after?.validFrom ?? null, PAGE],
  );
  const agencies = rows.map((row) => linkView.parse(row['link']));
  const last = agencies.at(-1);
  return { agencies, next: agencies.length < PAGE || last === undefined ? null : `${last.agencyId}.${last.validFrom}` };
}
