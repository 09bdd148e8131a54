/**
 * A chart as text of 80 columns: UDP `- -`, TCP `---`, encrypted messages in braces as in the readable dump, states in brackets.
 * More lifelines than there is room for become a list.
 */
import type { Chart } from './chart';
import type { Item, MessageItem } from './model';
import type { Part, Row } from './rows';
import { remarkOf, timeOf, wordsAt } from './words';

const WIDTH = 80;
const FIRST = 11;
const LAST = 67;
/** A lost message goes so far. */
const LOST_AT = 0.85;
/** Between two lifelines, for the longest name of a message and an arrow. */
const GAP_LEAST = 18;
const LEGEND = '- - UDP   --- TCP   {encrypted}   X sent, never received   [state]';

export function chartText(chart: Chart): string {
  const places = placesOf(chart.lifelines.length);
  const body = places ? new Drawing(chart, places).lines() : listOf(chart);
  const nothing = chart.rows.length === 0 ? ['Nothing happened that this chart shows.'] : [];
  return [chart.title, '', ...body, ...nothing, '', LEGEND].map((line) => `${line.trimEnd()}\n`).join('');
}

function placesOf(count: number): number[] | undefined {
  if (count < 2) return Array.from({ length: count }, () => Math.floor(WIDTH / 2));
  const gap = Math.floor((LAST - FIRST) / (count - 1));
  return gap < GAP_LEAST ? undefined : Array.from({ length: count }, (_, i) => FIRST + i * gap);
}

/** Letters that overwrite nothing but lifelines. */
class Line {
  private readonly cells: string[];
  private readonly taken = new Set<number>();

  constructor(places: readonly number[]) {
    this.cells = Array.from({ length: WIDTH }, (_, i) => (places.includes(i) ? '|' : ' '));
  }

  /** @returns whether there was room */
  put(at: number, letters: string): boolean {
    const start = Math.max(0, Math.min(at, WIDTH - letters.length));
    const cells = [...letters].map((_, i) => start + i);
    // A space between words of different things.
    if ([start - 1, ...cells, start + letters.length].some((cell) => this.taken.has(cell))) return false;
    [...letters].forEach((letter, i) => {
      this.cells[start + i] = letter;
      this.taken.add(start + i);
    });
    return true;
  }

  toString(): string {
    return this.cells.join('');
  }
}

class Drawing {
  private readonly fallen = new Map<Item, number>();

  constructor(
    private readonly chart: Chart,
    private readonly places: readonly number[],
  ) {}

  lines(): string[] {
    const { chart, places } = this;
    if (places.length === 0) return [];
    const heads = new Line([]);
    chart.lifelines.forEach(({ name }, i) => heads.put(this.x(i) - Math.floor(name.length / 2), name));
    const initial: Row = { parts: chart.initial.map((item) => ({ item, part: 'whole', moment: item.moment })) };
    return [heads, ...[initial, ...chart.rows].flatMap((row) => this.row(row)), new Line(places)].map(String);
  }

  private x(column: number): number {
    return this.places[column] ?? 0;
  }

  private row({ parts }: Row): Line[] {
    const lines: Line[] = [];
    for (const part of parts) {
      for (const { at, letters } of this.piecesOf(part)) this.placed(lines, at, letters);
    }
    return lines;
  }

  /** In the first line of the row that has room. */
  private placed(lines: Line[], at: number, letters: string): void {
    if (lines.some((line) => line.put(at, letters))) return;
    const line = new Line(this.places);
    line.put(at, letters);
    lines.push(line);
  }

  private piecesOf(part: Part): { at: number; letters: string }[] {
    const { item } = part;
    if (item.kind === 'message') return this.arrow(item, part.part);
    const words = wordsAt(this.chart, item);
    if (words === '') return [];
    const letters = (item.kind === 'state' ? `[${words}]` : `* ${words}`).slice(0, WIDTH);
    const { column, side } = this.chart.columns.place(item);
    const x = this.x(column);
    if (item.line.role === 'server' && this.places.length > 2) {
      return [{ at: side === 'left' ? x - 1 - letters.length : x + 2, letters }];
    }
    return [{ at: x - Math.floor(letters.length / 2), letters }];
  }

