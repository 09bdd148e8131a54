/** A picture as PlantUML text. */
import type { Picture, PictureEdge, PictureState } from '../picture';
import { childrenOf, cleaned, identifiersOf, regionsAreLeft, stateLines } from './outline';

const COLOURS = { SPEC: '', TEAM: '[#1d4ed8]', EXT: '[#0f766e]', PE: '[#b91c1c]' };

/** @returns a state diagram from `@startuml` to `@enduml`, ending with a line break */
export function plantumlOf(picture: Picture): string {
  const name = identifiersOf(picture);
  const lines = ['@startuml', `title ${escaped(picture.title)}`, 'hide empty description'];
  const declare = (state: PictureState, indent: string): void => {
    const { id, kind } = state;
    if (kind === 'shallow history' || kind === 'deep history') {
      lines.push(`${indent}state "${kind === 'deep history' ? 'H*' : 'H'}" as ${name(id)}`);
      return;
    }
    const children = childrenOf(picture, id);
    const inside = stateLines(state).map((line) => `${indent}${name(id)} : ${escaped(line)}`);
    const ending = state.final ? ' <<end>>' : '';
    lines.push(`${indent}state "${escaped(state.label)}" as ${name(id)}${ending}${children.length > 0 ? ' {' : ''}`);
    // PlantUML takes no other lines than those inside one region: else the regions are states side by side.
    const divided = kind === 'parallel' && !regionsAreLeft(picture, id);
    children.forEach((child, i) => {
      if (divided && i > 0) lines.push(`${indent}  --`);
      declare(child, `${indent}  `);
      if (child.initial) lines.push(`${indent}  [*] --> ${name(child.id)}`);
    });
    if (children.length > 0) lines.push(`${indent}}`);
    lines.push(...inside);
  };
  childrenOf(picture).forEach((state) => declare(state, ''));
  if (picture.initial !== '') lines.push(`[*] --> ${name(picture.initial)}`);
  for (const edge of picture.edges) lines.push(edgeLine(edge, name));
  return `${[...lines, '@enduml'].join('\n')}\n`;
}

function edgeLine(edge: PictureEdge, name: (id: string) => string): string {
  const { from, to, trigger, actions, origin } = edge;
  const remark = edge.remark === undefined ? [] : [`(${edge.remark})`];
  const above = [...trigger, ...remark].map(escaped);
  const below = actions.length === 0 ? ['Λ'] : actions.map(escaped);
  const arrow = origin === null ? '-->' : `-${COLOURS[origin]}->`;
  return `${name(from)} ${arrow} ${name(to)} : ${[...above, '----', ...below].join('\\n')}`;
}

/** Anything that could be markup, a variable or an escape becomes `<U+....>`. */
function escaped(text: string): string {
  const safe = cleaned(text).replace(/[^\p{L}\p{M}\p{N} ,.()_-]|(?<=[_.-])[_.-]|^[ .-]/gu, code);
  return safe === '' ? '<U+00A0>' : safe;
}
function code(c: string): string {
  return `<U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}
