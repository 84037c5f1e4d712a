import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';

export type SentReceipt = { recipientAgencyId: Id<'agency'>; recipientName: string; ordinal: number; status: string; at: Date; receipt: string };

const MOST = 10_000;

/** The signed receipts of an envelope as the sender holds them, in the order of the recipients and of the answers. */
export async function receiptsOf(q: Queryable, of: { agencyId: Id<'agency'>; envelopeId: string }): Promise<SentReceipt[]> {
  const { rows } = await q.query(
    `select a.recipient_agency_id as "recipientAgencyId", d.recipient_name as "recipientName", a.ordinal, a.status, a.at, a.receipt
       from exchange.delivery_answer a
       join exchange.delivery d on d.agency_id = a.agency_id and d.envelope_id = a.envelope_id and d.recipient_agency_id = a.recipient_agency_id
      where a.agency_id = $1 and a.envelope_id = $2 order by d.position, a.ordinal limit $3`,
    [of.agencyId, of.envelopeId, MOST],
  );
  // safe because the statement selects exactly these columns
  return rows as SentReceipt[];
}
