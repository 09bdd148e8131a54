/**
 * A placed picture as SVG, in the manner of networking textbooks: trigger over a rule over actions. States and edges carry
 * their ids as data attributes, so a live view can light them.
 */
import { labelLines, nameOf, TEXT, type Layout, type PlacedEdge, type PlacedState } from './layout';
import { stateLines } from './formats/outline';
import { textWidth } from './measure';
import type { Origin } from './picture';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Colours: literal for a file, or by custom properties for a page that has its own. */
export interface Theme {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly origins: Readonly<Record<Origin, string>>;
}
export const PRINT: Theme = {
  paper: '#ffffff',
  ink: '#111111',
  faint: '#f4f4f1',
  origins: { SPEC: '#111111', TEAM: '#1d4ed8', EXT: '#0f766e', PE: '#b91c1c' },
};
export const PAGE: Theme = {
  paper: 'var(--paper)',
  ink: 'var(--ink)',
  faint: 'var(--faint)',
  origins: { SPEC: 'var(--spec)', TEAM: 'var(--team)', EXT: 'var(--ext)', PE: 'var(--pe)' },
};

/** Draws these edges strongly and all others faintly: what a run, or a test, has been through. */
export interface Marks {
  /** Ids of edges of the picture. */
  readonly taken: ReadonlySet<string>;
}

/** How a line is drawn: its colour, and how much it counts. */
interface Pen {
  readonly colour: string;
  readonly weight: 'plain' | 'strong' | 'faint';
}
const LINES = {
  plain: 'stroke-width="1.2"',
  strong: 'stroke-width="2.6"',
  faint: 'stroke-width="1" stroke-dasharray="4 3"',
};
/** An edge that was not taken. */
const NOT_TAKEN = '#8a8f98';

const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";
const LEGEND: Readonly<Record<Origin, string>> = {
  SPEC: 'SPEC: the assignment',
  TEAM: "TEAM: the team's drawing",
  EXT: 'EXT: our addition',
  PE: 'PE: protocol error',
};
const CORNER = 7;
const LEGEND_HEIGHT = 26;

/** @returns an SVG file; the same for the same layout, theme and marks */
export function svgOf(layout: Layout, theme: Theme = PRINT, marks?: Marks): string {
  const legend = legendOf(layout, theme, marks);
  const height = layout.height + (legend.length > 0 ? LEGEND_HEIGHT : 0);
  const pen = penOf(theme, marks);
  const { picture, width } = layout;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}" font-family="${FONT}" role="img" aria-label="${escapeXml(picture.title)}">`,
    `<title>${escapeXml(picture.title)}</title>`,
    `<rect class="paper" width="100%" height="100%" fill="${theme.paper}"/>`,
    ...layout.states.map((state) => stateSvg(state, theme)),
    ...layout.starts.map((points) => startSvg(points, theme)),
    ...layout.edges.map((edge) => edgeSvg(edge, pen(edge))),
    ...layout.edges.map((edge) => labelSvg(edge, pen(edge), { ...theme, paper: groundOf(layout, edge, theme) })),
    ...layout.states.filter(({ compound }) => compound).map((state) => titleSvg(state, theme)),
    ...(legend.length > 0 ? [legendSvg(legend, layout.height)] : []),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function stateSvg(placed: PlacedState, theme: Theme): string {
  const { state, compound, region, x, y, width, height } = placed;
  const isHistory = state.kind === 'shallow history' || state.kind === 'deep history';
  const dashes = region ? ' stroke-dasharray="6 4"' : '';
  const box = (inset: number): string =>
    `<rect x="${num(x + inset)}" y="${num(y + inset)}" width="${num(width - 2 * inset)}" height="${num(height - 2 * inset)}" rx="${isHistory ? num(width / 2) : String(10 - inset)}" fill="${compound ? theme.faint : theme.paper}" stroke="${theme.ink}" stroke-width="1.4"${dashes}/>`;
  const boxes = state.final ? box(0) + box(3) : box(0);
  const text = compound ? '' : wordsSvg(placed, theme);
  return `<g class="state${compound ? ' compound' : ''}" data-state="${escapeXml(state.id)}">${boxes}${text}</g>`;
}

