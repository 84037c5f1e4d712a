import { createHash } from 'node:crypto';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { readEnvelope } from '../../../envelope.ts';
import type { EnvelopeFile } from '../../../contract.ts';
import type { PartnerId } from '../../adapter.ts';
import { completeInbound, findInbound, keepInbound, type InboundRow } from '../../inbound.ts';
import { announceFiles, finishFiles, type ComingFile } from './coming-files.ts';
import { relayRefusal } from './entitled-sender.ts';
import { isTheirs } from './peer-parcels.ts';
import { PeerProblem } from './peer-problem.ts';
import { limitsOf, type Config } from './settings.ts';
import { wireParcel, type ParcelReply, type WireParcel } from './wire.ts';

/** So many parcels of one partner may be on their way at once. */
const MOST_INCOMPLETE = 500;

const refused = (code: string, problem: string): ParcelReply => ({ state: 'refused', code, problem });

/**
 * Takes a parcel that another installation offers: keeps its text untouched, says which files are missing and from where on.
 * Offered again it goes on where it was; once all is here it is read. Its reply is what is durable, nothing more.
 */
export async function takeParcel(kernel: Kernel, offer: { partnerId: PartnerId; config: Config; wire: Buffer }): Promise<ParcelReply> {
  const { partnerId, config, wire } = offer;
  const parcel = parseParcel(wire);
  if (parcel === undefined) return keepUnreadable(kernel, offer);
  if ((parcel.kind === 'opening' || parcel.kind === 'reminder') && !(await isTheirs(kernel, partnerId, parcel))) return refused(`${parcel.kind}Unknown`, 'Không có văn bản nào như thế gửi giữa hai bên.');
  const notEntitled = await relayRefusal(kernel, { partnerId, parcel });
  if (notEntitled !== undefined) return notEntitled;
  const files = filesOf(parcel);
  const tooLarge = limitProblem(files, config);
  if (tooLarge !== undefined) return tooLarge;
  if (files.length > 0 && (await isFull(kernel, partnerId, parcel.id))) throw new PeerProblem(503, { code: 'tooManyParcels', problem: 'Quá nhiều gói đang gửi dở.', retry: 'later', retryAfterMs: 60_000 });
  const announced = files.length === 0 ? [] : await announceFiles(kernel.database.pool, partnerId, { files, now: kernel.clock.now() });
  if (files.some((file) => announced.find((each) => each.sha256 === file.sha256)?.sizeBytes !== file.sizeBytes)) return refused('fileSizeDiffers', 'Cùng một tệp được báo hai kích thước khác nhau.');
  const missing = (await finishFiles(kernel, partnerId, announced)).filter((file) => !file.isHere);
  try {
    const inbound = await keepInbound(kernel, { partnerId, partnerRef: parcel.id, original: wire, mediaType: 'application/json', isIncomplete: missing.length > 0 });
    return await replyFor(kernel, { inbound, parcel, missing });
  } catch (error) {
    if (error instanceof AppError && error.code === 'exchange.parcelChanged') return refused('parcelChanged', 'Gói cùng mã đã đến trước đó với nội dung khác.');
    throw error;
  }
}

function parseParcel(wire: Buffer): WireParcel | undefined {
  try {
    return wireParcel.safeParse(JSON.parse(wire.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/** What is no parcel is kept all the same, for a person to look at; the partner learns that it was no use. */
async function keepUnreadable(kernel: Kernel, offer: { partnerId: PartnerId; wire: Buffer }): Promise<ParcelReply> {
  const partnerRef = `unreadable:${createHash('sha256').update(offer.wire).digest('hex')}`;
  if (offer.wire.length > 0) await keepInbound(kernel, { partnerId: offer.partnerId, partnerRef, original: offer.wire, mediaType: 'application/octet-stream' });
  return refused('parcelUnreadable', 'Gói không đúng định dạng của giao thức.');
}

function filesOf(parcel: WireParcel): readonly EnvelopeFile[] {
  if (parcel.kind !== 'envelope') return [];
  const read = readEnvelope(parcel.original);
  return read.ok ? read.envelope.files : [];
}

function limitProblem(files: readonly EnvelopeFile[], config: Config): ParcelReply | undefined {
  const limits = limitsOf(config);
  const large = files.find((file) => file.sizeBytes > limits.fileBytes);
  if (large !== undefined) return refused('fileTooLarge', `Tệp “${large.name}” lớn hơn ${String(config.fileLimitMb)} MB.`);
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return total > limits.parcelBytes ? refused('parcelTooLarge', `Gói lớn hơn ${String(config.parcelLimitMb)} MB.`) : undefined;
}

async function isFull(kernel: Kernel, partnerId: PartnerId, partnerRef: string): Promise<boolean> {
  if ((await findInbound(kernel.database.pool, { partnerId, partnerRef })) !== undefined) return false;
  const { rows } = await kernel.database.pool.query<{ count: number }>(`select count(*) as count from exchange.inbound where partner_id = $1 and state = 'incomplete'`, [partnerId]);
  return (rows[0]?.count ?? 0) >= MOST_INCOMPLETE;
}

async function replyFor(kernel: Kernel, of: { inbound: InboundRow; parcel: WireParcel; missing: readonly ComingFile[] }): Promise<ParcelReply> {
  const { inbound, parcel, missing } = of;
  switch (inbound.state) {
    case 'incomplete':
      if (missing.length > 0) return { state: 'incomplete', missing: missing.map((file) => ({ sha256: file.sha256, offset: file.receivedBytes })) };
      await run(kernel, completeInbound, inbound.id, { actor: systemActor('exchange.peer') });
      return { state: 'accepted' };
    case 'applied':
    case 'resolved':
      return { state: 'processed' };
    case 'refused':
      return refused(inbound.problemCode ?? 'refused', inbound.problem ?? '');
    case 'discarded':
      return refused('discarded', 'Quản trị viên bên nhận đã bỏ gói này.');
    default:
      // Only an envelope is answered: the rest is here for good, and if it fits nothing, that is this side's matter.
      return { state: parcel.kind === 'envelope' ? 'accepted' : 'processed' };
  }
}
