/** A picture as an outline that fits a terminal of 80 columns: each state, and its edges as `trigger / actions -> target`. */
import type { Picture, PictureEdge, PictureState } from '../picture';
import { actionLine, childrenOf, cleaned, pathsOf, stateLines, stateName, triggerLine } from './outline';

const COLUMNS = 80;
const INDENT = 4;

/** @returns lines of at most 80 characters, the last with a line break */
export function asciiOf(picture: Picture): string {
  const path = pathsOf(picture);
  const lines = [...filled(cleaned(picture.title), '', ''), ''];
  const show = (state: PictureState, indent: string): void => {
    lines.push(...filled(headOf(picture, state), indent, `${indent}  `));
    const inside = `${indent}${' '.repeat(INDENT)}`;
    for (const line of stateLines(state)) lines.push(...filled(cleaned(line), inside, `${inside}  `));
    for (const edge of picture.edges.filter(({ from }) => from === state.id)) {
      const to = edge.to === edge.from ? '(itself)' : cleaned(path(edge.to));
      lines.push(...filled(edgeText(edge), inside, `${inside}  `, `-> ${to}`));
    }
    for (const child of childrenOf(picture, state.id)) show(child, shallow(inside));
  };
  for (const state of childrenOf(picture)) {
    show(state, '');
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function headOf(picture: Picture, state: PictureState): string {
  const around = picture.states.find(({ id }) => id === state.parent);
  const notes = [
    ...(picture.initial === state.id || state.initial ? ['initial'] : []),
    ...(state.final ? ['final'] : []),
    ...(state.kind === 'parallel' ? ['parallel'] : []),
    ...(around?.kind === 'parallel' ? ['region'] : []),
  ];
  return `${cleaned(stateName(state))}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}

function edgeText(edge: PictureEdge): string {
  const mark = edge.origin === null || edge.origin === 'SPEC' ? '' : `[${edge.origin}] `;
  const remark = edge.remark === undefined ? '' : ` (${edge.remark})`;
  return cleaned(`${mark}${triggerLine(edge)}${remark} / ${actionLine(edge)}`);
}

/** Very deep states stay in the left half. */
function shallow(indent: string): string {
  return indent.slice(0, COLUMNS / 2);
}

/** Words into lines of at most 80 characters; a word that is longer is cut. `last` is kept in one line if it can be. */
function filled(text: string, first: string, rest: string, last?: string): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of [...text.split(' '), ...(last === undefined ? [] : [last])]) {
    if (!empty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
    while (line.length > COLUMNS) {
      lines.push(line.slice(0, COLUMNS));
      line = rest + line.slice(COLUMNS);
    }
  }
  return [...lines, line];
}
