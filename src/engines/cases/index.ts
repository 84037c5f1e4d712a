import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { taskReleased, taskReturned, taskTaken } from './contract.ts';
import { schedules } from './schedules.ts';

export { defineLifecycle, actionsIn, lifecycleTable, nextState, type Lifecycle } from './domain/lifecycle.ts';
export { stateOf, transition } from './transition.ts';
export {
  addWorkingDays,
  endOfMorning,
  endOfWork,
  isWorkingDay,
  nextWorkingDay,
  nextWorkingDayDeadline,
  type WorkingCalendar,
} from './domain/working-calendar.ts';
export type { DeadlineLimits, DeadlineState } from './domain/deadline.ts';
export { readCalendar, workingCalendar } from './calendar.ts';
export { openTasks, type Assignee, type NewTask } from './open-tasks.ts';
export { closeTasks, type TaskSelection } from './close-tasks.ts';
export { takeTask } from './commands/take-task.ts';
export { releaseTask } from './commands/release-task.ts';
export { myTasks, type MyTasksPage } from './queries/my-tasks.ts';
export { myTaskCounts } from './queries/my-task-counts.ts';
export { openTasksOf, type OpenTask } from './queries/open-tasks-of.ts';

/** State × action tables, tasks, deadlines and the working calendar: what every inbox is made of. */
export const casesModule: Module = {
  name: 'cases',
  migrations: join(import.meta.dirname, 'migrations'),
  events: {
    'task-taken': { data: taskTaken, vi: 'Nhận việc “{title}”', en: 'Took the task “{title}”' },
    'task-released': { data: taskReleased, vi: 'Trả lại việc “{title}” cho bộ phận', en: 'Gave the task “{title}” back' },
    'task-returned': { data: taskReturned, vi: 'Việc “{title}” trở lại bộ phận vì {name} không còn chức vụ hoặc vai trò làm việc này', en: 'The task “{title}” waits for everyone again, since {name} no longer has the post or the role for it' },
  },
  schedules,
};
