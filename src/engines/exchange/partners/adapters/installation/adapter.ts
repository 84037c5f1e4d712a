import type { Kernel } from '#kernel/kernel.ts';
import { openBytes, readBytes } from '#engines/files/index.ts';
import { verifyReceipt } from '../../../domain/receipt.ts';
import { readEnvelope } from '../../../envelope.ts';
import { witnessReply } from '../../witness.ts';
import { definePartnerAdapter, PartnerUnavailable, type EnvelopeParcel, type InboundContent, type Original, type Parcel, type Reading, type SendResult } from '../../adapter.ts';
import { callForBytes, callPeer, PeerRefusal, sayHello, type InstallationLine } from './client.ts';
import { addPart, comingFile } from './coming-files.ts';
import { toldFeatures } from './peer-features.ts';
import { PeerProblem } from './peer-problem.ts';
import { readPeerWire } from './peer-parcels.ts';
import { config, pinned, secrets } from './settings.ts';
import { takeParcel } from './take-parcel.ts';
import { directoryReply, parcelReply, PART_LIMIT_BYTES, partReply, type settledParcels, signedAnswer, waitingReply, wireParcel, writeWire, type ParcelReply, type Sending, type WireParcel } from './wire.ts';
import { z } from 'zod';

/** So long one call goes on bringing parts; the rest comes with the next, so that a large file holds nobody up. */
const SLICE_MS = 40_000;

const handSet = z.object({ tls: secrets.shape.tls });

/** Another installation of Liên Thông: another province, a block of the Party, a ministry. */
export const installationAdapter = definePartnerAdapter({
  protocol: 'installation',
  config,
  secrets,
  // The key for the partner is made here and told by its own way.
  setByHand: (present, given) => ({ ...present, tls: handSet.parse(given).tls }),
  isFetched: ({ address }) => address === null,
  send: async (line, parcel) => {
    try {
      return await send(line, parcel);
    } catch (error) {
      if (error instanceof PeerRefusal) return { outcome: 'refused', code: error.problem.code, problem: error.problem.problem };
      throw error;
    }
  },
  tell: async (line, parcel) => {
    try {
      return resultOf(await callPeer(line, { method: 'POST', path: '/parcels', body: writeWire(parcel, sendingOf(line)) }, parcelReply));
    } catch (error) {
      if (error instanceof PeerRefusal) return { outcome: 'refused', code: error.problem.code, problem: error.problem.problem };
      throw error;
    }
  },
  read,
  test: async (line) => {
    if (line.address === null) return { vi: `${line.name} tự gọi đến; không có địa chỉ để thử.`, en: `${line.name} calls us by itself; there is no address to test.` };
    const told = await refusalsAsFailures(sayHello(line));
    return { vi: `${told.name} trả lời, giao thức ${told.versions.join(', ')}.`, en: `${told.name} answers, protocol ${told.versions.join(', ')}.` };
  },
  isCollected: ({ config: { isFetching } }) => isFetching,
  collect: async (line) => ({ cursor: null, isMore: await refusalsAsFailures(fetchWaiting(line)) }),
  witness: (line, knownSize) => refusalsAsFailures(callPeer(line, { method: 'GET', path: `/tree-head${knownSize === null ? '' : `?since=${String(knownSize)}`}` }, witnessReply)),
  readDirectory: async (line, cursor) => {
    // What the other side has learnt to understand since is asked at the same time.
    await refusalsAsFailures(sayHello(line));
    return refusalsAsFailures(callPeer(line, { method: 'GET', path: `/directory?cursor=${encodeURIComponent(cursor ?? '')}` }, directoryReply));
  },
});

async function refusalsAsFailures<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PeerRefusal) throw new PartnerUnavailable(error.problem.code, { problem: error.problem.problem, retry: 'later', cause: error });
    throw error;
  }
}

const sendingOf = ({ kernel, partnerId }: InstallationLine): Sending => ({ appSecret: kernel.config.appSecret, partnerId });

