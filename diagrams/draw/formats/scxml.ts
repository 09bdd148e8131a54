/**
 * A picture as SCXML, the W3C's form of state machines: an interpreter goes through the same states as the machine. What a
 * machine does stands in <log>, unless it sends itself an event; a guard is a boolean of the data model, true until whoever runs
 * the file sets it. There is no <cancel>, which XState's reader refuses: the event of a timer carries the number of the visit.
 */
import type { Picture, PictureEdge, PictureState, Reaction } from '../picture';
import { NAMELESS_GUARD } from '../foreign-words';
import { escapeXml } from '../svg';
import { childrenOf, cleaned, identifier, identifiersOf, triggerLine } from './outline';
import { descriptor, eventNames } from './scxml-events';

/** How everything is called in the file. */
interface Names {
  readonly state: (id: string) => string;
  readonly event: (event: string) => string;
  readonly guard: (reaction: Reaction) => string | undefined;
}

/** @returns an XML document, ending with a line break */
export function scxmlOf(picture: Picture): string {
  const events = eventNames(picture);
  const guards = guardNames(picture);
  const names: Names = {
    state: identifiersOf(picture),
    event: (event) => events.get(event) ?? event,
    guard: (reaction) => guards.get(guardKey(reaction)),
  };
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" name="${identifier(picture.title) || '_'}" initial="${picture.initial === '' ? NOWHERE : names.state(picture.initial)}">`,
    ...[...events]
      .filter(([event, name]) => event !== name)
      .map(([event, name]) => `  <!-- ${comment(`${name}: ${event}`)} -->`),
    ...dataModel(picture, guards, names),
    ...(picture.initial === '' ? [`  ${nowhere(NOWHERE)}`] : []),
    ...initialFirst(picture).flatMap((state) => element(picture, state, names, '  ')),
    '</scxml>',
  ];
  return `${lines.join('\n')}\n`;
}

function element(picture: Picture, state: PictureState, names: Names, indent: string): string[] {
  const children = initialFirst(picture, state);
  const tag = tagOf(state);
  const initial = children.find((child) => child.initial);
  const id = names.state(state.id);
  const unmarked = tag === 'state' && children.length > 0 && !initial;
  const attributes = [
    `id="${id}"`,
    ...(initial && tag === 'state' ? [`initial="${names.state(initial.id)}"`] : []),
    ...(unmarked ? [`initial="${NOWHERE}_${id}"`] : []),
    ...(state.kind === 'shallow history' ? ['type="shallow"'] : []),
    ...(state.kind === 'deep history' ? ['type="deep"'] : []),
  ];
  const content = tag === 'history' ? [defaultOf(picture, state, names)] : contentOf(picture, state, names);
  return [
    `${indent}<!-- ${comment(state.label)} -->`,
    `${indent}<${tag} ${attributes.join(' ')}>`,
    ...content.map((line) => `${indent}  ${line}`),
    ...(unmarked ? [`${indent}  ${nowhere(`${NOWHERE}_${id}`)}`] : []),
    ...children.flatMap((child) => element(picture, child, names, `${indent}  `)),
    `${indent}</${tag}>`,
  ];
}

/** XState's reader begins in the first state, whatever the attribute says. The order matters between regions only. */
function initialFirst(picture: Picture, parent?: PictureState): PictureState[] {
  const children = childrenOf(picture, parent?.id);
  if (parent?.kind === 'parallel') return children;
  const isFirst = ({ id, initial }: PictureState): boolean => (parent ? initial === true : id === picture.initial);
  return [...children.filter(isFirst), ...children.filter((child) => !isFirst(child))];
}

/** Without an initial state XState enters none of those inside, SCXML the first. */
const NOWHERE = 'none';
function nowhere(id: string): string {
  return `<state id="${id}"/><!-- no initial state is given -->`;
}

