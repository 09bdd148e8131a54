/**
 * Places a picture: boxes, labels and routed edges, by ELK's layered algorithm. Same picture, same layout: the figures depend
 * on nothing but the words (measure.ts).
 */
import ELK, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk.bundled.js';
import { textWidth } from './measure';
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
  /** The arrow into the initial state. */
  readonly start: readonly ElkPoint[];
}

export const TEXT = { label: 11, state: 13, line: 14, remark: 9 } as const;
const PADDING = 4;
const MARGIN = 16;
const START = '#start';
const DOT = 10;

const EVERY_NODE = {
  // Without these, the labels of several loops at one state lie on each other.
  'elk.layered.edgeRouting.selfLoopDistribution': 'NORTH_SOUTH',
  'elk.layered.edgeRouting.selfLoopOrdering': 'SEQUENCED',
};
const EVERY_LEVEL = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
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

function stateSize({ label }: PictureState): { width: number; height: number } {
  return { width: Math.max(90, textWidth(label, TEXT.state, 'bold') + 32), height: 38 };
}

/** @throws Error the picture cannot be placed; the message is one line */
export async function place(picture: Picture): Promise<Layout> {
  const graph = graphOf(picture);
  const placed = await new ELK().layout(graph).catch((error: unknown) => {
    // ELK's own errors print its source.
    throw new Error(`${picture.title} cannot be laid out: ${error instanceof Error ? error.message : 'unknown error'}`);
  });
  return read(picture, placed);
}

function graphOf({ states, edges, initial }: Picture): ElkNode {
  const node = (state: PictureState): ElkNode => {
    const children = states.filter(({ parent }) => parent === state.id).map(node);
    const size = stateSize(state);
    if (children.length === 0) return { id: state.id, ...size, layoutOptions: EVERY_NODE };
    const minimum = `(${String(size.width)},${String(size.height)})`;
    return {
      id: state.id,
      children,
      layoutOptions: {
        ...EVERY_NODE,
        ...EVERY_LEVEL,
        'elk.padding': '[top=40,left=18,bottom=18,right=18]',
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': minimum,
      },
    };
  };
  return {
    id: 'root',
    layoutOptions: { ...EVERY_LEVEL, 'elk.json.edgeCoords': 'ROOT', 'elk.json.shapeCoords': 'ROOT' },
    children: [
      { id: START, width: DOT, height: DOT, layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST' } },
      ...states.filter(({ parent }) => parent === undefined).map(node),
    ],
    edges: [
      { id: START, sources: [START], targets: [initial], layoutOptions: { 'elk.layered.priority.direction': '10' } },
      ...edges.map((edge): ElkExtendedEdge => ({
        id: edge.id,
        sources: [edge.from],
        targets: [edge.to],
        labels: [{ id: `${edge.id} label`, text: edge.id, ...labelSize(edge) }],
      })),
    ],
  };
}

function read(picture: Picture, root: ElkNode): Layout {
  const byId = new Map(picture.states.map((state) => [state.id, state]));
  const states: PlacedState[] = [];
  const placedEdges: ElkExtendedEdge[] = [];
  const walk = (node: ElkNode): void => {
    placedEdges.push(...(node.edges ?? []));
    for (const child of node.children ?? []) {
      const state = byId.get(child.id);
      if (state) states.push({ state, compound: (child.children ?? []).length > 0, ...shifted(child) });
      walk(child);
    }
  };
  walk(root);
  const points = (id: string): ElkPoint[] => pointsOf(placedEdges.find((edge) => edge.id === id)).map(shiftedPoint);
  return {
    picture,
    width: Math.ceil((root.width ?? 0) + 2 * MARGIN),
    height: Math.ceil((root.height ?? 0) + 2 * MARGIN),
    states,
    edges: picture.edges.map((edge) => {
      const label = placedEdges.find(({ id }) => id === edge.id)?.labels?.[0];
      return { edge, points: points(edge.id), label: shifted({ ...labelSize(edge), ...label }) };
    }),
    start: points(START),
  };
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
