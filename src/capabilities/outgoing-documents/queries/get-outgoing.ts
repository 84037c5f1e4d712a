import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { readCalendar } from '#engines/cases/index.ts';
import { deliveriesOf, expectedEffect, findSendDueAt, sendDueAt, type DeliveryLine } from '#engines/exchange/index.ts';
import { numberAndNotation } from '#engines/registers/index.ts';
import { RESENDABLE } from '../commands/resend-document.ts';
import type { OutgoingAbility, OutgoingDetail } from '../contract.ts';
import { errors } from '../errors.ts';
import { opinionsOf } from '../opinions.ts';
import { abilitiesOf, may, maySee, mayTakeEvidence } from '../policy.ts';
import { officeDaysOf } from '../sent-actions.ts';
import { signingCapacityOf } from '../signing-capacity.ts';
import { flagsOf, type DocumentRow, type FileRow, type RecipientRow } from '../tables.ts';

/** A document as its screen shows it. @throws outgoing-documents.notFound for whoever may not see it. */
export async function getOutgoing(kernel: Kernel, actor: PersonActor, documentId: string): Promise<OutgoingDetail> {
  const q = kernel.database.pool;
  const document = await findVisible(q, actor, documentId);
  const [files, recipients, opinions, signAs, links] = await Promise.all([
    filesOf(q, document),
    recipientsOf(q, document),
    opinionsOf(q, document),
    may(actor, 'sign', document) ? signingCapacityOf(q, actor, vietnamDay(kernel.clock.now())) : null,
    linksOf(q, document),
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
    recall: document.recalled_at === null ? null : { at: document.recalled_at.toISOString(), by: document.recalled_by ?? '', reason: document.recall_reason ?? '' },
    ...links,
    answersId: document.answers_id,
    mayTakeEvidence: mayTakeEvidence(actor),
    files,
    recipients,
    abilities: abilitiesOf(actor, document).filter((ability) => isOffered(ability, { document, recipients })),
  };
}

function initialsOf(document: DocumentRow): OutgoingDetail['initials'] {
  const { initials_post_id: postId, initials_name: name, initials_title: title, initials_asked_at: askedAt } = document;
  if (postId === null || name === null || title === null || askedAt === null) return null;
  return { postId, name, title, askedAt: askedAt.toISOString(), initialledAt: iso(document.initialled_at) };
}

/** The row itself, for routes that act on it outside a transaction. */
async function findVisible(q: Queryable, actor: PersonActor, documentId: string): Promise<DocumentRow> {
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
          : deliveryView(delivery),
    };
  });
}

type Recipients = OutgoingDetail['recipients'];

function deliveryView(delivery: DeliveryLine): NonNullable<Recipients[number]['delivery']> {
  const known = { state: delivery.state, isOpened: delivery.openedAt !== null, isAsked: delivery.notices.some((notice) => notice.cancels && (notice.state === 'waiting' || notice.state === 'arrived')) };
  return {
    state: delivery.state,
    arrivedAt: delivery.arrivedAt,
    answeredAt: delivery.answeredAt,
    answeredBy: delivery.answeredBy,
    reason: delivery.reason,
    envelopeId: delivery.envelopeId,
    sentAt: delivery.sentAt,
    via: delivery.via,
    openedAt: delivery.openedAt,
    remindedAt: delivery.remindedAt,
    reminderCount: delivery.reminderCount,
    deliveredTo: delivery.deliveredTo?.name ?? null,
    effects: { recall: expectedEffect('recall', known), takeBack: expectedEffect('take_back', known) },
    tellsOpenings: delivery.tellsOpenings,
    mayRemind: delivery.state === 'arrived' && delivery.hearsReminders,
    mayResend: RESENDABLE.has(delivery.state),
    notices: delivery.notices.map(({ kind, cancels, reason, sentAt, state, answeredAt, answeredBy, answerReason }) => ({ kind, cancels, reason, sentAt, state, answeredAt, answeredBy, answerReason })),
  };
}

/** Some verbs need somebody at whom they would do something. */
function isOffered(ability: OutgoingAbility, { document, recipients }: { document: DocumentRow; recipients: Recipients }): boolean {
  const deliveries = recipients.flatMap(({ delivery }) => (delivery === null ? [] : [delivery]));
  switch (ability) {
    case 'take-back':
      return deliveries.some(({ effects }) => effects.takeBack === 'at_once' || effects.takeBack === 'called_off');
    case 'recall':
      return document.state === 'issued' || deliveries.some(({ effects }) => effects.recall !== 'none');
    case 'resend':
      return deliveries.some(({ mayResend }) => mayResend);
    case 'remind':
      return deliveries.some(({ mayRemind }) => mayRemind);
    case 'read-answer':
      return deliveries.some(({ notices }) => notices.some(({ state, answeredAt }) => state === 'declined' && answeredAt !== null && (document.answers_read_at === null || new Date(answeredAt) > document.answers_read_at)));
    default:
      return true;
  }
}

const NUMBER = `lpad(number::text, greatest(2, length(number::text)), '0') || '/' || notation`;

/** The documents that it replaces and is replaced by, and by when the law wanted it sent. */
async function linksOf(q: Queryable, document: DocumentRow): Promise<Pick<OutgoingDetail, 'replaces' | 'replacedBy' | 'sendDueAt'>> {
  const ids = [document.replaces_id, document.replaced_by_id].flatMap((id) => id ?? []);
  const { rows } = ids.length === 0 ? { rows: [] } : await q.query(`select id, ${NUMBER} as number, summary from outgoing_documents.document where agency_id = $1 and id = any($2)`, [document.agency_id, ids]);
  // safe because the statement selects exactly these columns, and both documents were issued
  const byId = new Map((rows as { id: string; number: string; summary: string }[]).map((row) => [row.id, row]));
  const old = document.replaces_id === null ? undefined : byId.get(document.replaces_id);
  const next = document.replaced_by_id === null ? undefined : byId.get(document.replaced_by_id);
  const dueAt = document.envelope_id === null ? await dueOfUnsent(q, document) : await findSendDueAt(q, { agencyId: document.agency_id, envelopeId: document.envelope_id });
  return {
    replaces: old === undefined ? null : { id: old.id, numberAndNotation: old.number, summary: old.summary, reason: document.replace_reason ?? '' },
    replacedBy: next === undefined || document.replaced_at === null ? null : { id: next.id, numberAndNotation: next.number, at: document.replaced_at.toISOString() },
    sendDueAt: iso(dueAt),
  };
}

/** What is signed and still here has its deadline already. */
async function dueOfUnsent(q: Queryable, { state, signed_at: signedAt, urgency }: DocumentRow): Promise<Date | null> {
  if (signedAt === null || !(state === 'signed' || state === 'numbered' || state === 'sealed')) return null;
  return sendDueAt({ signedAt, urgency }, officeDaysOf(await readCalendar(q, vietnamDay(signedAt))));
}

function iso(instant: Date | null): string | null {
  return instant === null ? null : instant.toISOString();
}
