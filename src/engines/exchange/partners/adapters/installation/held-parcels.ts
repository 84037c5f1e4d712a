import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { z } from 'zod';
import type { Parcel, PartnerId, PeerParcel } from '../../adapter.ts';
import { parcelOf, type TransferRow } from '../../parcels.ts';
import type { PartnerRow } from '../../partner-rows.ts';
import { endTransfer, settleTransfer } from '../../settle-transfer.ts';
import { wireParcel, writeWire, type settledParcels, type waitingReply } from './wire.ts';

const PAGE = 20;
/** The texts of a page together; a single larger one goes alone. */
const PAGE_BYTES = 4 * 1024 * 1024;

const HELD = `
select t.agency_id as "agencyId", t.id, t.partner_id as "partnerId", t.kind, t.envelope_id as "envelopeId", t.message_id as "messageId", t.ordinal, t.position, t.state, t.attempts, t.checks
  from exchange.transfer t where t.partner_id = $1 and t.state in ('waiting', 'sent')`;

function placeOf(kernel: Kernel) {
  return { now: kernel.clock.now(), query: (text: string, values?: unknown[]) => kernel.database.pool.query(text, values) };
}

/** The parcels that a partner may fetch, oldest first; of one document only the first, so that their order is kept. */
export async function heldParcels(kernel: Kernel, partnerId: PartnerId): Promise<z.input<typeof waitingReply>> {
  const { rows } = await kernel.database.pool.query(
    `${HELD.replace(`in ('waiting', 'sent')`, `= 'waiting'`)}
        and not exists (select from exchange.transfer b where b.agency_id = t.agency_id and b.order_key = t.order_key and b.state = 'waiting' and b.id < t.id and b.partner_id = t.partner_id)
      order by t.id limit $2`,
    [partnerId, PAGE + 1],
  );
  // safe because the statement selects exactly these columns
  const transfers = rows as TransferRow[];
  const parcels: z.output<typeof wireParcel>[] = [];
  let size = 0;
  for (const transfer of transfers.slice(0, PAGE)) {
    const wire = writeWire(await parcelOf(placeOf(kernel), transfer), { appSecret: kernel.config.appSecret, partnerId });
    size += wire.length;
    if (parcels.length > 0 && size > PAGE_BYTES) break;
    parcels.push(wireParcel.parse(JSON.parse(wire.toString('utf8'))));
  }
  return { parcels, isMore: transfers.length > parcels.length };
}

/** One of the partner's own parcels that is not done with. */
export async function heldParcel(kernel: Kernel, of: { partnerId: PartnerId; transferId: string }): Promise<Parcel | PeerParcel | undefined> {
  const transfer = await findHeld(placeOf(kernel), of);
  return transfer === undefined ? undefined : parcelOf(placeOf(kernel), transfer);
}

async function findHeld(q: Pick<CommandContext, 'query'>, of: { partnerId: PartnerId; transferId: string }): Promise<TransferRow | undefined> {
  const { rows } = await q.query(`${HELD} and t.id = $2`, [of.partnerId, of.transferId]);
  // safe because the statement selects exactly these columns
  return rows[0] as TransferRow | undefined;
}

type Result = z.output<typeof settledParcels>['results'][number];

/** The partner has a parcel, or refuses it. What it does not own, or what is done with, is left as it is. */
export async function settleHeld(kernel: Kernel, partner: PartnerRow, result: Result): Promise<void> {
  await run(kernel, writeHeld, { partner, result }, { actor: systemActor('exchange.peer') });
}

async function writeHeld(ctx: CommandContext, { partner, result }: { partner: PartnerRow; result: Result }): Promise<void> {
  const transfer = await findHeld(ctx, { partnerId: partner.id, transferId: result.id });
  if (transfer === undefined) return;
  if (result.outcome === 'refused') {
    await endTransfer(ctx, { transfer, partner }, { state: 'refused', code: result.code ?? 'refused', problem: result.problem, partnerRef: null });
    return;
  }
  await settleTransfer(ctx, { transfer, partner, result: { outcome: result.outcome } });
}
