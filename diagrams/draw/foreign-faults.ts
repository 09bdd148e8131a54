/** What is wrong with anybody's machine although XState 4 takes it, each in one sentence. */
import { cleaned } from './formats/outline';
import type { AnyStateNode } from './xstate-types';

export interface Faults {
  /** It cannot run. */
  readonly wrong: readonly string[];
  /** Keys of XState 5, which XState 4 leaves out without a word. */
  readonly version5: readonly string[];
  /** States with others inside of which none is entered first. */
  readonly missing: readonly string[];
}

export function faultsOf(root: AnyStateNode): Faults {
  const nodes = [root, ...inside(root)];
  return {
    wrong: nodes.flatMap(wrongInitial),
    version5: nodes.flatMap(newerKeys).slice(0, 1),
    missing: listed(nodes.filter((node) => node.type === 'compound' && node.initial === undefined)),
  };
}

function inside(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states).flatMap((child) => [child, ...inside(child)]);
}

const called = (node: AnyStateNode): string => `"${cleaned(node.id)}"`;

function wrongInitial(node: AnyStateNode): string[] {
  const { initial, states, type } = node;
  if (type !== 'compound' || initial === undefined || Object.hasOwn(states, initial)) return [];
  return [
    `the initial state "${cleaned(initial)}" of ${called(node)} does not exist; its states: ${Object.keys(states).map(cleaned).join(', ')}`,
  ];
}

const SOME = 3;
function listed(nodes: readonly AnyStateNode[]): string[] {
  if (nodes.length === 0) return [];
  const more = nodes.length > SOME ? ` and ${String(nodes.length - SOME)} more` : '';
  const names = nodes.slice(0, SOME).map(called).join(', ');
  return [`no initial state is given for ${names}${more}, so none is marked there`];
}

const NEWER: Readonly<Record<string, string>> = {
  guard: '"guard" is of XState 5 and "cond" in XState 4, the only version that can be drawn',
  reenter: '"reenter" is of XState 5; only XState 4 can be drawn',
};

/** Transitions may be a word, an object, or a list of these; `on`, `after` hold them by events. */
function newerKeys(node: AnyStateNode): string[] {
  const { on, after, always, onDone, invoke } = node.config;
  const invoked = listOf(invoke).flatMap((one) => (isObject(one) ? [one.onDone, one.onError] : []));
  const transitions = [...valuesOf(on), ...valuesOf(after), always, onDone, ...invoked].flatMap(listOf);
  return transitions.flatMap((transition) =>
    Object.entries(NEWER)
      .filter(([key]) => isObject(transition) && key in transition)
      .map(([, words]) => `in ${called(node)}, ${words}`),
  );
}
function valuesOf(value: unknown): readonly unknown[] {
  return isObject(value) ? Object.values(value) : [];
}
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
