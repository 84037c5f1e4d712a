import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { delegableRoles, type Role } from '../domain/roles.ts';
import { identityErrors } from '../errors.ts';
import { mayDelegateFrom } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { PostId } from '../queries/posts.ts';
import { sessionCache } from '../session-cache.ts';
import type { Tables } from '../tables.ts';
import { lockAgency, lockPost } from './load.ts';

export type DelegationId = Id<'delegation'>;

export type NewDelegation = {
  agencyId: AgencyId;
  delegatorPostId: PostId;
  /** The delegate's agency: the same one, or one directly below it. */
  delegateAgencyId: AgencyId;
  delegatePostId: PostId;
  roles: Role[];
  /** For what: the limited content that the decree demands. */
  content: string;
  documentReference?: string | undefined;
  startsOn: CalendarDay;
  endsOn: CalendarDay;
};

/**
 * Hands on the authority of a post for a period and a content (thừa ủy quyền, NĐ 30/2020 Art. 13.4): only what the post
 * itself may do, and never what was itself delegated.
 * @throws identity.noRedelegation, identity.delegateSelf, identity.delegationTooWide, identity.delegateOutside, identity.postNotActive, kernel.forbidden
 */
export async function delegate(ctx: CommandContext, input: NewDelegation): Promise<DelegationId> {
  const from = await lockPost(ctx, input.agencyId, input.delegatorPostId);
  const to = await lockPost(ctx, input.delegateAgencyId, input.delegatePostId);
  if (ctx.actor.kind === 'person' && ctx.actor.onBehalfOf !== undefined) throw identityErrors.noRedelegation();
  if (!mayDelegateFrom(ctx.actor, { postId: from.id, agencyId: input.agencyId })) throw kernelErrors.forbidden();
  // Nobody takes the authority of somebody else: its holder gives it, or an administrator who does not gain by it enters what was signed on paper.
  if (ctx.actor.kind === 'person' && ctx.actor.personId === to.person_id && from.person_id !== to.person_id) throw identityErrors.delegateSelf();
  await assertDelegateNear(ctx, input);
  if (input.roles.some((role) => !from.roles.includes(role) || !delegableRoles.includes(role))) throw identityErrors.delegationTooWide();
  for (const post of [from, to]) {
    if (post.starts_on > input.startsOn || (post.ends_on !== null && post.ends_on < input.endsOn)) throw identityErrors.postNotActive();
  }
  if (input.endsOn < input.startsOn || input.endsOn < vietnamDay(ctx.now) || from.person_id === to.person_id) throw identityErrors.postNotActive();
  const id = newId<'delegation'>();
  await ctx
    .tables<Tables>()
    .insertInto('identity.delegation')
    .values({
      id,
      delegator_post_id: from.id,
      delegate_post_id: to.id,
      roles: [...new Set(input.roles)],
      content: input.content,
      document_reference: input.documentReference ?? null,
      starts_on: input.startsOn,
      ends_on: input.endsOn,
      revoked_at: null,
      created_at: ctx.now,
    })
    .execute();
  ctx.record({
    type: 'identity.delegation-granted',
    agencyId: input.agencyId,
    subject: { type: 'delegation', id },
    data: { delegationId: id, delegatorName: from.personName, delegateName: to.personName, roles: input.roles, startsOn: input.startsOn, endsOn: input.endsOn },
  });
  return id;
}

async function assertDelegateNear(ctx: CommandContext, input: NewDelegation): Promise<void> {
  if (input.delegateAgencyId === input.agencyId) return;
  const agency = await lockAgency(ctx, input.delegateAgencyId);
  if (agency.parent_id !== input.agencyId) throw identityErrors.delegateOutside();
}

/** Ends a delegation before its time; sessions under it end at once. @throws identity.delegationNotFound, identity.delegationEnded */
export async function revokeDelegation(ctx: CommandContext, input: { agencyId: AgencyId; delegationId: DelegationId }): Promise<void> {
  const { rows } = await ctx.query(
    `select d.*, p.person_id, h.full_name as delegator_name, q.person_id as delegate_id, g.full_name as delegate_name
       from identity.delegation d
       join identity.post p on p.id = d.delegator_post_id join identity.person h on h.id = p.person_id
       join identity.post q on q.id = d.delegate_post_id join identity.person g on g.id = q.person_id
      where d.id = $1 and p.agency_id = $2 for update of d`,
    [input.delegationId, input.agencyId],
  );
  const [row] = rows;
  if (row === undefined) throw identityErrors.delegationNotFound();
  if (!mayDelegateFrom(ctx.actor, { postId: String(row['delegator_post_id']), agencyId: input.agencyId })) throw kernelErrors.forbidden();
  if (row['revoked_at'] !== null || String(row['ends_on']) < vietnamDay(ctx.now)) throw identityErrors.delegationEnded();
  await ctx.tables<Tables>().updateTable('identity.delegation').set({ revoked_at: ctx.now }).where('id', '=', input.delegationId).execute();
  await ctx.query(`update identity.session set ended_at = $2, end_reason = 'delegation ended' where delegation_id = $1 and ended_at is null`, [input.delegationId, ctx.now]);
  sessionCache(ctx.kernel).forgetPeople([String(row['delegate_id'])]);
  ctx.record({
    type: 'identity.delegation-revoked',
    agencyId: input.agencyId,
    subject: { type: 'delegation', id: input.delegationId },
    data: {
      delegationId: input.delegationId,
      delegatorName: row['delegator_name'],
      delegateName: row['delegate_name'],
      roles: row['roles'],
      startsOn: row['starts_on'],
      endsOn: row['ends_on'],
    },
  });
}
