import type { z } from 'zod';
import type { FieldProblem } from './errors.ts';

type Issue = z.core.$ZodIssue;

/** Every problem of an input as a person reads it, field by field. A schema's own message may say `vi|en`. */
export function zodProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.map((issue) => ({ path: issue.path.join('.'), ...textOf(issue) }));
}

function textOf(issue: Issue): { vi: string; en: string } {
  const own = issue.message.split('|');
  if (own.length === 2 && own[0] !== undefined && own[1] !== undefined) return { vi: own[0], en: own[1] };
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? { vi: 'Chưa điền mục này.', en: 'This is missing.' } : { vi: 'Giá trị không đúng kiểu.', en: 'The value has the wrong type.' };
    case 'too_small':
      return issue.origin === 'string' && Number(issue.minimum) <= 1
        ? { vi: 'Chưa điền mục này.', en: 'This is missing.' }
        : { vi: `Cần ít nhất ${String(issue.minimum)}${issue.origin === 'string' ? ' ký tự' : ''}.`, en: `At least ${String(issue.minimum)} needed.` };
    case 'too_big':
      return { vi: `Nhiều nhất ${String(issue.maximum)}${issue.origin === 'string' ? ' ký tự' : ''}.`, en: `At most ${String(issue.maximum)} allowed.` };
    case 'invalid_format':
      return { vi: 'Không đúng định dạng.', en: 'The format is wrong.' };
    case 'invalid_value':
      return { vi: 'Giá trị không nằm trong danh sách cho phép.', en: 'The value is not one of those allowed.' };
    case 'unrecognized_keys':
      return { vi: `Có mục không được dùng: ${issue.keys.join(', ')}.`, en: `Unknown fields: ${issue.keys.join(', ')}.` };
    default:
      return { vi: 'Giá trị không hợp lệ.', en: 'The value is not valid.' };
  }
}
