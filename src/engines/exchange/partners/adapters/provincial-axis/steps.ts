import type { Queryable } from '#kernel/database.ts';
import type { AxisProblem } from './axis-problem.ts';

/** The checklist that a vendor goes through in sandbox mode, in its order. */
export const steps = ['registered', 'listed', 'sent', 'duplicate', 'received', 'fetched', 'acknowledged', 'status03', 'status04', 'status05', 'status06', 'recall'] as const;
export type Step = (typeof steps)[number];

/** Notes that a step went well once; what went wrong before stays to be read. */
export async function noteStep(q: Queryable, of: { partnerId: string; step: Step; now: Date }): Promise<void> {
  await q.query(
    `insert into exchange.axis_step as s (partner_id, step, done_at) values ($1, $2, $3) on conflict (partner_id, step) do update set done_at = excluded.done_at where s.done_at is null`,
    [of.partnerId, of.step, of.now],
  );
}

/** Notes what last went wrong at a step. */
export async function noteStepProblem(q: Queryable, of: { partnerId: string; step: Step; problem: AxisProblem; now: Date }): Promise<void> {
  const { code, vi, en } = of.problem;
  await q.query(
    `insert into exchange.axis_step (partner_id, step, problem_code, problem_vi, problem_en, problem_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (partner_id, step) do update set problem_code = excluded.problem_code, problem_vi = excluded.problem_vi, problem_en = excluded.problem_en, problem_at = excluded.problem_at`,
    [of.partnerId, of.step, String(code), vi, en, of.now],
  );
}

export type StepState = { step: Step; doneAt: Date | null; problemCode: string | null; problemVi: string | null; problemEn: string | null; problemAt: Date | null };

/** The whole checklist, also the steps that nobody has tried. */
export async function stepsOf(q: Queryable, partnerId: string): Promise<StepState[]> {
  const { rows } = await q.query(
    `select step, done_at as "doneAt", problem_code as "problemCode", problem_vi as "problemVi", problem_en as "problemEn", problem_at as "problemAt" from exchange.axis_step where partner_id = $1`,
    [partnerId],
  );
  // safe because the statement selects exactly these columns
  const known = new Map((rows as StepState[]).map((row) => [row.step, row]));
  return steps.map((step) => known.get(step) ?? { step, doneAt: null, problemCode: null, problemVi: null, problemEn: null, problemAt: null });
}
