/**
 * From one of our machines to a picture at the level "full", with the marks of the state tables. What changes nothing (ignored, refused, passed on) is not drawn; the tables show it.
 */
import type { AnyStateNode } from './xstate-types';
import { rowFor } from '../spec';
import type { Covered, Origin, Picture, PictureEdge, PictureState } from './picture';
import { actionWords, eventWords, guardWords } from './words';

/** A transition as XState has it. */
export interface ChartEdge {
  /** Leaf or compound state by its path, `Parent.child`. */
  readonly from: string;
  readonly to: string;
  readonly event: string;
  readonly guard?: string;
  readonly actions: readonly string[];
  readonly alternative: number;
  readonly stays: boolean;
}

/** Every transition of a machine, in the order of its config. */
export function edgesOf(root: AnyStateNode): ChartEdge[] {
  const edges: ChartEdge[] = [];
  const walk = (node: AnyStateNode): void => {
    const seen = new Map<string, number>();
    for (const t of node.transitions) {
      const alternative = seen.get(t.eventType) ?? 0;
      seen.set(t.eventType, alternative + 1);
      const guard = t.cond?.name;
      for (const target of t.target ?? [node]) {
        edges.push({
          from: pathOf(node),
          to: pathOf(target),
          event: t.eventType,
          ...(guard === undefined ? {} : { guard }),
          actions: t.actions.map(({ type }) => type),
          alternative,
          stays: t.target === undefined,
        });
      }
    }
    Object.values(node.states).forEach(walk);
  };
  walk(root);
  return edges;
}

export function statesOf(root: AnyStateNode): PictureState[] {
  const states: PictureState[] = [];
  const walk = (node: AnyStateNode): void => {
    if (node.parent) {
      const parent = node.parent.parent ? { parent: pathOf(node.parent) } : {};
      states.push({
        id: pathOf(node),
        label: node.key,
        ...parent,
        ...(node.type === 'final' ? { final: true as const } : {}),
      });
    }
    Object.values(node.states).forEach(walk);
  };
  walk(root);
  return states;
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

const DRAWN = new Set<string>(['SPEC', 'TEAM', 'EXT', 'PE']);

/** The level "full" of one of our machines: every edge that changes or does something, with its mark. */
export function fullPicture(id: string, title: string, root: AnyStateNode): Picture {
  const states = statesOf(root);
  const drawn: PictureEdge[] = [];
  for (const edge of edgesOf(root)) {
    const mark = rowFor(id, edge.from, edge.event)[edge.alternative]?.mark;
    if (mark === undefined || !DRAWN.has(mark)) continue;
    drawn.push(inWords(id, edge, mark as Origin));
  }
  return { id, title, initial: root.initial ?? '', states, edges: numbered(merged(lifted(drawn, states))) };
}

function inWords(machine: string, edge: ChartEdge, origin: Origin): PictureEdge {
  const { from, to, event, guard, alternative } = edge;
  const trigger = guard === undefined ? eventWords(event) : `${eventWords(event)} [${guardWords(guard)}]`;
  const actions = edge.actions.map(actionWords).filter((words) => words !== undefined);
  return {
    id: '',
    from,
    to,
    trigger: [trigger],
    actions,
    origin,
    reactions: [{ event, ...(guard === undefined ? {} : { guard }) }],
    ...(edge.stays ? { stays: true as const } : {}),
    covers: [{ machine, state: from, event, alternative }],
  };
}

/** An edge that every sub-state has alike is drawn once, from the state around them. */
function lifted(edges: readonly PictureEdge[], states: readonly PictureState[]): PictureEdge[] {
  let result = [...edges];
  for (const parent of new Set(states.flatMap(({ parent: p }) => p ?? []))) {
    const children = states.filter((state) => state.parent === parent).map(({ id }) => id);
    for (const edge of edges.filter(({ from }) => from === children[0])) {
      const same = result.filter((other) => children.includes(other.from) && looksLike(other, edge, children));
      if (same.length < children.length || new Set(same.map(({ from }) => from)).size < children.length) continue;
      const covers = same.flatMap((other) => other.covers);
      const to = children.includes(edge.to) ? parent : edge.to;
      const at = result.indexOf(same[0] as PictureEdge);
      result[at] = { ...edge, from: parent, to, covers };
      result = result.filter((other) => !same.includes(other) || other === result[at]);
    }
  }
  return result;
}

function looksLike(a: PictureEdge, b: PictureEdge, children: readonly string[]): boolean {
  const target = (edge: PictureEdge): string =>
    edge.to === edge.from && children.includes(edge.to) ? 'itself' : edge.to;
  return a.trigger[0] === b.trigger[0] && a.actions.join() === b.actions.join() && target(a) === target(b);
}

/** Edges between the same states that do the same become one, with a line for each trigger. */
function merged(edges: readonly PictureEdge[]): PictureEdge[] {
  const byKey = new Map<string, PictureEdge>();
  for (const edge of edges) {
    const key = [edge.from, edge.to, edge.origin, ...edge.actions].join('\n');
    const before = byKey.get(key);
    if (!before) byKey.set(key, edge);
    else {
      const trigger = [...new Set([...before.trigger, ...edge.trigger])];
      const covers: Covered[] = [...before.covers, ...edge.covers];
      const reactions = [...(before.reactions ?? []), ...(edge.reactions ?? [])];
      byKey.set(key, { ...before, trigger, reactions, covers });
    }
  }
  return [...byKey.values()];
}

function numbered(edges: readonly PictureEdge[]): PictureEdge[] {
  return edges.map((edge, i) => ({ ...edge, id: `e${String(i)}` }));
}
