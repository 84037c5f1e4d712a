export type ApiFieldProblem = { path: string; message: string };

/** What the server said when it refused: a catalogued code, what happened, what to do, and the request's id. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fix: string | undefined;
  readonly fields: readonly ApiFieldProblem[];
  readonly requestId: string | undefined;
  readonly data: unknown;

  constructor(problem: {
    status: number;
    code: string;
    message: string;
    fix?: string | undefined;
    fields?: readonly ApiFieldProblem[] | undefined;
    requestId?: string | undefined;
    data?: unknown;
  }) {
    super(problem.message);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.fix = problem.fix;
    this.fields = problem.fields ?? [];
    this.requestId = problem.requestId;
    this.data = problem.data;
  }

  /** What the server says about one field of the form, such as `summary` or `recipients.2`. */
  fieldMessage(path: string): string | undefined {
    return this.fields.find((field) => field.path === path)?.message;
  }
}

/** What the server says about one field of the form; nothing for any other error. */
export function fieldProblem(error: unknown, path: string): string | undefined {
  return error instanceof ApiError ? error.fieldMessage(path) : undefined;
}
