import type { CommandContext } from '#kernel/command.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { actingPostId } from '#engines/identity/index.ts';
import type { z } from 'zod';
import { askLeader, endAllParts, endPart, ownPart, startWork } from '../assignments.ts';
import type { completeBody } from '../contract.ts';
import { agencyOf, lockForAction, subjectOf, tellSender, updateDocument } from '../document-store.ts';
import { resultWords } from '../domain/result-words.ts';
import { errors } from '../errors.ts';
import type { DocumentRow, Tables } from '../tables.ts';

export type CompleteInput = z.output<typeof completeBody> & { documentId: string };
type Outcome = { result: CompleteInput['result']; text: string; by: string; replyId: string | null };

/**
 * The handling of a document is done: with its issued reply, with a result in words, or because it was only to be known. The sender is
 * told in the same transaction (06); whoever still had a part has it no more.
 * @throws incoming-documents.replyNotIssued
 */
export async function completeDocument(ctx: CommandContext, input: CompleteInput): Promise<void> {
  const { actor, document, parts } = await lockForAction(ctx, input.documentId, 'complete');
  const outcome = await outcomeOf(ctx, document, { ...input, by: actor.name });
  if (document.state !== 'submitted') await endPart(ctx, ownPart(parts, actingPostId(actor), 'main'), { state: 'done', outcome: outcome.text });
  await finish(ctx, document, { outcome, by: actor.name });
}

/**
 * Whoever has the main part reports the result to the leader who wanted to see it first. Work that is reported has begun: the
 * sender hears that (05), and of the end only when the leader approves.
 */
export async function reportDocument(ctx: CommandContext, input: CompleteInput): Promise<void> {
  const { actor, document, parts, next } = await lockForAction(ctx, input.documentId, 'report');
  const outcome = await outcomeOf(ctx, document, { ...input, by: actor.name });
  await endPart(ctx, ownPart(parts, actingPostId(actor), 'main'), { state: 'done', outcome: outcome.text });
  await startWork(ctx, document, actor.name);
  await updateDocument(ctx, document, { state: next, reported_at: ctx.now, return_reason: null, ...columnsOf(outcome) });
  await askLeader(ctx, document, { kind: 'review', postId: document.leader_post_id ?? actor.postId, dueAt: document.handling_due_at });
  ctx.record({ type: 'incoming-documents.document-reported', agencyId: agencyOf(document), subject: subjectOf(document), data: { result: outcome.result, text: outcome.text } });
}

/** The leader approves what was reported, and the document is done (06). */
export async function approveResult(ctx: CommandContext, input: { documentId: string }): Promise<void> {
  const { actor, document } = await lockForAction(ctx, input.documentId, 'approve');
  const outcome = { result: document.result ?? 'done', text: document.result_text ?? '', by: document.result_by ?? actor.name, replyId: document.result_reply_id };
  await finish(ctx, document, { outcome, by: actor.name });
}

async function finish(ctx: CommandContext, document: DocumentRow, { outcome, by }: { outcome: Outcome; by: string }): Promise<void> {
  const agencyId = agencyOf(document);
  await updateDocument(ctx, document, { state: 'completed', completed_at: ctx.now, completed_by: by, return_reason: null, ...columnsOf(outcome) });
  await endAllParts(ctx, [{ agencyId, documentId: document.id }], 'done');
  await closeHandlingTasks(ctx, document);
  await tellSender(ctx, document, { status: '06' });
  ctx.record({
    type: 'incoming-documents.document-completed',
    agencyId,
    subject: subjectOf(document),
    data: { result: outcome.result, resultVi: resultWords[outcome.result].vi, resultEn: resultWords[outcome.result].en, text: outcome.text },
  });
}

/** What the leader was asked is over; a question of the sender that waits for the clerk is not. */
async function closeHandlingTasks(ctx: CommandContext, document: DocumentRow): Promise<void> {
  const about = { agencyId: agencyOf(document), subject: subjectOf(document) };
  await closeTasks(ctx, ['instruct', 'review', 'reassign'].map((kind) => ({ ...about, kind: `incoming-documents.${kind}` })), 'done');
}

const columnsOf = ({ result, text, by, replyId }: Outcome) => ({ result, result_text: text, result_by: by, result_reply_id: replyId });

/** A reply counts once it is issued; anything else that was done is said in words. */
async function outcomeOf(ctx: CommandContext, document: DocumentRow, input: CompleteInput & { by: string }): Promise<Outcome> {
  if (input.result === 'done' && input.text.length < 3) {
    throw errors.resultMissing({ fields: [{ path: 'text', vi: 'Nêu kết quả đã làm.', en: 'Say what was done.' }] });
  }
  if (input.result !== 'answered') return { result: input.result, text: input.text, by: input.by, replyId: null };
  const reply = await ctx
    .tables<Tables>()
    .selectFrom('incoming_documents.reply')
    .select(['reply_id', 'number'])
    .where('agency_id', '=', document.agency_id)
    .where('document_id', '=', document.id)
    .where('reply_id', '=', input.replyId ?? document.id)
    .executeTakeFirst();
  if (reply === undefined || reply.number === null) throw errors.replyNotIssued();
  return { result: 'answered', text: input.text, by: input.by, replyId: reply.reply_id };
}
