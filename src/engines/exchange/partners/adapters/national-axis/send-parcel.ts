import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { openBytes, storeBytes, type StoredBlob } from '#engines/files/index.ts';
import { EdxmlError } from '../../../edxml/index.ts';
import { PartnerUnavailable, type Parcel, type SendResult } from '../../adapter.ts';
import { layOut } from '../edxml-packets/lay-out.ts';
import { MEGABYTE, signerFor } from '../edxml-packets/packet-settings.ts';
import { describeProblem } from '../edxml-packets/read-packet.ts';
import { packetBytes, packetOfParcel, problemsOf, type Packet } from '../edxml-packets/write-packet.ts';
import { AxisRefusal, callAxis } from './client.ts';
import { noteBegun, noteProcessed, noteSent, noteState, sendingOf, type Place } from './sendings.ts';
import { profileFor, type AxisLine } from './settings.ts';
import { findOnAxis, stateOnAxis, type PacketState } from './sent-list.ts';
import { z } from 'zod';

const FAILED_FOR_SOME_PAUSE_MS = 6 * 3_600_000;
/** A parcel's bytes may grow by the header and by Base64. */
const BASE64 = 4 / 3;

/**
 * Brings a parcel to the axis, or asks how far the axis is with one that it has. What was begun and not noted as sent is
 * looked for on the axis first, so that nobody gets it twice.
 */
export async function sendParcel(line: AxisLine, parcel: Parcel): Promise<SendResult> {
  try {
    const packets = await packetsOf(line, parcel);
    const results: Told[] = [];
    for (const [part, packet] of packets.entries()) results.push(await bring(line, { parcel, packet, part }));
    const result = resultOf(results);
    if (result.outcome === 'processed') await noteProcessed(line.kernel, agencyOf(parcel), parcel.id);
    return result;
  } catch (error) {
    if (error instanceof AxisRefusal) return { outcome: 'refused', code: error.code, problem: error.message };
    if (error instanceof EdxmlError) return { outcome: 'refused', code: error.problem.code, problem: describeProblem(error.problem) };
    throw error;
  }
}

function agencyOf(parcel: Parcel): Id<'agency'> {
  return parcel.kind === 'envelope' ? parcel.sender.agencyId : parcel.from.agencyId;
}

/** The packets of a parcel: one for all its receivers, but a taking back for each, which names the receiver (13). */
async function packetsOf(line: AxisLine, parcel: Parcel): Promise<Packet[]> {
  const packet = await packetOfParcel(line, parcel, profileFor(line, vietnamDay(line.kernel.clock.now())));
  const [problem] = problemsOf(packet, signerFor(line.secrets));
  if (problem !== undefined) throw new EdxmlError(problem);
  const { message } = packet;
  if (parcel.kind === 'answer' || message.kind !== 'status') return [packet];
  return packet.toCodes.map((code) => ({ ...packet, toCodes: [code], message: { ...message, responseFor: { ...message.responseFor, organId: code } } }));
}

type Bringing = { parcel: Parcel; packet: Packet; part: number };
type Told = { docId: string; state: PacketState; problem: string | null };

async function bring(line: AxisLine, { parcel, packet, part }: Bringing): Promise<Told> {
  const { kernel, partnerId } = line;
  const place: Place = { agencyId: agencyOf(parcel), transferId: parcel.id, part };
  // Answers find the delivery by what was laid out.
  await layOut(kernel, { partnerId, parcel, packet });
  const known = await sendingOf(kernel.database.pool, place);
  // What no receiver could process goes out again, as a new packet, when somebody sends it again.
  const isFailed = known?.state === 'fail';
  if (known !== undefined && known.docId !== null && !isFailed) return askAfter(line, place, { docId: known.docId, packet, state: known.state });
  if (known !== undefined && !isFailed) {
    const found = await findOnAxis(line, { packet, packetHash: known.packetHash, since: known.begunAt });
    if (found !== undefined) {
      await noteSent(kernel, place, found);
      return askAfter(line, place, { docId: found, packet, state: 'initial' });
    }
  }
  const stored = await writePacket(line, { parcel, packet });
  await noteBegun(kernel, place, { partnerId, ...stored });
  const docId = await post(line, packet, stored);
  await noteSent(kernel, place, docId);
  return { docId, state: 'initial', problem: null };
}

/** Written into the store, since its hash goes ahead of it; swept away by itself after a day. */
async function writePacket(line: AxisLine, { parcel, packet }: Pick<Bringing, 'parcel' | 'packet'>): Promise<StoredBlob> {
  const limitBytes = line.config.packetLimitMb * MEGABYTE;
  const expected = parcel.kind === 'envelope' ? parcel.files.reduce((sum, file) => sum + file.sizeBytes * BASE64, 0) : 0;
  if (expected > limitBytes) throw new AxisRefusal('packetTooLarge', `Gói tin khoảng ${String(Math.ceil(expected / MEGABYTE))} MB, vượt mức ${String(line.config.packetLimitMb)} MB của trục`);
  return storeBytes(line.kernel, packetBytes(packet, signerFor(line.secrets)), { limitBytes: Number.MAX_SAFE_INTEGER, provisional: true });
}

const sent = z.looseObject({ DocId: z.union([z.string().min(1).max(200), z.number()]).transform(String) });

async function post(line: AxisLine, packet: Packet, stored: StoredBlob): Promise<string> {
  const parameters = { from: packet.fromCode, servicetype: 'eDoc', messagetype: packet.messageType, 'hash-file': stored.sha256 };
  const told = await callAxis(line, { path: 'sendEdoc', parameters, body: { content: await openBytes(line.kernel, stored.sha256), sizeBytes: stored.sizeBytes } }, sent);
  return told.DocId;
}

async function askAfter(line: AxisLine, place: Place, of: { docId: string; packet: Packet; state: PacketState }): Promise<Told> {
  if (of.state === 'done') return { docId: of.docId, state: 'done', problem: null };
  const told = await stateOnAxis(line, { docId: of.docId, messageType: of.packet.messageType });
  await noteState(line.kernel, place, told.state);
  return { docId: of.docId, ...told };
}

/** Done when all receivers have it; refused when none takes it. Some and some waits in sight: what arrived is not called back. */
function resultOf(results: readonly Told[]): SendResult {
  const [first] = results;
  if (first === undefined) return { outcome: 'processed' };
  const partnerRef = first.docId;
  const failed = results.filter(({ state }) => state === 'fail');
  const problem = results.map((each) => each.problem ?? '').filter((each) => each !== '').join('; ');
  if (failed.length === results.length) return { outcome: 'refused', code: 'packetFailed', problem: problem === '' ? 'Nơi nhận báo không xử lý được gói tin' : problem, partnerRef };
  if (results.some(({ state }) => state === 'failedForSome') || failed.length > 0) {
    throw new PartnerUnavailable('packetFailedForSome', { problem: problem === '' ? 'Một số nơi nhận báo không xử lý được gói tin' : problem, retry: 'later', retryAfterMs: FAILED_FOR_SOME_PAUSE_MS });
  }
  return { outcome: results.every(({ state }) => state === 'done') ? 'processed' : 'accepted', partnerRef };
}

