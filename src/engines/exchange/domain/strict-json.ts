/**
 * The value of a JSON text in which no object has a field twice: of such a one, two programs read two things (RFC 8259 §4).
 * @throws SyntaxError when it is no JSON, or a field stands there twice
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (namesIn(text) !== fieldsOf(value)) throw new SyntaxError('a field stands there twice');
  return value;
}

const [BACKSLASH, COLON, SPACE] = [92, 58, 32];

/** In a text that is JSON, a string with a colon after it is the name of a field. By hand, since every envelope that arrives is read so. */
function namesIn(text: string): number {
  let names = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    do at = text.indexOf('"', at + 1);
    while (isEscaped(text, at));
    let next = at + 1;
    while (text.charCodeAt(next) <= SPACE) next += 1;
    if (text.charCodeAt(next) === COLON) names += 1;
  }
  return names;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}

function fieldsOf(value: unknown): number {
  let fields = 0;
  // Not by recursion: whoever wrote the text decides how deep it is.
  const open = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (typeof each !== 'object' || each === null) continue;
    const inside: unknown[] = Array.isArray(each) ? each : Object.values(each);
    if (!Array.isArray(each)) fields += inside.length;
    for (const one of inside) open.push(one);
  }
  return fields;
}
