/**
 * The one way to write a JSON value (RFC 8785, JSON Canonicalization Scheme): no spaces, keys in the order of their
 * UTF-16 code units, numbers and strings as ECMAScript writes them. Values are taken as `JSON.stringify` takes them:
 * `toJSON` is asked, undefined members are left out.
 * @throws TypeError for what has no JSON form: a number that is not finite, a lone surrogate, a bigint.
 */
export function canonicalJson(value: unknown): string {
  const text = write(value);
  if (text === undefined) throw new TypeError('this value has no JSON form');
  return text;
}

function write(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new TypeError('a text with a lone surrogate has no canonical form');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('a number that is not finite has no JSON form');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      throw new TypeError('a bigint has no JSON form');
    case 'object':
      return value === null ? 'null' : writeObject(value);
    default:
      return undefined;
  }
}

function writeObject(value: object): string | undefined {
  if (speaksJson(value)) return write(value.toJSON());
  if (Array.isArray(value)) return `[${value.map((item) => write(item) ?? 'null').join(',')}]`;
  // safe because own keys of an object are looked up in it
  const members = value as Record<string, unknown>;
  let text = '';
  // The default order of texts is that of their UTF-16 code units.
  for (const key of Object.keys(members).sort()) {
    const member = write(members[key]);
    if (member !== undefined) text += `${text === '' ? '' : ','}${write(key) ?? ''}:${member}`;
  }
  return `{${text}}`;
}

/** A date, for one, says itself how it is written. */
function speaksJson(value: object): value is { toJSON: () => unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
