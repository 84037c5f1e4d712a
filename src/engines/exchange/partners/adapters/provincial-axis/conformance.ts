import type { Kernel } from '#kernel/kernel.ts';
import { openSystem } from './axis-call.ts';
import { AxisProblem } from './axis-problem.ts';
import { getSystem } from './systems.ts';
import { counterpartCodes } from './sandbox-agencies.ts';
import type { Step } from './steps.ts';

export type Conformance = {
  name: string;
  systemId: string;
  isSandbox: boolean;
  sandboxCode: string | null;
  /** The two agencies that answer by themselves. */
  counterparts: readonly string[];
  steps: readonly { step: Step; doneAt: Date | null; problem: { code: string; vi: string; en: string; at: Date } | null }[];
};

/** How far a vendor has come with the checklist of the sandbox, for whoever has its key; undefined when the key is not good. */
export async function conformanceOf(kernel: Kernel, given: { systemId: string; secret: string }): Promise<Conformance | undefined> {
  try {
    const { partner } = await openSystem(kernel, given);
    const system = await getSystem(kernel, { partnerId: partner.id });
    const steps = system.steps.map(({ step, doneAt, problemCode, problemVi, problemEn, problemAt }) => ({
      // safe because the check of the column bounds the steps
      step: step as Step,
      doneAt: doneAt === null ? null : new Date(doneAt),
      problem: problemCode === null || problemAt === null ? null : { code: problemCode, vi: problemVi ?? '', en: problemEn ?? '', at: new Date(problemAt) },
    }));
    return { name: partner.name, systemId: system.systemId, isSandbox: system.isSandbox, sandboxCode: system.sandboxCode, counterparts: counterpartCodes, steps };
  } catch (error) {
    if (error instanceof AxisProblem) return undefined;
    throw error;
  }
}
