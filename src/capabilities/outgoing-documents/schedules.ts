import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Schedule } from '#kernel/module.ts';
import { returnFromEndedPosts } from './commands/return-from-ended-posts.ts';

export const schedules: readonly Schedule[] = [
  {
    name: 'outgoing-documents.return-from-ended-posts',
    everyMs: 3_600_000,
    run: async (kernel) => {
      await run(kernel, returnFromEndedPosts, undefined, { actor: systemActor('outgoing-documents') });
    },
  },
];
