import { nodeHash } from './tree.ts';

export type InclusionClaim = { leafHash: Uint8Array; leafIndex: number; treeSize: number; path: readonly Uint8Array[]; root: Uint8Array };
export type ConsistencyClaim = { first: number; second: number; firstRoot: Uint8Array; secondRoot: Uint8Array; path: readonly Uint8Array[] };

/** Whether the path leads from the leaf to the root (RFC 9162 §2.1.3.2). Needs nothing but its input. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  if (!isIndex(claim.leafIndex) || !isIndex(claim.treeSize) || claim.leafIndex >= claim.treeSize) return false;
  let place = claim.leafIndex;
  let last = claim.treeSize - 1;
  let computed: Buffer = Buffer.from(claim.leafHash);
  for (const sibling of claim.path) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      computed = nodeHash(sibling, computed);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      computed = nodeHash(computed, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && computed.equals(claim.root);
}

/** Whether the second tree only added to the first (RFC 9162 §2.1.4.2). Needs nothing but its input. */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { first, second, path } = claim;
  const firstRoot = Buffer.from(claim.firstRoot);
  if (!isIndex(first) || !isIndex(second) || first === 0 || first > second) return false;
  if (first === second) return path.length === 0 && firstRoot.equals(claim.secondRoot);
  const hashes = Number.isInteger(Math.log2(first)) ? [firstRoot, ...path] : [...path];
  const [seed, ...rest] = hashes;
  if (seed === undefined) return false;
  let place = first - 1;
  let last = second - 1;
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  let older: Buffer = Buffer.from(seed);
  let newer: Buffer = Buffer.from(seed);
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      older = nodeHash(sibling, older);
      newer = nodeHash(sibling, newer);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      newer = nodeHash(newer, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && older.equals(firstRoot) && newer.equals(claim.secondRoot);
}

// Trees may outgrow 32 bits, so the shifts of the RFC are written as arithmetic.
const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);
const isIndex = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
