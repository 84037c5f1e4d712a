import { defineFileGuard } from '#engines/files/index.ts';
import { maySee, seesAll, type PolicySubject } from './policy.ts';

/** Every version of a document's files is for those who see the document. One that was taken out again is nobody's but theirs who see everything. */
export const filesOfDocuments = defineFileGuard({
  maySee: async (q, { actor, fileId }) => {
    if (seesAll(actor)) return undefined;
    const { rows } = await q.query(
      `select d.id, d.agency_id, d.state, d.drafter_person_id, d.drafting_unit_id, d.approver_post_id, d.initials_post_id
         from outgoing_documents.file_version v
         left join outgoing_documents.file f on f.agency_id = v.agency_id and f.id = v.file_id
         left join outgoing_documents.document d on d.agency_id = f.agency_id and d.id = f.document_id
        where v.agency_id = $1 and v.stored_file_id = $2`,
      [actor.agencyId, fileId],
    );
    // safe because the statement selects exactly these columns, which are null together
    const documents = rows as ((PolicySubject & { id: string }) | { id: null })[];
    return documents.length === 0 ? undefined : documents.some((document) => document.id !== null && maySee(actor, document));
  },
});
