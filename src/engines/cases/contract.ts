import { z } from 'zod';

/** Độ khẩn, in the words of NĐ 30/2020 Art. 4.2.c: thường, khẩn, thượng khẩn, hỏa tốc. */
export const urgency = z.enum(['normal', 'urgent', 'very_urgent', 'flash']);
export type Urgency = z.infer<typeof urgency>;

/** How a deadline stands: the colour that a list shows. */
export const deadlineState = z.enum(['none', 'ok', 'near', 'today', 'overdue']);
export type DeadlineState = z.infer<typeof deadlineState>;

/** What a list of tasks can be narrowed to. An empty filter shows everything. */
export const taskFilter = z.object({
  kinds: z.array(z.string().min(1).max(100)).max(50).optional(),
  urgency: z.array(urgency).max(4).optional(),
  deadline: z.array(deadlineState).max(5).optional(),
  /** Only what a colleague has not taken. */
  mineOnly: z.boolean().optional(),
});
export type TaskFilter = z.infer<typeof taskFilter>;

export const taskItem = z.object({
  id: z.uuid(),
  kind: z.string(),
  title: z.string(),
  urgency,
  dueAt: z.string().nullable(),
  deadline: deadlineState,
  href: z.string(),
  subject: z.object({ type: z.string(), id: z.string() }),
  openedAt: z.string(),
  /** The role whose holders all see it; null when it waits for this very post. */
  role: z.string().nullable(),
  takenBy: z.object({ postId: z.uuid(), name: z.string(), at: z.string(), isMe: z.boolean() }).nullable(),
});
export type TaskItem = z.infer<typeof taskItem>;

export const taskPage = z.object({ items: z.array(taskItem), next: z.string().nullable() });
export type TaskPage = z.infer<typeof taskPage>;

export const taskCounts = z.object({
  open: z.number().int(),
  overdue: z.number().int(),
  today: z.number().int(),
  near: z.number().int(),
  byKind: z.record(z.string(), z.number().int()),
  byUrgency: z.record(z.string(), z.number().int()),
});
export type TaskCounts = z.infer<typeof taskCounts>;

/** Events of single tasks. Opening and closing belong to the story of the subject, whose own module records them. */
export const taskTaken = z.object({ taskId: z.uuid(), title: z.string() });
export const taskReleased = z.object({ taskId: z.uuid(), title: z.string() });
/** `name`: who had taken it and has left since. */
export const taskReturned = z.object({ taskId: z.uuid(), title: z.string(), name: z.string() });
