/** Joins xml:base values of omitted elements (Canonical XML 1.1 section 2.4, after RFC 3986 section 5.2 with its changes). */

interface Reference {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
}

/** From the outermost to the innermost; the result may be relative, and empty when nothing is left. */
export function joinBases(values: readonly string[]): string {
  const [first = '', ...rest] = values;
  return rest.reduce((base, reference) => joinTwo(base, reference), first);
}

function joinTwo(baseText: string, referenceText: string): string {
  const base = parse(baseText);
  const reference = parse(referenceText);
  if (reference.scheme !== undefined) return write({ ...reference, path: withoutDots(reference.path) });
  if (reference.authority !== undefined) return write({ ...reference, scheme: base.scheme, path: withoutDots(reference.path) });
  const { scheme, authority } = base;
  if (reference.path === '') return write({ scheme, authority, path: base.path, query: reference.query ?? base.query });
  const path = reference.path.startsWith('/') ? reference.path : merge(base, reference.path);
  return write({ scheme, authority, path: withoutDots(path), query: reference.query });
}

/** RFC 3986 appendix B; the fragment is dropped. */
function parse(text: string): Reference {
  const match = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/.exec(text);
  return { scheme: match?.[1], authority: match?.[2], path: match?.[3] ?? '', query: match?.[4] };
}

function write({ scheme, authority, path, query }: Reference): string {
  return `${scheme === undefined ? '' : `${scheme}:`}${authority === undefined ? '' : `//${authority}`}${path}${query === undefined ? '' : `?${query}`}`;
}

function merge({ authority, path }: Reference, relative: string): string {
  if (authority !== undefined && path === '') return `/${relative}`;
  // A base that ends in ".." means the folder above, not a file of that name.
  const folder = /(^|\/)\.\.$/.test(path) ? `${path}/` : path;
  return `${folder.slice(0, folder.lastIndexOf('/') + 1)}${relative}`;
}

/** Removes "." and ".." where something stands in front of them; leading ".." of a relative path stay. */
function withoutDots(path: string): string {
  const isAbsolute = path.startsWith('/');
  const segments = path.split('/').filter((segment, i, all) => segment !== '' || i === all.length - 1);
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (segment !== '.' && !(segment === '..' && isAbsolute)) kept.push(segment);
  }
  if (/^\.\.?$/.test(segments.at(-1) ?? '')) kept.push('');
  const joined = kept.join('/');
  return isAbsolute ? `/${joined}` : joined;
}
