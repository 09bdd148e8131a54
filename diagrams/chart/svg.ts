/**
 * A chart as SVG, for print and projector: UDP dashed, TCP solid, encrypted messages underlined, as in the assignment's chart;
 * states as segments of the lifelines. Every part carries what it is as a class.
 */
import { textWidth } from '../draw/measure';
import { escapeXml } from '../draw/svg';
import { arrowSvg } from './arrow-svg';
import { slotOf, type Chart } from './chart';
import {
  ASIDE,
  BOX_PADDING,
  geometryOf,
  HEAD_HEIGHT,
  headWidth,
  heightAt,
  initialHeights,
  MARK,
  SIZE,
  timeBeside,
  type Geometry,
} from './geometry';
import type { NoteItem, StateItem } from './model';
import { FONT, INK, line, num, PAPER, QUIET, text } from './pen';
import { legendSvg, legendWidth } from './legend';
import { wordsAt } from './words';

const TIMER = '#b45309';
const BAR = 8;
/** Of a server between clients, for each side. */
const HALF_BAR = 6;
/** By the beginning of the state's name. */
const FILLS: readonly (readonly [start: string, colour: string])[] = [
  ['Offline', '#e2e4e8'],
  ['Wait for HELLO', '#e2e4e8'],
  ['Wait for CHAT_STARTED', '#e1eb9d'],
  ['Wait for CHAT_REQUEST', '#c7e9c0'],
  ['Wait', '#fde3a7'],
  ['Connecting', '#c6dcf7'],
  ['Connected', '#c7e9c0'],
  ['Active Chat', '#74c476'],
];

export function chartSvg(chart: Chart): string {
  const place = geometryOf(chart, legendWidth());
  const { width, height } = place;
  const title = escapeXml(chart.title);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}" font-family="${FONT}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    `<rect class="paper" width="100%" height="100%" fill="${PAPER}"/>`,
    text({ x: place.timeX, y: place.titleY, size: SIZE.title, words: chart.title, weight: 'bold', kind: 'title' }),
    ...chart.lifelines.map((_, i) => lifelineSvg(place, i)),
    ...barsSvg(chart, place),
    ...chart.lifelines.map(({ name }, i) => headSvg(place, name, i)),
    ...initialHeights(chart, place.top).map(([state, y]) => stateSvg(chart, place, state, y)),
    ...rowsSvg(chart, place),
    ...(chart.rows.length === 0 ? [emptySvg(place)] : []),
    legendSvg(place.timeX, place.legendY),
    '</svg>',
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

function lifelineSvg({ x, headY, bottom }: Geometry, i: number): string {
  const at = x[i] ?? 0;
  const foot = line(at - 12, bottom, at + 12, bottom, INK, 2.2);
  return `<g class="lifeline">${line(at, headY + HEAD_HEIGHT, at, bottom, QUIET, 1)}${foot}</g>`;
}

function headSvg({ x, headY }: Geometry, name: string, i: number): string {
  const at = x[i] ?? 0;
  const width = headWidth(name);
  const box = `<rect x="${num(at - width / 2)}" y="${num(headY)}" width="${num(width)}" height="${num(HEAD_HEIGHT)}" rx="4" fill="${PAPER}" stroke="${INK}" stroke-width="1.3"/>`;
  const words = text({ x: at, y: headY + 19, size: SIZE.head, words: name, weight: 'bold', anchor: 'middle' });
  return `<g class="head">${box}${words}</g>`;
}

function rowsSvg(chart: Chart, place: Geometry): string[] {
  const starts = new Map<unknown, number>();
  const back: string[] = [];
  const front: string[] = [];
  for (const { row, line: y } of place.rows) {
    const time = timeBeside(chart, row);
    if (time !== undefined) {
      front.push(
        text({
          x: place.timeX + 36,
          y: y + 3,
          size: SIZE.time,
          words: time,
          colour: QUIET,
          anchor: 'end',
          kind: 'time',
        }),
      );
    }
    for (const { item, part } of row.parts) {
      if (item.kind === 'state') front.push(stateSvg(chart, place, item, y));
      else if (item.kind === 'note') front.push(noteSvg(chart, place, item, y));
      else if (part === 'start') starts.set(item, y);
      else {
        const arrow = arrowSvg(chart, place, item, part === 'end' ? (starts.get(item) ?? y) : y, y);
        back.push(arrow.line);
        front.push(arrow.words);
      }
    }
  }
  return [...back, ...front];
}