function contentOf(picture: Picture, state: PictureState, names: Names): string[] {
  const done = (words: string): string => actionElement(picture, words, names);
  const { entry = [], exit = [] } = state;
  const edges = picture.edges.filter(({ from }) => from === state.id);
  const entered = [...timers(edges, names), ...entry.map(done)];
  return [
    ...(entered.length === 0 ? [] : [`<onentry>${entered.join('')}</onentry>`]),
    ...(exit.length === 0 ? [] : [`<onexit>${exit.map(done).join('')}</onexit>`]),
    ...(state.final ? [] : invoked(state, names)),
    ...(state.final ? [] : transitionsOf(edges).flatMap((together) => transitions(picture, together, names))),
  ];
}

function tagOf({ final, kind }: PictureState): 'state' | 'parallel' | 'final' | 'history' {
  if (final) return 'final';
  if (kind === undefined) return 'state';
  return kind === 'parallel' ? 'parallel' : 'history';
}

/** What runs is a machine that does nothing; its end is an event for whoever runs the file. */
function invoked({ id, invokes = [], invokeIds = [] }: PictureState, names: Names): string[] {
  return invokes.map((words, i) => {
    const known = invokeIds[i];
    const name = known === undefined ? `${names.state(id)}_runs_${String(i + 1)}` : descriptor(known);
    const machine = `<scxml version="1.0"><state id="${names.state(id)}_runs_${String(i + 1)}"/></scxml>`;
    return `<invoke type="scxml" id="${name}"><!-- ${comment(words)} --><content>${machine}</content></invoke>`;
  });
}

function actionElement({ sends = {} }: Picture, words: string, { event }: Names): string {
  const sent = Object.hasOwn(sends, words) ? sends[words] : undefined;
  if (sent === undefined) return `<log label="${text(words)}"/>`;
  const delay = sent.delayMs === undefined ? '' : ` delay="${milliseconds(sent.delayMs)}"`;
  // A <raise> cannot wait.
  return `<${delay === '' ? sent.how : 'send'} event="${event(sent.event)}"${delay}/>`;
}
function milliseconds(delay: string | number): string {
  return `${String(Math.round(Number(delay)))}ms`;
}

/** A history state must say where to go the first time. */
function defaultOf({ states, edges }: Picture, state: PictureState, names: Names): string {
  const beside = states.filter(({ id, parent }) => parent === state.parent && id !== state.id);
  const target =
    edges.find(({ from }) => from === state.id)?.to ?? (beside.find(({ initial }) => initial) ?? beside[0])?.id;
  return `<transition target="${names.state(target ?? state.id)}"/>`;
}

/** Edges by the transition that they belong to: one with several targets has several. */
function transitionsOf(edges: readonly PictureEdge[]): readonly (readonly PictureEdge[])[] {
  const groups = new Map<string, PictureEdge[]>();
  for (const edge of edges) {
    const key = edge.covers.length === 0 ? `edge ${edge.id}` : JSON.stringify(edge.covers);
    groups.set(key, [...(groups.get(key) ?? []), edge]);
  }
  return [...groups.values()];
}

/** One element for each thing that an edge reacts to. */
function transitions(picture: Picture, together: readonly PictureEdge[], names: Names): string[] {
  const [edge] = together;
  if (!edge) return [];
  const targets = together.map(({ to }) => names.state(to)).join(' ');
  const target = edge.stays ? '' : ` target="${targets}"${edge.internal ? ' type="internal"' : ''}`;
  const actions = edge.actions.map((words) => actionElement(picture, words, names)).join('');
  return (edge.reactions ?? [{ event: triggerLine(edge) }]).map((reaction) => {
    const { event, finished } = reaction;
    const known = finished === undefined ? names.event(event) : `done.state.${names.state(finished)}`;
    const on = event === '' ? '' : ` event="${timerOf(edge, event, names)?.event ?? known}"`;
    const conditions = [timerOf(edge, event, names)?.condition, names.guard(reaction)].filter(
      (one) => one !== undefined,
    );
    const cond = conditions.length === 0 ? '' : ` cond="${escapeXml(conditions.join(' && '))}"`;
    // A transition with neither is legal only with a target.
    const begin = `<transition${on}${cond}${on + cond + target === '' ? ' cond="true"' : target}`;
    return actions === '' ? `${begin}/>` : `${begin}>${actions}</transition>`;
  });
}

