import type { PdfDict, PdfObject, PdfRef } from '../reader/index.ts';

/** An object in PDF syntax, as a string of bytes (Latin-1). Streams cannot stand inside other objects and are not accepted. */
export function writeObject(value: PdfObject): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return writeNumber(value);
  switch (value.kind) {
    case 'name':
      return writeName(value.name);
    case 'string':
      return `<${value.bytes.toString('hex')}>`;
    case 'ref':
      return writeRef(value);
    case 'array':
      return `[${value.items.map(writeObject).join(' ')}]`;
    case 'dict':
      return `<<${writeEntries(value)}>>`;
    case 'stream':
      throw new TypeError('a stream stands only at the top level');
  }
}

/** The entries of a dictionary without its brackets, those of the given keys left out. */
export function writeEntries(dict: PdfDict, without: readonly string[] = []): string {
  let text = '';
  for (const [key, value] of dict.entries) {
    if (!without.includes(key)) text += `${writeName(key)} ${writeObject(value)}`;
  }
  return text;
}

export function writeRef({ num, gen }: Pick<PdfRef, 'num' | 'gen'>): string {
  return `${num} ${gen} R`;
}

/** At most five decimals, never an exponent. */
export function writeNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  if (!Number.isFinite(value)) return '0';
  return value.toFixed(5).replace(/\.?0+$/, '');
}

export function writeName(name: string): string {
  if (/^[A-Za-z0-9]*$/.test(name)) return `/${name}`;
  const escape = (char: string): string => `#${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return `/${name.replace(/[^\x21\x22\x24\x26\x27\x2a-\x2e\x30-\x3b\x3d\x3f-\x5a\x5c\x5e-\x7a\x7c\x7e]/g, escape)}`;
}

/** A text string (ISO 32000-2, 7.9.2.2): readable when it is plain ASCII, UTF-16BE in hexadecimal otherwise. */
export function writeText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return `(${text.replace(/[\\()]/g, '\\$&')})`;
  return `<feff${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
}

const vietnamOffsetMs = 7 * 60 * 60 * 1000;

/** A date string (ISO 32000-2, 7.9.4) in Vietnam's time zone, to the second. */
export function writeDate(instant: Date): string {
  const local = new Date(instant.getTime() + vietnamOffsetMs);
  const day = local.getUTCFullYear() * 10_000 + (local.getUTCMonth() + 1) * 100 + local.getUTCDate();
  const time = local.getUTCHours() * 10_000 + local.getUTCMinutes() * 100 + local.getUTCSeconds();
  return `(D:${String(day).padStart(8, '0')}${String(time).padStart(6, '0')}+07'00')`;
}
