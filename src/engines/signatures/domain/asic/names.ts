/** Names of files inside a container: what is refused, what counts as the same, how they stand in a manifest. */
import { AsicError } from './errors.ts';

const maxNameBytes = 1000;
export const signatureFolder = 'META-INF/';
export const mimetypeName = 'mimetype';

/**
 * Throws `asic.name` for a name that would leave the folder it is unpacked into, that different systems read differently, or that cannot
 * be told apart by the eye. Folders are fine, a folder entry itself (ending in a slash) is not a file.
 */
export function assertPlainName(name: string): void {
  const parts = name.split('/');
  const isOdd =
    name === '' ||
    Buffer.byteLength(name) > maxNameBytes ||
    !name.isWellFormed() ||
    // Control characters, backslash, drive letters and streams, and what turns the direction of writing or stays invisible.
    /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\\:\ufffd]/u.test(name) ||
    parts.some((part) => part === '' || part === '.' || part === '..' || part.trim() !== part || part.endsWith('.'));
  if (isOdd) throw new AsicError('asic.name', JSON.stringify(name.slice(0, 200)));
}

/** Two names with one key are one file for some system: letter case and the way diacritics are composed do not count. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** Throws `asic.duplicate` when two names mean one file, or one means a file where another needs a folder. */
export function assertDistinct(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const key = nameKey(name);
    if (seen.has(key)) throw new AsicError('asic.duplicate', JSON.stringify(name.slice(0, 200)));
    seen.add(key);
  }
  for (const key of seen) {
    for (let at = key.indexOf('/'); at > 0 && at < key.length - 1; at = key.indexOf('/', at + 1)) {
      if (seen.has(key.slice(0, at))) throw new AsicError('asic.duplicate', JSON.stringify(key.slice(0, 200)));
    }
  }
}

/** The name as the URI of a manifest (EN 319 162-1 clause A.4): a relative reference, everything else percent-encoded. */
export function nameToUri(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** The file that a manifest's URI means, or undefined when it means none inside the container. */
export function uriToName(uri: string): string | undefined {
  try {
    const name = decodeURIComponent(uri.startsWith('./') ? uri.slice(2) : uri);
    assertPlainName(name);
    return name;
  } catch (error) {
    if (error instanceof URIError || error instanceof AsicError) return undefined;
    throw error;
  }
}
