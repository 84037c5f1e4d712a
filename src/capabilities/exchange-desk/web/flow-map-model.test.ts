import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flowGroups, type FlowNode } from '../contract.ts';
import { MOST_NODES, NAME_GAP, outlineOf, placeFlow, shortName } from './flow-map-model.ts';
import { lineOf } from './line-state.ts';

const node = (id: string, group: FlowNode['group'] = 'commune'): FlowNode => ({ id, name: id, abbreviation: id, group, sent: 1, received: 0 });

test('agencies of a group stand together on the ring, no two in one place', () => {
  const { nodes, groups } = placeFlow([node('a'), node('b', 'department'), node('c'), node('d', 'outside')], []);
  assert.deepEqual(nodes.map((each) => each.group), ['department', 'commune', 'commune', 'outside']);
  assert.deepEqual(groups, ['department', 'commune', 'outside']);
  assert.equal(new Set(nodes.map((each) => `${each.x.toFixed(0)} ${each.y.toFixed(0)}`)).size, 4);
});

test('the more goes along a line, the bolder it is; the two directions are two lines', () => {
  const edges = [{ from: 'a', to: 'b', sent: 100, arrived: 100, troubled: 0 }, { from: 'b', to: 'a', sent: 1, arrived: 1, troubled: 0 }];
  const [bold, thin] = placeFlow([node('a'), node('b')], edges).edges;
  assert.ok(bold && thin && bold.width > thin.width && bold.path !== thin.path);
});

test('lines to agencies that are not drawn are left out, and one agency or none is no trouble', () => {
  const many = Array.from({ length: 60 }, (_, index) => node(String(index)));
  const map = placeFlow(many, [{ from: '0', to: '59', sent: 1, arrived: 1, troubled: 0 }]);
  assert.deepEqual([map.nodes.length, map.edges.length], [MOST_NODES, 0]);
  assert.deepEqual([placeFlow([], []).nodes.length, placeFlow([node('a')], []).nodes.length], [0, 1]);
});

test('a name stands beside its mark, never over it, wherever on the ring', () => {
  for (const count of [1, 2, 7, MOST_NODES]) {
    for (const { x, y, anchor, labelX, labelY } of placeFlow(Array.from({ length: count }, (_, index) => node(String(index))), []).nodes) {
      assert.ok(Math.abs(labelX - x) >= 14, `${anchor} ${String(labelX - x)} ${String(labelY - y)}`);
    }
  }
});

test('no name lies on another, and none leaves the picture', () => {
  for (const count of [2, 9, 20, 33, MOST_NODES]) {
    const { nodes, viewBox } = placeFlow(Array.from({ length: count }, (_, index) => node(String(index), index === 0 ? 'department' : 'outside')), []);
    const [, top = 0, , height = 0] = viewBox.split(' ').map(Number);
    for (const side of ['start', 'end']) {
      const lines = nodes.filter(({ anchor }) => anchor === side).map(({ labelY }) => labelY).toSorted((a, b) => a - b);
      lines.forEach((line, index) => assert.ok(line - (lines[index - 1] ?? -Infinity) >= NAME_GAP - 0.01, `${String(count)} ${side}`));
      assert.ok((lines[0] ?? top + 20) >= top + 14 && (lines.at(-1) ?? 0) <= top + height - 4, `${String(count)} ${side} ${String(lines[0])} ${String(lines.at(-1))}`);
    }
  }
});

test('each group of agencies has a shape of its own, so that nobody has to tell them by colour', () => {
  assert.equal(new Set(flowGroups.map((group) => outlineOf(group, { x: 0, y: 0, radius: 8 }))).size, flowGroups.length);
});

test('a commune is drawn without the name of its province', () => assert.equal(shortName('Ủy ban nhân dân phường Hạc Thành, tỉnh Thanh Hóa'), 'UBND phường Hạc Thành'));

test('a long name ends with dots', () => assert.equal(shortName('Ủy ban nhân dân phường Nguyễn Trãi mở rộng thêm').length, 30));

test('a line over which nothing ever went is not called good', () => {
  const line = { state: 'active', circuit: 'closed', lastSuccessAt: null } as const;
  assert.deepEqual(lineOf(line), ['ahead', 'line.never']);
  assert.deepEqual(lineOf({ ...line, lastSuccessAt: '2026-11-20T01:00:00Z' }), ['done', 'line.closed']);
  assert.deepEqual(lineOf({ ...line, circuit: 'open' }), ['stopped', 'line.open'], 'what was tried and failed is said first');
  assert.deepEqual(lineOf({ ...line, state: 'suspended' }), ['quiet', 'line.suspended']);
});
