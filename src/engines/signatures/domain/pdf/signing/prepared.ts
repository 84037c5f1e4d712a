import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { PdfError } from '../errors.ts';

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** Room for the four numbers of /ByteRange of any file below 10 GB. */
export const byteRangeWidth = 36;

/** What is appended to a file for a signature that is still empty, waiting for the CMS of whoever holds the key. */
export type PreparedIncrement = {
  readonly baseBytes: number;
  /** What has to be appended without the hexadecimal string of /Contents: together, before it, and after it. */
  readonly written: Buffer;
  readonly before: Buffer;
  readonly after: Buffer;
  readonly byteRange: readonly [number, number, number, number];
  readonly reserveBytes: number;
  /** The message digest of what the signature covers, from a hash that has taken in exactly the base; that is copied, not used up. */
  digest(baseHash: Hash): Buffer;
  /** Second phase: the bytes to append to the untouched base. Throws PdfError `signing.reserve-too-small`. */
  finish(cms: Buffer): { readonly tail: Buffer };
};

/** The same over a file that is in memory. */
export type PreparedSignature = Omit<PreparedIncrement, 'digest' | 'finish'> & {
  /** The file as it was; the same buffer that was given, never copied. */
  readonly base: Buffer;
  /** The message digest. Without `baseHash` (kept from upload, for example) the base is hashed here. */
  digest(hash: HashName, baseHash?: Hash): Buffer;
  /** The signed file in two parts, to be written one after the other. `head` is the untouched base. */
  finish(cms: Buffer): { readonly head: Buffer; readonly tail: Buffer };
};

/** The increment as it was written, the gap for /Contents left out, with blanks for the numbers of /ByteRange. */
export type WrittenIncrement = {
  readonly written: Buffer;
  readonly gapAt: number;
  readonly byteRangeAt: number;
  readonly reserveBytes: number;
};

/** Fills in /ByteRange. The buffer is taken over, not copied. */
export function makePreparedIncrement(baseBytes: number, { written, gapAt, byteRangeAt, reserveBytes }: WrittenIncrement): PreparedIncrement {
  const parts = { baseBytes, written, gapAt, reserveBytes };
  written.write(byteRangeOf(parts).join(' ').padEnd(byteRangeWidth), byteRangeAt, 'latin1');
  return incrementWithPhases(parts);
}

/** The same with the base at hand. */
export function makePrepared(base: Buffer, written: WrittenIncrement): PreparedSignature {
  return withBase(base, makePreparedIncrement(base.length, written));
}

type Parts = Omit<WrittenIncrement, 'byteRangeAt'> & { readonly baseBytes: number };

function byteRangeOf({ baseBytes, written, gapAt, reserveBytes }: Parts): PreparedIncrement['byteRange'] {
  const contentsAt = baseBytes + gapAt;
  return [0, contentsAt, contentsAt + reserveBytes * 2 + 2, written.length - gapAt];
}

function incrementWithPhases(parts: Parts): PreparedIncrement {
  const { baseBytes, written, gapAt, reserveBytes } = parts;
  return {
    baseBytes,
    written,
    before: written.subarray(0, gapAt),
    after: written.subarray(gapAt),
    reserveBytes,
    byteRange: byteRangeOf(parts),
    digest: (baseHash) => baseHash.copy().update(written).digest(),
    finish(cms) {
      if (cms.length > reserveBytes) throw new PdfError('signing.reserve-too-small', `${cms.length} of ${reserveBytes} bytes`);
      const resume = gapAt + reserveBytes * 2 + 2;
      const tail = Buffer.allocUnsafe(resume + written.length - gapAt);
      written.copy(tail, 0, 0, gapAt);
      tail[gapAt] = 0x3c;
      const filled = gapAt + 1 + tail.write(cms.toString('hex'), gapAt + 1, 'latin1');
      tail.fill(0x30, filled, resume - 1);
      tail[resume - 1] = 0x3e;
      written.copy(tail, resume, gapAt);
      return { tail };
    },
  };
}

function withBase(base: Buffer, increment: PreparedIncrement): PreparedSignature {
  const { baseBytes, written, before, after, byteRange, reserveBytes } = increment;
  return {
    base,
    baseBytes,
    written,
    before,
    after,
    byteRange,
    reserveBytes,
    digest(hash, baseHash) {
      if (baseHash !== undefined) return increment.digest(baseHash);
      return createHash(hash).update(base).update(written).digest();
    },
    finish: (cms) => ({ head: base, tail: increment.finish(cms).tail }),
  };
}

/** What has to be stored while a slow key holder makes up its mind; plain data. The base itself is kept where files are kept. */
export type PreparedState = {
  readonly version: 1;
  readonly baseSha256: string;
  readonly baseBytes: number;
  readonly beforeBase64: string;
  readonly afterBase64: string;
  readonly reserveBytes: number;
};

export function savePrepared(prepared: PreparedSignature): PreparedState {
  return saveIncrement(prepared, createHash('sha256').update(prepared.base).digest('hex'));
}

/** The same for a file that is not in memory, whose SHA-256 the caller knows. */
export function saveIncrement({ baseBytes, before, after, reserveBytes }: Pick<PreparedIncrement, 'baseBytes' | 'before' | 'after' | 'reserveBytes'>, baseSha256: string): PreparedState {
  return { version: 1, baseSha256, baseBytes, beforeBase64: before.toString('base64'), afterBase64: after.toString('base64'), reserveBytes };
}

/** Takes the signature up again. Throws PdfError `signing.base-changed` if the base is not the one that was prepared. */
export function restorePrepared(base: Buffer, state: PreparedState): PreparedSignature {
  return withBase(base, restoreIncrement({ sizeBytes: base.length, sha256: createHash('sha256').update(base).digest('hex') }, state));
}

/** The same for a file that is not in memory. */
export function restoreIncrement(base: { readonly sizeBytes: number; readonly sha256: string }, state: PreparedState): PreparedIncrement {
  const isSame = base.sizeBytes === state.baseBytes && base.sha256 === state.baseSha256;
  if (!isSame) throw new PdfError('signing.base-changed', `expected ${state.baseSha256}`);
  const [before, after] = [Buffer.from(state.beforeBase64, 'base64'), Buffer.from(state.afterBase64, 'base64')];
  return incrementWithPhases({ baseBytes: base.sizeBytes, written: Buffer.concat([before, after]), gapAt: before.length, reserveBytes: state.reserveBytes });
}
