import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { endAllParts } from './assignments.ts';

export type Cancellation = { agencyId: Id<'agency'>; messageId: string; kind: string; reason: string; agreedBy: string | null; at: Date };

/**
 * Cancels documents, set by set (30/2020/NĐ-CP Art. 18.4.b): their facts and their place in the register stay, what waits for
 * somebody because of them ends. What is cancelled already stays as it is.
 * @returns the messages of all that are cancelled now, also of those that were before.
 */
export async function cancelDocuments(ctx: CommandContext, cancellations: readonly Cancellation[]): Promise<Set<string>> {
  if (cancellations.length === 0) return new Set();
  const cancelled = await ctx.query(
    `update incoming_documents.document d
        set state = 'recalled', recalled_at = c.at, recall_kind = c.kind, recall_reason = c.reason, recall_agreed_by = c.agreed_by, is_asked = false
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) as c (agency_id, message_id, kind, reason, agreed_by, at)
      where d.agency_id = c.agency_id and d.message_id = c.message_id and d.state <> 'recalled' returning d.agency_id, d.id, d.message_id, c.reason, c.kind`,
    [
      cancellations.map((each) => each.agencyId),
      cancellations.map((each) => each.messageId),
      cancellations.map((each) => each.kind),
      cancellations.map((each) => each.reason),
      cancellations.map((each) => each.agreedBy),
      cancellations.map((each) => each.at),
    ],
  );
  // safe because the statement returns exactly these columns
  const rows = cancelled.rows as { agency_id: Id<'agency'>; id: string; message_id: string; reason: string }[];
  await closeTasks(ctx, rows.map((row) => ({ agencyId: row.agency_id, subject: { type: 'incoming-document', id: row.id } })), 'cancelled');
  await endAllParts(ctx, rows.map((row) => ({ agencyId: row.agency_id, documentId: row.id })), 'cancelled');
  for (const row of rows) ctx.record({ type: 'incoming-documents.document-recalled', agencyId: row.agency_id, subject: { type: 'incoming-document', id: row.id }, data: { reason: row.reason } });
  const { rows: present } = await ctx.query(
    `select d.message_id from unnest($1::uuid[], $2::uuid[]) as c (agency_id, message_id)
       join incoming_documents.document d on d.agency_id = c.agency_id and d.message_id = c.message_id and d.state = 'recalled'`,
    [cancellations.map((each) => each.agencyId), cancellations.map((each) => each.messageId)],
  );
  return new Set(present.map((row) => String(row['message_id'])));
}
