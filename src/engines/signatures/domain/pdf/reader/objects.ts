/**
 * The objects of ISO 32000-2, 7.3. Numbers, booleans and null are JavaScript's own.
 * `start` and `end` are byte offsets in the buffer that was parsed: the file itself for top-level objects, which is what the exact
 * positions of /Contents and /ByteRange are read from, or the decoded object stream for packed ones.
 */
export type PdfObject = null | boolean | number | PdfName | PdfString | PdfRef | PdfArray | PdfDict | PdfStream;

export type PdfName = { readonly kind: 'name'; readonly name: string };
export type PdfString = {
  readonly kind: 'string';
  readonly bytes: Buffer;
  readonly isHex: boolean;
  readonly start: number;
  readonly end: number;
};
export type PdfRef = { readonly kind: 'ref'; readonly num: number; readonly gen: number };
export type PdfArray = {
  readonly kind: 'array';
  readonly items: readonly PdfObject[];
  readonly start: number;
  readonly end: number;
};
export type PdfDict = {
  readonly kind: 'dict';
  readonly entries: ReadonlyMap<string, PdfObject>;
  /** Keys that occur more than once: readers differ on which one counts, so a validator must distrust them. Ours takes the last. */
  readonly repeatedKeys: readonly string[];
  readonly start: number;
  readonly end: number;
};
export type PdfStream = {
  readonly kind: 'stream';
  readonly dict: PdfDict;
  /** First byte of the still encoded data in the file. Its length is /Length, which may be a reference: see `streamBytes`. */
  readonly dataStart: number;
  /** The object that it is: its encryption depends on it. */
  readonly num: number;
  readonly gen: number;
};

const noKeys: readonly string[] = [];
const nameCache = new Map<string, PdfName>();

/** Names repeat endlessly in a file, so short ones are kept; the cache is bounded because names come from strangers. */
export function nameOf(name: string): PdfName {
  const known = nameCache.get(name);
  if (known !== undefined) return known;
  const made: PdfName = { kind: 'name', name };
  if (nameCache.size < 4096 && name.length <= 32) nameCache.set(name, made);
  return made;
}

export function refOf(num: number, gen = 0): PdfRef {
  return { kind: 'ref', num, gen };
}

export function dictOf(entries: Iterable<readonly [string, PdfObject]>): PdfDict {
  return { kind: 'dict', entries: new Map(entries), repeatedKeys: noKeys, start: -1, end: -1 };
}

export function arrayOf(items: readonly PdfObject[]): PdfArray {
  return { kind: 'array', items, start: -1, end: -1 };
}

export function isName(value: PdfObject | undefined, name?: string): value is PdfName {
  return typeof value === 'object' && value !== null && value.kind === 'name' && (name === undefined || value.name === name);
}
export function isRef(value: PdfObject | undefined): value is PdfRef {
  return typeof value === 'object' && value !== null && value.kind === 'ref';
}
export function isDict(value: PdfObject | undefined): value is PdfDict {
  return typeof value === 'object' && value !== null && value.kind === 'dict';
}
export function isArray(value: PdfObject | undefined): value is PdfArray {
  return typeof value === 'object' && value !== null && value.kind === 'array';
}
export function isString(value: PdfObject | undefined): value is PdfString {
  return typeof value === 'object' && value !== null && value.kind === 'string';
}
export function isStream(value: PdfObject | undefined): value is PdfStream {
  return typeof value === 'object' && value !== null && value.kind === 'stream';
}
export function isInteger(value: PdfObject | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

/** The dictionary of a dictionary or of a stream. */
export function dictPart(value: PdfObject | undefined): PdfDict | undefined {
  if (isDict(value)) return value;
  return isStream(value) ? value.dict : undefined;
}
