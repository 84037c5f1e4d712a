/** The signed range of a PDF signature: what it must look like, and its digest. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { HashName } from '../pki/algorithms.ts';
import type { PdfSignature } from '../pdf/reader/index.ts';
import type { Problem } from './problems.ts';

/** [0, gapStart) and [gapEnd, end) are signed; the gap is exactly the hexadecimal string of /Contents. */
export interface SignedRange {
  readonly gapStart: number;
  readonly gapEnd: number;
  readonly end: number;
}

/** Checks the form of /ByteRange and that its gap is the signature's own /Contents and nothing more. */
export function checkSignedRange(file: Buffer, signature: PdfSignature): SignedRange | Problem {
  const { byteRange, contents, contentsSpan } = signature;
  if (byteRange === undefined) return { code: 'format.byteRangeMissing' };
  const [start = -1, gapStart = -1, gapEnd = -1, length = -1] = byteRange;
  const end = gapEnd + length;
  if (byteRange.length !== 4 || start !== 0 || gapStart <= 0 || gapEnd < gapStart + 2 || length <= 0) return { code: 'format.byteRangeShape' };
  if (end > file.length) return { code: 'format.byteRangeBeyondFile', values: { signedBytes: formatSize(end), fileBytes: formatSize(file.length) } };
  const isOwnContents = contentsSpan?.start === gapStart && contentsSpan.end === gapEnd && signature.isContentsHex;
  // Two digits a byte and the two brackets: no white space in which something could hide.
  if (!isOwnContents || contents === undefined || contents.length * 2 + 2 !== gapEnd - gapStart) return { code: 'format.gap' };
  return { gapStart, gapEnd, end };
}

function formatSize(bytes: number): string {
  return bytes < 100_000 ? `${bytes} byte` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export interface RangeDigests {
  /** Digest of a signed range under a hash. */
  of(range: SignedRange, hash: HashName): Buffer;
  /** SHA-256 of the whole file, hexadecimal; continues from what was hashed for the ranges. */
  wholeFile(): string;
}

/**
 * Digests of ranges of one file. Ranges of several signatures share their beginning, so the running state is kept and copied: when asked
 * in ascending order the file is read once however many signatures it has.
 */
export function createRangeDigests(file: Buffer): RangeDigests {
  const running = new Map<HashName, { state: Hash; at: number }>();
  const done = new Map<string, Buffer>();
  const digestOf = (range: SignedRange, hash: HashName): Buffer => {
    const key = `${hash} ${range.gapStart} ${range.gapEnd} ${range.end}`;
    const known = done.get(key);
    if (known) return known;
    let prefix = running.get(hash);
    if (prefix === undefined || prefix.at > range.gapStart) prefix = { state: createHash(hash), at: 0 };
    prefix.state.update(file.subarray(prefix.at, range.gapStart));
    prefix.at = range.gapStart;
    running.set(hash, prefix);
    const digest = prefix.state.copy().update(file.subarray(range.gapEnd, range.end)).digest();
    done.set(key, digest);
    return digest;
  };
  return {
    of: digestOf,
    wholeFile() {
      const prefix = running.get('sha256') ?? { state: createHash('sha256'), at: 0 };
      return prefix.state.copy().update(file.subarray(prefix.at)).digest('hex');
    },
  };
}

/** The signed bytes joined: needed only for very old signatures without signed attributes. */
export function readSignedBytes(file: Buffer, range: SignedRange): Buffer {
  return Buffer.concat([file.subarray(0, range.gapStart), file.subarray(range.gapEnd, range.end)]);
}
