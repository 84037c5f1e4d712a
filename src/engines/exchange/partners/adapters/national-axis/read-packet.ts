import { readBytes } from '#engines/files/index.ts';
import { agenciesOn, type AgencyId } from '#engines/identity/index.ts';
import { partnersOfAgencies } from '../../partner-rows.ts';
import { mayRelay } from '../../relay-rule.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { Original, Reading } from '../../adapter.ts';
import { readPacket } from '../edxml-packets/read-packet.ts';
import type { AxisLine } from './settings.ts';

/** What is kept in the place of a packet that was not fetched is smaller than any packet. */
const NOTE_BYTES = 4096;

/**
 * A packet from the axis as this house has it. It lists all its receivers in the country: of those the ones that live here, and
 * those of partners to which we carry for the axis, are meant by our arrival; a packet that names none of ours stays as it is, and is put apart.
 */
export async function readAxisPacket(line: AxisLine, original: Original): Promise<Reading> {
  const small = original.sizeBytes <= NOTE_BYTES ? (await readBytes(line.kernel, original.sha256)).toString('utf8') : '';
  if (small.startsWith('{"docId":')) return { ok: false, code: 'packetTooLarge', problem: `Gói tin lớn hơn mức ${String(line.config.packetLimitMb)} MB nên chưa tải về: ${small.slice(0, 300)}` };
  const reading = await readPacket({ ...line, isSandbox: false }, original);
  if (!reading.ok || reading.content.kind !== 'envelope') return reading;
  const contents = [reading.content, ...(reading.also ?? [])];
  // safe because what no agency has is not found
  const ids = contents.flatMap(({ recipients }) => recipients).flatMap(({ agencyId }) => (agencyId === undefined ? [] : [agencyId as AgencyId]));
  const today = vietnamDay(line.kernel.clock.now());
  const { pool } = line.kernel.database;
  const [agencies, partners] = await Promise.all([agenciesOn(pool, ids, today), partnersOfAgencies(pool, ids, today)]);
  const isOurs = (id: AgencyId): boolean => {
    const reached = partners.get(id);
    return agencies.get(id)?.hosting === 'local' || (reached !== undefined && reached.protocol !== 'national_axis' && mayRelay({ partnerId: line.partnerId, protocol: 'national_axis', passesOn: null }, reached));
  };
  // safe because an id that no agency has is nobody's
  const here = contents.map((each) => ({ ...each, recipients: each.recipients.filter(({ agencyId }) => agencyId !== undefined && isOurs(agencyId as AgencyId)) }));
  const [content, ...also] = here.filter(({ recipients }) => recipients.length > 0);
  return content === undefined ? reading : { ok: true, content, also };
}
