import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { IncomingDetail } from '../contract.ts';
import { errors } from '../errors.ts';
import { abilitiesOf, maySee } from '../policy.ts';
import { filesOf, type DocumentRow } from '../tables.ts';

/** A document as its screen shows it. @throws incoming-documents.notFound for whoever may not see it. */
export async function getIncoming(q: Queryable, actor: PersonActor, documentId: string): Promise<IncomingDetail> {
  const { rows } = await q.query('select * from incoming_documents.document where agency_id = $1 and id = $2', [actor.agencyId, documentId]);
  // safe because the statement selects the table's own columns
  const row = rows[0] as DocumentRow | undefined;
  if (row === undefined || !maySee(actor, row)) throw errors.notFound();
  return {
    id: row.id,
    state: row.state,
    messageId: row.message_id,
    senderAgencyId: row.sender_agency_id,
    senderName: row.sender_name,
    senderCode: row.sender_code,
    documentCode: row.document_code,
    number: row.number,
    notation: row.notation,
    issuedOn: row.issued_on,
    typeCode: row.type_code,
    typeName: row.type_name,
    summary: row.summary,
    urgency: row.urgency,
    answerDue: row.answer_due,
    signerName: row.signer_name,
    signerTitle: row.signer_title,
    verdict: row.verdict,
    files: filesOf(row),
    twin: row.twin_id !== null,
    twinId: row.twin_id,
    arrivalNumber: row.arrival_number,
    arrivalYear: row.arrival_year,
    arrivedAt: row.arrived_at.toISOString(),
    registeredAt: row.registered_at?.toISOString() ?? null,
    registeredBy: row.registered_by,
    refusedAt: row.refused_at?.toISOString() ?? null,
    refusedBy: row.refused_by,
    refusalReason: row.refusal_reason,
    abilities: abilitiesOf(actor, row),
  };
}
