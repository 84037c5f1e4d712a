import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';
import type { Packet } from '../edxml-packets/write-packet.ts';
import { AxisRefusal, callAxis } from './client.ts';
import { fetchPacket } from './fetch-packet.ts';
import type { AxisLine } from './settings.ts';

/** How far the receivers are with a packet: `initial` before any of them fetched it. */
export type PacketState = 'initial' | 'processing' | 'done' | 'fail' | 'failedForSome';

const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : String(value)));
const item = z.looseObject({ senderDocId: text, receiverDocId: text, fromCode: text, toCode: text, receiveStatus: text, receiveStatusDesc: text, sendStatus: text, sendStatusDesc: text, notation: text, sentTime: text });
const sentList = z.looseObject({ data: z.array(item).nullish() });
type Item = z.output<typeof item>;

/** More packets than these are not fetched to find one again. */
const MOST_CANDIDATES = 20;
const CLOCK_MARGIN_MS = 10 * 60_000;

/** How far each receiver of a packet is, put together (first layer of acknowledgement: the packet, not the document). */
export async function stateOnAxis(line: AxisLine, of: { docId: string; messageType: 'edoc' | 'status' }): Promise<{ state: PacketState; problem: string | null }> {
  const { data } = await callAxis(line, { path: 'getSentEdocList', parameters: { servicetype: 'eDoc', messagetype: of.messageType, docId: of.docId } }, sentList);
  const items = (data ?? []).filter((each) => each.senderDocId === null || each.senderDocId === of.docId);
  const states = items.map(({ receiveStatus, sendStatus }) => (sendStatus?.toLowerCase() === 'fail' ? 'fail' : (receiveStatus ?? 'initial').toLowerCase()));
  const failed = items.filter((_each, index) => states[index] === 'fail');
  const problem = failed.map((each) => [each.toCode, each.receiveStatusDesc ?? each.sendStatusDesc].filter((part) => part !== null && part !== '').join(': ')).join('; ') || null;
  if (items.length > 0 && failed.length === items.length) return { state: 'fail', problem };
  if (failed.length > 0 && states.every((state) => state === 'fail' || state === 'done')) return { state: 'failedForSome', problem };
  if (items.length > 0 && states.every((state) => state === 'done')) return { state: 'done', problem: null };
  return { state: states.some((state) => state === 'processing' || state === 'done') ? 'processing' : 'initial', problem: null };
}

/** The axis' id of a packet that was begun and perhaps arrived: by its very bytes. */
export async function findOnAxis(line: AxisLine, of: { packet: Packet; packetHash: string; since: Date }): Promise<string | undefined> {
  const { data } = await callAxis(line, { path: 'getSentEdocList', parameters: { servicetype: 'eDoc', messagetype: of.packet.messageType, from: of.packet.fromCode } }, sentList);
  const wanted = new Set(of.packet.toCodes);
  const candidates = (data ?? []).filter((each) => (each.toCode === null || wanted.has(each.toCode)) && (each.fromCode === null || each.fromCode === of.packet.fromCode) && isSince(each, of.since));
  const ids = [...new Set(candidates.flatMap(({ senderDocId }) => (senderDocId === null ? [] : [senderDocId])))];
  for (const docId of ids.slice(0, MOST_CANDIDATES)) if ((await hashOnAxis(line, docId)) === of.packetHash) return docId;
  return undefined;
}

/** Without a time that can be read it may be the one. */
function isSince({ sentTime }: Item, since: Date): boolean {
  if (sentTime === null) return true;
  const at = Date.parse(/^\d{4}-\d{2}-\d{2} /.test(sentTime) ? `${sentTime.replace(' ', 'T')}+07:00` : sentTime);
  return Number.isNaN(at) || at >= since.getTime() - CLOCK_MARGIN_MS;
}

async function hashOnAxis(line: AxisLine, docId: string): Promise<string | undefined> {
  try {
    return (await fetchPacket(line, docId)).sha256;
  } catch (error) {
    // A packet that cannot be fetched is another one.
    if (error instanceof AxisRefusal || (error instanceof AppError && error.code.startsWith('files.'))) return undefined;
    throw error;
  }
}