  private arrow(item: MessageItem, part: Part['part']): { at: number; letters: string }[] {
    const { columns } = this.chart;
    const { left, right, gap } = columns.span(item);
    const toRight = columns.of(item.to) > columns.of(item.from);
    const [start, end] = [this.x(left) + 1, this.x(right)];
    const shaft = [...(item.over === 'udp' ? '- '.repeat(WIDTH) : '-'.repeat(WIDTH)).slice(0, end - start)];
    const [head, tail] = toRight ? [shaft.length - 1, 0] : [0, shaft.length - 1];
    shaft[tail] = '-';
    shaft[head] = toRight ? '>' : '<';
    if (item.bothWays) shaft[tail] = toRight ? '<' : '>';
    if (item.fate === 'lost') lose(shaft, toRight);
    const middle = this.x(gap) + 1 - start + Math.floor((this.x(gap + 1) - this.x(gap) - 1) / 2);
    const width = this.x(gap + 1) - this.x(gap);
    // What is lost has a short shaft.
    const room = width - 9 - (item.fate === 'lost' ? Math.ceil(2 * (1 - LOST_AT) * width) : 0);
    if (part === 'whole') write(shaft, middle, this.label(item, room));
    else fall(shaft, part, toRight, this.numberOf(item), part === 'start' ? this.label(item, room - 4) : '', middle);
    const pieces = [{ at: start, letters: shaft.join('') }];
    const remark = remarkOf(item);
    if (remark !== '' && part !== 'end') {
      const words = `(${remark})`;
      pieces.push({ at: start + middle - Math.floor(words.length / 2), letters: words });
    }
    return pieces;
  }

  private label({ label, name, sealed, count }: MessageItem, room: number): string {
    const short = count > 1 ? `${name} x${String(count)}` : name;
    const full = count > 1 ? short : label;
    const braced = (words: string): string => (sealed ? `{${words}}` : words);
    return braced(full).length <= room ? braced(full) : braced(short);
  }

  private numberOf(item: Item): number {
    const known = this.fallen.get(item);
    if (known !== undefined) return known;
    this.fallen.set(item, this.fallen.size + 1);
    return this.fallen.size;
  }
}

/** Words in the middle of an arrow. */
function write(shaft: string[], middle: number, words: string): void {
  const start = middle - Math.floor(words.length / 2);
  [...` ${words} `].forEach((letter, i) => {
    const at = start - 1 + i;
    if (at > 0 && at < shaft.length - 1) shaft[at] = letter;
  });
}

function lose(shaft: string[], toRight: boolean): void {
  const far = Math.floor(shaft.length * LOST_AT);
  const cross = toRight ? far : shaft.length - 1 - far;
  shaft.forEach((_, i) => {
    if (toRight ? i > cross : i < cross) shaft[i] = ' ';
  });
  shaft[cross] = 'X';
}

/** A message that crosses others leaves here, and arrives further down under the same number. */
function fall(
  shaft: string[],
  part: Part['part'],
  toRight: boolean,
  number: number,
  words: string,
  middle: number,
): void {
  const mark = `(${String(number)})`;
  const half = Math.floor(shaft.length / 2);
  if (part === 'end') {
    shaft.forEach((_, i) => {
      if (toRight ? i < half : i > half) shaft[i] = ' ';
    });
    const at = toRight ? half - mark.length : half + 1;
    [...mark].forEach((letter, i) => (shaft[at + i] = letter));
    return;
  }
  const at = toRight ? shaft.length - mark.length - 1 : 1;
  shaft[toRight ? shaft.length - 1 : 0] = ' ';
  [...mark].forEach((letter, i) => (shaft[at + i] = letter));
  write(shaft, middle + (toRight ? -2 : 2), words);
}

function listOf(chart: Chart): string[] {
  return chart.rows.flatMap(({ parts }) =>
    parts.flatMap(({ item, part, moment }) => {
      if (item.kind !== 'message' || part === 'end') return [];
      const { from, to, over, sealed, label } = item;
      const remark = remarkOf(item);
      const words = sealed ? `{${label}}` : label;
      const time = timeOf(chart, moment).padStart(9);
      return `${time} ${from.name} -> ${to.name} ${over} ${words}${remark === '' ? '' : ` (${remark})`}`;
    }),
  );
}