async function send(line: InstallationLine, parcel: Parcel): Promise<SendResult> {
  const offer = (): Promise<ParcelReply> => callPeer(line, { method: 'POST', path: '/parcels', body: writeWire(parcel, sendingOf(line)) }, parcelReply);
  const first = await offer();
  if (first.state !== 'incomplete' || parcel.kind !== 'envelope') return resultOf(first);
  const isAllOver = await sendFiles(line, parcel, first.missing);
  return isAllOver ? resultOf(await offer()) : { outcome: 'continues' };
}

function resultOf(reply: ParcelReply): SendResult {
  switch (reply.state) {
    case 'incomplete':
      // A whole that did not fit its hash begins anew.
      throw new PartnerUnavailable('fileDamaged', { problem: 'a file arrived damaged and is sent again', retry: 'later' });
    case 'refused':
      return { outcome: 'refused', code: reply.code, problem: reply.problem };
    default:
      return { outcome: reply.state };
  }
}

/** Brings the missing files from where they broke off. Returns whether all are over. */
async function sendFiles(line: InstallationLine, parcel: EnvelopeParcel, missing: readonly { sha256: string; offset: number }[]): Promise<boolean> {
  const { limits } = await sayHello(line);
  const until = performance.now() + SLICE_MS;
  for (const { sha256, offset: begin } of missing) {
    const file = parcel.files.find((each) => each.sha256 === sha256);
    if (file === undefined) throw new PartnerUnavailable('replyUnreadable', { problem: 'the partner asks for a file that the parcel does not have', retry: 'later' });
    for (let offset = begin; offset < file.sizeBytes; ) {
      if (performance.now() > until) return false;
      const body = await readRange(line.kernel, sha256, { start: offset, end: Math.min(offset + limits.partBytes, file.sizeBytes) - 1 });
      const reply = await callPeer(line, { method: 'PUT', path: `/files/${sha256}?offset=${String(offset)}`, body }, partReply);
      if (reply.isHere) break;
      if (reply.offset <= offset) throw new PartnerUnavailable('fileDamaged', { problem: 'the partner has less of a file than before', retry: 'later' });
      offset = reply.offset;
    }
  }
  return true;
}

/** A part of stored bytes, both ends included. */
export async function readRange(kernel: Kernel, sha256: string, range: { start: number; end: number }): Promise<Buffer> {
  const parts: Buffer[] = [];
  // safe because the store reads bytes, not text
  for await (const bytes of await openBytes(kernel, sha256, range)) parts.push(bytes as Buffer);
  return Buffer.concat(parts);
}

async function read(line: InstallationLine, original: Original): Promise<Reading> {
  const bytes = await readBytes(line.kernel, original.sha256);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return { ok: false, code: 'parcelUnreadable', problem: 'not JSON' };
  }
  const parcel = wireParcel.safeParse(value);
  if (!parcel.success) return { ok: false, code: 'parcelUnreadable', problem: parcel.error.issues.map((issue) => issue.path.join('.')).join(', ') };
  switch (parcel.data.kind) {
    case 'envelope':
      return readEnvelopeWire(parcel.data);
    case 'answer':
      return readAnswerWire(line, parcel.data);
    case 'opening':
    case 'reminder':
      return { ok: true, content: readPeerWire(parcel.data) };
  }
}

function readEnvelopeWire(parcel: WireParcel & { kind: 'envelope' }): Reading {
  const { original, contentHash, sender, recipients } = parcel;
  const envelope = readEnvelope(original);
  if (envelope.ok && envelope.envelope.sender.agencyId !== sender.ref) return { ok: false, code: 'senderDiffers', problem: sender.name };
  const content: InboundContent = {
    kind: 'envelope',
    original,
    contentHash,
    isRelayed: parcel.relayed === true,
    sender,
    recipients: recipients.map((each) => ({ code: each.code, ref: each.ref, ...(each.id === null ? {} : { agencyId: each.id }) })),
  };
  return { ok: true, content };
}

