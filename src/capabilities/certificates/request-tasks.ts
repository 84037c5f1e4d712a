import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { closeTasks, openTasks, type Assignee } from '#engines/cases/index.ts';
import { postsEverywhere, postsOfPerson, type PersonId } from '#engines/identity/index.ts';

/** What waits for somebody about a request: the decision, what follows a yes, and to read a no. */
export const requestTaskKinds = { decide: 'certificates.decide-request', carryOut: 'certificates.carry-out-request', readRefusal: 'certificates.read-refusal' } as const;

type Asked = { agency_id: Id<'agency'>; id: string; holder_name: string; form_name: string; asked_by_person: string };

/** Whoever decides for the province has the request among the own work. */
export async function askForDecision(ctx: CommandContext, request: Asked): Promise<void> {
  const agencies = await decidingAgencies(ctx);
  await openTasks(ctx, agencies.map((agencyId) => taskOf(request, { agencyId, kind: requestTaskKinds.decide, assignee: { role: 'province_admin' } })));
}

/** Nothing is to be decided any more: the province decided, or who asked took the request back. */
export async function endDecision(ctx: CommandContext, { id }: Pick<Asked, 'id'>, how: 'done' | 'cancelled'): Promise<void> {
  const agencies = await decidingAgencies(ctx);
  await closeTasks(ctx, agencies.map((agencyId) => ({ agencyId, subject: subjectOf(id), kind: requestTaskKinds.decide })), how);
}

/** After a yes: whoever keeps the agency's certificates and whoever asked see to the certificate. After a no: whoever asked reads why. */
export async function tellDecision(ctx: CommandContext, request: Asked, decision: 'approve' | 'refuse'): Promise<void> {
  const asker = await askerOf(ctx, request);
  const kind = decision === 'approve' ? requestTaskKinds.carryOut : requestTaskKinds.readRefusal;
  const assignees: Assignee[] = [...(decision === 'approve' ? [{ role: 'agency_admin' }] : []), ...asker];
  await openTasks(ctx, assignees.map((assignee) => taskOf(request, { agencyId: request.agency_id, kind, assignee })));
}

/** What waited in the asking agency is done, or fell away. */
export async function endFollowUp(ctx: CommandContext, { agency_id: agencyId, id }: Pick<Asked, 'agency_id' | 'id'>, how: 'done' | 'cancelled'): Promise<number> {
  return closeTasks(ctx, [requestTaskKinds.carryOut, requestTaskKinds.readRefusal].map((kind) => ({ agencyId, subject: subjectOf(id), kind })), how);
}

const subjectOf = (id: string): { type: string; id: string } => ({ type: 'certificate-request', id });

/** By role and not by post, so that whoever follows in the post finds it. */
async function decidingAgencies(ctx: CommandContext): Promise<Id<'agency'>[]> {
  return [...new Set((await postsEverywhere(ctx, ['province_admin'])).map((post) => post.agencyId))];
}

/** The post that whoever asked holds in that agency today; none when the person has left. */
async function askerOf(ctx: CommandContext, request: Asked): Promise<Assignee[]> {
  // safe because the column holds ids of people only
  const posts = await postsOfPerson(ctx, request.asked_by_person as PersonId);
  return posts
    .filter((post) => post.agencyId === request.agency_id)
    .slice(0, 1)
    .map(({ postId }) => ({ postId }));
}

function taskOf(request: Asked, { agencyId, kind, assignee }: { agencyId: Id<'agency'>; kind: string; assignee: Assignee }) {
  return {
    agencyId,
    assignee,
    kind,
    subject: subjectOf(request.id),
    title: `${request.holder_name}: ${request.form_name}`,
    dueAt: null,
    urgency: 'normal' as const,
    href: `/app/de-nghi-chung-thu/${request.agency_id}.${request.id}`,
  };
}
