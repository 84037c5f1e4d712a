import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { PdfError } from '../errors.ts';

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** Room for the four numbers of /ByteRange of any file below 10 GB. */
export const byteRangeWidth = 36;

/** A file with an empty signature, waiting for the CMS of whoever holds the key. */
export type PreparedSignature = {
  /** The file as it was; the same buffer that was given, never copied. */
  readonly base: Buffer;
  /** What has to be appended, before and after the hexadecimal string of /Contents. */
  readonly before: Buffer;
  readonly after: Buffer;
  readonly byteRange: readonly [number, number, number, number];
  readonly reserveBytes: number;
  /**
   * The message digest of the bytes that the signature covers. `baseHash` is a hash of the same kind that has taken in exactly the base
   * (kept from upload, for example); it is copied, not used up, and saves hashing the base again.
   */
  digest(hash: HashName, baseHash?: Hash): Buffer;
  /**
   * Second phase: the signed file in two parts, to be written one after the other. `head` is the untouched base.
   * Throws PdfError `signing.reserve-too-small`.
   */
  finish(cms: Buffer): { readonly head: Buffer; readonly tail: Buffer };
};

type NewPrepared = {
  readonly before: Buffer;
  readonly after: Buffer;
  /** Offset in `before` of the blanks for the numbers of /ByteRange. */
  readonly byteRangeAt: number;
  readonly reserveBytes: number;
};

/** Fills in /ByteRange. The buffers are taken over, not copied. */
export function makePrepared(base: Buffer, { before, after, byteRangeAt, reserveBytes }: NewPrepared): PreparedSignature {
  const contentsAt = base.length + before.length;
  const byteRange = [0, contentsAt, contentsAt + reserveBytes * 2 + 2, after.length] as const;
  before.write(byteRange.join(' ').padEnd(byteRangeWidth), byteRangeAt, 'latin1');
  return withPhases({ base, before, after, byteRange, reserveBytes });
}

type Parts = Omit<PreparedSignature, 'digest' | 'finish'>;

function withPhases(parts: Parts): PreparedSignature {
  const { base, before, after, reserveBytes } = parts;
  return {
    ...parts,
    digest(hash, baseHash) {
      const state = baseHash === undefined ? createHash(hash).update(base) : baseHash.copy();
      return state.update(before).update(after).digest();
    },
    finish(cms) {
      if (cms.length > reserveBytes) throw new PdfError('signing.reserve-too-small', `${cms.length} of ${reserveBytes} bytes`);
      const resume = before.length + reserveBytes * 2 + 2;
      const tail = Buffer.allocUnsafe(resume + after.length);
      tail.set(before);
      tail.write('<', before.length, 'latin1');
      const filled = before.length + 1 + tail.write(cms.toString('hex'), before.length + 1, 'latin1');
      tail.fill(0x30, filled, resume - 1);
      tail.write('>', resume - 1, 'latin1');
      tail.set(after, resume);
      return { head: base, tail };
    },
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

export function savePrepared({ base, before, after, reserveBytes }: PreparedSignature): PreparedState {
  return {
    version: 1,
    baseSha256: createHash('sha256').update(base).digest('hex'),
    baseBytes: base.length,
    beforeBase64: before.toString('base64'),
    afterBase64: after.toString('base64'),
    reserveBytes,
  };
}

/** Takes the signature up again. Throws PdfError `signing.base-changed` if the base is not the one that was prepared. */
export function restorePrepared(base: Buffer, state: PreparedState): PreparedSignature {
  const isSame = base.length === state.baseBytes && createHash('sha256').update(base).digest('hex') === state.baseSha256;
  if (!isSame) throw new PdfError('signing.base-changed', `expected ${state.baseSha256}`);
  const before = Buffer.from(state.beforeBase64, 'base64');
  const after = Buffer.from(state.afterBase64, 'base64');
  const contentsAt = base.length + before.length;
  const byteRange = [0, contentsAt, contentsAt + state.reserveBytes * 2 + 2, after.length] as const;
  return withPhases({ base, before, after, byteRange, reserveBytes: state.reserveBytes });
}
