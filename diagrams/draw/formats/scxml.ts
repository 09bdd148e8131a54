/**
 * A picture as SCXML, the W3C's form of state machines. What a machine does stands in <log>; a guard is a boolean of the data
 * model, true until whoever runs the file sets it.
 */
import type { Picture, PictureEdge, PictureState } from '../picture';
import { escapeXml } from '../svg';
import { childrenOf, cleaned, identifier, identifiersOf, triggerLine } from './outline';

/** @returns an XML document, ending with a line break */
export function scxmlOf(picture: Picture): string {
  const name = identifiersOf(picture);
  const guards = guardNames(picture);
  const element = (state: PictureState, indent: string): string[] => {
    const children = childrenOf(picture, state.id);
    const tag = tagOf(state);
    const initial = children.find((child) => child.initial);
    const attributes = [
      `id="${name(state.id)}"`,
      ...(initial && tag === 'state' ? [`initial="${name(initial.id)}"`] : []),
      ...(state.kind === 'shallow history' ? ['type="shallow"'] : []),
      ...(state.kind === 'deep history' ? ['type="deep"'] : []),
    ];
    const edges = picture.edges.filter(({ from }) => from === state.id);
    const content =
      tag === 'history'
        ? [defaultOf(picture, state, name)]
        : [
            ...logged('onentry', state.entry),
            ...logged('onexit', state.exit),
            ...(tag === 'final' ? [] : invoked(state, name)),
            ...(tag === 'final' ? [] : edges.flatMap((edge) => transitions(edge, name, guards))),
          ];
    return [
      `${indent}<!-- ${comment(state.label)} -->`,
      `${indent}<${tag} ${attributes.join(' ')}>`,
      ...content.map((line) => `${indent}  ${line}`),
      ...children.flatMap((child) => element(child, `${indent}  `)),
      `${indent}</${tag}>`,
    ];
  };
  const initial = picture.initial === '' ? '' : ` initial="${name(picture.initial)}"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" name="${identifier(picture.title) || '_'}"${initial}>`,
    ...dataModel(guards),
    ...childrenOf(picture).flatMap((state) => element(state, '  ')),
    '</scxml>',
  ];
  return `${lines.join('\n')}\n`;
}

function tagOf({ final, kind }: PictureState): 'state' | 'parallel' | 'final' | 'history' {
  if (final) return 'final';
  if (kind === undefined) return 'state';
  return kind === 'parallel' ? 'parallel' : 'history';
}

function logged(tag: 'onentry' | 'onexit', lines: readonly string[] = []): string[] {
  return lines.length === 0 ? [] : [`<${tag}>${lines.map(log).join('')}</${tag}>`];
}
function invoked({ id, invokes = [] }: PictureState, name: (id: string) => string): string[] {
  return invokes.map((words, i) => `<invoke id="${name(id)}_runs_${String(i + 1)}" src="${text(words)}"/>`);
}
function log(words: string): string {
  return `<log label="${text(words)}"/>`;
}

/** A history state must say where to go the first time. */
function defaultOf({ states, edges }: Picture, state: PictureState, name: (id: string) => string): string {
  const beside = states.filter(({ id, parent }) => parent === state.parent && id !== state.id);
  const target =
    edges.find(({ from }) => from === state.id)?.to ?? (beside.find(({ initial }) => initial) ?? beside[0])?.id;
  return `<transition target="${name(target ?? state.id)}"/>`;
}

/** One element for each thing that an edge reacts to. */
function transitions(edge: PictureEdge, name: (id: string) => string, guards: ReadonlyMap<string, string>): string[] {
  const target = edge.stays ? '' : ` target="${name(edge.to)}"`;
  return (edge.reactions ?? [{ event: triggerLine(edge) }]).map(({ event, guard }) => {
    const known = event.startsWith('done.state.') ? `done.state.${name(edge.from)}` : descriptor(event);
    const on = event === '' ? '' : ` event="${known}"`;
    const cond = guard === undefined ? '' : ` cond="${guards.get(guard) ?? 'true'}"`;
    // A transition with neither is legal only with a target.
    const begin = `<transition${on}${cond}${on + cond + target === '' ? ' cond="true"' : target}`;
    return edge.actions.length === 0 ? `${begin}/>` : `${begin}>${edge.actions.map(log).join('')}</transition>`;
  });
}

function guardNames({ edges }: Picture): Map<string, string> {
  const guards = new Set(edges.flatMap(({ reactions = [] }) => reactions.flatMap(({ guard }) => guard ?? [])));
  return new Map([...guards].map((guard, i) => [guard, `guard_${String(i + 1)}`]));
}

function dataModel(guards: ReadonlyMap<string, string>): string[] {
  if (guards.size === 0) return [];
  const data = [...guards].map(([words, id]) => `    <data id="${id}" expr="true"/><!-- ${comment(words)} -->`);
  return ['  <datamodel>', ...data, '  </datamodel>'];
}

/** An event as SCXML writes it: words separated by dots; `*` is any event. Anything else is written by its number. */
function descriptor(event: string): string {
  if (event === '*') return event;
  const after = /^xstate\.after\((\d+)\)/.exec(event)?.[1];
  if (after !== undefined) return `after.${after}`;
  const safe = cleaned(event)
    .replace(/ /g, '_')
    .replace(
      /[^\p{L}\p{N}_.-]|(?<![\p{L}\p{N}_-])\.|\.(?![\p{L}\p{N}_-])/gu,
      (c) => `_u${(c.codePointAt(0) ?? 0).toString(16)}_`,
    );
  return /^[\p{L}_]/u.test(safe) ? safe : `_${safe}`;
}

function text(words: string): string {
  return escapeXml(cleaned(words));
}
/** A comment must not contain two hyphens. */
function comment(words: string): string {
  return cleaned(words).replace(/-(?=-|$)/g, '- ');
}
