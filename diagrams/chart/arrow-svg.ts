/** One message of a chart: its arrow, and its words above and below. */
import { textWidth } from '../draw/measure';
import { escapeXml } from '../draw/svg';
import type { Chart } from './chart';
import { SIZE, SLOPE, type Geometry } from './geometry';
import type { MessageItem } from './model';
import { ALARM, INK, line, num, PAPER, QUIET, text } from './pen';
import { remarkOf } from './words';

const REPEATED = '#b45309';
export const DASHES = '6 4';
const HEAD = { length: 9, half: 3.6 } as const;
/** A lost message goes so far. */
const LOST_AT = 0.82;
/** Beside the bar of a lifeline. */
const NEAR = 4;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** @param y1 height at which it is sent @param y2 height at which it arrives; the same: level */
export function arrowSvg(
  chart: Chart,
  place: Geometry,
  item: MessageItem,
  y1: number,
  y2: number,
): { readonly line: string; readonly words: string } {
  const [a, b] = [place.x[chart.columns.of(item.from)] ?? 0, place.x[chart.columns.of(item.to)] ?? 0];
  const way = b > a ? 1 : -1;
  const isLevel = y1 === y2;
  const from = { x: a + way * NEAR, y: y1 };
  const whole = { x: b - way * NEAR, y: isLevel && item.fate !== 'unknown' && item.count === 1 ? y2 + SLOPE : y2 };
  const to = item.fate === 'lost' ? lostAt(chart, place, item, from, whole) : whole;
  const colour = item.fate === 'arrived' || item.fate === 'unknown' ? INK : ALARM;
  const dash = item.over === 'udp' ? DASHES : '';
  const marks = [line(from.x, from.y, to.x, to.y, colour, 1.3, dash)];
  marks.push(item.fate === 'lost' ? crossSvg(to) : headSvg(from, to, colour));
  if (item.bothWays) marks.push(headSvg(to, from, colour));
  if (item.fate === 'stray')
    marks.push(
      `<circle cx="${num(from.x)}" cy="${num(from.y)}" r="3.4" fill="${PAPER}" stroke="${ALARM}" stroke-width="1.3"/>`,
    );
  const data = `data-name="${item.name}" data-from="${escapeXml(item.from.name)}" data-to="${escapeXml(item.to.name)}"`;
  const kinds = [
    'message',
    item.over,
    item.fate,
    ...(item.sealed ? ['sealed'] : []),
    ...(item.repetition > 0 ? ['again'] : []),
  ];
  const words = isLevel ? level(chart, place, item, y1) : falling(item, from, way);
  return { line: `<g class="${kinds.join(' ')}" ${data}>${marks.join('')}</g>`, words };
}

/** In the gap beside its sender, so that its end lies on no other lifeline. */
function lostAt({ columns }: Chart, { x }: Geometry, item: MessageItem, from: Point, to: Point): Point {
  const column = columns.of(item.from);
  const next = x[column + (to.x > from.x ? 1 : -1)] ?? to.x;
  return { x: from.x + (next - from.x) * LOST_AT, y: to.y };
}

function crossSvg({ x, y }: Point): string {
  return `<path class="cross" d="M${num(x - 4.5)} ${num(y - 4.5)}l9 9m0 -9l-9 9" fill="none" stroke="${ALARM}" stroke-width="2"/>`;
}

function headSvg(from: Point, tip: Point, colour: string): string {
  const length = Math.hypot(tip.x - from.x, tip.y - from.y) || 1;
  const [ux, uy] = [(tip.x - from.x) / length, (tip.y - from.y) / length];
  const [bx, by] = [tip.x - ux * HEAD.length, tip.y - uy * HEAD.length];
  const [dx, dy] = [-uy * HEAD.half, ux * HEAD.half];
  return `<path class="head" d="M${num(tip.x)} ${num(tip.y)}L${num(bx + dx)} ${num(by + dy)}L${num(bx - dx)} ${num(by - dy)}Z" fill="${colour}"/>`;
}

function colourOf({ fate, repetition }: MessageItem): string {
  if (fate === 'lost' || fate === 'stray') return ALARM;
  return repetition > 0 ? REPEATED : QUIET;
}

/** The label over the middle of its gap, what became of it below. */
function level({ columns }: Chart, place: Geometry, item: MessageItem, y: number): string {
  const { gap } = columns.span(item);
  const x = ((place.x[gap] ?? 0) + (place.x[gap + 1] ?? 0)) / 2;
  const remark = remarkOf(item);
  const label = labelSvg(item, x, y - 6, 'middle');
  if (remark === '') return label;
  return (
    label +
    text({ x, y: y + 13, size: SIZE.remark, words: remark, colour: colourOf(item), anchor: 'middle', kind: 'remark' })
  );
}

/** The label over the beginning, since others may cross the rest. */
function falling(item: MessageItem, from: Point, way: 1 | -1): string {
  const remark = remarkOf(item);
  const width = textWidth(item.label, SIZE.label);
  const remarkWidth = remark === '' ? 0 : textWidth(`  ${remark}`, SIZE.remark);
  const x = way > 0 ? from.x + 10 : from.x - 10 - width - remarkWidth;
  const label = labelSvg(item, x, from.y - 6, 'start');
  if (remark === '') return label;
  const remarkX = x + width + textWidth('  ', SIZE.remark);
  return (
    label +
    text({ x: remarkX, y: from.y - 6, size: SIZE.remark, words: remark, colour: colourOf(item), kind: 'remark' })
  );
}

function labelSvg(item: MessageItem, x: number, y: number, anchor: 'start' | 'middle'): string {
  const width = textWidth(item.label, SIZE.label);
  const left = anchor === 'start' ? x : x - width / 2;
  const halo = `<rect x="${num(left - 2)}" y="${num(y - 10)}" width="${num(width + 4)}" height="13" fill="${PAPER}" fill-opacity="0.85"/>`;
  return halo + text({ x, y, size: SIZE.label, words: item.label, anchor, underlined: item.sealed, kind: 'label' });
}
