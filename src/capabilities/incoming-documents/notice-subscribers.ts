import type { CommandContext } from '#kernel/command.ts';
import { subscribe, type DeliveredEvent } from '#kernel/events.ts';
import type { Id } from '#kernel/ids.ts';
import { toTsvector } from '#kernel/search-text.ts';
import { closeTasks, nextWorkingDayDeadline, openTasks, workingCalendar } from '#engines/cases/index.ts';
import { messageRecalled, messageReminded, messageReplaced, messageUpdated, noticeAsked, noticeDeclined } from '#engines/exchange/contract.ts';
import { endAllParts } from './assignments.ts';
import { cancelDocuments } from './cancel-documents.ts';

/** The document of a message may be on its way into the inbox still: then the reaction is tried again a moment later. */
function assertAllThere(events: readonly DeliveredEvent<{ messageId: string }>[], found: ReadonlySet<string>): void {
  const missing = events.find((event) => !found.has(event.data.messageId));
  if (missing !== undefined) throw new Error(`the document of message ${missing.data.messageId} is not in the inbox yet`);
}

/** What the exchange cancelled is cancelled in the register too, and whatever waited for somebody because of it ends. */
export const onMessageRecalled = subscribe({
  event: 'exchange.message-recalled',
  name: 'cancel-document',
  data: messageRecalled,
  handle: async (ctx, events) => {
    const cancelled = await cancelDocuments(
      ctx,
      events.map((event) => ({ agencyId: event.agencyId, messageId: event.data.messageId, kind: event.data.kind, reason: event.data.reason, agreedBy: event.data.by, at: new Date(event.at) })),
    );
    assertAllThere(events, cancelled);
  },
});

type Changed = { agency_id: Id<'agency'>; id: string; message_id: string };
const subjectOf = (row: Changed) => ({ agencyId: row.agency_id, subject: { type: 'incoming-document', id: row.id } });

/** A replaced document points to the new one; it is registered no more if it was not, and keeps its number if it was. */
export const onMessageReplaced = subscribe({
  event: 'exchange.message-replaced',
  name: 'point-to-replacement',
  data: messageReplaced,
  handle: async (ctx, events) => {
    const { rows } = await ctx.query(
      `update incoming_documents.document d
          set state = case when d.state in ('recalled', 'refused') then d.state else 'replaced' end, replaced_at = r.at, replaced_by_message_id = r.by_id, replaced_by_number = r.by_number,
              replacement_reason = r.reason, is_asked = false
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[]) as r (agency_id, message_id, by_id, by_number, reason, at)
        where d.agency_id = r.agency_id and d.message_id = r.message_id returning d.agency_id, d.id, d.message_id, r.by_number, r.reason`,
      [
        events.map((event) => event.agencyId),
        events.map((event) => event.data.messageId),
        events.map((event) => event.data.noticeId),
        events.map((event) => event.data.byNumber),
        events.map((event) => event.data.reason),
        events.map((event) => event.at),
      ],
    );
    // safe because the statement returns exactly these columns
    const replaced = rows as (Changed & { by_number: string; reason: string })[];
    assertAllThere(events, new Set(replaced.map((row) => row.message_id)));
    await closeTasks(ctx, replaced.map(subjectOf), 'cancelled');
    await endAllParts(ctx, replaced.map((row) => ({ agencyId: row.agency_id, documentId: row.id })), 'cancelled');
    for (const row of replaced) ctx.record({ type: 'incoming-documents.document-replaced', ...subjectOf(row), data: { byNumber: row.by_number, reason: row.reason } });
  },
});

/** What the sender put right stands in the facts of the document; what was signed stays as it was. */
export const onMessageUpdated = subscribe({
  event: 'exchange.message-updated',
  name: 'update-facts',
  data: messageUpdated,
  handle: async (ctx, events) => {
    const found = new Set<string>();
    for (const { agencyId, data } of events) {
      const { summary, urgency, answerDue } = data.changed;
      const { rows } = await ctx.query(
        `select agency_id, id, message_id, number, notation, type_name, sender_name, signer_name from incoming_documents.document where agency_id = $1 and message_id = $2 for update`,
        [agencyId, data.messageId],
      );
      // safe because the statement selects exactly these columns
      const row = rows[0] as (Changed & Record<'number' | 'notation' | 'type_name' | 'sender_name' | 'signer_name', string>) | undefined;
      if (row === undefined) continue;
      found.add(row.message_id);
      const search = toTsvector(`${row.number}/${row.notation} ${row.type_name} ${summary} ${row.sender_name} ${row.signer_name}`);
      await ctx.query('update incoming_documents.document set summary = $3, urgency = $4, answer_due = $5, search = $6::tsvector where agency_id = $1 and id = $2', [agencyId, row.id, summary, urgency, answerDue, search]);
      ctx.record({ type: 'incoming-documents.document-updated', ...subjectOf(row), data: { summary, reason: data.reason } });
    }
    assertAllThere(events, found);
  },
});

