import { defineFileGuard } from '#engines/files/index.ts';
import { errors } from './errors.ts';
import { mayOpenWithheld } from './policy.ts';

/** With a recalled document its copies, and its file with the arrival mark, stay as evidence too, which only an auditor opens (30/2020/NĐ-CP Art. 18.4.b). */
export const copiesOfRecalled = defineFileGuard({
  refuse: async (q, { actor, fileId }) => {
    if (mayOpenWithheld(actor)) return undefined;
    const { rowCount } = await q.query(
      `select 1 from incoming_documents.copy c join incoming_documents.document d on d.agency_id = c.agency_id and d.id = c.document_id
        where c.agency_id = $1 and (c.file_id = $2 or (c.kind = 'extract' and c.base_file_id = $2)) and d.state = 'recalled'
       union all select 1 from incoming_documents.document d where d.agency_id = $1 and d.stamp_file_id = $2 and d.state = 'recalled'`,
      [actor.agencyId, fileId],
    );
    return rowCount === 0 ? undefined : errors.copyWithheld();
  },
});
