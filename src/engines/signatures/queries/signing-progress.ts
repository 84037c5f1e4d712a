import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';

/** How far a signing is: open, its key asked, its signature being put in, or over. */
export type SigningProgress = 'opened' | 'asked' | 'putting-in' | 'signed' | 'failed';

/**
 * How far the newest signing of each subject is that this person opened; subjects without one are left out. Whose it is not learns nothing.
 * @param subjects their type and at most a hundred ids
 */
export async function signingProgress(q: Queryable, actor: PersonActor, subjects: { type: string; ids: readonly string[] }): Promise<Map<string, { purpose: string; progress: SigningProgress }>> {
  const { rows } = await q.query(
    `select distinct on (subject_id) subject_id as id, purpose,
            case state when 'prepared' then 'opened' when 'pending' then 'asked' when 'signing' then 'putting-in' when 'completed' then 'signed' else 'failed' end as progress
       from signatures.signing
      where agency_id = $1 and subject_type = $2 and subject_id = any($3::uuid[]) and opened_by ->> 'personId' = $4
      order by subject_id, opened_at desc, id desc`,
    [actor.agencyId, subjects.type, subjects.ids.slice(0, 100), actor.personId],
  );
  // safe because the statement selects exactly these columns
  return new Map((rows as { id: string; purpose: string; progress: SigningProgress }[]).map(({ id, ...found }) => [id, found]));
}
