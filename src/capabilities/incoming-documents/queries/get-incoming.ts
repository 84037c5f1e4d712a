import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Queryable } from '#kernel/database.ts';
import { findContentHash } from '#engines/exchange/index.ts';
import type { IncomingDetail } from '../contract.ts';
import { errors } from '../errors.ts';
import { partsOf } from '../document-store.ts';
import { abilitiesOf, mayOpenWithheld, maySee, mayStamp, mayTakeEvidence, type Part } from '../policy.ts';
import { filesOf, type DocumentRow } from '../tables.ts';
import { copiesOf } from './copies.ts';
import { handlingOf } from './handling.ts';

/** A document as its screen shows it. @throws incoming-documents.notFound for whoever may not see it. */
export async function getIncoming(kernel: Kernel, actor: PersonActor, documentId: string): Promise<IncomingDetail> {
  const q = kernel.database.pool;
  const { rows } = await q.query('select * from incoming_documents.document where agency_id = $1 and id = $2', [actor.agencyId, documentId]);
  // safe because the statement selects the table's own columns
  const row = rows[0] as DocumentRow | undefined;
  if (row === undefined) throw errors.notFound();
  const parts = await partsOf(q, row);
  const subject = { ...row, parts };
  if (!maySee(actor, subject)) throw errors.notFound();
  return {
    id: row.id,
    state: row.state,
    medium: row.medium,
    copies: await copiesOf(q, actor, subject),
    stamp: stampOf(actor, subject),
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
    openedAt: row.opened_at?.toISOString() ?? null,
    openedBy: row.opened_by,
    remindedAt: row.reminded_at?.toISOString() ?? null,
    reminded: row.reminded_at !== null && row.state === 'arrived',
    asked: row.is_asked,
    handlingDue: isInHands(row) ? (row.handling_due_at?.toISOString() ?? null) : null,
    handlerName: isInHands(row) ? row.handler_name : null,
    recall: row.recalled_at === null ? null : { at: row.recalled_at.toISOString(), kind: row.recall_kind ?? 'recall', reason: row.recall_reason ?? '', agreedBy: row.recall_agreed_by },
    filesWithheld: row.state === 'recalled' && !mayOpenWithheld(actor),
    ...(await linksOf(q, row)),
    handling: await handlingOf(kernel, actor, subject),
    mayTakeEvidence: row.message_id !== null && mayTakeEvidence(actor),
    abilities: abilitiesOf(actor, subject),
  };
}

/** The arrival mark: whether the caller may put it, and the file that has it. */
function stampOf(actor: PersonActor, document: DocumentRow & { parts: readonly Part[] }): IncomingDetail['stamp'] {
  const { stamp_file_id: fileId, stamped_at: at } = document;
  const isPdf = filesOf(document).some(({ role, mediaType }) => role === 'main' && mediaType === 'application/pdf');
  if (fileId === null || at === null) return { mayStamp: isPdf && mayStamp(actor, document), made: null };
  return { mayStamp: false, made: { fileId, name: document.stamp_name ?? '', sizeBytes: document.stamp_size_bytes ?? 0, at: at.toISOString(), by: document.stamped_by ?? '' } };
}

const isInHands = (row: DocumentRow): boolean => row.state === 'assigned' || row.state === 'in-process' || row.state === 'reported';

type Links = Pick<IncomingDetail, 'replacedBy' | 'replaces' | 'notices' | 'contentHash'>;

/** The documents that it replaces or is replaced by, what the sender asked of it, and the hash that receipts name. */
async function linksOf(q: Queryable, row: DocumentRow): Promise<Links> {
  const { rows } = await q.query(LINKS, [row.agency_id, row.id]);
  // safe because the statement builds exactly these members
  const links = rows[0] as { byId: string | null; replacesId: string | null; notices: IncomingDetail['notices']};
  return {
    replacedBy: row.replaced_at === null ? null : { id: links.byId, number: row.replaced_by_number ?? '', reason: row.replacement_reason ?? '', at: row.replaced_at.toISOString() },
    replaces: row.replaces_code === null ? null : { id: links.replacesId, code: row.replaces_code, reason: row.replaces_reason ?? '' },
    notices: links.notices,
    contentHash: row.message_id === null ? '' : ((await findContentHash(q, { agencyId: row.agency_id, messageId: row.message_id })) ?? ''),
  };
}

const LINKS = `
select (select b.id from incoming_documents.document b where b.agency_id = d.agency_id and b.message_id = d.replaced_by_message_id) as "byId",
       (select o.id from incoming_documents.document o where o.agency_id = d.agency_id and o.sender_agency_id = d.sender_agency_id and o.document_code = d.replaces_code
         order by o.arrived_at, o.id limit 1) as "replacesId",
       coalesce((select json_agg(json_build_object('id', n.id, 'kind', n.kind, 'cancels', n.cancels, 'reason', n.reason, 'changed', n.changed, 'askedAt', n.asked_at, 'dueAt', n.due_at,
           'answer', case when n.answered_at is not null then json_build_object('agreed', n.is_agreed, 'at', n.answered_at, 'by', n.answered_by, 'reason', n.answer_reason) end) order by n.asked_at, n.id)
         from incoming_documents.notice n where n.agency_id = d.agency_id and n.document_id = d.id), '[]'::json) as notices
  from incoming_documents.document d where d.agency_id = $1 and d.id = $2`;
