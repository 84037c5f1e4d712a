import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { transition } from '#engines/cases/index.ts';
import { answerMessage } from '#engines/exchange/index.ts';
import type { AnswerStatus } from '#engines/exchange/contract.ts';
import type { IncomingAbility, IncomingState } from './contract.ts';
import { errors } from './errors.ts';
import { lifecycle } from './lifecycle.ts';
import { CLERKS_OWN, mayInPrinciple, maySee } from './policy.ts';
import type { Updateable } from 'kysely';
import type { DocumentRow as DocumentColumns } from './tables.gen.ts';
import type { AssignmentRow, DocumentRow, Tables } from './tables.ts';

export type LockedDocument = { actor: PersonActor; document: DocumentRow; parts: AssignmentRow[] };

/** Locks a document that the caller may see. @throws incoming-documents.notFound */
export async function lockVisible(ctx: CommandContext, documentId: string): Promise<LockedDocument> {
  const { actor } = ctx;
  if (actor.kind !== 'person') throw kernelErrors.unauthenticated();
  const document: DocumentRow | undefined = await ctx
    .tables<Tables>()
    .selectFrom('incoming_documents.document')
    .selectAll()
    .where('agency_id', '=', actor.agencyId)
    .where('id', '=', documentId)
    .forUpdate()
    .executeTakeFirst();
  if (document === undefined) throw errors.notFound();
  const parts = await partsOf(ctx, document);
  if (!maySee(actor, { ...document, parts })) throw errors.notFound();
  return { actor, document, parts };
}

/**
 * Locks a document for one action: visibility, policy, state. Two people who press the same button wait here for each
 * other; the second meets the new state.
 */
export async function lockForAction(ctx: CommandContext, documentId: string, action: IncomingAbility): Promise<LockedDocument & { next: IncomingState }> {
  const locked = await lockVisible(ctx, documentId);
  const { actor, document, parts } = locked;
  if (!mayInPrinciple(actor, action, { ...document, parts })) {
    if (CLERKS_OWN.has(action)) throw errors.notYours();
    // Whoever comes too late for a thing that is over is told so, not that it was never theirs.
    transition(lifecycle, document.state, action);
    throw errors.notYourWork();
  }
  return { ...locked, next: transition(lifecycle, document.state, action) };
}

/** All parts in handling a document, the first first. */
export async function partsOf(q: Queryable, document: { agency_id: string; id: string }): Promise<AssignmentRow[]> {
  const { rows } = await q.query('select * from incoming_documents.assignment where agency_id = $1 and document_id = $2 order by assigned_at, role desc, id', [document.agency_id, document.id]);
  // safe because the statement selects the table's own columns
  return rows as AssignmentRow[];
}

/** SQL: the SHA-256 of the main file, in hexadecimal. */
export const MAIN_FILE = `jsonb_path_query_first(files, '$[*] ? (@.role == "main").sha256') #>> '{}'`;

/** Writes what an action changes of a document. */
export async function updateDocument(ctx: CommandContext, document: DocumentRow, changes: Updateable<DocumentColumns>): Promise<void> {
  await ctx.tables<Tables>().updateTable('incoming_documents.document').set(changes).where('agency_id', '=', document.agency_id).where('id', '=', document.id).execute();
}

export function subjectOf(document: { id: string }): { type: 'incoming-document'; id: string } {
  return { type: 'incoming-document', id: document.id };
}

export function agencyOf(document: DocumentRow): Id<'agency'> {
  // safe because the column holds agency ids only
  return document.agency_id as Id<'agency'>;
}

/** The message that brought it. @throws Error for what came on paper, about which no sender can be told anything */
export function messageOf(document: DocumentRow): Id<'message'> {
  if (document.message_id === null) throw new Error(`document ${document.id} came on paper`);
  // safe because the column holds message ids only
  return document.message_id as Id<'message'>;
}

/** Tells the sender what became of the document; whoever sent paper hears nothing by this. */
export async function tellSender(ctx: CommandContext, document: DocumentRow, answer: { status: AnswerStatus; reason?: string }): Promise<void> {
  if (document.medium === 'paper') return;
  await answerMessage(ctx, { agencyId: agencyOf(document), messageId: messageOf(document), ...answer });
}
