import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { isId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Parcel, PartnerId, TransferId } from '../../adapter.ts';
import { parcelOf, type TransferRow } from '../../parcels.ts';
import type { PartnerRow } from '../../partner-rows.ts';
import { endTransfer } from '../../settle-transfer.ts';
import type { PacketState } from '../edxml-packets/lay-out.ts';
import { AxisProblem } from './axis-problem.ts';

export const packetStates = ['processing', 'done', 'fail'] as const;

export type ParcelItem = { docId: string; messageType: 'edoc' | 'status'; documentId: string; from: string; to: string[]; state: PacketState; note: string | null; createdAt: Date; changedAt: Date };

const ITEM = `id as "docId", message_type as "messageType", document_id as "documentId", from_code as "from", to_codes as "to", state, note, created_at as "createdAt", changed_at as "changedAt"`;

/** What an agency for trying laid out is for a client that is being tried, and nothing else is. */
const OF_ITS_MODE = 'exists (select from exchange.axis_sandbox s where s.agency_id = axis_parcel.agency_id)';

/** A system as it is now: real, or being tried. */
type Of = { partnerId: PartnerId; isSandbox: boolean };

/** What waits for a system, oldest first, after the last one that it saw. */
export async function listWaiting(q: Queryable, of: Of & { after: string | null; messageType: string | null; limit: number }): Promise<ParcelItem[]> {
  const { rows } = await q.query(
    `select ${ITEM} from exchange.axis_parcel
      where partner_id = $1 and state in ('initial', 'processing') and ($2::uuid is null or id > $2) and ($3::text is null or message_type = $3) and ${OF_ITS_MODE} = $5 order by id limit $4`,
    [of.partnerId, of.after, of.messageType, of.limit, of.isSandbox],
  );
  // safe because the statement selects exactly these columns
  return rows as ParcelItem[];
}

type Found = ParcelItem & { agencyId: Id<'agency'> };

/** What is no id is none of ours. */
function idOrNull(docId: string): string | null {
  return isId(docId) ? docId : null;
}

/** A parcel of this system. Another's does not exist for it, nor one of the other mode. @throws AxisProblem 30 */
export async function findParcel(q: Queryable, of: Of & { docId: string }): Promise<Found> {
  const { rows } = await q.query(`select agency_id as "agencyId", ${ITEM} from exchange.axis_parcel where partner_id = $1 and id = $2 and ${OF_ITS_MODE} = $3`, [of.partnerId, idOrNull(of.docId), of.isSandbox]);
  // safe because the statement selects exactly these columns
  const found = rows[0] as Found | undefined;
  if (found === undefined) throw new AxisProblem('packetUnknown', { detail: of.docId });
  return found;
}

/** What a parcel carries today. */
export async function contentOf(kernel: Kernel, of: Found): Promise<Parcel> {
  const place = { now: kernel.clock.now(), query: (text: string, values?: unknown[]) => kernel.database.pool.query(text, values) };
  const { rows } = await place.query(
    `select agency_id as "agencyId", id, partner_id as "partnerId", kind, envelope_id as "envelopeId", message_id as "messageId", ordinal, position, state, attempts, checks
       from exchange.transfer where agency_id = $1 and id = $2`,
    [of.agencyId, of.docId],
  );
  // safe because the statement selects exactly these columns, and a parcel that was laid out has its transfer, which is one of the law's
  return parcelOf(place, rows[0] as TransferRow & { kind: Parcel['kind'] });
}

type Told = { partner: PartnerRow; isSandbox: boolean; docId: string; state: (typeof packetStates)[number]; note: string | null };

/**
 * Notes how far a system is with a packet. `done` takes it off the list for good, `fail` brings the document back to its sender
 * with the reason. The same word again changes nothing.
 * @throws AxisProblem 30, 36
 */
export async function tellParcel(ctx: CommandContext, told: Told): Promise<void> {
  const { partner, isSandbox, docId, state, note } = told;
  await ctx.query('select 1 from exchange.axis_parcel where partner_id = $1 and id = $2 for update', [partner.id, idOrNull(docId)]);
  const parcel = await findParcel(ctx, { partnerId: partner.id, isSandbox, docId });
  if (parcel.state === state) return;
  if (parcel.state === 'done' || parcel.state === 'fail') throw new AxisProblem('statusSettled', { detail: parcel.state });
  await ctx.query('update exchange.axis_parcel set state = $3, note = $4, changed_at = $5 where agency_id = $1 and id = $2', [parcel.agencyId, docId, state, note, ctx.now]);
  if (state === 'processing') return;
  const { rows } = await ctx.query('select kind from exchange.transfer where agency_id = $1 and id = $2', [parcel.agencyId, docId]);
  // safe because a parcel that was laid out has its transfer, whose check bounds the kinds
  const transfer = { agencyId: parcel.agencyId, id: docId as TransferId, kind: rows[0]?.['kind'] as 'envelope' | 'answer' };
  const problem = note ?? 'Hệ thống nhận báo không xử lý được gói tin';
  await endTransfer(ctx, { transfer, partner }, state === 'done' ? { state: 'processed', code: null, problem: null, partnerRef: null } : { state: 'refused', code: 'vendorFailed', problem, partnerRef: null });
}
