/**
 * Objects that are ready to be written except for their numbers: an image, a font, an appearance. They refer to each other by their
 * position, so that they can be made once and put into any file.
 */
export type PdfFragment = readonly FragmentObject[];
export type FragmentObject = readonly (string | Buffer | LocalRef)[];
/** Becomes `num 0 R` of the object at this position of the same fragment. */
export type LocalRef = { readonly local: number };

export function local(position: number): LocalRef {
  return { local: position };
}

/** A stream object: `entries` are the parts inside the dictionary's brackets, /Length is added. */
export function streamObject(entries: readonly (string | LocalRef)[], data: Buffer): FragmentObject {
  return ['<<', ...entries, `/Length ${data.length}>>stream\n`, data, '\nendstream'];
}

/** One fragment of several; the second's references are moved behind the first's, and so on. `starts` says where each begins. */
export function joinFragments(fragments: readonly PdfFragment[]): { readonly objects: PdfFragment; readonly starts: readonly number[] } {
  const starts: number[] = [];
  const objects: FragmentObject[] = [];
  for (const fragment of fragments) {
    const start = objects.length;
    starts.push(start);
    for (const object of fragment) {
      objects.push(object.map((part) => (typeof part === 'string' || Buffer.isBuffer(part) ? part : local(part.local + start))));
    }
  }
  return { objects, starts };
}
