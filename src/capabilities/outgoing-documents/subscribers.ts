import { subscribe } from '#kernel/events.ts';
import { deliveryAnswered } from '#engines/exchange/contract.ts';
import { nextWorkingDayDeadline, openTasks, workingCalendar } from '#engines/cases/index.ts';
import { SUBJECT_TYPE } from './document-store.ts';

/** A recipient does not agree to a recall or an update: the clerk has to know and to decide what comes next. */
export const onNoticeRefused = subscribe({
  event: 'exchange.notice-refused',
  name: 'tell-clerk',
  data: deliveryAnswered,
  handle: async (ctx, events) => {
    const ours = events.filter(({ subject }) => subject.type === SUBJECT_TYPE);
    const { rows } = await ctx.query(
      `select d.agency_id, d.id, d.summary, d.urgency from unnest($1::uuid[], $2::uuid[]) as e (agency_id, id)
         join outgoing_documents.document d on d.agency_id = e.agency_id and d.id = e.id`,
      [ours.map((event) => event.agencyId), ours.map((event) => event.subject.id)],
    );
    const dueAt = nextWorkingDayDeadline(await workingCalendar(ctx.kernel), ctx.now);
    const documents = new Map(rows.map((row) => [String(row['id']), row]));
    await openTasks(
      ctx,
      ours.flatMap(({ agencyId, subject }) => {
        const document = documents.get(subject.id);
        if (document === undefined) return [];
        // safe because the statement selects these columns of the document
        const { summary, urgency } = document as { summary: string; urgency: 'normal' | 'urgent' | 'very_urgent' | 'flash' };
        return [{ agencyId, subject, kind: 'outgoing-documents.read-answer', assignee: { role: 'clerk' }, title: summary, dueAt, urgency, href: `/app/van-ban-di/${subject.id}` }];
      }),
    );
  },
});
