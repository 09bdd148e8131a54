/** A picture in the language of Graphviz, with the rule between trigger and actions. */
import type { Picture, PictureEdge, PictureState } from '../picture';
import { actionLine, childrenOf, cleaned, identifiersOf, isInside, stateLines } from './outline';

const COLOURS = { SPEC: '#111111', TEAM: '#1d4ed8', EXT: '#0f766e', PE: '#b91c1c' };

/** @returns a `digraph`, ending with a line break */
export function dotOf(picture: Picture): string {
  const name = identifiersOf(picture);
  const lines = [
    `digraph ${quoted(picture.title)} {`,
    // Without newrank Graphviz fails over some states inside states: "trouble in init_rank".
    '  graph [compound=true, newrank=true, fontname="Helvetica"];',
    '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=13];',
    '  edge [fontname="Helvetica", fontsize=11];',
  ];
  const declare = (state: PictureState, indent: string): void => {
    const children = childrenOf(picture, state.id);
    if (children.length === 0) {
      lines.push(`${indent}${name(state.id)} [label=${labelOf(state)}${shapeOf(state)}];`);
      return;
    }
    const dashed =
      picture.states.find(({ id }) => id === state.parent)?.kind === 'parallel' ? 'rounded,dashed' : 'rounded';
    lines.push(
      `${indent}subgraph cluster_${name(state.id)} {`,
      `${indent}  label=${labelOf(state)}; style="${dashed}";`,
    );
    children.forEach((child) => declare(child, `${indent}  `));
    for (const child of children.filter(({ initial }) => initial)) start(child.id, `${indent}  `);
    lines.push(`${indent}}`);
  };
  /** A cluster cannot be an end of an edge: the edge goes to a leaf inside and is cut at the border. */
  const leaf = (id: string): string => {
    const [first] = childrenOf(picture, id);
    return first === undefined ? id : leaf(first.id);
  };
  const cut = (side: 'lhead' | 'ltail', id: string, other: string): string =>
    leaf(id) === id || isInside(picture, leaf(other), id) ? '' : `, ${side}=cluster_${name(id)}`;
  const start = (id: string, indent: string): void => {
    lines.push(
      `${indent}start_${name(id)} [shape=point, width=0.12];`,
      `${indent}start_${name(id)} -> ${name(leaf(id))} [label=""${cut('lhead', id, '')}];`,
    );
  };
  childrenOf(picture).forEach((state) => declare(state, '  '));
  if (picture.initial !== '') start(picture.initial, '  ');
  for (const edge of picture.edges) {
    const ends = `${name(leaf(edge.from))} -> ${name(leaf(edge.to))}`;
    const colour = edge.origin === null ? '' : `, color="${COLOURS[edge.origin]}", fontcolor="${COLOURS[edge.origin]}"`;
    lines.push(
      `  ${ends} [label=${ruled(edge)}${colour}${cut('ltail', edge.from, edge.to)}${cut('lhead', edge.to, edge.from)}];`,
    );
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function shapeOf({ final, kind }: PictureState): string {
  if (final) return ', peripheries=2';
  return kind === 'shallow history' || kind === 'deep history' ? ', shape=circle' : '';
}

/** Name and compartment of a state; a history state is H or H*. */
function labelOf(state: PictureState): string {
  const { label, kind } = state;
  if (kind === 'shallow history') return '<H>';
  if (kind === 'deep history') return '<H*>';
  return `<${[`<B>${escaped(label)}</B>`, ...stateLines(state).map(escaped)].join('<BR/>')}>`;
}

/** Trigger, rule, actions. */
function ruled(edge: PictureEdge): string {
  const remark = edge.remark === undefined ? '' : ` <B>${escaped(edge.remark)}</B>`;
  const cell = (lines: readonly string[]): string =>
    `<TR><TD ALIGN="LEFT">${lines.map((line) => `${line}<BR ALIGN="LEFT"/>`).join('')}</TD></TR>`;
  const above = edge.trigger.map((line, i) => `${escaped(line)}${i === 0 ? remark : ''}`);
  const below = edge.actions.length === 0 ? [actionLine(edge)] : edge.actions.map(escaped);
  return `<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="2">${cell(above)}<HR/>${cell(below)}</TABLE>>`;
}

/** For Graphviz' HTML, in which an empty text is no text. */
function escaped(text: string): string {
  const safe = cleaned(text).replace(/[^\p{L}\p{M}\p{N} ,.()_/+*?!'-]/gu, (c) => `&#${String(c.codePointAt(0))};`);
  return safe.trim() === '' ? '&#160;' : safe;
}

function quoted(text: string): string {
  return `"${cleaned(text).replace(/[\\"]/g, '\\$&')}"`;
}
