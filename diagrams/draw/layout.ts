/**
 * Places a picture: boxes, labels and routed edges, by ELK's layered algorithm. Same picture, same layout: the figures depend
 * on nothing but the words (measure.ts).
 */
import ELK, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk.bundled.js';
import { textWidth } from './measure';
import { DrawError } from './failure';
import { stateLines } from './formats/outline';
import { plansFor, type Plan } from './plans';
import type { Picture, PictureEdge, PictureState } from './picture';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface PlacedState extends Box {
  readonly state: PictureState;
  readonly compound: boolean;
  /** One of several that are active together. */
  readonly region: boolean;
  /** The middle of its name. */
  readonly nameAt: number;
}
export interface PlacedEdge {
  readonly edge: PictureEdge;
  readonly points: readonly ElkPoint[];
  readonly label: Box;
}
export interface Layout {
  readonly picture: Picture;
  readonly width: number;
  readonly height: number;
  readonly states: readonly PlacedState[];
  readonly edges: readonly PlacedEdge[];
  /** The arrow into the initial state, and those inside states. */
  readonly starts: readonly (readonly ElkPoint[])[];
}

export const TEXT = { label: 11, state: 13, line: 14, remark: 10 } as const;
const PADDING = 4;
const MARGIN = 16;
const START = '#start';
const DOT = 10;
/** The strip of the name in a state with others inside. */
const NAME_TOP = 8;
const NAME_HEIGHT = 31;
/** Room beside that name for lines that enter. */
const NAME_ROOM = 40;
/** Between the border of a state and those inside. */
const SIDE = 18;

const EVERY_NODE = {
  // Without these, the labels of several loops at one state lie on each other.
  'elk.layered.edgeRouting.selfLoopDistribution': 'NORTH_SOUTH',
  'elk.layered.edgeRouting.selfLoopOrdering': 'SEQUENCED',
};
const EVERY_LEVEL = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  // Otherwise the initial state lands in the middle.
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.spacing.nodeNode': '34',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeNode': '14',
  'elk.layered.spacing.nodeNodeBetweenLayers': '36',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '14',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
};

/** Lines of a label: triggers, then actions. */
export function labelLines({ trigger, actions }: PictureEdge): { above: readonly string[]; below: readonly string[] } {
  return { above: trigger, below: actions.length > 0 ? actions : ['Λ'] };
}

export function labelSize(edge: PictureEdge): { width: number; height: number } {
  const { above, below } = labelLines(edge);
  const remark = edge.remark === undefined ? 0 : textWidth(edge.remark, TEXT.remark, 'bold') + 8;
  const widths = [...above, ...below].map((line, i) => textWidth(line, TEXT.label) + (i === 0 ? remark : 0));
  return { width: Math.max(...widths) + 2 * PADDING, height: TEXT.line * (above.length + below.length) + 8 };
}

/** What is written in the box of a state: its name, except in a history state. */
export function nameOf({ label, kind }: PictureState): string {
  if (kind === 'shallow history') return 'H';
  return kind === 'deep history' ? 'H*' : label;
}

function stateSize(state: PictureState): { width: number; height: number } {
  if (nameOf(state) !== state.label) return { width: 30, height: 30 };
  const lines = stateLines(state);
  const widths = lines.map((line) => textWidth(line, TEXT.label) + 20);
  return {
    width: Math.max(90, textWidth(state.label, TEXT.state, 'bold') + 32, ...widths),
    height: 38 + (lines.length > 0 ? lines.length * TEXT.line + 4 : 0),
  };
}

/** ELK names whatever it holds. */
const LONGEST_REASON = 200;

/** @returns the layout, in which edges of a large picture stand as text. @throws DrawError the picture cannot be placed */
export async function place(picture: Picture): Promise<Layout> {
  let reason = '';
  for (const plan of plansFor(picture)) {
    try {
      return read(plan.picture, await new ELK().layout(graphOf(plan)));
    } catch (error) {
      // ELK's own errors print its source.
      reason = (error instanceof Error ? error.message : '').split('\n', 1)[0] ?? '';
    }
  }
  throw new DrawError(`${picture.title} cannot be laid out: ${reason.slice(0, LONGEST_REASON)}`);
}

/** What ELK does at every level of states inside states. */
function levelOf({ strategy, borders }: Plan): Readonly<Record<string, string>> {
  if (strategy === 'packed') return { 'elk.algorithm': 'rectpacking', 'elk.spacing.nodeNode': '34' };
  return {
    ...EVERY_LEVEL,
    'elk.hierarchyHandling': borders === 'crossed' ? 'INCLUDE_CHILDREN' : 'SEPARATE_CHILDREN',
    'elk.layered.nodePlacement.strategy': strategy,
  };
}

/** Ids of nodes and edges are told apart, whatever the states are called. */
const nodeId = (id: string): string => `n:${id}`;
const edgeId = (id: string): string => `e:${id}`;
/** The dot before the initial state of `parent`. */
const startId = (parent: string | undefined): string => (parent === undefined ? START : `${START}:${parent}`);