/** A registered document is cancelled or changed by its own clerk, who has until the end of the next working day (30/2020/NĐ-CP Art. 4.2.c). */
export const onNoticeAsked = subscribe({
  event: 'exchange.notice-asked',
  name: 'ask-clerk',
  data: noticeAsked,
  handle: async (ctx, events) => {
    const dueAt = nextWorkingDayDeadline(await workingCalendar(ctx.kernel), ctx.now);
    const { rows } = await ctx.query(
      `update incoming_documents.document d set is_asked = true
         from unnest($1::uuid[], $2::uuid[]) as a (agency_id, message_id) where d.agency_id = a.agency_id and d.message_id = a.message_id
       returning d.agency_id, d.id, d.message_id, d.summary, d.urgency`,
      [events.map((event) => event.agencyId), events.map((event) => event.data.messageId)],
    );
    // safe because the statement returns exactly these columns
    const asked = new Map((rows as (Changed & { summary: string; urgency: 'normal' | 'urgent' | 'very_urgent' | 'flash' })[]).map((row) => [row.message_id, row]));
    assertAllThere(events, new Set(asked.keys()));
    for (const { agencyId, data } of events) {
      const row = asked.get(data.messageId);
      await ctx.query(
        `insert into incoming_documents.notice (agency_id, document_id, id, kind, cancels, reason, changed, asked_at, due_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
        [agencyId, row?.id, data.noticeId, data.kind, data.cancels, data.reason, data.changed === null ? null : JSON.stringify(data.changed), ctx.now, dueAt],
      );
    }
    await openTasks(
      ctx,
      [...asked.values()].map((row) => ({ ...subjectOf(row), kind: ANSWER_TASK, assignee: { role: 'clerk' }, title: row.summary, dueAt, urgency: row.urgency, href: `/app/van-ban-den/${row.id}` })),
    );
    for (const { data } of events) {
      const row = asked.get(data.messageId);
      if (row !== undefined) ctx.record({ type: 'incoming-documents.answer-asked', ...subjectOf(row), data: { kindVi: data.kindVi, kindEn: data.kindEn, reason: data.reason } });
    }
  },
});

const ANSWER_TASK = 'incoming-documents.answer-notice';

/** A question that settled itself, since the document was cancelled or replaced meanwhile, is no question any more. */
export const onNoticeDeclined = subscribe({
  event: 'exchange.notice-declined',
  name: 'end-question',
  data: noticeDeclined,
  handle: async (ctx, events) => {
    const { rows } = await ctx.query(
      `update incoming_documents.notice n set is_agreed = false, answered_at = $4, answered_by = 'Hệ thống Liên Thông', answer_reason = e.answer
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as e (agency_id, id, answer)
        where n.agency_id = e.agency_id and n.id = e.id and n.answered_at is null returning n.agency_id, n.document_id`,
      [events.map((event) => event.agencyId), events.map((event) => event.data.noticeId), events.map((event) => event.data.answer), ctx.now],
    );
    // safe because the statement returns exactly these columns
    for (const row of rows as { agency_id: Id<'agency'>; document_id: string }[]) await endQuestion(ctx, { agencyId: row.agency_id, documentId: row.document_id });
  },
});

/** Without any further question the clerk’s task is done and the mark of the inbox goes. */
export async function endQuestion(ctx: CommandContext, document: { agencyId: Id<'agency'>; documentId: string }): Promise<void> {
  const open = await ctx.query(
    `update incoming_documents.document d set is_asked = exists (select 1 from incoming_documents.notice n where n.agency_id = d.agency_id and n.document_id = d.id and n.answered_at is null)
      where d.agency_id = $1 and d.id = $2 returning is_asked`,
    [document.agencyId, document.documentId],
  );
  if (open.rows[0]?.['is_asked'] === true) return;
  await closeTasks(ctx, [{ agencyId: document.agencyId, subject: { type: 'incoming-document', id: document.documentId }, kind: ANSWER_TASK }], 'done');
}

/** A reminder stands on top of the clerk’s work until the document is registered or refused. */
export const onMessageReminded = subscribe({
  event: 'exchange.message-reminded',
  name: 'note-reminder',
  data: messageReminded,
  handle: async (ctx, events) => {
    const { rows } = await ctx.query(
      `update incoming_documents.document d set reminded_at = $3
         from unnest($1::uuid[], $2::uuid[]) as r (agency_id, message_id) where d.agency_id = r.agency_id and d.message_id = r.message_id and d.state = 'arrived'
       returning d.agency_id, d.id, d.message_id, d.summary, d.urgency`,
      [events.map((event) => event.agencyId), events.map((event) => event.data.messageId), ctx.now],
    );
    // safe because the statement returns exactly these columns
    const reminded = rows as (Changed & { summary: string; urgency: 'normal' | 'urgent' | 'very_urgent' | 'flash' })[];
    await openTasks(
      ctx,
      reminded.map((row) => ({
        ...subjectOf(row),
        kind: 'incoming-documents.reminder',
        assignee: { role: 'clerk' },
        title: row.summary,
        dueAt: ctx.now,
        urgency: row.urgency,
        href: `/app/van-ban-den/${row.id}`,
      })),
    );
    const by = new Map(events.map((event) => [event.data.messageId as string, event.data]));
    for (const row of reminded) {
      const data = by.get(row.message_id);
      ctx.record({ type: 'incoming-documents.document-reminded', ...subjectOf(row), data: { senderName: data?.senderName ?? '', by: data?.by ?? '' } });
    }
  },
});
