import type { CommandContext } from '#kernel/command.ts';
import { subscribe, type DeliveredEvent } from '#kernel/events.ts';
import { eventData } from '#capabilities/outgoing-documents/contract.ts';

/** Each issued document has its public page from then on. */
export const onDocumentIssued = subscribe({
  event: 'outgoing-documents.document-issued',
  name: 'open-public-page',
  data: eventData['document-issued'],
  handle: async (ctx, events) => {
    await ctx.query(
      `insert into verification.issued_document (code, agency_id, document_id, number_and_notation, type_name, issued_on, issued_at, state, files)
       select d.code, d.agency_id, d.document_id, d.number_and_notation, d.type_name, d.issued_on, d.issued_at, 'in_force', d.files
         from jsonb_to_recordset($1) as d (code text, agency_id uuid, document_id uuid, number_and_notation text, type_name text, issued_on date, issued_at timestamptz, files jsonb)
       on conflict (code) do nothing`,
      [
        JSON.stringify(
          events.map(({ agencyId, subject, at, data }) => ({
            code: data.authenticityCode,
            agency_id: agencyId,
            document_id: subject.id,
            number_and_notation: data.numberAndNotation,
            type_name: data.typeName,
            issued_on: data.issuedOn,
            issued_at: at,
            files: data.files,
          })),
        ),
      ],
    );
    for (const event of events) {
      ctx.record({
        type: 'verification.public-page-opened',
        agencyId: event.agencyId,
        subject: event.subject,
        data: { numberAndNotation: event.data.numberAndNotation, code: event.data.authenticityCode },
      });
    }
  },
});

/** A recalled document is genuine still, and no longer in force. A replaced one stays replaced. */
export const onDocumentRecalled = subscribe({
  event: 'outgoing-documents.document-recalled',
  name: 'mark-recalled',
  data: eventData['document-recalled'],
  handle: async (ctx, events) => {
    const { rowCount } = await ctx.query(
      `update verification.issued_document d set state = case when d.state = 'replaced' then d.state else 'recalled' end, ended_at = coalesce(d.ended_at, e.at)
         from unnest($1::text[], $2::timestamptz[]) as e (code, at) where d.code = e.code`,
      [events.map(({ data }) => data.authenticityCode), events.map(({ at }) => at)],
    );
    assertOpened(events.map(({ data }) => data.authenticityCode), rowCount);
    for (const event of events) recordState(ctx, event, { stateVi: 'đã thu hồi', stateEn: 'recalled' });
  },
});

/** A replaced document leads to the one that is in force. */
export const onDocumentReplaced = subscribe({
  event: 'outgoing-documents.document-replaced',
  name: 'mark-replaced',
  data: eventData['document-replaced'],
  handle: async (ctx, events) => {
    const { rowCount } = await ctx.query(
      `update verification.issued_document d set state = 'replaced', ended_at = coalesce(d.ended_at, e.at), replaced_by_number = e.number, replaced_by_code = e.by_code
         from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[]) as e (code, at, number, by_code) where d.code = e.code`,
      [events.map(({ data }) => data.authenticityCode), events.map(({ at }) => at), events.map(({ data }) => data.numberAndNotation), events.map(({ data }) => data.byAuthenticityCode)],
    );
    assertOpened(events.map(({ data }) => data.authenticityCode), rowCount);
    for (const event of events) recordState(ctx, event, { stateVi: `đã thay thế bằng ${event.data.numberAndNotation}`, stateEn: `replaced by ${event.data.numberAndNotation}` });
  },
});

/** The page is opened by another reaction, which may come a moment later: then this one is tried again. */
function assertOpened(codes: readonly string[], found: number | null): void {
  if (found !== new Set(codes).size) throw new Error('the public page of a document is not open yet');
}

type About = { agencyId: DeliveredEvent['agencyId']; subject: DeliveredEvent['subject']; data: { authenticityCode: string } };

function recordState(ctx: CommandContext, event: About, words: { stateVi: string; stateEn: string }): void {
  ctx.record({ type: 'verification.public-page-changed', agencyId: event.agencyId, subject: event.subject, data: { ...words, code: event.data.authenticityCode } });
}
