import { createHash } from 'node:crypto';
import type { Kernel } from '#kernel/kernel.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, agencyGroups, type AgencyOnDay } from '#engines/identity/index.ts';
import type { z } from 'zod';
import type { directoryReply } from './wire.ts';

const PAGE = 200;
/** A closed agency is still told for so long, so that whoever reads seldom learns of it. */
const CLOSED_DAYS = 400;

/**
 * The agencies that live here, for another installation: a page after the cursor. The cursor of a whole reading holds the
 * digest of the list, so that nothing is told again while nothing changed.
 */
export async function localDirectory(kernel: Kernel, cursor: string): Promise<z.input<typeof directoryReply>> {
  const agencies = await localAgencies(kernel);
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

async function localAgencies(kernel: Kernel): Promise<z.input<typeof directoryReply>['agencies']> {
  const today = vietnamDay(kernel.clock.now());
  const { pool } = kernel.database;
  const groups = [...(await agencyGroups(pool, today)), ...(await agencyGroups(pool, addDays(today, -CLOSED_DAYS)))];
  const found = await agenciesOn(pool, [...new Set(groups.flatMap((group) => group.agencyIds))], today);
  return [...found.values()].filter((agency) => agency.hosting === 'local').sort((a, b) => (a.id < b.id ? -1 : 1)).map(describe);
}

function describe(agency: AgencyOnDay): z.input<typeof directoryReply>['agencies'][number] {
  return {
    ref: agency.id,
    code: agency.code,
    name: agency.name,
    abbreviation: agency.abbreviation,
    kind: agency.kind,
    level: agency.level,
    closedOn: agency.closedOn,
    successors: agency.successors.map((successor) => successor.id),
  };
}
