const MAX_CHARACTERS = 200;
const MAX_EXTENSION = 20;
/** Device names that Windows cannot store, with or without an extension. */
const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/**
 * A name that can be shown and stored anywhere, as close to the given one as possible: without path, control characters,
 * direction marks, zero-width and other invisible characters; at most 200 characters, the extension kept; never empty.
 */
export function cleanFileName(given: string): string {
  const visible = given
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Zl}\p{Zp}\t\n\v\f\r]/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\uFFFD]/gu, '');
  const base = withoutPath(visible)
    .replace(/[<>:"|?*/\\]/g, '-')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const named = base === '' ? 'tệp không tên' : DEVICE_NAME.test(base) ? `_${base}` : base;
  return cut(named);
}

/** The extension in lower case without the dot; '' when the name has none. “Tờ trình 12.2026” has none. */
export function extensionOf(name: string): string {
  const match = /\.([A-Za-z][A-Za-z0-9]{0,19}|7z)$/.exec(name);
  return match?.[1]?.toLowerCase() ?? '';
}

/**
 * The last piece of a path. A slash inside a name, as in “12/QĐ-UBND.pdf”, is no path: it becomes a dash later.
 */
function withoutPath(name: string): string {
  const isPath = /^(?:[A-Za-z]:[\\/]|[\\/]|\.{1,2}[\\/]|~[\\/])/.test(name) || name.includes('\\');
  if (!isPath) return name;
  const pieces = name.split(/[\\/]/).filter((piece) => piece !== '');
  return pieces.at(-1) ?? '';
}

function cut(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= MAX_CHARACTERS) return name;
  const dot = characters.lastIndexOf('.');
  const extension = dot > 0 && characters.length - dot <= MAX_EXTENSION ? characters.slice(dot) : [];
  return `${characters
    .slice(0, MAX_CHARACTERS - extension.length)
    .join('')
    .trimEnd()}${extension.join('')}`;
}
