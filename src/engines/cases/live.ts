import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { notifyLive } from '#kernel/live.ts';

const TOPIC = 'cases';

/**
 * Tells the screens of these agencies, with the commit, that their task lists changed (topic `cases`). Tasks follow
 * from an event that the subject's own module records, so they add no line of their own to the audit record.
 */
export async function tellTaskLists(ctx: CommandContext, agencyIds: readonly Id<'agency'>[]): Promise<void> {
  const hints = [...new Set(agencyIds)].map((agencyId) => ({
    type: `${TOPIC}.task-list-changed`,
    agencyId,
    subject: { type: 'agency', id: agencyId },
    data: {},
    id: newId<'event'>(),
    at: ctx.now,
    actor: actorRecord(ctx.actor),
    requestId: ctx.requestId,
  }));
  if (hints.length > 0) notifyLive(ctx, hints);
}
