import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { Assignee } from '../open-tasks.ts';

export type OpenTask = { kind: string; assignee: Assignee };

/** What is still to be done about a subject in an agency, and for whom each waits. */
export async function openTasksOf(q: Queryable, { agencyId, subject }: { agencyId: Id<'agency'>; subject: { type: string; id: string } }): Promise<OpenTask[]> {
  const { rows } = await q.query(
    `select kind, assignee from cases.task where agency_id = $1 and subject_type = $2 and subject_id = $3 and state = 'open' order by kind, assignee`,
    [agencyId, subject.type, subject.id],
  );
  return rows.map((row) => ({ kind: String(row['kind']), assignee: readAssignee(String(row['assignee'])) }));
}

function readAssignee(key: string): Assignee {
  const name = key.slice(key.indexOf(':') + 1);
  return key.startsWith('role:') ? { role: name } : { postId: name };
}
