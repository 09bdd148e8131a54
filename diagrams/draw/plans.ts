/**
 * How much of a picture is drawn as lines, and by which of ELK's strategies, so that a picture of any size takes seconds. The
 * choice depends on the picture alone, not on the time it takes: same picture, same layout.
 */
import { edgeLine, pathsOf, stateName } from './formats/outline';
import type { Picture, PictureEdge } from './picture';

export interface Plan {
  /** What is drawn: edges that are no lines stand as text in their states. */
  readonly picture: Picture;
  readonly strategy: 'NETWORK_SIMPLEX' | 'LINEAR_SEGMENTS' | 'BRANDES_KOEPF' | 'packed';
  /** Whether lines cross the borders of states; if none does, each state is laid out by itself. */
  readonly borders: 'crossed' | 'kept';
}

/** NETWORK_SIMPLEX looks best and takes exponentially longer: 50 edges one second, 120 of them minutes. */
const FEW_EDGES = 50;
/** With LINEAR_SEGMENTS 150 edges take 3 seconds; nobody could follow more lines than these. */
const MANY_EDGES = 150;
/** More states than these are packed without lines. */
const MANY_STATES = 400;
/** ELK lays labels of more loops over each other; so do people who draw by hand. */
const MANY_LOOPS = 7;

/** @returns plans in the order in which they are tried; the last cannot fail for the number of edges, for it has none */
export function plansFor(whole: Picture): readonly Plan[] {
  const picture = withoutManyLoops(whole);
  const { states, edges } = picture;
  const fits = edges.length <= MANY_EDGES && states.length <= MANY_EDGES;
  const plans: Plan[] = [];
  if (fits && edges.length <= FEW_EDGES) plans.push({ picture, strategy: 'NETWORK_SIMPLEX', borders: 'crossed' });
  if (fits) plans.push({ picture, strategy: 'LINEAR_SEGMENTS', borders: 'crossed' });
  if (states.length <= MANY_STATES)
    plans.push({ picture: withText(whole, tree(whole)), strategy: 'BRANDES_KOEPF', borders: 'kept' });
  return [...plans, { picture: withoutLines(whole), strategy: 'packed', borders: 'kept' }];
}

/** All edges but those given become text. */
function withText(picture: Picture, lines: ReadonlySet<PictureEdge>): Picture {
  const path = pathsOf(picture);
  const text = new Map<string, string[]>();
  for (const edge of picture.edges) {
    if (lines.has(edge)) continue;
    const to = edge.to === edge.from ? 'itself' : path(edge.to);
    text.set(edge.from, [...(text.get(edge.from) ?? []), edgeLine(edge, to)]);
  }
  const states = picture.states.map((state) => {
    const listed = text.get(state.id);
    if (listed === undefined) return state;
    // The circle of a history state holds no text.
    const { kind, ...rest } = state;
    return kind === 'parallel' ? { ...state, listed } : { ...rest, label: stateName(state), listed };
  });
  return { ...picture, states, edges: picture.edges.filter((edge) => lines.has(edge)) };
}

/** Not even the arrow into the initial state. */
function withoutLines(whole: Picture): Picture {
  const picture = withText(whole, new Set());
  const states = picture.states.map(({ initial, ...state }) =>
    initial || state.id === picture.initial ? { ...state, listed: ['Initial state', ...(state.listed ?? [])] } : state,
  );
  return { ...picture, initial: '', states };
}

function withoutManyLoops(picture: Picture): Picture {
  const loops = (id: string): number => picture.edges.filter(({ from, to }) => from === id && to === id).length;
  const many = new Set(picture.states.filter(({ id }) => loops(id) > MANY_LOOPS).map(({ id }) => id));
  if (many.size === 0) return picture;
  return withText(picture, new Set(picture.edges.filter(({ from, to }) => from !== to || !many.has(from))));
}

/** The first edge into each state from one beside it: a tree, in which no line is long. */
function tree({ states, edges }: Picture): ReadonlySet<PictureEdge> {
  const parent = new Map(states.map((state) => [state.id, state.parent]));
  const reached = new Map<string, string>();
  const leadsTo = (id: string, other: string): boolean => {
    for (let at = reached.get(other); at !== undefined; at = reached.get(at)) if (at === id) return true;
    return id === other;
  };
  return new Set(
    edges.filter(({ from, to }) => {
      if (parent.get(from) !== parent.get(to) || reached.has(to) || leadsTo(to, from)) return false;
      reached.set(to, from);
      return true;
    }),
  );
}
