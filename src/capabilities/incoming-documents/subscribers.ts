import type { CommandContext } from '#kernel/command.ts';
import { subscribe, type DeliveredEvent } from '#kernel/events.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { toTsvector } from '#kernel/search-text.ts';
import { nextWorkingDayDeadline, openTasks, workingCalendar } from '#engines/cases/index.ts';
import { messageArrived, type MessageArrived } from '#engines/exchange/contract.ts';
import { askAgain } from './commands/ask-again.ts';

/** A message that the exchange accepted becomes a document in the agency's inbox, and the clerk's next piece of work. */
export const onMessageArrived = subscribe({
  event: 'exchange.message-arrived',
  name: 'receive-document',
  data: messageArrived,
  // one letter to all agencies of a province is one batch
  batchSize: 1000,
  handle: receiveDocuments,
});

type Arrival = { event: DeliveredEvent<MessageArrived>; id: Id<'incoming-document'> };

/** Set by set, since one letter may reach 577 agencies in one batch. What arrived before is left as it is. */
async function receiveDocuments(ctx: CommandContext, events: DeliveredEvent<MessageArrived>[]): Promise<void> {
  const fresh = await withoutKnown(ctx, events);
  if (fresh.length === 0) return;
  const arrivals: Arrival[] = fresh.map((event) => ({ event, id: newId<'incoming-document'>() }));
  await insertDocuments(ctx, arrivals);
  const calendar = await workingCalendar(ctx.kernel);
  await openTasks(
    ctx,
    arrivals.filter(({ event }) => event.data.standing === undefined).map(({ event, id }) => ({
      agencyId: event.agencyId,
      subject: { type: 'incoming-document', id },
      kind: 'incoming-documents.register',
      assignee: { role: 'clerk' },
      title: event.data.document.summary,
      // Registered the same day, at the latest the next working day (30/2020/NĐ-CP Art. 4.2.c); when the sender wants an answer is another matter.
      dueAt: nextWorkingDayDeadline(calendar, new Date(event.at)),
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
    if (verdict.indication === 'INDETERMINATE') askAgain(ctx, { agencyId: event.agencyId, documentId: id });
  }
}

async function withoutKnown(ctx: CommandContext, events: DeliveredEvent<MessageArrived>[]): Promise<DeliveredEvent<MessageArrived>[]> {
  // Pair by pair along the unique index: two independent lists would look every message up in every agency.
  const { rows } = await ctx.query(
    `select d.message_id from unnest($1::uuid[], $2::uuid[]) as arrived (agency_id, message_id)
       join incoming_documents.document d on d.agency_id = arrived.agency_id and d.message_id = arrived.message_id`,
    [events.map((event) => event.agencyId), events.map((event) => event.data.messageId)],
  );
  const known = new Set(rows.map((row) => row['message_id']));
  return events.filter((event) => !known.has(event.data.messageId));
}

/** What is the same for all receivers of an envelope is worked out and sent once, however many they are. */
async function insertDocuments(ctx: CommandContext, arrivals: Arrival[]): Promise<void> {
  const letters = new Map<string, { place: number } & LetterColumns>();
  const places = arrivals.map(({ event: { data } }) => {
    const { senderAgencyId, contentHash, document, verdict, standing } = data;
    // At some of its receivers a change or a recall may have come first.
    const key = JSON.stringify([senderAgencyId, contentHash, verdict.indication, document.summary, document.urgency, document.answerDue, ...(standing === undefined ? [] : [standing.state, data.messageId])]);
    const letter = letters.get(key) ?? { place: letters.size + 1, ...letterColumns(data) };
    letters.set(key, letter);
    return letter.place;
  });
  // One statement for all. The twin is the earliest document of the same sender, number, notation and day (30/2020/NĐ-CP App. VI III.1.h);
  // letters without a number (“Không số”, from organisations outside) are no twins of each other. An aggregate and no `limit 1`: with that a
  // planner without fresh figures walks through everything the agency ever got, in the order of arrival, for a twin that is not there.
  await ctx.query(
    `with letter as materialized (
       select place, sender_agency_id, sender_name, sender_code, document_code, number, notation, issued_on, type_code, type_name, summary, urgency, answer_due,
              signer_name, signer_title, verdict, search::tsvector as search,
              standing, standing_kind, standing_reason, standing_number, replaces_code, replaces_reason
         from jsonb_to_recordset($1) as l (place int, sender_agency_id uuid, sender_name text, sender_code text, document_code text, number text, notation text,
          issued_on date, type_code text, type_name text, summary text, urgency text, answer_due date, signer_name text, signer_title text, verdict text, search text,
          standing text, standing_kind text, standing_reason text, standing_number text, replaces_code text, replaces_reason text))
     insert into incoming_documents.document
       (agency_id, id, message_id, sender_agency_id, sender_name, sender_code, document_code, number, notation, issued_on, type_code, type_name,
        summary, urgency, answer_due, signer_name, signer_title, verdict, files, search, arrived_at, state, recalled_at, recall_kind, recall_reason, replaced_at, replaced_by_message_id, replaced_by_number, replacement_reason,
        replaces_code, replaces_reason, twin_id)
     select r.agency_id, r.id, r.message_id, l.sender_agency_id, l.sender_name, l.sender_code, l.document_code, l.number, l.notation, l.issued_on,
        l.type_code, l.type_name, l.summary, l.urgency, l.answer_due, l.signer_name, l.signer_title, l.verdict, r.files, l.search, r.arrived_at,
        coalesce(l.standing, 'arrived'), case when l.standing = 'recalled' then r.arrived_at end, case when l.standing = 'recalled' then l.standing_kind end,
        case when l.standing = 'recalled' then l.standing_reason end, case when l.standing = 'replaced' then r.arrived_at end, case when l.standing = 'replaced' then r.standing_by end, case when l.standing = 'replaced' then l.standing_number end,
        case when l.standing = 'replaced' then l.standing_reason end, l.replaces_code, l.replaces_reason,
        (select (array_agg(t.id order by t.arrived_at, t.id))[1] from incoming_documents.document t
          where l.number ~ '[0-9]' and t.agency_id = r.agency_id and t.sender_agency_id = l.sender_agency_id and t.number = l.number and t.notation = l.notation and t.issued_on = l.issued_on)
       from rows from (unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::timestamptz[], $8::uuid[]), jsonb_array_elements($7))
              as r (agency_id, id, message_id, place, arrived_at, standing_by, files)
       join letter l on l.place = r.place
     on conflict (agency_id, message_id) do nothing`,
    [
      JSON.stringify([...letters.values()]),
      arrivals.map(({ event }) => event.agencyId),
      arrivals.map(({ id }) => id),
      arrivals.map(({ event }) => event.data.messageId),
      places,
      arrivals.map(({ event }) => event.at),
      JSON.stringify(arrivals.map(({ event }) => event.data.files)),
      arrivals.map(({ event }) => event.data.standing?.byMessageId ?? null),
    ],
  );
}

type LetterColumns = ReturnType<typeof letterColumns>;

function letterColumns(data: MessageArrived) {
  const { document } = data;
  return {
    sender_agency_id: data.senderAgencyId,
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
    verdict: data.verdict.indication,
    standing: data.standing?.state ?? null,
    standing_kind: data.standing?.kind ?? null,
    standing_reason: data.standing?.reason ?? null,
    standing_number: data.standing?.byNumber ?? null,
    replaces_code: data.replaces?.documentCode ?? null,
    replaces_reason: data.replaces?.reason ?? null,
    search: toTsvector(`${document.number}/${document.notation} ${document.typeName} ${document.summary} ${document.senderName} ${document.signerName}`),
  };
}