/** The name of a state, and below a rule what it does when entered and left. */
function wordsSvg({ state, x, y, width, nameAt }: PlacedState, theme: Theme): string {
  const lines = stateLines(state);
  const label = nameOf(state);
  const name = `<text x="${num(nameAt)}" y="${num(y + (label === state.label ? 24 : 20))}" text-anchor="middle" font-weight="bold" font-size="${String(TEXT.state)}" fill="${theme.ink}">${escapeXml(label)}</text>`;
  if (lines.length === 0) return name;
  const rule = `<path d="M${num(x)} ${num(y + 36)}h${num(width)}" stroke="${theme.ink}" stroke-width="0.7"/>`;
  const texts = lines.map(
    (line, i) =>
      `<text x="${num(x + 10)}" y="${num(y + 50 + i * TEXT.line)}" font-size="${String(TEXT.label)}" fill="${theme.ink}">${escapeXml(line)}</text>`,
  );
  return [name, rule, ...texts].join('');
}

/** A state that has others inside is named above the edges that pass, each line on a ground of its own. */
function titleSvg(placed: PlacedState, theme: Theme): string {
  const { state, x, y, nameAt } = placed;
  const lines = stateLines(state).map(
    (line, i) =>
      `<rect x="${num(x + 8)}" y="${num(y + 39 + i * TEXT.line)}" width="${num(textWidth(line, TEXT.label) + 4)}" height="${String(TEXT.line)}" fill="${theme.faint}"/>`,
  );
  const half = textWidth(state.label, TEXT.state, 'bold') / 2 + 4;
  const ground = `<rect x="${num(nameAt - half)}" y="${num(y + 10)}" width="${num(2 * half)}" height="19" fill="${theme.faint}"/>`;
  return `<g class="title" data-title="${escapeXml(state.id)}">${ground}${lines.join('')}${wordsSvg(placed, theme)}</g>`;
}

function startSvg(points: readonly Point[], theme: Theme): string {
  const [first] = points;
  if (!first) return '';
  const dot = `<circle cx="${num(first.x)}" cy="${num(first.y - 5)}" r="5" fill="${theme.ink}"/>`;
  return `<g class="start">${dot}${lineSvg(points, { colour: theme.ink, weight: 'plain' })}</g>`;
}

function edgeSvg({ edge, points }: PlacedEdge, pen: Pen): string {
  return `<g class="edge" data-edge="${edge.id}">${lineSvg(points, pen)}</g>`;
}

function penOf(theme: Theme, marks: Marks | undefined): (edge: PlacedEdge) => Pen {
  return ({ edge: { id, origin } }) => {
    const colour = origin === null ? theme.ink : theme.origins[origin];
    if (marks === undefined) return { colour, weight: 'plain' };
    return marks.taken.has(id) ? { colour, weight: 'strong' } : { colour: NOT_TAKEN, weight: 'faint' };
  };
}

/** A line with rounded corners and an arrow head. */
function lineSvg(points: readonly Point[], { colour, weight }: Pen): string {
  const [start, ...rest] = points;
  const end = points.at(-1);
  const before = points.at(-2);
  if (!start || !end || !before) return '';
  const path = [`M${at(start)}`];
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    const last = points[i] ?? start;
    if (!next) path.push(`L${at(point)}`);
    else path.push(corner(last, point, next));
  });
  return `<path d="${path.join('')}" fill="none" stroke="${colour}" ${LINES[weight]}/>${headSvg(before, end, colour)}`;
}

function corner(from: Point, at_: Point, to: Point): string {
  const radius = Math.min(CORNER, distance(from, at_) / 2, distance(at_, to) / 2);
  return `L${at(towards(at_, from, radius))}Q${at(at_)} ${at(towards(at_, to, radius))}`;
}

function headSvg(from: Point, tip: Point, colour: string): string {
  const back = towards(tip, from, 9);
  const [dx, dy] = [((tip.y - back.y) / 9) * 3.4, ((tip.x - back.x) / 9) * 3.4];
  const left = { x: back.x + dx, y: back.y - dy };
  const right = { x: back.x - dx, y: back.y + dy };
  return `<path class="head" d="M${at(tip)}L${at(left)}L${at(right)}Z" fill="${colour}"/>`;
}

