import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { formatDay, vietnamDay } from '#kernel/time.ts';
import { closeTasks, openTasks, type NewTask } from '#engines/cases/index.ts';
import { postsOfPerson, type PersonId } from '#engines/identity/index.ts';
import { keepStatusAnswer, noteForeignStatus, type CertificateStatusAnswer } from '#engines/signatures/index.ts';
import type { StoredCertificate } from '../certificate-store.ts';

/** So long may an authority be out of reach before somebody is told: weekends and maintenance are no news. */
const SILENCE_MS = 3 * 86_400_000;

type Known = Exclude<CertificateStatusAnswer, { status: 'unknown' }>;
type Asked = Pick<StoredCertificate, 'agency_id' | 'id' | 'holder_name' | 'person_id' | 'credential_id' | 'serial' | 'status' | 'status_as_of' | 'unanswered_since'>;

/**
 * Notes what an authority said of a certificate, or that it said nothing. Revoked or suspended, nobody signs with it from the commit on, and the
 * holder and the agency's administrator have a task; three days of silence are a task for the administrator. An answer that is older than the
 * one before changes nothing.
 */
export async function noteStatus(ctx: CommandContext, { agencyId, id, answer }: { agencyId: Id<'agency'>; id: string; answer: CertificateStatusAnswer }): Promise<void> {
  const { rows } = await ctx.query(
    `select agency_id, id, holder_name, person_id, credential_id, serial, status, status_as_of, unanswered_since from certificates.certificate
      where agency_id = $1 and id = $2 and not is_built_in for no key update`,
    [agencyId, id],
  );
  // safe because the statement selects exactly these columns
  const [certificate] = rows as Asked[];
  if (certificate === undefined || certificate.status === 'revoked') return;
  if (answer.status === 'unknown') await noteSilence(ctx, certificate, answer.problem);
  else if (certificate.status_as_of === null || answer.asOf >= certificate.status_as_of) await noteAnswer(ctx, certificate, answer);
  else await closeQuestion(ctx, certificate);
}

async function closeQuestion(ctx: CommandContext, { agency_id: agencyId, id }: Asked): Promise<void> {
  await ctx.query('update certificates.certificate set asked_at = coalesce(asked_at, $3), answered_at = $3, ask_problem = null, unanswered_since = null where agency_id = $1 and id = $2', [agencyId, id, ctx.now]);
  await closeTasks(ctx, [{ agencyId, subject: { type: 'certificate', id }, kind: 'certificates.unanswered' }], 'done');
}

async function noteSilence(ctx: CommandContext, certificate: Asked, problem: string): Promise<void> {
  const since = certificate.unanswered_since ?? ctx.now;
  await ctx.query(
    `update certificates.certificate set asked_at = coalesce(asked_at, $3), answered_at = $3, ask_problem = $4, unanswered_since = $5 where agency_id = $1 and id = $2`,
    [certificate.agency_id, certificate.id, ctx.now, problem, since],
  );
  if (certificate.unanswered_since === null) say(ctx, 'certificates.status-unanswered', certificate, { problem });
  if (ctx.now.getTime() - since.getTime() >= SILENCE_MS) await openTasks(ctx, [taskOn(certificate, { kind: 'certificates.unanswered', urgency: 'normal', assignee: { role: 'agency_admin' } })]);
}

async function noteAnswer(ctx: CommandContext, certificate: Asked, answer: Known): Promise<void> {
  const hash = await keepStatusAnswer(ctx, answer.answer);
  const status = answer.status === 'good' ? 'active' : answer.status;
  await ctx.query(
    `update certificates.certificate
        set status = $3, status_source = $4, status_as_of = $5, status_answer = $6, status_checked_at = $7, revoked_at = $8, revoked_reason = $9
      where agency_id = $1 and id = $2`,
    [certificate.agency_id, certificate.id, status, answer.source, answer.asOf, hash, ctx.now, status === 'revoked' ? answer.revokedAt : null, status === 'active' ? null : answer.reason],
  );
  await closeQuestion(ctx, certificate);
  if (status === certificate.status) return;
  if (status === 'active') await noteLifted(ctx, certificate);
  else await noteWithdrawn(ctx, certificate, answer);
}

async function noteLifted(ctx: CommandContext, certificate: Asked): Promise<void> {
  if (certificate.credential_id !== null) await noteForeignStatus(ctx, { agencyId: certificate.agency_id, credentialId: certificate.credential_id, revoked: null });
  await closeTasks(ctx, [{ agencyId: certificate.agency_id, subject: { type: 'certificate', id: certificate.id }, kind: 'certificates.withdrawn' }], 'done');
  say(ctx, 'certificates.suspension-lifted', certificate, {});
}

async function noteWithdrawn(ctx: CommandContext, certificate: Asked, { revokedAt, reason, status }: Known): Promise<void> {
  const at = revokedAt ?? ctx.now;
  if (certificate.credential_id !== null) {
    await noteForeignStatus(ctx, { agencyId: certificate.agency_id, credentialId: certificate.credential_id, revoked: { at, reason: reason ?? 'unspecified' } });
  }
  // A suspension may be lifted; after a revocation nothing is left to be renewed, and whoever left has no certificate any more.
  const settled = status === 'revoked' ? ['certificates.renew', 'certificates.holder-left'] : [];
  await closeTasks(ctx, settled.map((kind) => ({ agencyId: certificate.agency_id, subject: { type: 'certificate', id: certificate.id }, kind })), 'done');
  await openTasks(ctx, await tasksFor(ctx, certificate));
  say(ctx, status === 'suspended' ? 'certificates.suspension-found' : 'certificates.revocation-found', certificate, { reason: reason ?? 'unspecified', revokedOn: formatDay(vietnamDay(at)) });
}

async function tasksFor(ctx: CommandContext, certificate: Asked): Promise<NewTask[]> {
  // safe because the column holds ids of people only
  const posts = certificate.person_id === null ? [] : await postsOfPerson(ctx, certificate.person_id as PersonId, vietnamDay(ctx.now));
  const own = posts.filter((post) => post.agencyId === certificate.agency_id).slice(0, 1);
  const assignees: NewTask['assignee'][] = [{ role: 'agency_admin' }, ...own.map((post) => ({ postId: post.postId }))];
  return assignees.map((assignee) => taskOn(certificate, { kind: 'certificates.withdrawn', urgency: 'urgent', assignee }));
}

function taskOn(certificate: Asked, task: Pick<NewTask, 'kind' | 'urgency' | 'assignee'>): NewTask {
  return {
    ...task,
    agencyId: certificate.agency_id,
    subject: { type: 'certificate', id: certificate.id },
    title: certificate.holder_name,
    dueAt: null,
    href: `/app/chung-thu-so/${certificate.agency_id}.${certificate.id}`,
  };
}

function say(ctx: CommandContext, type: string, certificate: Asked, more: Record<string, string>): void {
  ctx.record({ type, agencyId: certificate.agency_id, subject: { type: 'certificate', id: certificate.id }, data: { holder: certificate.holder_name, serial: certificate.serial, ...more } });
}
