import { subscribe } from '#kernel/events.ts';
import { eventData as outgoingEvents } from '#capabilities/outgoing-documents/contract.ts';

/** A reply that was drafted stands with the document that it answers, as long as somebody handles that. */
export const onReplyCreated = subscribe({
  event: 'outgoing-documents.reply-created',
  name: 'note-reply',
  data: outgoingEvents['reply-created'],
  handle: async (ctx, events) => {
    for (const { agencyId, actor, at, subject, data } of events) {
      const { rowCount } = await ctx.query(
        `insert into incoming_documents.reply (agency_id, document_id, reply_id, summary, drafted_by, drafted_at)
         select d.agency_id, d.id, $3, $4, $5, $6 from incoming_documents.document d
          where d.agency_id = $1 and d.id = $2 and d.state in ('assigned', 'in-process')
         on conflict do nothing`,
        [agencyId, data.answersId, subject.id, data.summary, actor.name ?? '', at],
      );
      if ((rowCount ?? 0) === 0) continue;
      ctx.record({ type: 'incoming-documents.reply-noted', agencyId, subject: { type: 'incoming-document', id: data.answersId }, data: { replyId: subject.id, summaryOrNumber: data.summary } });
    }
  },
});

/** Once the reply is issued, the document that it answers can be completed with it. */
export const onReplyIssued = subscribe({
  event: 'outgoing-documents.reply-issued',
  name: 'number-reply',
  data: outgoingEvents['reply-issued'],
  handle: async (ctx, events) => {
    for (const { agencyId, at, subject, data } of events) {
      const { rowCount } = await ctx.query(
        'update incoming_documents.reply set number = $4, issued_at = $5 where agency_id = $1 and document_id = $2 and reply_id = $3 and number is null',
        [agencyId, data.answersId, subject.id, data.numberAndNotation, at],
      );
      if ((rowCount ?? 0) === 0) continue;
      ctx.record({ type: 'incoming-documents.reply-noted', agencyId, subject: { type: 'incoming-document', id: data.answersId }, data: { replyId: subject.id, summaryOrNumber: data.numberAndNotation } });
    }
  },
});
