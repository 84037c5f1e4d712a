import { defineFileGuard } from '#engines/files/index.ts';

/** A lasting copy is for those who may have the file that it was made from. */
export const lastingCopies = defineFileGuard({
  madeFrom: async (q, { actor, fileId }) => {
    const { rows } = await q.query('select sha256 from signatures.archived_file where agency_id = $1 and file_id = $2', [actor.agencyId, fileId]);
    return rows[0] === undefined ? undefined : String(rows[0]['sha256']);
  },
});
