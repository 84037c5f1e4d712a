import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';
import { openBytes, storeBytes, type StoredBlob } from '#engines/files/index.ts';
import { readEdxml, type EdxmlMessage } from '../../../edxml/index.ts';
import { PartnerUnavailable } from '../../adapter.ts';
import { findInbound, keepInbound } from '../../inbound.ts';
import { isOwnTrouble } from '../../own-trouble.ts';
import { aboutOf, notePacket, type PacketFacts } from '../edxml-packets/noted-packets.ts';
import { AxisRefusal, callAxis, reply } from './client.ts';
import { fetchPacket } from './fetch-packet.ts';
import type { AxisLine } from './settings.ts';
import { forgetWithheld, noteWithheld, withheldOf, type Listed } from './withheld.ts';

const text = z.union([z.string(), z.number()]).transform(String);
const received = z.looseObject({ docId: text, from: text.nullish(), to: text.nullish(), created_time: text.nullish() });
const receivedList = z.looseObject({ data: z.array(received).nullish() });
type Item = z.output<typeof received> & Listed;

/** So many packets in one call; the rest comes with the next. */
const MOST_AT_ONCE = 50;
/** So many are asked for in one call, those included that the axis does not give. */
const MOST_ASKED = 200;
/** Of the axis' own ids, as they are kept. */
const LONGEST_DOC_ID = 200;

/** Asks how much waits; shown to the operator. */
export async function countWaiting(line: AxisLine): Promise<number> {
  let count = 0;
  for (const messagetype of ['edoc', 'status'] as const) count += (await listWaiting(line, messagetype)).length;
  return count;
}

async function listWaiting(line: AxisLine, messagetype: 'edoc' | 'status'): Promise<Item[]> {
  const { data } = await callAxis(line, { path: 'getReceivedEdocList', parameters: { servicetype: 'eDoc', messagetype } }, receivedList);
  const items = (data ?? []).map((each) => ({ ...each, messageType: messagetype }));
  const unnamed = items.filter((item) => !canBeNamed(item));
  if (unnamed.length > 0) line.kernel.log.warn({ partnerId: line.partnerId, docIds: unnamed.map(({ docId }) => docId.slice(0, LONGEST_DOC_ID)) }, 'the axis lists packets under ids by which nobody can ask for them');
  return items.filter(canBeNamed);
}

const canBeNamed = ({ docId }: Item): boolean => docId !== '' && docId.length <= LONGEST_DOC_ID && !docId.includes('\0');

/**
 * Fetches what waits on the axis. Only what lies here durably is acknowledged (`done`): until then the axis lists it again,
 * and the same packet again is the same arrival. One that the axis does not give is noted, in sight, and stands aside for a while.
 * @returns whether there is more at once
 */
export async function collectPackets(line: AxisLine): Promise<boolean> {
  // Read before the list, which then is the newer one, whatever another worker finds meanwhile.
  const withheld = await withheldOf(line);
  // Documents before the statuses about them.
  const listed = new Map([...(await listWaiting(line, 'edoc')), ...(await listWaiting(line, 'status'))].map((item) => [item.docId, item]));
  await forgetWithheld(line, [...withheld.keys()].filter((docId) => !listed.has(docId)));
  const items = inTurn([...listed.values()], withheld, line.kernel.clock.now());
  let [asked, taken] = [0, 0];
  for (const item of items) {
    if (taken === MOST_AT_ONCE || asked === MOST_ASKED) break;
    asked += 1;
    try {
      await takePacket(line, item);
      taken += 1;
    } catch (error) {
      if (isOwnTrouble(error) || (error instanceof PartnerUnavailable && error.code === 'tooManyRequests')) throw error;
      // Also where the line itself, or we, may be at fault: a packet on which every try breaks would otherwise hold up all others for good.
      await noteWithheld(line, item, failureOf(line, error));
      if (error instanceof PartnerUnavailable && error.retry === 'again') throw error;
      continue;
    }
    if (withheld.has(item.docId)) await forgetWithheld(line, [item.docId]);
  }
  return items.length > asked;
}

function failureOf({ kernel, partnerId }: AxisLine, error: unknown): { code: string; message: string } {
  if (error instanceof AxisRefusal || error instanceof PartnerUnavailable) return error;
  kernel.log.error({ err: error, partnerId }, 'a packet of the axis could not be taken');
  return { code: 'defect', message: error instanceof Error ? error.message : String(error) };
}

/** What was never asked for comes first, as it is listed; behind it what was not given and whose pause is over, the longest due first. */
function inTurn(items: readonly Item[], withheld: ReadonlyMap<string, Date>, now: Date): Item[] {
  const dueAt = ({ docId }: Item): number => withheld.get(docId)?.getTime() ?? Number.NEGATIVE_INFINITY;
  return items.filter((item) => dueAt(item) <= now.getTime()).sort((one, other) => (dueAt(one) < dueAt(other) ? -1 : Number(dueAt(one) > dueAt(other))));
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
  const facts = await factsOf(line, item, stored);
  await keepInbound(kernel, { partnerId, partnerRef: item.docId, original: stored, mediaType: 'application/xml', note: (ctx) => notePacket(ctx, facts) });
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
  await keepInbound(kernel, { partnerId, partnerRef: item.docId, original: stored, mediaType: 'application/json', note: (ctx) => notePacket(ctx, facts) });
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
