import { AppError } from '#kernel/errors.ts';
import { signatureErrors } from '../../errors.ts';

/** How starting the processes of some readers goes. What cannot be started is tried again after a pause that doubles each time. */
export type ReaderStarts = {
  /** @throws signatures.readerNotStarted while it is too early for another try */
  assertMayStart(): void;
  /** What is thrown for a process that ended before it could read anything. */
  failed(cause: unknown): AppError;
  /** A process said that it is ready, or read something. */
  succeeded(): void;
  /** Whether one was well within this time. */
  isKnownGood(withinMs: number): boolean;
};

/** For the log, beside the cause: how often in a row, when it is tried again, and whether this is a try or only said again. */
export type FailedStart = { failures: number; nextTryInMs: number; isNew: boolean };

const LONGEST_PAUSE_MS = 60_000;

export function createReaderStarts(backOffMs: number): ReaderStarts {
  let trouble: { failures: number; nextTryAt: number; cause: unknown } | undefined;
  let goodAt = Number.NEGATIVE_INFINITY;
  const errorNow = (isNew: boolean): AppError => {
    const { failures = 0, nextTryAt = 0, cause } = trouble ?? {};
    return signatureErrors.readerNotStarted({ cause, internal: { failures, nextTryInMs: Math.max(0, Math.round(nextTryAt - performance.now())), isNew } satisfies FailedStart });
  };
  return {
    assertMayStart: () => {
      if (trouble !== undefined && performance.now() < trouble.nextTryAt) throw errorNow(false);
    },
    failed: (cause) => {
      const failures = (trouble?.failures ?? 0) + 1;
      goodAt = Number.NEGATIVE_INFINITY;
      trouble = { failures, nextTryAt: performance.now() + Math.min(LONGEST_PAUSE_MS, backOffMs * 2 ** (failures - 1)), cause };
      return errorNow(true);
    },
    succeeded: () => {
      trouble = undefined;
      goodAt = performance.now();
    },
    isKnownGood: (withinMs) => trouble === undefined && performance.now() - goodAt < withinMs,
  };
}

/** What there is to log of an error: a start that failed just now. Undefined for any other, and for what was only said again. */
export function failedStartIn(error: unknown): (FailedStart & { cause: unknown }) | undefined {
  if (!(error instanceof AppError) || error.code !== NOT_STARTED) return undefined;
  // safe because only the readers above throw this code
  const start = error.details.internal as FailedStart;
  return start.isNew ? { ...start, cause: error.details.cause } : undefined;
}

const NOT_STARTED = signatureErrors.readerNotStarted().code;
