import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { myTasks } from '#engines/cases/index.ts';
import { PAGE_SIZE } from '../contract.ts';

/**
 * What waits for the guest's own office, as the JSON text of `taskPage`. What other agencies lay on a clerk's desk waits here for
 * everybody of the office: it has no clerk of its own.
 */
export function tasksOfOffice(kernel: Kernel, actor: PersonActor, after: string | undefined): Promise<string> {
  return myTasks(kernel, { ...actor, roles: [...actor.roles, 'clerk'] }, { after, limit: PAGE_SIZE });
}
