import { agenciesOn, type AgencyId } from '#engines/identity/index.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { Reading } from '../../adapter.ts';
import { readPacket as readEdxmlPacket } from '../provincial-axis/read-packet.ts';
import { config as provincialConfig } from '../provincial-axis/settings.ts';
import type { AxisLine } from './settings.ts';

/**
 * A packet from the axis as this house has it. It lists all its receivers in the country: of those the ones that live here
 * are meant by our arrival; a packet that names none of ours stays as it is, and is put apart.
 */
export async function readAxisPacket(line: AxisLine, original: Buffer): Promise<Reading> {
  if (original.subarray(0, 9).toString('utf8') === '{"docId":') return { ok: false, code: 'packetTooLarge', problem: `Gói tin lớn hơn mức ${String(line.config.packetLimitMb)} MB nên chưa tải về: ${original.toString('utf8').slice(0, 300)}` };
  const config = provincialConfig.parse({ systemId: 'national-axis', profile: line.config.profile });
  const reading = await readEdxmlPacket({ ...line, config, secrets: {} }, original);
  if (!reading.ok || reading.content.kind !== 'envelope') return reading;
  const { recipients } = reading.content;
  // safe because what no agency has is not found
  const ids = recipients.flatMap(({ agencyId }) => (agencyId === undefined ? [] : [agencyId as AgencyId]));
  const agencies = await agenciesOn(line.kernel.database.pool, ids, vietnamDay(line.kernel.clock.now()));
  const here = recipients.filter(({ agencyId }) => agencyId !== undefined && agencies.get(agencyId as AgencyId)?.hosting === 'local');
  return here.length === 0 ? reading : { ok: true, content: { ...reading.content, recipients: here } };
}
