/**
 * From anybody's XState 4 machine to a picture, as it stands: nested and parallel states, history, final states, every
 * transition once. Must never be here: knowledge of our machines.
 */
import { cleaned } from './formats/outline';
import { conditionWords, deedWords, invokeWords, sentBy, triggerWords } from './foreign-words';
import type { Picture, PictureEdge, PictureState, Reaction, Sent } from './picture';
import type { AnyAction, AnyStateNode } from './xstate-types';

type Transition = AnyStateNode['transitions'][number];

/** @param title what the picture is called; without it, the machine's id */
export function foreignPicture(root: AnyStateNode, title?: string): Picture {
  const nodes = inside(root);
  // A root that can do something itself is a state like others; one that only holds states is the picture.
  const drawn = isFrame(root) ? nodes : [root, ...nodes];
  const edges = drawn.flatMap((node) => edgesOf(node, nodes));
  return {
    id: root.id,
    title: cleaned(title ?? root.id),
    initial: isFrame(root) ? initialOf(root) : ROOT,
    states: drawn.map((node) => stateOf(node, drawn)),
    edges: edges.map((edge, i) => ({ ...edge, id: `e${String(i)}` })),
    ...sendsOf(drawn),
  };
}

/** Which of all actions send the machine an event. */
function sendsOf(nodes: readonly AnyStateNode[]): Pick<Picture, 'sends'> {
  const actions = nodes.flatMap(({ onEntry, onExit, transitions }) => [
    ...onEntry,
    ...onExit,
    ...transitions.flatMap((transition) => transition.actions),
  ]);
  const sends = actions.flatMap((action): [string, Sent][] => {
    const [words, sent] = [deedWords(action), sentBy(action)];
    return words === undefined || sent === undefined ? [] : [[words, sent]];
  });
  return sends.length === 0 ? {} : { sends: Object.fromEntries(sends) };
}

function isFrame(root: AnyStateNode): boolean {
  const { type, transitions, onEntry, onExit, invoke, activities } = root;
  return type === 'compound' && [transitions, onEntry, onExit, invoke, activities].every(({ length }) => length === 0);
}

/** @returns '' if a machine has none */
function initialOf({ initial, states }: AnyStateNode): string {
  const first = initial === undefined ? undefined : states[initial];
  return first === undefined ? '' : idOf(first);
}

function inside(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states).flatMap((child) => [child, ...inside(child)]);
}

const ROOT = '(machine)';

/** The path, in which a dot within a name is escaped. */
function idOf({ path }: AnyStateNode): string {
  return path.length === 0 ? ROOT : path.map((key) => key.replace(/[\\.]/g, '\\$&')).join('.');
}

function stateOf(node: AnyStateNode, drawn: readonly AnyStateNode[]): PictureState {
  const { parent, type } = node;
  const isInside = parent !== undefined && drawn.includes(parent);
  const kind =
    type === 'parallel' ? type : type === 'history' ? (`${node.history || 'shallow'} history` as const) : undefined;
  const lines = {
    entry: deeds(node.onEntry),
    exit: deeds(node.onExit),
    invokes: [...node.invoke.map(invokeWords), ...activities(node)],
    invokeIds: node.invoke.map(({ id }) => id),
  };
  return {
    id: idOf(node),
    label: cleaned(node.key) || '(no name)',
    ...(isInside ? { parent: idOf(parent) } : {}),
    ...(type === 'final' ? { final: true as const } : {}),
    ...(isInside && parent.type === 'compound' && parent.initial === node.key ? { initial: true as const } : {}),
    ...(kind === undefined ? {} : { kind }),
    ...Object.fromEntries(Object.entries(lines).filter(([, words]) => words.length > 0)),
  };
}

function deeds(actions: readonly AnyAction[]): string[] {
  return actions.flatMap((action) => deedWords(action) ?? []);
}

/** XState counts what is invoked among the activities. */
function activities({ activities: all, invoke }: AnyStateNode): string[] {
  return all
    .filter((activity) => activity.type !== 'xstate.invoke' && !invoke.some(({ id }) => id === activity.id))
    .map(({ type }) => cleaned(type));
}

function edgesOf(node: AnyStateNode, all: readonly AnyStateNode[]): PictureEdge[] {
  if (node.type === 'history') return defaultEdge(node, all);
  const alternatives = new Map<string, number>();
  return node.transitions.flatMap((transition) => {
    const { eventType } = transition;
    const alternative = alternatives.get(eventType) ?? 0;
    alternatives.set(eventType, alternative + 1);
    return (transition.target ?? [node]).map((target) => edgeOf(node, target, transition, alternative));
  });
}

function edgeOf(from: AnyStateNode, to: AnyStateNode, transition: Transition, alternative: number): PictureEdge {
  const { eventType: event, target, actions } = transition;
  const guard = conditionWords(transition);
  const words = `${triggerWords(event, from)}${guard === undefined ? '' : ` [${guard}]`}`;
  const stays = target === undefined;
  const finished = event.startsWith(DONE) ? finishedBy(event.slice(DONE.length), from) : {};
  const reaction: Reaction = { event, ...(guard === undefined ? {} : { guard }), ...finished };
  return {
    id: '',
    from: idOf(from),
    to: idOf(to),
    trigger: [stays ? `${words}, staying` : words],
    actions: deeds(actions),
    origin: null,
    reactions: [reaction],
    ...(stays ? { stays } : transition.internal ? { internal: true as const } : {}),
    covers: [{ machine: rootOf(from).id, state: idOf(from), event, alternative }],
  };
}

const DONE = 'done.state.';
function finishedBy(id: string, node: AnyStateNode): Pick<Reaction, 'finished'> {
  const found = node.id === id ? node : inside(rootOf(node)).find((one) => one.id === id);
  return found ? { finished: idOf(found) } : {};
}

function rootOf(node: AnyStateNode): AnyStateNode {
  return node.parent ? rootOf(node.parent) : node;
}

/** Where a history state leads the first time. */
function defaultEdge(node: AnyStateNode, all: readonly AnyStateNode[]): PictureEdge[] {
  const { target } = node.config;
  if (typeof target !== 'string') return [];
  const to = target.startsWith('#')
    ? all.find(({ id }) => id === target.slice(1))
    : target.split('.').reduce<AnyStateNode | undefined>((at, key) => at?.states[key], node.parent);
  if (!to) return [];
  const words = { trigger: ['The first time'], actions: [], origin: null, covers: [] };
  return [{ id: '', from: idOf(node), to: idOf(to), ...words }];
}
