import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { identityErrors } from '../errors.ts';
import { mayKeepRecipientGroups } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';

export type RecipientGroupId = Id<'recipient-group'>;

export type SaveRecipientGroup = { agencyId: AgencyId; name: string; memberIds: readonly AgencyId[]; /** An existing one is changed. */ groupId?: RecipientGroupId };

/**
 * Keeps a group of recipients under a name of the agency's own.
 * @throws identity.recipientGroupNotFound, identity.recipientGroupNameTaken, identity.agencyNotFound, kernel.forbidden
 */
export async function saveRecipientGroup(ctx: CommandContext, input: SaveRecipientGroup): Promise<RecipientGroupId> {
  if (!mayKeepRecipientGroups(ctx.actor, input.agencyId)) throw kernelErrors.forbidden();
  const members = [...new Set(input.memberIds)];
  const known = await ctx.query('select 1 from identity.agency where id = any($1::uuid[])', [members]);
  if (known.rowCount !== members.length) throw identityErrors.agencyNotFound();
  const namesake = await ctx.query('select 1 from identity.recipient_group where agency_id = $1 and lower(name) = lower($2) and id is distinct from $3', [input.agencyId, input.name, input.groupId ?? null]);
  if (namesake.rowCount !== 0) throw identityErrors.recipientGroupNameTaken({ values: { name: input.name } });
  const id = input.groupId ?? newId<'recipient-group'>();
  const written =
    input.groupId === undefined
      ? await ctx.query('insert into identity.recipient_group (agency_id, id, name, created_at, changed_at) values ($1, $2, $3, $4, $4)', [input.agencyId, id, input.name, ctx.now])
      : await ctx.query('update identity.recipient_group set name = $3, changed_at = $4 where agency_id = $1 and id = $2', [input.agencyId, id, input.name, ctx.now]);
  if (written.rowCount !== 1) throw identityErrors.recipientGroupNotFound();
  await ctx.query('delete from identity.recipient_group_member where agency_id = $1 and group_id = $2', [input.agencyId, id]);
  await ctx.query('insert into identity.recipient_group_member (agency_id, group_id, member_id) select $1, $2, unnest($3::uuid[])', [input.agencyId, id, members]);
  ctx.record({ type: 'identity.recipient-group-saved', agencyId: input.agencyId, subject: { type: 'recipient-group', id }, data: { groupId: id, name: input.name, count: members.length } });
  return id;
}

/** Deletes a group of recipients; documents that were sent by it keep their recipients. @throws identity.recipientGroupNotFound, kernel.forbidden */
export async function deleteRecipientGroup(ctx: CommandContext, input: { agencyId: AgencyId; groupId: RecipientGroupId }): Promise<void> {
  if (!mayKeepRecipientGroups(ctx.actor, input.agencyId)) throw kernelErrors.forbidden();
  const members = await ctx.query('delete from identity.recipient_group_member where agency_id = $1 and group_id = $2', [input.agencyId, input.groupId]);
  const { rows } = await ctx.query('delete from identity.recipient_group where agency_id = $1 and id = $2 returning name', [input.agencyId, input.groupId]);
  const [row] = rows;
  if (row === undefined) throw identityErrors.recipientGroupNotFound();
  ctx.record({ type: 'identity.recipient-group-deleted', agencyId: input.agencyId, subject: { type: 'recipient-group', id: input.groupId }, data: { groupId: input.groupId, name: String(row['name']), count: members.rowCount ?? 0 } });
}
