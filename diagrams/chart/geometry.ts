/** Places a chart: where each lifeline and each row is, in pixels. As wide as its words need, so that none lie on each other. */
import { textWidth } from '../draw/measure';
import type { Chart } from './chart';
import type { Item, Moment, StateItem } from './model';
import type { Part, Row } from './rows';
import { remarkOf, timeOf, wordsAt } from './words';

export const SIZE = {
  label: 12,
  remark: 10,
  state: 11,
  note: 10.5,
  time: 9.5,
  head: 13,
  title: 16,
  legend: 10.5,
} as const;
/** Distance of words from the line that they belong to. */
export const ASIDE = 12;
/** Beside the words of a state, inside its box. */
export const BOX_PADDING = 7;
/** Room for the mark before the words of a note. */
export const MARK = 14;
const MARGIN = 18;
const TIME_WIDTH = 46;
const GAP_LEAST = 190;
/** On both sides of the label of an arrow together. */
const LABEL_ROOM = 56;
const TITLE_HEIGHT = 34;
export const HEAD_HEIGHT = 28;
const HEAD_ROOM = 16;
const FOOT_ROOM = 16;
const LEGEND_HEIGHT = 30;
const ROW = { arrow: 30, remark: 13, aside: 21, end: 14 } as const;
/** An arrow that arrives a little later falls by so much. */
export const SLOPE = 3;

export interface PlacedRow {
  readonly row: Row;
  readonly y: number;
  readonly height: number;
  /** Where arrows of this row are, and the middle of words beside lifelines. */
  readonly line: number;
}
export interface Geometry {
  readonly width: number;
  readonly height: number;
  /** Of each lifeline. */
  readonly x: readonly number[];
  readonly timeX: number;
  readonly titleY: number;
  readonly headY: number;
  /** Where lifelines begin, and the states at the top stand. */
  readonly top: number;
  readonly bottom: number;
  readonly legendY: number;
  readonly rows: readonly PlacedRow[];
}

export function geometryOf(chart: Chart, legendWidth: number): Geometry {
  const gaps = gapsOf(chart);
  const left = MARGIN + TIME_WIDTH + (gaps.get(-1) ?? 0);
  const x: number[] = [];
  chart.lifelines.forEach((_, i) => x.push(i === 0 ? left : (x[i - 1] ?? 0) + (gaps.get(i - 1) ?? GAP_LEAST)));
  const outside = gaps.get(chart.lifelines.length - 1) ?? 0;
  const title = 2 * MARGIN + textWidth(chart.title, SIZE.title, 'bold');
  const width = Math.ceil(Math.max((x.at(-1) ?? left) + outside + MARGIN, legendWidth + 2 * MARGIN, title));
  const headY = MARGIN + TITLE_HEIGHT;
  const top = headY + HEAD_HEIGHT + HEAD_ROOM;
  const rows: PlacedRow[] = [];
  let y = top + (chart.initial.length > 0 ? ROW.aside * stackOf(chart) : 0);
  for (const row of chart.rows) {
    const { height, line } = heightOf(row);
    rows.push({ row, y, height, line: y + line });
    y += height;
  }
  const bottom = y + FOOT_ROOM;
  const height = Math.ceil(bottom + LEGEND_HEIGHT + MARGIN);
  return { width, height, x, timeX: MARGIN, titleY: MARGIN + 14, headY, top, bottom, legendY: bottom + 24, rows };
}

/** Widths by number of gap; -1 and the last: outside. */
function gapsOf(chart: Chart): Map<number, number> {
  const gaps = new Map<number, number>();
  const last = chart.lifelines.length - 1;
  const needs = (gap: number, width: number): void => void gaps.set(gap, Math.max(gaps.get(gap) ?? 0, width));
  for (let gap = 0; gap < last; gap++) needs(gap, GAP_LEAST);
  chart.lifelines.forEach(({ name }, i) => {
    const half = headWidth(name) / 2 + 12;
    needs(i - 1, i === 0 ? half : 2 * half);
    needs(i, i === last ? half : 2 * half);
  });
  for (const { item, part } of partsOf(chart)) {
    if (item.kind === 'message') needs(chart.columns.span(item).gap, labelWidth(item, part) + LABEL_ROOM);
    else needs(chart.columns.place(item).gap, wordsWidth(chart, item) + 2 * ASIDE + 4);
  }
  return gaps;
}

function partsOf(chart: Chart): Part[] {
  const initial = chart.initial.map((item): Part => ({ item, part: 'whole', moment: item.moment }));
  return [...initial, ...chart.rows.flatMap(({ parts }) => parts)];
}

function labelWidth(item: Extract<Item, { kind: 'message' }>, part: Part['part']): number {
  const remark = remarkOf(item);
  if (part === 'whole') return Math.max(textWidth(item.label, SIZE.label), textWidth(remark, SIZE.remark));
  return textWidth(item.label, SIZE.label) + (remark === '' ? 0 : textWidth(`  ${remark}`, SIZE.remark));
}

/** With the box or the mark around them. */
function wordsWidth(chart: Chart, item: Exclude<Item, { kind: 'message' }>): number {
  const words = wordsAt(chart, item);
  return item.kind === 'state'
    ? textWidth(words, SIZE.state) + 2 * BOX_PADDING
    : textWidth(words, SIZE.note) + MARK + 2;
}

export function headWidth(name: string): number {
  return Math.max(84, textWidth(name, SIZE.head, 'bold') + 28);
}

/** How many states stand over each other at the top: those of clients that share a side of the server. */
function stackOf({ initial, columns }: Chart): number {
  const stacks = new Map<string, number>();
  for (const state of initial) {
    const { column, side } = columns.place(state);
    const key = `${String(column)} ${side}`;
    stacks.set(key, (stacks.get(key) ?? 0) + 1);
  }
  return Math.max(...stacks.values());
}

/** The states at the top, each with the height of its middle. */
export function initialHeights({ initial, columns }: Chart, top: number): (readonly [StateItem, number])[] {
  const stacks = new Map<string, number>();
  return initial.map((state) => {
    const { column, side } = columns.place(state);
    const key = `${String(column)} ${side}`;
    const place = stacks.get(key) ?? 0;
    stacks.set(key, place + 1);
    return [state, top + ROW.aside * (place + 0.5)] as const;
  });
}

function heightOf({ parts }: Row): { height: number; line: number } {
  let [above, below] = [0, 0];
  for (const { item, part } of parts) {
    const isArrow = item.kind === 'message' && part !== 'end';
    const isRemarked = isArrow && part === 'whole' && remarkOf(item) !== '';
    const size = isArrow ? ROW.arrow : item.kind === 'message' ? ROW.end : ROW.aside;
    above = Math.max(above, isArrow ? 20 : size / 2);
    below = Math.max(below, isArrow ? size - 20 + (isRemarked ? ROW.remark : 0) : size / 2);
  }
  return { height: above + below, line: above };
}

/** The time that stands beside a row: that of its first message or note. */
export function timeBeside(chart: Chart, { parts }: Row): string | undefined {
  const first = parts.find(({ item, part }) => item.kind !== 'state' && part !== 'end');
  return first && timeOf(chart, first.moment);
}

/** The height of a moment on the chart: that of the last row that had begun by then. */
export function heightAt({ rows, top }: Geometry, { at, order }: Moment): number {
  let found = top;
  for (const { row, line } of rows) {
    const [first] = row.parts;
    if (!first) continue;
    const { moment } = first;
    if (moment.at > at || (moment.at === at && moment.order > order)) break;
    found = line;
  }
  return found;
}
