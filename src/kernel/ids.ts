import { randomFillSync } from 'node:crypto';

declare const brand: unique symbol;

/** A UUID that names one kind of thing only, so that an agency's id cannot be passed for a person's. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

let lastMs = 0;
let sequence = 0;
/** Randomness is drawn for many ids at once: one call costs as much as a whole id. */
const pool = Buffer.alloc(8 * 512);
let used = pool.length;

/**
 * A UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, a 12-bit counter, 62 random bits.
 * Ids made by one process increase strictly, also when the system clock runs backwards.
 */
export function newId<Kind extends string = string>(nowMs: number = Date.now()): Id<Kind> {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = 0;
  } else {
    sequence += 1;
    if (sequence > 0xfff) {
      lastMs += 1;
      sequence = 0;
    }
  }
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.allocUnsafe(16);
  used += pool.copy(bytes, 8, used, used + 8);
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  // safe because the string was just built as a UUID of this kind
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id<Kind>;
}

/** Whether the text is a UUID in its canonical lower-case form. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}
