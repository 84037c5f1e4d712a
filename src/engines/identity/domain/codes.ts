import { z } from 'zod';

/** The schemes in which an agency may have a code, side by side. */
const codeSchemes = ['qd20', 'qcvn102', 'enterprise'] as const;
export const codeScheme = z.enum(codeSchemes);
export type CodeScheme = (typeof codeSchemes)[number];

const PATTERNS: Record<CodeScheme, RegExp> = {
  // QĐ 20/2020/QĐ-TTg Art. 4: up to 35 characters, groups of digits and capitals, level 1 first.
  qd20: /^(?=.{2,35}$)[A-Z]\d{2}(\.[0-9A-Z]{1,4})*$/,
  // QCVN 102:2016, QĐ 28/2018 Art. 10.2.a: thirteen characters, four groups, level 1 last.
  qcvn102: /^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$/,
  // QĐ 20/2020 Art. 5: the business number, with its branch suffix.
  enterprise: /^\d{10}(-\d{3})?$/,
};

/** Whether a code has the form of its scheme. */
export function isWellFormedCode(scheme: CodeScheme, code: string): boolean {
  return PATTERNS[scheme].test(code);
}

/**
 * The right-to-left code that a left-to-right one would have had: `H56.12.34` gives `000.34.12.H56`. A convention only:
 * provinces re-numbered their units, so the two are kept as records of their own.
 * @returns undefined when the code is deeper or its groups wider than the old scheme allows.
 */
export function conventionalOldCode(code: string): string | undefined {
  const [level1, level2 = '00', level3 = '00', level4 = '000', ...deeper] = code.split('.');
  if (level1 === undefined || deeper.length > 0) return undefined;
  const old = `${level4}.${level3}.${level2}.${level1}`;
  return isWellFormedCode('qcvn102', old) ? old : undefined;
}
