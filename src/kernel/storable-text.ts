/**
 * Whether every text in a value can be kept: PostgreSQL takes no NUL in text, and neither that nor half a surrogate pair in JSON. Walks without
 * recursion, since what is sent may be nested as deep as it is long.
 */
export function isStorable(value: unknown): boolean {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string') {
      if (next.includes('\0') || !next.isWellFormed()) return false;
    } else if (typeof next === 'object' && next !== null) {
      for (const [key, inner] of Object.entries(next)) waiting.push(key, inner);
    }
  }
  return true;
}
