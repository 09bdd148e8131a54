/** A picture as Mermaid text, which GitHub and many wikis show as a diagram. */
import type { Picture, PictureEdge, PictureState } from '../picture';
import { actionLine, childrenOf, cleaned, identifiersOf, stateLines, stateName, triggerLine } from './outline';

/** @returns a `stateDiagram-v2`, ending with a line break */
export function mermaidOf(picture: Picture): string {
  const name = identifiersOf(picture);
  const lines = ['stateDiagram-v2', `  %% ${cleaned(picture.title).replace(/[{}]/g, ' ')}`];
  const declare = (state: PictureState, indent: string): void => {
    lines.push(`${indent}state "${escaped(stateName(state))}" as ${name(state.id)}`);
    const children = childrenOf(picture, state.id);
    const inside = stateLines(state).map(escaped);
    if (children.length === 0) {
      lines.push(...inside.map((line) => `${indent}${name(state.id)} : ${line}`));
      return;
    }
    if (inside.length > 0) lines.push(`${indent}note right of ${name(state.id)} : ${inside.join('<br/>')}`);
    lines.push(`${indent}state ${name(state.id)} {`);
    children.forEach((child, i) => {
      if (state.kind === 'parallel' && i > 0) lines.push(`${indent}  --`);
      declare(child, `${indent}  `);
      if (child.initial) lines.push(`${indent}  [*] --> ${name(child.id)}`);
    });
    lines.push(`${indent}}`);
  };
  childrenOf(picture).forEach((state) => declare(state, '  '));
  if (picture.initial !== '') lines.push(`  [*] --> ${name(picture.initial)}`);
  for (const state of picture.states) {
    // Mermaid draws all loops of a state on each other.
    const loops = picture.edges.filter(({ from, to }) => from === state.id && to === state.id).map(labelOf);
    if (loops.length > 0) lines.push(`  ${name(state.id)} --> ${name(state.id)} : ${loops.join('<br/>')}`);
  }
  for (const edge of picture.edges) {
    if (edge.from !== edge.to) lines.push(`  ${name(edge.from)} --> ${name(edge.to)} : ${labelOf(edge)}`);
  }
  for (const { id, final, parent } of picture.states) {
    if (final && parent === undefined) lines.push(`  ${name(id)} --> [*]`);
  }
  return `${lines.join('\n')}\n`;
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
