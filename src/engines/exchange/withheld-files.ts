import { defineFileGuard } from '#engines/files/index.ts';
import { exchangeErrors } from './errors.ts';

/** Files of recalled documents stay as evidence, which only an auditor opens (30/2020/NĐ-CP Art. 18.4.b: the receiver cancels it on its system). */
export const withheldFiles = defineFileGuard({
  refuse: async (q, { actor, fileId }) => {
    if (actor.roles.includes('auditor')) return undefined;
    const { rowCount } = await q.query('select 1 from exchange.withheld_file where agency_id = $1 and file_id = $2', [actor.agencyId, fileId]);
    return rowCount === 0 ? undefined : exchangeErrors.fileWithheld();
  },
});
