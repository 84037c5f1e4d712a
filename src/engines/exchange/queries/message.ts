import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { messageView, type MessageView } from '../contract.ts';
import { exchangeErrors } from '../errors.ts';

/**
 * A message with its steps, answers and receipts, as the receiving agency has it.
 * @throws `exchange.messageNotFound` also for whoever belongs to another agency.
 */
export async function getMessage(q: Queryable, of: { agencyId: Id<'agency'>; messageId: string }): Promise<MessageView> {
  const { rows } = await q.query(MESSAGE, [of.agencyId, of.messageId]);
  const [row] = rows;
  if (row === undefined) throw exchangeErrors.messageNotFound();
  return messageView.parse(row['message']);
}

const MESSAGE = `
select json_build_object(
    'id', m.id, 'envelopeId', m.envelope_id, 'senderAgencyId', m.sender_agency_id, 'addressedAgencyId', m.addressed_agency_id,
    'contentHash', encode(m.content_hash, 'hex'), 'state', m.state, 'arrivedAt', m.arrived_at, 'verdict', m.verdict, 'steps', m.steps,
    'answers', (select json_agg(json_build_object('status', a.status, 'at', a.at, 'by', a.by_name, 'title', a.by_title, 'reason', a.reason, 'receipt', a.receipt) order by a.ordinal)
                  from exchange.message_answer a where a.agency_id = m.agency_id and a.message_id = m.id)) as message
  from exchange.message m where m.agency_id = $1 and m.id = $2`;

/** The message that brought an agency's file; undefined for a file that came otherwise. */
export async function findMessageOfFile(q: Queryable, of: { agencyId: string; fileId: string }): Promise<string | undefined> {
  const { rows } = await q.query('select message_id from exchange.message_file where agency_id = $1 and file_id = $2', [of.agencyId, of.fileId]);
  return rows[0] === undefined ? undefined : String(rows[0]['message_id']);
}

/** The hash of the envelope that brought a message, hex: what its receipts name; undefined when there is no such message. */
export async function findContentHash(q: Queryable, of: { agencyId: string; messageId: string }): Promise<string | undefined> {
  const { rows } = await q.query(`select encode(content_hash, 'hex') as hash from exchange.message where agency_id = $1 and id = $2`, [of.agencyId, of.messageId]);
  return rows[0] === undefined ? undefined : String(rows[0]['hash']);
}
