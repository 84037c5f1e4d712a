import { flowGroups, type FlowEdge, type FlowGroup, type FlowNode } from '../contract.ts';

export const MOST_NODES = 36;
const SIZE = { width: 960, height: 620 };
const RADIUS = 215;
/** Above and below the ring, for the names. */
const MARGIN = 55;
const GAP_RADIANS = 0.12;
/** Two names on one side are no closer than this; on a phone they are drawn larger. */
export const NAME_GAP = 17;

export type PlacedNode = FlowNode & { x: number; y: number; anchor: 'start' | 'end'; labelX: number; labelY: number };
export type PlacedEdge = FlowEdge & { path: string; width: number };
export type FlowMap = { viewBox: string; nodes: PlacedNode[]; edges: PlacedEdge[]; groups: FlowGroup[] };

/** Places the busiest agencies on a ring, group by group with a gap between, and bends each line towards the middle; the nodes come busiest first. */
export function placeFlow(nodes: readonly FlowNode[], edges: readonly FlowEdge[]): FlowMap {
  const busiest = nodes.slice(0, MOST_NODES);
  const groups = flowGroups.filter((group) => busiest.some((node) => node.group === group));
  const turn = (2 * Math.PI - groups.length * GAP_RADIANS) / Math.max(busiest.length, 1);
  const placed: PlacedNode[] = [];
  let angle = -Math.PI / 2;
  for (const group of groups) {
    for (const node of busiest.filter((each) => each.group === group)) {
      placed.push(placeAt(node, angle + turn / 2));
      angle += turn;
    }
    angle += GAP_RADIANS;
  }
  for (const side of ['start', 'end'] as const) spread(placed.filter((node) => node.anchor === side));
  const at = new Map(placed.map((node) => [node.id, node]));
  const most = Math.max(...edges.map((edge) => edge.sent), 1);
  return {
    viewBox: `0 ${String(SIZE.height / 2 - RADIUS - MARGIN)} ${String(SIZE.width)} ${String(2 * (RADIUS + MARGIN))}`,
    nodes: placed,
    groups,
    edges: edges.flatMap((edge) => {
      const [from, to] = [at.get(edge.from), at.get(edge.to)];
      return from === undefined || to === undefined ? [] : [{ ...edge, path: bend(from, to), width: 1 + 5 * Math.sqrt(edge.sent / most) }];
    }),
  };
}

function placeAt(node: FlowNode, angle: number): PlacedNode {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [x, y] = [SIZE.width / 2 + RADIUS * cos, SIZE.height / 2 + RADIUS * sin];
  const isRight = cos >= 0;
  return { ...node, x, y, anchor: isRight ? 'start' : 'end', labelX: x + (isRight ? 16 : -16), labelY: y + 4 + 8 * sin };
}

/** Names at the top and the bottom of the ring give way outwards, so that none lies on another. */
function spread(side: PlacedNode[]): void {
  const middle = SIZE.height / 2 + 4;
  let before = -Infinity;
  for (const node of side.filter(({ labelY }) => labelY >= middle).toSorted((a, b) => a.labelY - b.labelY)) before = node.labelY = Math.max(node.labelY, before + NAME_GAP);
  before = Math.min(...side.filter(({ labelY }) => labelY >= middle).map(({ labelY }) => labelY), Infinity);
  for (const node of side.filter(({ labelY }) => labelY < middle).toSorted((a, b) => b.labelY - a.labelY)) before = node.labelY = Math.min(node.labelY, before - NAME_GAP);
}

/** The two directions of a pair are bent to different sides, so that both are seen. */
function bend(from: PlacedNode, to: PlacedNode): string {
  const [middleX, middleY] = [SIZE.width / 2, SIZE.height / 2];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const controlX = x + (middleX - x) * 0.6 - (dy / length) * 14;
  const controlY = y + (middleY - y) * 0.6 + (dx / length) * 14;
  const round = (value: number): string => value.toFixed(1);
  return `M${round(from.x)} ${round(from.y)}Q${round(controlX)} ${round(controlY)} ${round(to.x)} ${round(to.y)}`;
}

/** The outline of an agency's mark: a square for the province, a circle for a department, a triangle for a commune, a diamond outside, a cross for the rest. */
export function outlineOf(group: FlowGroup, { x, y, radius: r }: { x: number; y: number; radius: number }): string {
  const at = (dx: number, dy: number): string => `${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`;
  const shape = (...corners: readonly [number, number][]): string => `M${corners.map(([dx, dy]) => at(dx * r, dy * r)).join('L')}Z`;
  switch (group) {
    case 'province':
      return shape([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]);
    case 'department':
      return `M${at(-r, 0)}a${String(r)} ${String(r)} 0 1 0 ${String(2 * r)} 0a${String(r)} ${String(r)} 0 1 0 ${String(-2 * r)} 0Z`;
    case 'commune':
      return shape([0, -1.1], [1.1, 0.85], [-1.1, 0.85]);
    case 'outside':
      return shape([0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]);
    case 'other':
      return shape([-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]);
  }
}

/** A name that fits beside the ring; the province, which nearly all of them share, is left out of a commune's. */
export function shortName(name: string): string {
  const short = name.replace(/^Ủy ban nhân dân /, 'UBND ').replace(/, (?:tỉnh|thành phố) .+$/u, '');
  return short.length <= 30 ? short : `${short.slice(0, 29).trimEnd()}…`;
}