/** Where the states of a slot begin, in order. */
function changesOf(chart: Chart, place: Geometry): Map<string, { state: StateItem; y: number }[]> {
  const slots = new Map<string, { state: StateItem; y: number }[]>();
  const add = (state: StateItem, y: number): void => {
    const slot = slots.get(slotOf(state)) ?? [];
    slots.set(slotOf(state), slot);
    slot.push({ state, y });
  };
  for (const [state, y] of initialHeights(chart, place.top)) add(state, y);
  for (const { row, line: y } of place.rows) {
    for (const { item } of row.parts) if (item.kind === 'state') add(item, y);
  }
  return slots;
}

/** The lifelines as bars in the colour of the state; half of the server's for each side. */
function barsSvg(chart: Chart, place: Geometry): string[] {
  return [...changesOf(chart, place).values()].flatMap((changes) =>
    changes.map(({ state, y }, i) => {
      const { column, side, shared } = chart.columns.place(state);
      if (shared || state.label === '') return '';
      const at = place.x[column] ?? 0;
      const isHalf = state.line.role === 'server' && chart.lifelines.length > 2;
      const width = isHalf ? HALF_BAR : BAR;
      const x = isHalf ? (side === 'right' ? at : at - HALF_BAR) : at - BAR / 2;
      const end = changes[i + 1]?.y ?? place.bottom;
      return `<rect class="segment" data-state="${escapeXml(state.label)}" x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(end - y)}" fill="${fillOf(state.label)}" stroke="${QUIET}" stroke-width="0.6"/>`;
    }),
  );
}

function fillOf(label: string): string {
  return FILLS.find(([start]) => label.startsWith(start))?.[1] ?? '#e2e4e8';
}

function stateSvg(chart: Chart, place: Geometry, state: StateItem, y: number): string {
  const words = wordsAt(chart, state);
  if (words === '') return '';
  const { column, side } = chart.columns.place(state);
  const width = textWidth(words, SIZE.state) + 2 * BOX_PADDING;
  const at = place.x[column] ?? 0;
  const x = side === 'left' ? at - ASIDE - width : at + ASIDE;
  const box = `<rect x="${num(x)}" y="${num(y - 8.5)}" width="${num(width)}" height="17" rx="8.5" fill="${fillOf(state.label)}" stroke="${QUIET}" stroke-width="0.6"/>`;
  const tie = line(side === 'left' ? x + width : x, y, side === 'left' ? at - BAR / 2 : at + BAR / 2, y, QUIET, 0.8);
  return `<g class="state" data-state="${escapeXml(state.label)}">${tie}${box}${text({ x: x + BOX_PADDING, y: y + 4, size: SIZE.state, words })}</g>`;
}

function noteSvg(chart: Chart, place: Geometry, note: NoteItem, y: number): string {
  const words = wordsAt(chart, note);
  const { column, side } = chart.columns.place(note);
  const width = textWidth(words, SIZE.note) + MARK;
  const at = place.x[column] ?? 0;
  const x = side === 'left' ? at - ASIDE - width : at + ASIDE;
  const isTimer = note.about === 'timer';
  const colour = isTimer ? TIMER : INK;
  const style = note.about === 'user' ? 'italic' : undefined;
  // The mark stands on the side of the lifeline.
  const [markX, wordsX] = side === 'left' ? [x + width - 4, x] : [x + 4, x + MARK];
  const mark = isTimer ? clockSvg(markX, y) : `<circle cx="${num(markX)}" cy="${num(y)}" r="2.4" fill="${colour}"/>`;
  const parts = [mark, text({ x: wordsX, y: y + 3.7, size: SIZE.note, words, colour, style })];
  if (note.since && isTimer) parts.unshift(runningSvg(place, note, at + (side === 'left' ? -1 : 1) * 8, y));
  return `<g class="note ${note.about}">${parts.join('')}</g>`;
}

function clockSvg(x: number, y: number): string {
  return `<circle cx="${num(x)}" cy="${num(y)}" r="4.4" fill="${PAPER}" stroke="${TIMER}" stroke-width="1.2"/><path d="M${num(x)} ${num(y - 3)}V${num(y)}H${num(x + 2.4)}" fill="none" stroke="${TIMER}" stroke-width="1.1"/>`;
}

/** From where the timer was armed down to its expiry. */
function runningSvg(place: Geometry, { since }: NoteItem, x: number, y: number): string {
  const from = Math.min(y, Math.max(place.top, since ? heightAt(place, since) : y));
  return `<path class="running" d="M${num(x - 2.5)} ${num(from)}h5M${num(x)} ${num(from)}V${num(y)}" fill="none" stroke="${TIMER}" stroke-width="1" stroke-dasharray="1.5 2"/>`;
}

function emptySvg({ timeX, top }: Geometry): string {
  return text({ x: timeX, y: top, size: SIZE.label, words: 'Nothing happened that this chart shows.' });
}
