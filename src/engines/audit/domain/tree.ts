import { hash } from 'node:crypto';

/** The leaves `start` (included) to `end` (excluded). */
export type LeafRange = { start: number; end: number };
/** A complete subtree: the leaves `position · 2^level` to `(position + 1) · 2^level`. */
export type NodeRef = { level: number; position: number };
export type TreeNode = NodeRef & { hash: Buffer };

/**
 * What is needed to let a tree grow: its size and the roots of its complete subtrees, largest first. At most 53 hashes,
 * however large the tree.
 */
export type RightEdge = { size: number; peaks: readonly TreeNode[] };

export const emptyTree: RightEdge = { size: 0, peaks: [] };

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** RFC 9162 §2.1.1: the hash of a leaf with this content. */
export function leafHashOf(content: string | Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([LEAF, typeof content === 'string' ? Buffer.from(content) : content]), 'buffer');
}

/** RFC 9162 §2.1.1: the hash of a node over its two halves. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}

/** Adds leaves at the right end. Gives the new edge and every complete subtree that came into being, leaves included. */
export function append(edge: RightEdge, leaves: readonly Buffer[]): { edge: RightEdge; nodes: TreeNode[] } {
  const peaks = [...edge.peaks];
  const nodes: TreeNode[] = [];
  let { size } = edge;
  for (const leaf of leaves) {
    let node: TreeNode = { level: 0, position: size, hash: leaf };
    nodes.push(node);
    for (let left = peaks.at(-1); left?.level === node.level; left = peaks.at(-1)) {
      peaks.pop();
      node = { level: node.level + 1, position: Math.floor(node.position / 2), hash: nodeHash(left.hash, node.hash) };
      nodes.push(node);
    }
    peaks.push(node);
    size += 1;
  }
  return { edge: { size, peaks }, nodes };
}

/** The root of a tree; of the empty tree, the hash of nothing (RFC 9162 §2.1.1). */
export function rootOf(edge: RightEdge): Buffer {
  return joinPeaks(edge.peaks.map((peak) => peak.hash));
}

/** The complete subtrees that make up a range which begins at a multiple of its largest power of two, left to right. */
export function completeNodes(range: LeafRange): NodeRef[] {
  const nodes: NodeRef[] = [];
  for (let { start } = range; start < range.end; ) {
    const width = largestPowerOfTwo(range.end - start);
    nodes.push({ level: Math.log2(width), position: start / width });
    start += width;
  }
  return nodes;
}

/** The hash over a range, from the hashes of its complete subtrees. */
export function rangeHash(range: LeafRange, lookUp: (node: NodeRef) => Buffer): Buffer {
  return joinPeaks(completeNodes(range).map(lookUp));
}

/** RFC 9162 §2.1.3.1: the ranges whose hashes prove that the leaf stands in the tree, from the leaf upwards. */
export function inclusionRanges(leafIndex: number, treeSize: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = treeSize;
  while (end - start > 1) {
    const middle = start + largestPowerOfTwoBelow(end - start);
    if (leafIndex < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** RFC 9162 §2.1.4.1: the ranges whose hashes prove that the tree of size `first` is the beginning of the tree of size `second`. */
export function consistencyRanges(first: number, second: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = second;
  while (end !== first) {
    const middle = start + largestPowerOfTwoBelow(end - start);
    if (first <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // A first tree that is itself one of the complete subtrees is known to the verifier already.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

function joinPeaks(hashes: readonly Buffer[]): Buffer {
  const last = hashes.at(-1);
  if (last === undefined) return hash('sha256', '', 'buffer');
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** The largest power of two that is not above `count`: exact also where a logarithm would round. */
function largestPowerOfTwo(count: number): number {
  let power = 1;
  while (power * 2 <= count) power *= 2;
  return power;
}

function largestPowerOfTwoBelow(count: number): number {
  const power = largestPowerOfTwo(count);
  return power === count ? power / 2 : power;
}
