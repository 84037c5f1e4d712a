import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Keys whose values never reach a log line: credentials and personal data. */
const REDACTED = ['password', 'pin', 'secret', 'token', 'cookie', 'authorization', 'set-cookie', 'email', 'phone', 'fullName', 'body'];

/** Structured log lines on standard error, one JSON object a line. */
export function createLog(options: { level: string; pretty?: boolean }): Log {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED.flatMap((key) => [`["${key}"]`, `*["${key}"]`]), censor: '[redacted]' },
      serializers: { err: serializeError },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** An error without the parameters of a failed statement, which may hold personal data. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code === undefined ? {} : { code }),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}
