import type { Queryable } from '#kernel/database.ts';
import { findMessageOfFile } from '#engines/exchange/index.ts';
import { defineFileGuard } from '#engines/files/index.ts';
import { partsOf } from './document-store.ts';
import { maySee, seesInbox, type PolicySubject } from './policy.ts';

/** The files that came, the scans of paper, the copies and the file with the arrival mark are for those who see the document. */
export const filesOfDocuments = defineFileGuard({
  maySee: async (q, { actor, fileId }) => {
    if (seesInbox(actor)) return undefined;
    const documents = await documentsOf(q, { agencyId: actor.agencyId, fileId });
    for (const document of documents) if (maySee(actor, { ...document, parts: await partsOf(q, document) })) return true;
    return documents.length === 0 ? undefined : false;
  },
});

async function documentsOf(q: Queryable, { agencyId, fileId }: { agencyId: string; fileId: string }): Promise<(Omit<PolicySubject, 'parts'> & { id: string })[]> {
  const messageId = (await findMessageOfFile(q, { agencyId, fileId })) ?? null;
  const { rows } = await q.query(
    `select id, agency_id, state, is_asked, is_reviewed, leader_post_id from incoming_documents.document
      where agency_id = $1 and id in (
        select d.id from incoming_documents.document d where d.agency_id = $1 and d.message_id = $3
        union all select d.id from incoming_documents.document d where d.agency_id = $1 and d.stamp_file_id = $2
        union all select d.id from incoming_documents.document d where d.agency_id = $1 and d.medium = 'paper' and d.files @> jsonb_build_array(jsonb_build_object('fileId', $2::text))
        union all select c.document_id from incoming_documents.copy c where c.agency_id = $1 and c.file_id = $2
        union all select c.document_id from incoming_documents.copy c where c.agency_id = $1 and c.kind = 'extract' and c.base_file_id = $2)`,
    [agencyId, fileId, messageId],
  );
  // safe because the statement selects exactly these columns
  return rows as (Omit<PolicySubject, 'parts'> & { id: string })[];
}
