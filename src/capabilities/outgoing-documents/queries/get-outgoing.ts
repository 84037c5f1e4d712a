import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { deliveriesOf } from '#engines/exchange/index.ts';
import { numberAndNotation } from '#engines/registers/index.ts';
import type { OutgoingDetail } from '../contract.ts';
import { errors } from '../errors.ts';
import { opinionsOf } from '../opinions.ts';
import { abilitiesOf, may, maySee } from '../policy.ts';
import { signingCapacityOf } from '../signing-capacity.ts';
import { flagsOf, type DocumentRow, type FileRow, type RecipientRow } from '../tables.ts';

/** A document as its screen shows it. @throws outgoing-documents.notFound for whoever may not see it. */
export async function getOutgoing(q: Queryable, actor: PersonActor, documentId: string): Promise<OutgoingDetail> {
  const document = await findVisible(q, actor, documentId);
  const [files, recipients, opinions, signAs] = await Promise.all([
    filesOf(q, document),
    recipientsOf(q, document),
    opinionsOf(q, document),
    may(actor, 'sign', document) ? signingCapacityOf(q, actor) : null,
  ]);
  return {
    id: document.id,
    revision: document.revision,
    state: document.state,
    typeCode: document.type_code,
    typeName: document.type_name,
    summary: document.summary,
    urgency: document.urgency,
    answerDue: document.answer_due,
    draftingUnitName: document.drafting_unit_name,
    drafterName: document.drafter_name,
    createdAt: document.created_at.toISOString(),
    approver:
      document.approver_post_id === null ? null : { postId: document.approver_post_id, name: document.approver_name ?? '', title: document.approver_title ?? '' },
    initials: initialsOf(document),
    opinions,
    signAs,
    // safe because only a placement is written to this column
    signaturePlace: document.signature_place as OutgoingDetail['signaturePlace'],
    submittedAt: iso(document.submitted_at),
    returnReason: document.return_reason,
    signedAt: iso(document.signed_at),
    signerName: document.signer_name,
    signerTitle: document.signer_title,
    signingFormula: document.signing_formula,
    signedOnBehalfOf: document.on_behalf_of_name === null ? null : { name: document.on_behalf_of_name, title: document.on_behalf_of_title ?? '' },
    number: document.number,
    notation: document.notation,
    numberAndNotation: document.number === null || document.notation === null ? null : numberAndNotation(document.number, document.notation),
    issuedOn: document.issued_on,
    numberedAt: iso(document.numbered_at),
    numberedBy: document.numbered_by,
    sealedAt: iso(document.sealed_at),
    sealedBy: document.sealed_by,
    issuedAt: iso(document.issued_at),
    issuedBy: document.issued_by,
    envelopeId: document.envelope_id,
    withdrawnAt: iso(document.withdrawn_at),
    withdrawalReason: document.withdrawal_reason,
    files,
    recipients,
    abilities: abilitiesOf(actor, document),
  };
}

function initialsOf(document: DocumentRow): OutgoingDetail['initials'] {
  const { initials_post_id: postId, initials_name: name, initials_title: title, initials_asked_at: askedAt } = document;
  if (postId === null || name === null || title === null || askedAt === null) return null;
  return { postId, name, title, askedAt: askedAt.toISOString(), initialledAt: iso(document.initialled_at) };
}

/** The row itself, for routes that act on it outside a transaction. */
export async function findVisible(q: Queryable, actor: PersonActor, documentId: string): Promise<DocumentRow> {
  const { rows } = await q.query('select * from outgoing_documents.document where agency_id = $1 and id = $2', [actor.agencyId, documentId]);
  // safe because the statement selects the table's own columns
  const document = rows[0] as DocumentRow | undefined;
  if (document === undefined || !maySee(actor, document)) throw errors.notFound();
  return document;
}

async function filesOf(q: Queryable, document: DocumentRow): Promise<OutgoingDetail['files']> {
  const { rows } = await q.query('select * from outgoing_documents.file where agency_id = $1 and document_id = $2 order by position', [document.agency_id, document.id]);
  // safe because the statement selects the table's own columns
  return (rows as FileRow[]).map((file) => ({
    id: file.id,
    fileId: file.current_file_id,
    role: file.role,
    name: file.name,
    mediaType: file.media_type,
    sizeBytes: file.size_bytes,
    sha256: file.current_sha256,
    flags: flagsOf(file),
    sealed: file.sealed_at !== null,
  }));
}

async function recipientsOf(q: Queryable, document: DocumentRow): Promise<OutgoingDetail['recipients']> {
  const { rows } = await q.query('select * from outgoing_documents.recipient where agency_id = $1 and document_id = $2 order by position', [document.agency_id, document.id]);
  const deliveries = document.envelope_id === null ? [] : await deliveriesOf(q, { agencyId: document.agency_id as Id<'agency'>, subject: { type: 'outgoing-document', id: document.id } }); // safe because the column holds agency ids
  const byAgency = new Map(deliveries.map((delivery) => [delivery.recipientAgencyId as string, delivery]));
  // safe because the statement selects the table's own columns
  return (rows as RecipientRow[]).map((recipient) => {
    const delivery = byAgency.get(recipient.recipient_agency_id);
    return {
      agencyId: recipient.recipient_agency_id,
      name: recipient.name,
      code: recipient.code,
      delivery:
        delivery === undefined
          ? null
          : { state: delivery.state, arrivedAt: delivery.arrivedAt, answeredAt: delivery.answeredAt, answeredBy: delivery.answeredBy, reason: delivery.reason },
    };
  });
}

function iso(instant: Date | null): string | null {
  return instant === null ? null : instant.toISOString();
}
