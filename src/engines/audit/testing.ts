import type { CommandContext } from '#kernel/command.ts';
import { run } from '#kernel/command.ts';
import type { Actor } from '#kernel/actor.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Module } from '#kernel/module.ts';
import { z } from 'zod';

/** A module that records whatever a test asks for. */
export const chronicleModule: Module = {
  name: 'chronicle',
  events: {
    'thing-happened': { data: z.object({ number: z.number() }), vi: '{actor} đã làm việc số {number}', en: '{actor} did thing number {number}' },
    'thing-due': { data: z.object({ due: z.string(), receiver: z.object({ name: z.string() }) }), vi: 'Hạn {due}, gửi {receiver.name}', en: 'Due {due}, sent to {receiver.name}' },
  },
};

/** Records `count` events of one subject in one transaction and gives their ids. */
export async function chronicle(
  kernel: Kernel,
  options: { actor: Actor; agencyIds: readonly Id<'agency'>[]; subject?: { type: string; id: string }; from?: number },
): Promise<Id<'event'>[]> {
  const record = (ctx: CommandContext): Promise<Id<'event'>[]> =>
    Promise.resolve(
      options.agencyIds.map((agencyId, index) =>
        ctx.record({ type: 'chronicle.thing-happened', agencyId, subject: options.subject ?? { type: 'thing', id: 'a' }, data: { number: (options.from ?? 0) + index } }),
      ),
    );
  return run(kernel, record, undefined, { actor: options.actor });
}
