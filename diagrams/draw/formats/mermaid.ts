/** A picture as Mermaid text, which GitHub and many wikis show as a diagram. */
import type { Picture, PictureEdge, PictureState } from '../picture';
import {
  actionLine,
  childrenOf,
  cleaned,
  edgeLine,
  identifiersOf,
  isInside,
  pathsOf,
  stateLines,
  stateName,
  triggerLine,
} from './outline';

/** @returns a `stateDiagram-v2`, ending with a line break */
export function mermaidOf(picture: Picture): string {
  const name = identifiersOf(picture);
  const path = pathsOf(picture);
  const lineOf = (edge: PictureEdge): string => `${name(edge.from)} --> ${name(edge.to)} : ${labelOf(edge)}`;
  const placed = placesOf(picture);
  const between = (place: Place): PictureEdge[] =>
    picture.edges.filter((edge) => edge.from !== edge.to && placed(edge) === place);
  const textsOf = ({ id }: PictureState): string[] =>
    between(AS_TEXT).flatMap((edge) => (edge.from === id ? [edgeLine(edge, path(edge.to))] : []));
  const lines = ['stateDiagram-v2', `  %% ${cleaned(picture.title).replace(/[{}]/g, ' ')}`];
  const declare = (state: PictureState, indent: string): void => {
    const children = childrenOf(picture, state.id);
    const inside = [...stateLines(state), ...textsOf(state)].map(escaped);
    if (children.length === 0) {
      lines.push(`${indent}state "${escaped(stateName(state))}" as ${name(state.id)}`);
      lines.push(...inside.map((line) => `${indent}${name(state.id)} : ${line}`));
      return;
    }
    // Mermaid fails over a note at a state with regions that is itself inside another.
    const label = [escaped(stateName(state)), ...inside].join('<br/>');
    lines.push(`${indent}state "${label}" as ${name(state.id)}`, `${indent}state ${name(state.id)} {`);
    children.forEach((child, i) => {
      if (state.kind === 'parallel' && i > 0) lines.push(`${indent}  --`);
      declare(child, `${indent}  `);
      if (child.initial) lines.push(`${indent}  [*] --> ${name(child.id)}`);
    });
    lines.push(...between(state.id).map((edge) => `${indent}  ${lineOf(edge)}`), `${indent}}`);
  };
  childrenOf(picture).forEach((state) => declare(state, '  '));
  if (picture.initial !== '') lines.push(`  [*] --> ${name(picture.initial)}`);
  for (const state of picture.states) {
    // Mermaid draws all loops of a state on each other.
    const loops = picture.edges.filter(({ from, to }) => from === state.id && to === state.id).map(labelOf);
    if (loops.length > 0) lines.push(`  ${name(state.id)} --> ${name(state.id)} : ${loops.join('<br/>')}`);
  }
  lines.push(...between(undefined).map((edge) => `  ${lineOf(edge)}`));
  for (const { id, final, parent } of picture.states) {
    if (final && parent === undefined) lines.push(`  ${name(id)} --> [*]`);
  }
  return `${lines.join('\n')}\n`;
}

/** The id of the state in whose block a line stands; undefined: in none. */
type Place = string | undefined | typeof AS_TEXT;
const AS_TEXT = Symbol('as text');

/**
 * Mermaid fails over some lines at states with others inside: deep inside, one between two that stand beside each other must stand in the
 * block around both; one between two regions that ends at a region itself cannot be drawn at all.
 */
function placesOf(picture: Picture): (edge: PictureEdge) => Place {
  const states = new Map(picture.states.map((state) => [state.id, state]));
  return ({ from, to }) => {
    const [a, b] = [states.get(from)?.parent, states.get(to)?.parent];
    const isRegion = (parent: string | undefined): boolean => states.get(parent ?? '')?.kind === 'parallel';
    const crosses = (around: string | undefined, other: string): boolean =>
      around !== undefined &&
      isRegion(around) &&
      states.get(around)?.parent !== undefined &&
      isInside(picture, other, around);
    if (crosses(a, to) || crosses(b, from)) return AS_TEXT;
    return a === b && !isRegion(a) ? a : undefined;
  };
}

function labelOf(edge: PictureEdge): string {
  const remark = edge.remark === undefined ? '' : ` (${escaped(edge.remark)})`;
  return `${escaped(triggerLine(edge))} / ${escaped(actionLine(edge))}${remark}`;
}

/** Anything that could mean something to Mermaid becomes one of its entities, `#number;`. */
function escaped(text: string): string {
  return cleaned(text).replace(/[^\p{L}\p{M}\p{N} ,.()[\]_/+=*?!'|@^$-]|--/gu, (c) =>
    [...c].map((one) => `#${String(one.codePointAt(0))};`).join(''),
  );
}
