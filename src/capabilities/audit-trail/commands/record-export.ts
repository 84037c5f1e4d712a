import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';

/** Records that somebody took part of the record with them. */
export function recordExport(ctx: CommandContext, input: { agencyId: PersonActor['agencyId']; format: string; from: string; to: string; asked: Record<string, string> }): Promise<void> {
  const { agencyId, ...data } = input;
  ctx.record({ type: 'audit-trail.audit-exported', agencyId, subject: { type: 'audit-trail', id: agencyId }, data });
  return Promise.resolve();
}
