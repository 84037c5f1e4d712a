import { z } from 'zod';
import { deadlineState, taskCounts, taskPage, urgency } from '#engines/cases/contract.ts';

export { type DeadlineState, type TaskCounts as MyWorkCounts, type TaskItem as MyWorkItem, type TaskPage as MyWorkPage } from '#engines/cases/contract.ts';

export const myWorkPage = taskPage;
export const myWorkCounts = taskCounts;

export const myWorkQuery = z.object({
  kind: z.string().max(100).optional(),
  urgency: urgency.optional(),
  deadline: deadlineState.optional(),
  after: z.string().max(200).optional(),
});
