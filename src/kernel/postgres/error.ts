/** An error of the embedded PostgreSQL that a person can act on: a stable code, what happened and what to do, in both languages. */
export class PostgresError extends Error {
  readonly code: string;
  readonly vi: string;
  readonly en: string;
  /** For the log, not for the screen: output of a program, paths. */
  readonly details: string;

  constructor(code: string, text: { vi: string; en: string; details?: string }, cause?: unknown) {
    super(`${code}: ${text.vi} | ${text.en}${text.details ? `\n${text.details}` : ''}`, cause === undefined ? {} : { cause });
    this.name = 'PostgresError';
    this.code = code;
    this.vi = text.vi;
    this.en = text.en;
    this.details = text.details ?? '';
  }
}
