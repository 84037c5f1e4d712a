import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { PartnerId, PeerParcel, TransferId } from './adapter.ts';
import { wakeTransfer } from './commands/retry-transfer.ts';
import { sendEarlierOpenings } from './openings.ts';
import { endTransfer } from './settle-transfer.ts';

/** What only a partner that says so is sent. */
export const peerKinds = ['opening', 'reminder'] as const satisfies readonly PeerParcel['kind'][];

/** Which feature a partner must have told to be sent such a parcel. */
export const featureOf: Record<PeerParcel['kind'], string> = { opening: 'openings', reminder: 'reminders' };

/** Why such a parcel does not go, for the operator. */
export const NOT_UNDERSTOOD = 'Hệ thống bên kia không nhận loại thông báo này.';

/** How many features of a partner are kept. */
const MOST = 50;

/**
 * Keeps what a partner says that it understands beyond the first version. What it newly understands it is told from now on, with the
 * openings that nobody could tell it before; what it no longer understands leaves the outbox, so that nothing waits behind it.
 */
export async function keepFeatures(ctx: CommandContext, of: { partner: { id: PartnerId; name: string }; features: readonly string[] }): Promise<void> {
  const { partner } = of;
  const features = inOrder(of.features);
  const { rows } = await ctx.query(
    `update exchange.partner p set features = $2 from (select features from exchange.partner where id = $1 for update) before
      where p.id = $1 and before.features <> $2 returning before.features as before`,
    [partner.id, features],
  );
  if (rows[0] === undefined) return;
  // safe because the statement returns the column's texts
  const before = rows[0]['before'] as string[];
  if (features.includes(featureOf.opening) && !before.includes(featureOf.opening)) {
    await sendEarlierOpenings(ctx, partner.id);
    await wakeDropped(ctx, partner.id);
  }
  for (const kind of peerKinds) if (!features.includes(featureOf[kind])) await dropWaiting(ctx, { partner, kind });
}

/** Openings that left the outbox while the partner did not understand them. A reminder of that time has no use any more. */
async function wakeDropped(ctx: CommandContext, partnerId: PartnerId): Promise<void> {
  const { rows } = await ctx.query(`select agency_id as "agencyId", id as "transferId" from exchange.transfer where partner_id = $1 and kind = 'opening' and state = 'refused' and problem_code = 'notUnderstood' order by id for update`, [partnerId]);
  // safe because the statement selects exactly these columns
  for (const row of rows as { agencyId: Id<'agency'>; transferId: TransferId }[]) await wakeTransfer(ctx, row);
}

function inOrder(features: readonly string[]): string[] {
  return [...new Set(features)].sort().slice(0, MOST);
}

/** Whether a partner tells something else than is kept: it tells it often, and changes it seldom. */
export async function tellsOther(q: Queryable, of: { partnerId: PartnerId; features: readonly string[] }): Promise<boolean> {
  return (await q.query('select 1 from exchange.partner where id = $1 and features <> $2::text[]', [of.partnerId, inOrder(of.features)])).rowCount === 1;
}

async function dropWaiting(ctx: CommandContext, { partner, kind }: { partner: { id: PartnerId; name: string }; kind: PeerParcel['kind'] }): Promise<void> {
  const { rows } = await ctx.query(`select agency_id as "agencyId", id from exchange.transfer where partner_id = $1 and state in ('waiting', 'sent') and kind = $2 order by id for update`, [partner.id, kind]);
  // safe because the statement selects exactly these columns
  for (const row of rows as { agencyId: Id<'agency'>; id: TransferId }[]) await endTransfer(ctx, { transfer: { ...row, kind }, partner }, { state: 'refused', code: 'notUnderstood', problem: NOT_UNDERSTOOD, partnerRef: null });
}
