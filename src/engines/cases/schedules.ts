import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Schedule } from '#kernel/module.ts';
import { returnTakenTasks } from './commands/return-taken-tasks.ts';

export const schedules: readonly Schedule[] = [
  {
    // A post ends by the calendar, mostly days after it was decided: no event marks that moment.
    name: 'cases.return-taken-tasks',
    everyMs: 3_600_000,
    run: async (kernel) => {
      await run(kernel, returnTakenTasks, undefined, { actor: systemActor('cases') });
    },
  },
];