async function readAnswerWire(line: InstallationLine, parcel: WireParcel & { kind: 'answer' }): Promise<Reading> {
  let verdict = verifyReceipt(parcel.receipt, pinned.parse(line.pinned).receiptKeys);
  if (!verdict.ok && verdict.problem === 'unknown-key' && line.address !== null) verdict = verifyReceipt(parcel.receipt, (await refusalsAsFailures(sayHello(line))).receiptKeys);
  if (!verdict.ok) return { ok: false, code: 'receiptUnverified', problem: verdict.problem };
  const { receipt } = verdict;
  if (receipt.envelopeId !== parcel.envelopeId || receipt.contentHash !== parcel.contentHash || receipt.status !== parcel.status) return { ok: false, code: 'receiptDiffers', problem: 'the receipt says something else' };
  const { envelopeId, contentHash, addressed, ordinal, status } = parcel;
  // When, who and why are what was signed, whatever is written around it.
  const told = signedAnswer.safeParse(receipt).data;
  if (told === undefined) return { ok: false, code: 'receiptUnverified', problem: 'malformed' };
  const { at, by, reason, recipient, addressed: as } = told;
  const named = as ?? recipient;
  const signed = { at: new Date(at), by, reason, signedFor: { ref: named.agencyId, code: named.code } };
  const answer = { senderAgencyId: parcel.sender.ref, envelopeId, contentHash, addressed, ordinal, status, ...signed, receipt: parcel.receipt, isPassedOn: parcel.passedOn === true };
  return { ok: true, content: { kind: 'answer', ...answer } };
}

/** Fetches what another installation has for us, for one that cannot be called. Returns whether there is more. */
async function fetchWaiting(line: InstallationLine): Promise<boolean> {
  const { parcels, isMore } = await callPeer(line, { method: 'GET', path: `/waiting?${toldFeatures}` }, waitingReply);
  if (parcels.length === 0) return false;
  const until = performance.now() + SLICE_MS;
  const results: z.input<typeof settledParcels>['results'] = [];
  for (const parcel of parcels) {
    if (performance.now() > until) break;
    const reply = await fetchParcel(line, parcel).catch(laterAsNothing);
    if (reply === undefined) continue;
    if (reply.state === 'refused') results.push({ id: parcel.id, outcome: 'refused', code: reply.code, problem: reply.problem });
    else if (reply.state !== 'incomplete') results.push({ id: parcel.id, outcome: reply.state, code: null, problem: null });
  }
  // Only what lies here durably is taken off the other side's hands.
  if (results.length > 0) await callPeer(line, { method: 'POST', path: '/settled', body: Buffer.from(JSON.stringify({ results }), 'utf8') }, z.object({}));
  return isMore && results.length > 0;
}

/** What cannot be taken yet waits where it is and does not hold up the others. */
function laterAsNothing(error: unknown): undefined {
  if (!(error instanceof PeerProblem && error.wire.retry === 'later')) throw error;
}

async function fetchParcel(line: InstallationLine, parcel: WireParcel): Promise<ParcelReply> {
  const wire = Buffer.from(JSON.stringify(parcel), 'utf8');
  const offer = { partnerId: line.partnerId, config: line.config, wire };
  const first = await takeParcel(line.kernel, offer);
  if (first.state !== 'incomplete') return first;
  for (const { sha256 } of first.missing) {
    for (let file = await comingFile(line.kernel.database.pool, line.partnerId, sha256); file !== undefined && !file.isHere; ) {
      const offset = file.receivedBytes;
      const length = Math.min(PART_LIMIT_BYTES, file.sizeBytes - offset);
      const bytes = await callForBytes(line, { method: 'GET', path: `/waiting/${parcel.id}/files/${sha256}?offset=${String(offset)}&length=${String(length)}` });
      const now = await addPart(line.kernel, line.partnerId, { file, offset, source: asSource(bytes) });
      if (!now.isHere && now.receivedBytes <= offset) throw new PartnerUnavailable('fileDamaged', { problem: 'a file arrived damaged and is fetched again', retry: 'later' });
      file = now;
    }
  }
  return takeParcel(line.kernel, offer);
}

async function* asSource(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}
