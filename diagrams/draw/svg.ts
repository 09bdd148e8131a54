/**
 * A placed picture as SVG, in the manner of networking textbooks: trigger over a rule over actions. States and edges carry
 * their ids as data attributes, so a live view can light them.
 */
import { labelLines, TEXT, type Layout, type PlacedEdge, type PlacedState } from './layout';
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

const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";
const LEGEND: Readonly<Record<Origin, string>> = {
  SPEC: 'SPEC: the assignment',
  TEAM: "TEAM: the team's drawing",
  EXT: 'EXT: our addition',
  PE: 'PE: protocol error',
};
const CORNER = 7;
const LEGEND_HEIGHT = 26;

export function svgOf(layout: Layout, theme: Theme = PRINT): string {
  const origins = legendOf(layout);
  const height = layout.height + (origins.length > 1 ? LEGEND_HEIGHT : 0);
  const { picture, width } = layout;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}" font-family="${FONT}" role="img" aria-label="${escapeXml(picture.title)}">`,
    `<title>${escapeXml(picture.title)}</title>`,
    `<rect class="paper" width="100%" height="100%" fill="${theme.paper}"/>`,
    ...layout.states.map((state) => stateSvg(state, theme)),
    startSvg(layout.start, theme),
    ...layout.edges.map((edge) => edgeSvg(edge, theme)),
    ...layout.edges.map((edge) => labelSvg(edge, theme)),
    ...(origins.length > 1 ? [legendSvg(origins, layout.height, theme)] : []),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function stateSvg({ state, compound, x, y, width, height }: PlacedState, theme: Theme): string {
  const box = (inset: number): string =>
    `<rect x="${num(x + inset)}" y="${num(y + inset)}" width="${num(width - 2 * inset)}" height="${num(height - 2 * inset)}" rx="${String(10 - inset)}" fill="${compound ? theme.faint : theme.paper}" stroke="${theme.ink}" stroke-width="1.4"/>`;
  const boxes = state.final ? box(0) + box(3) : box(0);
  const text = `<text x="${num(x + width / 2)}" y="${num(y + 24)}" text-anchor="middle" font-weight="bold" font-size="${String(TEXT.state)}" fill="${theme.ink}">${escapeXml(state.label)}</text>`;
  return `<g class="state${compound ? ' compound' : ''}" data-state="${escapeXml(state.id)}">${boxes}${text}</g>`;
}

function startSvg(points: readonly Point[], theme: Theme): string {
  const [first] = points;
  if (!first) return '';
  const dot = `<circle cx="${num(first.x)}" cy="${num(first.y - 5)}" r="5" fill="${theme.ink}"/>`;
  return `<g class="start">${dot}${lineSvg(points, theme.ink)}</g>`;
}

function edgeSvg({ edge, points }: PlacedEdge, theme: Theme): string {
  return `<g class="edge" data-edge="${edge.id}">${lineSvg(points, colourOf(edge.origin, theme))}</g>`;
}

function colourOf(origin: Origin | null, theme: Theme): string {
  return origin === null ? theme.ink : theme.origins[origin];
}

/** A line with rounded corners and an arrow head. */
function lineSvg(points: readonly Point[], colour: string): string {
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
  return `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="1.2"/>${headSvg(before, end, colour)}`;
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

function labelSvg({ edge, label }: PlacedEdge, theme: Theme): string {
  const { above, below } = labelLines(edge);
  const { x, y, width, height } = label;
  const colour = colourOf(edge.origin, theme);
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

function legendOf({ picture }: Layout): Origin[] {
  const used = new Set(picture.edges.map(({ origin }) => origin));
  return (Object.keys(LEGEND) as Origin[]).filter((origin) => used.has(origin));
}

function legendSvg(origins: readonly Origin[], y: number, theme: Theme): string {
  let x = 16;
  const parts = origins.map((origin) => {
    const text = LEGEND[origin];
    const part = `<path d="M${num(x)} ${num(y + 6)}h22" stroke="${theme.origins[origin]}" stroke-width="2"/><text x="${num(x + 28)}" y="${num(y + 10)}" font-size="${String(TEXT.label)}" fill="${theme.origins[origin]}">${escapeXml(text)}</text>`;
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
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
}
