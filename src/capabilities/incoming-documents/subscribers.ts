import type { CommandContext } from '#kernel/command.ts';
import { subscribe, type DeliveredEvent } from '#kernel/events.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { toTsvector } from '#kernel/search-text.ts';
import { startOfVietnamDay, type CalendarDay } from '#kernel/time.ts';
import { openTasks } from '#engines/cases/index.ts';
import { messageArrived, type MessageArrived } from '#engines/exchange/contract.ts';

/** A message that the exchange accepted becomes a document in the agency's inbox, and the clerk's next piece of work. */
export const onMessageArrived = subscribe({
  event: 'exchange.message-arrived',
  name: 'receive-document',
  data: messageArrived,
  batchSize: 200,
  handle: receiveDocuments,
});

type Arrival = { event: DeliveredEvent<MessageArrived>; id: Id<'incoming-document'> };

/** Set by set, since one letter may reach 577 agencies in one batch. What arrived before is left as it is. */
async function receiveDocuments(ctx: CommandContext, events: DeliveredEvent<MessageArrived>[]): Promise<void> {
  const fresh = await withoutKnown(ctx, events);
  if (fresh.length === 0) return;
  const arrivals: Arrival[] = fresh.map((event) => ({ event, id: newId<'incoming-document'>() }));
  await insertDocuments(ctx, arrivals);
  await openTasks(
    ctx,
    arrivals.map(({ event, id }) => ({
      agencyId: event.agencyId,
      subject: { type: 'incoming-document', id },
      kind: 'incoming-documents.register',
      assignee: { role: 'clerk' },
      title: event.data.document.summary,
      // safe because the exchange checked the day when the envelope was made
      dueAt: event.data.document.answerDue === null ? null : startOfVietnamDay(event.data.document.answerDue as CalendarDay),
      urgency: event.data.document.urgency,
      href: `/app/van-ban-den/${id}`,
    })),
  );
  for (const { event, id } of arrivals) {
    const { document, verdict } = event.data;
    ctx.record({
      type: 'incoming-documents.document-arrived',
      agencyId: event.agencyId,
      subject: { type: 'incoming-document', id },
      data: { senderName: document.senderName, numberAndNotation: `${document.number}/${document.notation}`, verdict: verdict.indication },
    });
  }
}

async function withoutKnown(ctx: CommandContext, events: DeliveredEvent<MessageArrived>[]): Promise<DeliveredEvent<MessageArrived>[]> {
  const { rows } = await ctx.query('select message_id from incoming_documents.document where agency_id = any($1) and message_id = any($2)', [
    [...new Set(events.map((event) => event.agencyId))],
    events.map((event) => event.data.messageId),
  ]);
  const known = new Set(rows.map((row) => row['message_id']));
  return events.filter((event) => !known.has(event.data.messageId));
}

async function insertDocuments(ctx: CommandContext, arrivals: Arrival[]): Promise<void> {
  const rows = arrivals.map(({ event, id }) => {
    const { document } = event.data;
    return {
      agency_id: event.agencyId,
      id,
      message_id: event.data.messageId,
      sender_agency_id: event.data.senderAgencyId,
      sender_name: document.senderName,
      sender_code: document.senderCode,
      document_code: document.code,
      number: document.number,
      notation: document.notation,
      issued_on: document.issuedOn,
      type_code: document.documentType,
      type_name: document.typeName,
      summary: document.summary,
      urgency: document.urgency,
      answer_due: document.answerDue,
      signer_name: document.signerName,
      signer_title: document.signerTitle,
      verdict: event.data.verdict.indication,
      files: event.data.files,
      search: searchText(event.data),
      arrived_at: event.at,
    };
  });
  // One statement for all. The twin is the earliest document of the same sender, number, notation and day (30/2020/NĐ-CP App. VI III.1.h).
  await ctx.query(
    `insert into incoming_documents.document
       (agency_id, id, state, message_id, sender_agency_id, sender_name, sender_code, document_code, number, notation, issued_on, type_code, type_name,
        summary, urgency, answer_due, signer_name, signer_title, verdict, files, search, arrived_at, twin_id)
     select r.agency_id, r.id, 'arrived', r.message_id, r.sender_agency_id, r.sender_name, r.sender_code, r.document_code, r.number, r.notation, r.issued_on,
        r.type_code, r.type_name, r.summary, r.urgency, r.answer_due, r.signer_name, r.signer_title, r.verdict, r.files, r.search::tsvector, r.arrived_at,
        (select t.id from incoming_documents.document t
          where t.agency_id = r.agency_id and t.sender_agency_id = r.sender_agency_id and t.number = r.number and t.notation = r.notation and t.issued_on = r.issued_on
          order by t.arrived_at, t.id limit 1)
       from jsonb_to_recordset($1) as r (agency_id uuid, id uuid, message_id uuid, sender_agency_id uuid, sender_name text, sender_code text, document_code text,
        number text, notation text, issued_on date, type_code text, type_name text, summary text, urgency text, answer_due date, signer_name text,
        signer_title text, verdict text, files jsonb, search text, arrived_at timestamptz)
     on conflict (agency_id, message_id) do nothing`,
    [JSON.stringify(rows)],
  );
}

function searchText(data: MessageArrived): string {
  const { document } = data;
  return toTsvector(`${document.number}/${document.notation} ${document.typeName} ${document.summary} ${document.senderName} ${document.signerName}`);
}