function graphOf(plan: Plan): ElkNode {
  const { states, edges, initial } = plan.picture;
  return {
    id: 'root',
    layoutOptions: { ...levelOf(plan), 'elk.json.edgeCoords': 'ROOT', 'elk.json.shapeCoords': 'ROOT' },
    children: [
      ...(initial === '' ? [] : [dot(undefined)]),
      ...states.filter(({ parent }) => parent === undefined).map((state) => nodeOf(plan, state).node),
    ],
    edges: [
      ...(initial === '' ? [] : [startEdge(undefined, initial)]),
      ...states.filter((state) => state.initial).map(({ id, parent }) => startEdge(parent, id)),
      ...edges.map((edge): ElkExtendedEdge => ({
        id: edgeId(edge.id),
        sources: [nodeId(edge.from)],
        targets: [nodeId(edge.to)],
        labels: [{ id: `${edge.id} label`, text: edge.id, ...labelSize(edge) }],
      })),
    ],
  };
}

/** A state, and how narrow its box can be. */
function nodeOf(plan: Plan, state: PictureState): { readonly node: ElkNode; readonly least: number } {
  const inside = plan.picture.states.filter(({ parent }) => parent === state.id);
  const { width, height } = stateSize(state);
  const id = nodeId(state.id);
  if (inside.length === 0) return { node: { id, width, height, layoutOptions: EVERY_NODE }, least: width };
  const dots = inside.some((child) => child.initial) ? [dot(state.id)] : [];
  const nodes = inside.map((child) => nodeOf(plan, child));
  const widest = Math.max(...nodes.map(({ least }) => least));
  // ELK leaves a name out of account: it needs room, and so do lines that pass beside it.
  const right = Math.max(SIDE, width + NAME_ROOM - widest - SIDE);
  const layoutOptions = {
    ...EVERY_NODE,
    ...levelOf(plan),
    'elk.padding': `[top=${String(height + 2)},left=${String(SIDE)},bottom=${String(SIDE)},right=${String(right)}]`,
  };
  return {
    node: { id, children: [...dots, ...nodes.map(({ node }) => node)], layoutOptions },
    least: widest + SIDE + right,
  };
}

function dot(parent: string | undefined): ElkNode {
  const layoutOptions = { 'elk.layered.layering.layerConstraint': 'FIRST' };
  return { id: startId(parent), width: DOT, height: DOT, ...(parent === undefined ? { layoutOptions } : {}) };
}
function startEdge(parent: string | undefined, to: string): ElkExtendedEdge {
  const layoutOptions = { 'elk.layered.priority.direction': '10' };
  return { id: startId(parent), sources: [startId(parent)], targets: [nodeId(to)], layoutOptions };
}

function read(picture: Picture, root: ElkNode): Layout {
  const byId = new Map(picture.states.map((state) => [nodeId(state.id), state]));
  const states: PlacedState[] = [];
  const placedEdges: ElkExtendedEdge[] = [];
  const walk = (node: ElkNode): void => {
    placedEdges.push(...(node.edges ?? []));
    for (const child of node.children ?? []) {
      const state = byId.get(child.id);
      if (state) {
        const region = byId.get(node.id)?.kind === 'parallel';
        const box = shifted(child);
        states.push({
          state,
          compound: (child.children ?? []).length > 0,
          region,
          ...box,
          nameAt: box.x + box.width / 2,
        });
      }
      walk(child);
    }
  };
  walk(root);
  const lines = placedEdges.map((edge) => pointsOf(edge).map(shiftedPoint));
  const points = (id: string): ElkPoint[] => pointsOf(placedEdges.find((edge) => edge.id === id)).map(shiftedPoint);
  return {
    picture,
    width: Math.ceil((root.width ?? 0) + 2 * MARGIN),
    height: Math.ceil((root.height ?? 0) + 2 * MARGIN),
    states: states.map((placed) => (placed.compound ? { ...placed, nameAt: freePlace(placed, lines) } : placed)),
    edges: picture.edges.map((edge) => {
      const id = edgeId(edge.id);
      const label = placedEdges.find((placed) => placed.id === id)?.labels?.[0];
      return { edge, points: points(id), label: shifted({ ...labelSize(edge), ...label }) };
    }),
    starts: placedEdges.filter(({ id }) => id.startsWith(START)).map(({ id }) => points(id)),
  };
}

/** Where the name of a state with others inside is not crossed by a line: as near to the middle as can be. */
function freePlace({ state, nameAt, x, y, width }: PlacedState, lines: readonly (readonly ElkPoint[])[]): number {
  const half = textWidth(state.label, TEXT.state, 'bold') / 2 + 8;
  const crossed = lines.flatMap((line) =>
    line.flatMap((to, i) => {
      const from = line[i - 1];
      const passes = from && Math.min(from.y, to.y) < y + NAME_HEIGHT && Math.max(from.y, to.y) > y + NAME_TOP;
      return passes ? [{ left: Math.min(from.x, to.x) - half, right: Math.max(from.x, to.x) + half }] : [];
    }),
  );
  const fits = (at: number): boolean =>
    at - half >= x + 4 && at + half <= x + width - 4 && crossed.every(({ left, right }) => at <= left || at >= right);
  const places = [nameAt, ...crossed.flatMap(({ left, right }) => [left, right])].filter(fits);
  return places.sort((a, b) => Math.abs(a - nameAt) - Math.abs(b - nameAt))[0] ?? nameAt;
}

function pointsOf(edge: ElkExtendedEdge | undefined): ElkPoint[] {
  return (edge?.sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
    startPoint,
    ...(bendPoints ?? []),
    endPoint,
  ]);
}
function shifted({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x: x + MARGIN, y: y + MARGIN, width, height };
}
function shiftedPoint({ x, y }: ElkPoint): ElkPoint {
  return { x: x + MARGIN, y: y + MARGIN };
}