/** The colour below a label. */
function groundOf({ states }: Layout, { label }: PlacedEdge, { paper, faint }: Theme): string {
  const within = states.some(
    ({ compound, x, y, width, height }) =>
      compound &&
      label.x > x &&
      label.y > y &&
      label.x + label.width < x + width &&
      label.y + label.height < y + height,
  );
  return within ? faint : paper;
}

function labelSvg({ edge, label }: PlacedEdge, { colour }: Pen, theme: Theme): string {
  const { above, below } = labelLines(edge);
  const { x, y, width, height } = label;
  const line = (text: string, i: number, gap: number): string =>
    `<text x="${num(x + 4)}" y="${num(y + 12 + i * TEXT.line + gap)}" font-size="${String(TEXT.label)}" fill="${colour}">${escapeXml(text)}</text>`;
  const rule = y + above.length * TEXT.line + 3;
  const first = above[0] ?? '';
  const remark =
    edge.remark === undefined
      ? ''
      : `<text x="${num(x + 8 + textWidth(first, TEXT.label))}" y="${num(y + 10)}" font-size="${String(TEXT.remark)}" font-weight="bold" fill="${theme.origins.PE}">${escapeXml(edge.remark)}</text>`;
  return [
    `<g class="label" data-edge="${edge.id}">`,
    `<rect x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" fill="${theme.paper}" fill-opacity="0.9"/>`,
    ...above.map((text, i) => line(text, i, 0)),
    remark,
    `<path d="M${num(x + 2)} ${num(rule)}h${num(width - 4)}" stroke="${colour}" stroke-width="0.9"/>`,
    ...below.map((text, i) => line(text, above.length + i, 4)),
    '</g>',
  ].join('');
}

/** A line of the legend: how it looks, and what it means. */
interface LegendLine {
  readonly text: string;
  readonly pen: Pen;
}

/** Origins if there are several; with marks, what they mean. */
function legendOf({ picture }: Layout, theme: Theme, marks: Marks | undefined): LegendLine[] {
  const used = new Set(picture.edges.map(({ origin }) => origin));
  const origins = (Object.keys(LEGEND) as Origin[]).filter((origin) => used.has(origin));
  const lines = origins.map((origin): LegendLine => {
    return { text: LEGEND[origin], pen: { colour: theme.origins[origin], weight: marks ? 'strong' : 'plain' } };
  });
  if (marks === undefined) return lines.length > 1 ? lines : [];
  const taken = picture.edges.filter(({ id }) => marks.taken.has(id)).length;
  const taking: LegendLine = {
    text: `taken: ${String(taken)} of ${String(picture.edges.length)} edges`,
    pen: { colour: theme.ink, weight: 'strong' },
  };
  const leaving: LegendLine = { text: 'not taken', pen: { colour: NOT_TAKEN, weight: 'faint' } };
  return [taking, leaving, ...(lines.length > 1 ? lines : [])];
}

function legendSvg(lines: readonly LegendLine[], y: number): string {
  let x = 16;
  const parts = lines.map(({ text, pen: { colour, weight } }) => {
    const part = `<path d="M${num(x)} ${num(y + 6)}h22" stroke="${colour}" ${weight === 'plain' ? 'stroke-width="2"' : LINES[weight]}/><text x="${num(x + 28)}" y="${num(y + 10)}" font-size="${String(TEXT.label)}" fill="${colour}">${escapeXml(text)}</text>`;
    x += 28 + textWidth(text, TEXT.label) + 24;
    return part;
  });
  return `<g class="legend">${parts.join('')}</g>`;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) / length) * by, y: from.y + ((to.y - from.y) / length) * by };
}
function at({ x, y }: Point): string {
  return `${num(x)} ${num(y)}`;
}
/** Two decimals, so that files do not change with the last bit of a float. */
function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}
/** For text and attributes in double quotes; what XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
}
