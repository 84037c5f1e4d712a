import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { closeTasks, openTasks, type Assignee } from '#engines/cases/index.ts';
import { postsEverywhere, postsOfPerson, type PersonId } from '#engines/identity/index.ts';

/** What waits for somebody about a request: the decision, what follows a yes, and to read a no. */
export const requestTaskKinds = { decide: 'certificates.decide-request', carryOut: 'certificates.carry-out-request', readRefusal: 'certificates.read-refusal' } as const;

type Asked = { agency_id: Id<'agency'>; id: string; holder_name: string; form_name: string; asked_by_person: string };

/** Whoever decides for the province has the request among the own work. */
export async function askForDecision(ctx: CommandContext, request: Asked): Promise<void> {
  await moveDecision(ctx, { ...request, deciding_agencies: [] }, await decidingAgencies(ctx));
}

const BATCH = 500;

/**
 * Posts begin, end and move to other agencies: what is to be decided goes where the province's decisions are made today. While nobody makes them it
 * waits where it was.
 * @returns how many requests moved, at most 500 a run
 */
export async function followDecidingPosts(ctx: CommandContext): Promise<number> {
  const agencies = await decidingAgencies(ctx);
  if (agencies.length === 0) return 0;
  const { rows } = await ctx.query(
    `select agency_id, id, holder_name, form_name, asked_by_person, deciding_agencies from certificates.request
      where state = 'submitted' and not (deciding_agencies @> $1::uuid[] and deciding_agencies <@ $1::uuid[]) order by agency_id, id limit ${String(BATCH)} for update`,
    [agencies],
  );
  // safe because the statement selects exactly these columns
  for (const request of rows as Undecided[]) await moveDecision(ctx, request, agencies);
  return rows.length;
}

type Undecided = Asked & { deciding_agencies: Id<'agency'>[] };

async function moveDecision(ctx: CommandContext, request: Undecided, agencies: readonly Id<'agency'>[]): Promise<void> {
  const kind = requestTaskKinds.decide;
  await openTasks(ctx, agencies.map((agencyId) => taskOf(request, { agencyId, kind, assignee: { role: 'province_admin' } })));
  const left = request.deciding_agencies.filter((agencyId) => !agencies.includes(agencyId));
  await closeTasks(ctx, left.map((agencyId) => ({ agencyId, subject: subjectOf(request.id), kind })), 'cancelled');
  await ctx.query('update certificates.request set deciding_agencies = $3 where agency_id = $1 and id = $2', [request.agency_id, request.id, agencies]);
}

/** Nothing is to be decided any more: the province decided, or who asked took the request back. */
export async function endDecision(ctx: CommandContext, { agency_id: agency, id }: Pick<Asked, 'agency_id' | 'id'>, how: 'done' | 'cancelled'): Promise<void> {
  const { rows } = await ctx.query('select deciding_agencies from certificates.request where agency_id = $1 and id = $2', [agency, id]);
  // safe because the column holds ids of agencies only
  const agencies = (rows[0]?.['deciding_agencies'] ?? []) as Id<'agency'>[];
  // Requests from before the column was kept wait where the post is today.
  const asked = agencies.length === 0 ? await decidingAgencies(ctx) : agencies;
  await closeTasks(ctx, asked.map((agencyId) => ({ agencyId, subject: subjectOf(id), kind: requestTaskKinds.decide })), how);
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
  const posts = await postsOfPerson(ctx, request.asked_by_person as PersonId, vietnamDay(ctx.now));
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
