/** The header of a JWS as an object, or undefined: no member twice at any level, since two programs would then read two headers. */
export function readStrictObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value) || hasTwins(text)) return undefined;
    // safe because a JSON object has string keys, and nothing is said about the values
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** True when an object has a member twice. The text is known to be JSON. */
function hasTwins(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const [token, colon] = match;
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const name = String(JSON.parse(token.slice(0, -colon.length)));
      const names = open.at(-1);
      if (names?.has(name) === true) return true;
      names?.add(name);
    }
  }
  return false;
}
