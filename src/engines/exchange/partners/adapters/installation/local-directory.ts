import { createHash } from 'node:crypto';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { addDays, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { agenciesOn, agencyGroups, type AgencyId, type AgencyOnDay } from '#engines/identity/index.ts';
import type { z } from 'zod';
import type { PassedOn } from '../../relay-rule.ts';
import type { directoryReply } from './wire.ts';

const PAGE = 200;
/** A closed agency is still told for so long, so that whoever reads seldom learns of it. */
const CLOSED_DAYS = 400;

/**
 * The agencies that another installation reaches through this one: those that live here and, unless nothing is passed on for it, those of
 * the systems connected here. Never those of a third installation or of the national axis, which it reaches by itself. A page after the
 * cursor; the cursor of a whole reading holds the digest of the list, so that nothing is told again while nothing changed.
 */
export async function localDirectory(kernel: Kernel, of: { cursor: string; passesOn: PassedOn }): Promise<z.input<typeof directoryReply>> {
  const { cursor } = of;
  const agencies = await announced(kernel, of.passesOn);
  const digest = createHash('sha256').update(JSON.stringify(agencies)).digest('base64url');
  const [known = '', after = ''] = cursor.split('~');
  if (after === '' && known === digest) return { agencies: [], cursor, isMore: false };
  const page = agencies.filter((agency) => agency.ref > after).slice(0, PAGE);
  const last = page.at(-1)?.ref ?? '';
  const isMore = agencies.some((agency) => agency.ref > last) && last !== '';
  // The digest is that of the beginning: a change in the middle of a reading makes the next one begin anew.
  const begun = after === '' ? digest : known;
  return { agencies: page, cursor: `${begun}~${isMore ? last : ''}`, isMore };
}

async function announced(kernel: Kernel, passesOn: PassedOn): Promise<z.input<typeof directoryReply>['agencies']> {
  const today = vietnamDay(kernel.clock.now());
  const { pool } = kernel.database;
  const groups = [...(await agencyGroups(pool, today)), ...(await agencyGroups(pool, addDays(today, -CLOSED_DAYS)))];
  const systems = await agenciesOfSystems(pool, today);
  const found = await agenciesOn(pool, [...new Set([...groups.flatMap((group) => group.agencyIds), ...systems.keys()])], today);
  return [...found.values()]
    .filter((agency) => agency.hosting === 'local' || systems.has(agency.id))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((agency) => describe(agency, agency.hosting === 'local' || (passesOn !== 'nothing' && systems.get(agency.id) === true)));
}

/** The agencies of the systems connected here, with whether they are still reached by them; none that exists for trying. */
async function agenciesOfSystems(q: Queryable, today: CalendarDay): Promise<Map<AgencyId, boolean>> {
  const { rows } = await q.query(
    `select a.agency_id as id, bool_or(a.valid_from <= $1 and (a.valid_to is null or a.valid_to >= $1) and p.state in ('active', 'suspended') and (p.valid_to is null or p.valid_to >= $1)) as "isReached"
       from exchange.partner_agency a join exchange.partner p on p.id = a.partner_id
      where p.protocol = 'provincial_axis' and (a.valid_to is null or a.valid_to >= $2) and not exists (select from exchange.axis_sandbox s where s.agency_id = a.agency_id)
      group by a.agency_id`,
    [today, addDays(today, -CLOSED_DAYS)],
  );
  // safe because the statement selects exactly these columns
  return new Map((rows as { id: AgencyId; isReached: boolean }[]).map(({ id, isReached }) => [id, isReached]));
}

function describe(agency: AgencyOnDay, isReached: boolean): z.input<typeof directoryReply>['agencies'][number] {
  return {
    ref: agency.id,
    code: agency.code,
    name: agency.name,
    abbreviation: agency.abbreviation,
    kind: agency.kind,
    level: agency.level,
    closedOn: agency.closedOn,
    successors: agency.successors.map((successor) => successor.id),
    ...(isReached ? {} : { isReached }),
  };
}
