/**
 * A password in parts: any `needed` of them give it back, fewer do not (Shamir, "How to share a secret", 1979; over GF(256), each
 * byte of the secret on a polynomial of its own). Beside the parts stands a short hash of the whole, by which sets are told apart.
 */
import { createHash, randomBytes } from 'node:crypto';
import { authorityErrors } from './errors.ts';

const form = /^LT1-(\d{1,2})-(\d{1,2})-([0-9a-f]{8})-([0-9a-f]+)-([0-9a-f]{8})$/;
const POLYNOMIAL = 0x11b;

/** Splits a secret into lines of text `LT1-place-needed-set-bytes-check`. 2 ≤ needed ≤ count ≤ 16. */
export function splitSecret(secret: Buffer, { count, needed }: { count: number; needed: number }): string[] {
  if (!(needed >= 2 && needed <= count && count <= 16)) throw new RangeError('2 ≤ needed ≤ count ≤ 16');
  const higher = Array.from({ length: needed - 1 }, () => randomBytes(secret.length));
  const setName = nameOf(secret);
  return Array.from({ length: count }, (_, index) => {
    const x = index + 1;
    const values = Buffer.from(secret.map((constant, at) => valueAt(x, [constant, ...higher.map((bytes) => bytes[at] ?? 0)])));
    const text = `LT1-${String(x)}-${String(needed)}-${setName}-${values.toString('hex')}`;
    return `${text}-${checkOf(text)}`;
  });
}

/** The polynomial with these coefficients, the constant one first. */
function valueAt(x: number, coefficients: readonly number[]): number {
  return coefficients.reduceRight((value, coefficient) => multiply(value, x) ^ coefficient, 0);
}

/**
 * The secret of a set of shares, in any order.
 * @throws signatures.sharesDoNotFit when one is mistyped, of another set, given twice, or when there are too few
 */
export function joinShares(lines: readonly string[]): Buffer {
  const shares = lines.map(readShare);
  const [first] = shares;
  const places = new Set(shares.map(({ x }) => x));
  if (first === undefined || places.size < first.needed) throw authorityErrors.sharesDoNotFit();
  if (shares.some(({ setName, needed, bytes }) => setName !== first.setName || needed !== first.needed || bytes.length !== first.bytes.length)) throw authorityErrors.sharesDoNotFit();
  const used = [...places].slice(0, first.needed).flatMap((x) => shares.find((share) => share.x === x) ?? []);
  const secret = Buffer.from(first.bytes.map((_, at) => interpolateAtZero(used.map(({ x, bytes }) => ({ x, y: bytes[at] ?? 0 })))));
  if (nameOf(secret) !== first.setName) throw authorityErrors.sharesDoNotFit();
  return secret;
}

type Share = { x: number; needed: number; setName: string; bytes: Buffer };

function readShare(line: string): Share {
  const match = form.exec(line.trim().toLowerCase().replace(/^lt1/, 'LT1'));
  const [text = '', x = '', needed = '', setName = '', bytes = '', check] = match ?? [];
  if (match === null || checkOf(text.slice(0, text.lastIndexOf('-'))) !== check) throw authorityErrors.sharesDoNotFit();
  return { x: Number(x), needed: Number(needed), setName, bytes: Buffer.from(bytes, 'hex') };
}

/** Tells sets apart. It is a hash of 256 random bits, which nobody can search through. */
function nameOf(secret: Buffer): string {
  return createHash('sha256').update('lienthong share set').update(secret).digest('hex').slice(0, 8);
}

function checkOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function interpolateAtZero(points: readonly { x: number; y: number }[]): number {
  return points.reduce((sum, { x, y }) => {
    const factor = points.filter((other) => other.x !== x).reduce((product, other) => multiply(product, multiply(other.x, inverse(other.x ^ x))), 1);
    return sum ^ multiply(y, factor);
  }, 0);
}

function multiply(a: number, b: number): number {
  let product = 0;
  for (let left = a, right = b; right > 0; right >>= 1) {
    if ((right & 1) === 1) product ^= left;
    left <<= 1;
    if (left > 0xff) left ^= POLYNOMIAL;
  }
  return product;
}

/** a^254, since a^255 = 1. */
function inverse(a: number): number {
  let power = 1;
  for (let i = 0; i < 254; i += 1) power = multiply(power, a);
  return power;
}
