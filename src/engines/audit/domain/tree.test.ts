import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { verifyConsistency, verifyInclusion } from './proofs.ts';
import { append, consistencyRanges, emptyTree, inclusionRanges, leafHashOf, nodeHash, rangeHash, rootOf, type NodeRef, type TreeNode } from './tree.ts';

const leavesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => leafHashOf(`leaf ${String(index)}`));

/** The definition of RFC 9162 §2.1.1, written down once more without any of the shortcuts. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (leaves.length === 1 && first !== undefined) return first;
  let middle = 1;
  while (middle * 2 < leaves.length) middle *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, middle)), rootByDefinition(leaves.slice(middle)));
}

function lookUpIn(nodes: readonly TreeNode[]): (node: NodeRef) => Buffer {
  const byKey = new Map(nodes.map((node) => [`${String(node.level)}/${String(node.position)}`, node.hash]));
  return (node) => {
    const found = byKey.get(`${String(node.level)}/${String(node.position)}`);
    assert.ok(found, `node ${String(node.level)}/${String(node.position)} is kept`);
    return found;
  };
}

test('the roots of the published example of RFC 6962 trees come out', () => {
  // The eight leaves of the Certificate Transparency reference tests.
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const leaves = inputs.map((hex) => leafHashOf(Buffer.from(hex, 'hex')));
  assert.equal(rootOf(emptyTree).toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(rootOf(append(emptyTree, leaves.slice(0, 1)).edge).toString('hex'), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  assert.equal(rootOf(append(emptyTree, leaves.slice(0, 2)).edge).toString('hex'), 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125');
  assert.equal(rootOf(append(emptyTree, leaves).edge).toString('hex'), '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
});

test('a tree that grows in batches has the root of its definition, whatever the batches', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), (batches) => {
      const leaves = leavesOf(batches.reduce((sum, size) => sum + size, 0));
      let edge = emptyTree;
      for (const size of batches) ({ edge } = append(edge, leaves.slice(edge.size, edge.size + size)));
      assert.deepEqual(rootOf(edge), rootByDefinition(leaves));
    }),
    { numRuns: 60 },
  );
});

test('every leaf of every tree up to 70 leaves proves that it is in, and no other leaf or place does', () => {
  for (let size = 1; size <= 70; size += 1) {
    const leaves = leavesOf(size);
    const { edge, nodes } = append(emptyTree, leaves);
    const root = rootOf(edge);
    for (const [leafIndex, leafHash] of leaves.entries()) {
      const path = inclusionRanges(leafIndex, size).map((range) => rangeHash(range, lookUpIn(nodes)));
      const claim = { leafHash, leafIndex, treeSize: size, path, root };
      assert.ok(verifyInclusion(claim));
      assert.equal(verifyInclusion({ ...claim, leafHash: leafHashOf('forged') }), false);
      assert.equal(verifyInclusion({ ...claim, leafIndex: leafIndex + 1 }), false);
      assert.equal(verifyInclusion({ ...claim, path: [...path, root] }), false);
      if (path.length > 0) assert.equal(verifyInclusion({ ...claim, path: path.slice(1) }), false);
    }
  }
});

test('every tree up to 40 leaves proves that it is the beginning of every larger one, and a rewritten one does not', () => {
  const leaves = leavesOf(40);
  const { nodes } = append(emptyTree, leaves);
  const rootAt = (size: number): Buffer => rootOf(append(emptyTree, leaves.slice(0, size)).edge);
  for (let second = 1; second <= 40; second += 1) {
    for (let first = 1; first <= second; first += 1) {
      const path = consistencyRanges(first, second).map((range) => rangeHash(range, lookUpIn(nodes)));
      const claim = { first, second, firstRoot: rootAt(first), secondRoot: rootAt(second), path };
      assert.ok(verifyConsistency(claim), `${String(first)} → ${String(second)}`);
      const rewritten = rootOf(append(emptyTree, [leafHashOf('rewritten'), ...leaves.slice(1, first)]).edge);
      assert.equal(verifyConsistency({ ...claim, firstRoot: rewritten }), false);
      if (path.length > 0) assert.equal(verifyConsistency({ ...claim, path: path.slice(0, -1) }), false);
    }
  }
});

test('a tree past 2^32 leaves grows and proves like a small one', () => {
  const size = 2 ** 33 + 1;
  const peak: TreeNode = { level: 33, position: 0, hash: leafHashOf('half of the world') };
  const last: TreeNode = { level: 0, position: 2 ** 33, hash: leafHashOf('the last') };
  const grown = append({ size, peaks: [peak, last] }, [leafHashOf('one more')]);
  assert.deepEqual(
    grown.nodes.map(({ level, position }) => [level, position]),
    [
      [0, 2 ** 33 + 1],
      [1, 2 ** 32],
    ],
  );
  const path = inclusionRanges(size, size + 1).map((range) => rangeHash(range, lookUpIn([peak, last])));
  assert.ok(verifyInclusion({ leafHash: leafHashOf('one more'), leafIndex: size, treeSize: size + 1, path, root: rootOf(grown.edge) }));
});
