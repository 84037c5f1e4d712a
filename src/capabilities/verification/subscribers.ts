import { subscribe } from '#kernel/events.ts';
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
