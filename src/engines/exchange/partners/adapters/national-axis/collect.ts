import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { openBytes, storeBytes, type StoredBlob } from '#engines/files/index.ts';
import { readEdxml, type EdxmlMessage } from '../../../edxml/index.ts';
import { PartnerUnavailable } from '../../adapter.ts';
import { findInbound, keepInbound } from '../../inbound.ts';
import { aboutOf, notePacket, type PacketFacts } from '../edxml-packets/noted-packets.ts';
import { AxisRefusal, callAxis, reply } from './client.ts';
import { fetchPacket } from './fetch-packet.ts';
import type { AxisLine } from './settings.ts';

const text = z.union([z.string(), z.number()]).transform(String);
const received = z.looseObject({ docId: text, messageType: text.nullish(), from: text.nullish(), to: text.nullish(), created_time: text.nullish() });
const receivedList = z.looseObject({ data: z.array(received).nullish() });
type Item = z.output<typeof received>;

/** So many packets in one call; the rest comes with the next. */
const MOST_AT_ONCE = 50;

/** Asks how much waits; shown to the operator. */
export async function countWaiting(line: AxisLine): Promise<number> {
  let count = 0;
  for (const messagetype of ['edoc', 'status'] as const) count += (await listWaiting(line, messagetype)).length;
  return count;
}

async function listWaiting(line: AxisLine, messagetype: 'edoc' | 'status'): Promise<Item[]> {
  const { data } = await callAxis(line, { path: 'getReceivedEdocList', parameters: { servicetype: 'eDoc', messagetype } }, receivedList);
  return data ?? [];
}

/**
 * Fetches what waits on the axis. Only what lies here durably is acknowledged (`done`): until then the axis lists it again,
 * and the same packet again is the same arrival. One that cannot be fetched does not hold up the others.
 * @returns whether there is more at once
 */
export async function collectPackets(line: AxisLine): Promise<boolean> {
  // Documents before the statuses about them.
  const items = [...(await listWaiting(line, 'edoc')), ...(await listWaiting(line, 'status'))];
  let problem: PartnerUnavailable | undefined;
  let taken = 0;
  for (const item of items.slice(0, MOST_AT_ONCE)) {
    try {
      await takePacket(line, item);
      taken += 1;
    } catch (error) {
      if (error instanceof AxisRefusal) continue;
      if (!(error instanceof PartnerUnavailable)) throw error;
      if (error.retry === 'again') throw error;
      problem ??= error;
    }
  }
  if (problem !== undefined && taken === 0) throw problem;
  return items.length > MOST_AT_ONCE && taken > 0;
}

async function takePacket(line: AxisLine, item: Item): Promise<void> {
  const { kernel, partnerId } = line;
  const known = await findInbound(kernel.database.pool, { partnerId, partnerRef: item.docId });
  if (known !== undefined) return acknowledge(line, item.docId, 'done');
  let stored: StoredBlob;
  try {
    stored = await fetchPacket(line, item.docId);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'files.tooLarge')) throw error;
    return keepTooLarge(line, item);
  }
  await run(kernel, notePacket, await factsOf(line, item, stored), { actor: systemActor('exchange.collect') });
  await keepInbound(kernel, { partnerId, partnerRef: item.docId, original: stored, mediaType: 'application/xml' });
  await acknowledge(line, item.docId, 'done');
}

async function acknowledge(line: AxisLine, docId: string, status: 'done' | 'fail'): Promise<void> {
  await callAxis(line, { path: 'updateStatus', parameters: { status, docId } }, reply);
}

/** Nobody takes bytes without end. That it was there, and from whom, stays in sight; the axis and the sender learn that we have it not. */
async function keepTooLarge(line: AxisLine, item: Item): Promise<void> {
  const { kernel, partnerId, config } = line;
  const note = JSON.stringify({ docId: item.docId, from: item.from ?? null, to: item.to ?? null, createdTime: item.created_time ?? null, limitMb: config.packetLimitMb });
  const stored = await storeBytes(kernel, Buffer.from(note, 'utf8'), { limitBytes: Number.MAX_SAFE_INTEGER });
  const facts: PacketFacts = { ...baseFacts(line, item, stored), messageType: 'unreadable', documentId: null, business: 'unreadable', fromCode: item.from ?? null, toCodes: [], sentAt: kernel.clock.now() };
  await run(kernel, notePacket, facts, { actor: systemActor('exchange.collect') });
  await keepInbound(kernel, { partnerId, partnerRef: item.docId, original: stored, mediaType: 'application/json' });
  await acknowledge(line, item.docId, 'fail');
}

function baseFacts({ partnerId }: AxisLine, item: Item, stored: StoredBlob): Pick<PacketFacts, 'partnerId' | 'partnerRef' | 'originalHash'> {
  return { partnerId, partnerRef: item.docId, originalHash: stored.sha256 };
}

async function factsOf(line: AxisLine, item: Item, stored: StoredBlob): Promise<PacketFacts> {
  const base = baseFacts(line, item, stored);
  const now = line.kernel.clock.now();
  // safe because the store reads bytes, not text
  const source = (await openBytes(line.kernel, stored.sha256)) as AsyncIterable<Buffer>;
  const reading = await readEdxml(source, { sink: passedOver, unwrap: false });
  if (!reading.ok) return { ...base, messageType: 'unreadable', documentId: null, business: 'unreadable', fromCode: item.from ?? null, toCodes: [], sentAt: now };
  const { message } = reading;
  const at = timeOf(message);
  const toCodes = message.kind === 'status' ? [message.responseFor.organId] : message.to.map(({ organId }) => organId);
  return { ...base, messageType: message.kind === 'status' ? 'status' : 'edoc', ...aboutOf(message), fromCode: message.from.organId, toCodes, sentAt: at === null ? now : new Date(at) };
}

function timeOf(message: EdxmlMessage): string | null {
  return message.kind === 'status' ? message.at : (message.trace[0]?.at ?? null);
}

/** The attachments are taken by the job that reads the original; here they only go past. */
async function passedOver(_head: unknown, content: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const piece of content) if (piece.length < 0) return;
  } catch (error) {
    // A damaged attachment is told by the reading; only its stream throws here.
    if (!(error instanceof Error)) throw error;
  }
}
