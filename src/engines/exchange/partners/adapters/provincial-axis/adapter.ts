import { formatInstant } from '#kernel/time.ts';
import { EdxmlError } from '../../../edxml/index.ts';
import { definePartnerAdapter, PartnerUnavailable, type Parcel, type SendResult } from '../../adapter.ts';
import { layOut } from '../edxml-packets/lay-out.ts';
import { signerFor } from '../edxml-packets/packet-settings.ts';
import { describeProblem, readPacket } from '../edxml-packets/read-packet.ts';
import { isSandboxAgency } from '../edxml-packets/sandbox-agencies.ts';
import { packetOfParcel, problemsOf, type Packet } from '../edxml-packets/write-packet.ts';
import { config, heldUp, profileOf, secrets, type AxisLine } from './settings.ts';

const SANDBOX_PAUSE_MS = 15 * 60_000;

/** The system of another vendor: it calls us in the way in which it calls a provincial axis, and fetches what waits for it. */
export const provincialAxisAdapter = definePartnerAdapter({
  protocol: 'provincial_axis',
  config,
  secrets,
  heldUp,
  send,
  read: (line, original) => readPacket({ ...line, isSandbox: line.config.isSandbox }, original),
  test: async (line) => {
    const { rows } = await line.kernel.database.pool.query<{ at: Date }>('select seen_at as at from exchange.axis_meter where partner_id = $1', [line.partnerId]);
    const at = rows[0]?.at;
    if (at === undefined) throw new PartnerUnavailable('neverCalled', { problem: `${line.name} chưa gọi đến lần nào (has never called)`, retry: 'later' });
    const when = formatInstant(at);
    return { vi: `${line.name} tự gọi đến; lần cuối lúc ${when}.`, en: `${line.name} calls us by itself; last at ${when}.` };
  },
});

async function send(line: AxisLine, parcel: Parcel): Promise<SendResult> {
  const stopped = await stoppedBySandbox(line, parcel);
  if (stopped !== undefined) return stopped;
  let packet: Packet;
  try {
    packet = await packetOfParcel(line, parcel, profileOf(line));
  } catch (error) {
    if (error instanceof EdxmlError) return { outcome: 'refused', code: error.problem.code, problem: describeProblem(error.problem) };
    throw error;
  }
  const [problem] = problemsOf(packet, signerFor(line.secrets));
  if (problem !== undefined) return { outcome: 'refused', code: problem.code, problem: describeProblem(problem) };
  const state = await layOut(line.kernel, { partnerId: line.partnerId, parcel, packet });
  return { outcome: state === 'done' ? 'processed' : 'accepted', partnerRef: packet.documentId };
}

/** Nothing real goes to an agency for trying. What is for a real one waits while its system is in sandbox mode. */
async function stoppedBySandbox(line: AxisLine, parcel: Parcel): Promise<SendResult | undefined> {
  const pool = line.kernel.database.pool;
  const here = parcel.kind === 'envelope' ? parcel.sender.agencyId : parcel.from.agencyId;
  const there = parcel.kind === 'envelope' ? parcel.recipients.map(({ party }) => party.agencyId) : [parcel.to.agencyId];
  const isTrialHere = await isSandboxAgency(pool, here);
  const trials = await Promise.all(there.map((id) => isSandboxAgency(pool, id)));
  if (trials.some((isTrial) => isTrial !== isTrialHere)) return { outcome: 'refused', code: 'sandboxOnly', problem: 'Cơ quan thử nghiệm không trao đổi với cơ quan thật.' };
  if (isTrialHere || !line.config.isSandbox) return undefined;
  throw new PartnerUnavailable('inSandbox', { problem: `${line.name} đang ở chế độ thử nghiệm`, retry: 'later', retryAfterMs: SANDBOX_PAUSE_MS });
}
