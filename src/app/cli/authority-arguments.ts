/** How the verbs of `lienthong authority` read their arguments. */

/** A mistake in the call: it is told with the usage, and the command ends with 64. */
export class UsageError extends Error {}

/** What a parser gives, or a UsageError with its message. */
export function parsed<Values>(read: () => Values): Values {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A whole number within bounds; undefined for anything else. */
export function wholeNumber(value: string | undefined, from: number, to: number): number | undefined {
  const number = Number(value);
  return value !== undefined && /^\d+$/.test(value) && number >= from && number <= to ? number : undefined;
}