/** What `after` is in SCXML: an event that is sent when the state is entered, good for this visit only. */
interface Timer {
  readonly event: string;
  readonly delay: string;
  readonly visit: string;
  readonly condition: string;
}
function timerOf({ from }: PictureEdge, event: string, { state }: Names): Timer | undefined {
  const after = /^xstate\.after\((.*)\)#/s.exec(event)?.[1];
  if (after === undefined) return undefined;
  const visit = `visit_${state(from)}`;
  const delay = /^\d+(\.\d+)?$/.test(after) ? `delay="${milliseconds(after)}"` : `delayexpr="${delayName(after)}"`;
  return {
    event: `after.${identifier(after)}.${state(from)}`,
    delay,
    visit,
    condition: `_event.data.visit === ${visit}`,
  };
}
function timersOf(edges: readonly PictureEdge[], names: Names): readonly Timer[] {
  const all = edges.flatMap((edge) => (edge.reactions ?? []).flatMap(({ event }) => timerOf(edge, event, names) ?? []));
  return [...new Map(all.map((timer) => [timer.event, timer])).values()];
}
function timers(edges: readonly PictureEdge[], names: Names): string[] {
  const all = timersOf(edges, names);
  const [first] = all;
  if (!first) return [];
  const { visit } = first;
  return [
    `<assign location="${visit}" expr="${visit} + 1"/>`,
    ...all.map(({ event, delay }) => `<send event="${event}" ${delay}><param name="visit" expr="${visit}"/></send>`),
  ];
}
function delayName(delay: string): string {
  return `delay_${identifier(delay)}`;
}

/** Guards with the same words are one, unless they have none. */
function guardKey(reaction: Reaction): Reaction | string {
  return reaction.guard === undefined || reaction.guard.startsWith(NAMELESS_GUARD) ? reaction : reaction.guard;
}
function guardNames({ edges }: Picture): Map<Reaction | string, string> {
  const guarded = edges.flatMap(({ reactions = [] }) => reactions.filter(({ guard }) => guard !== undefined));
  return new Map([...new Set(guarded.map(guardKey))].map((guard, i) => [guard, `guard_${String(i + 1)}`]));
}

function dataModel({ edges, states }: Picture, guards: ReadonlyMap<Reaction | string, string>, names: Names): string[] {
  const delays = new Map<string, string>();
  for (const { event } of edges.flatMap(({ reactions = [] }) => reactions)) {
    const after = /^xstate\.after\((.*)\)#/s.exec(event)?.[1];
    if (after !== undefined && !/^\d+(\.\d+)?$/.test(after)) delays.set(delayName(after), after);
  }
  const visits = states.flatMap(({ id }) =>
    timersOf(
      edges.filter(({ from }) => from === id),
      names,
    ).slice(0, 1),
  );
  const data = [
    ...[...guards].map(([guard, id]) => [id, 'true', typeof guard === 'string' ? guard : (guard.guard ?? '')] as const),
    ...[...delays].map(([id, words]) => [id, "'1000ms'", `how long ${words} is`] as const),
    ...visits.map(({ visit }) => [visit, '0', ''] as const),
  ];
  if (data.length === 0) return [];
  const lines = data.map(
    ([id, expr, words]) => `    <data id="${id}" expr="${expr}"/>${words === '' ? '' : `<!-- ${comment(words)} -->`}`,
  );
  return ['  <datamodel>', ...lines, '  </datamodel>'];
}

function text(words: string): string {
  return escapeXml(cleaned(words));
}
/** A comment must not contain two hyphens. */
function comment(words: string): string {
  return cleaned(words).replace(/-(?=-|$)/g, '- ');
}
