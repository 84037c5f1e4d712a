/** Which of the files that came along a detached XML signature means by its references. Nothing is ever fetched by an address. */
import { namedFiles, type NamedFile } from '../../domain/xml/index.ts';

type Beside = { name: string; bytes: Buffer };

/**
 * The files under the URIs that references name: first by the digest that was signed, since people rename
 * files, then by the last part of the name. A single file for a single URI needs no name: the digest decides what it is worth.
 */
export function detachedFiles(xml: Buffer, beside: readonly Beside[]): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  if (beside.length === 0) return found;
  const named = namedFiles(xml);
  const [only] = beside;
  if (named.length === 1 && beside.length === 1 && named[0] && only) return new Map([[named[0].uri, only.bytes]]);
  for (const wanted of named) {
    const fitting = beside.find(({ bytes }) => wanted.isDigestOf(bytes)) ?? sameName(wanted, beside);
    if (fitting !== undefined) found.set(wanted.uri, fitting.bytes);
  }
  return found;
}

function sameName({ uri }: NamedFile, beside: readonly Beside[]): Beside | undefined {
  const wanted = baseName(uri);
  const [found, second] = beside.filter(({ name }) => baseName(name) === wanted);
  return second === undefined ? found : undefined;
}

function baseName(path: string): string {
  const last = path.split(/[?#]/)[0]?.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last).normalize('NFC');
  } catch (error) {
    if (error instanceof URIError) return last;
    throw error;
  }
}
