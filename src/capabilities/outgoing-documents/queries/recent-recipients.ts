import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';

export type RecipientSet = { documentId: string; summary: string; recipients: { id: string; name: string }[] };

/** The recipients of the person's latest ten documents that had any, newest first. */
export async function recentRecipients(q: Queryable, actor: PersonActor): Promise<RecipientSet[]> {
  const { rows } = await q.query(
    `select d.id as "documentId", d.summary, r.recipients
       from (select agency_id, id, summary, created_at from outgoing_documents.document
              where agency_id = $1 and drafter_person_id = $2 order by created_at desc, id desc limit 30) d
       join lateral (select json_agg(json_build_object('id', recipient_agency_id, 'name', name) order by position) as recipients
                       from outgoing_documents.recipient where agency_id = $1 and document_id = d.id) r on r.recipients is not null
      order by d.created_at desc, d.id desc limit 10`,
    [actor.agencyId, actor.personId],
  );
  // safe because the statement builds exactly this shape
  return rows as RecipientSet[];
}
