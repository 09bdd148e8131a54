/** A table on paper: the height of each row is known before it is drawn; a new page repeats the head. */
import type { Pdf } from '../../draw/pdf';
import { line, type Line, type Table } from '../blocks';
import { HEIGHT, WIDTH, type Paper } from './paper';
import {
  CAPTION,
  CELL,
  drawRows,
  INK,
  longestWord,
  RULE,
  rowsOf,
  WASH,
  type Labels,
  type Look,
  type Row,
} from './text';

const PAD = { x: 4.5, y: 3.2 };
const HEAD: Look = { ...CELL, weight: 'bold' };
const AFTER = 14;
/** A table up to this share of a page is kept on one. */
const KEPT = 0.36;
/** A column is not made wider than this for the sake of one word. */
const MOST_FORCED = 0.34;

interface TableRow {
  readonly cells: readonly (readonly Row[])[];
  readonly height: number;
}

/** Shares of the width, but none less than the longest word of its column needs, as far as there is room. */
function widthsOf(doc: Pdf, { widths, head, rows }: Table, labels: Labels): number[] {
  const least = widths.map((_, i) => {
    const words = [
      longestWord(doc, [{ kind: 'text', text: head[i] ?? '' }], HEAD, labels),
      ...rows.map((row) => longestWord(doc, row[i] ?? [], CELL, labels)),
    ];
    return Math.min(Math.max(...words) + 2 * PAD.x + 0.5, WIDTH * MOST_FORCED);
  });
  return shared(widths, least);
}

/** Columns that would be too narrow get what they need; the others share the rest. */
export function shared(shares: readonly number[], least: readonly number[]): number[] {
  const needed = least.reduce((sum, width) => sum + width, 0);
  if (needed >= WIDTH) return least.map((width) => (WIDTH * width) / needed);
  const forced = new Set<number>();
  for (;;) {
    const taken = least.reduce((sum, width, i) => sum + (forced.has(i) ? width : 0), 0);
    const all = shares.reduce((sum, share, i) => sum + (forced.has(i) ? 0 : share), 0);
    const widths = shares.map((share, i) => (forced.has(i) ? (least[i] ?? 0) : ((WIDTH - taken) * share) / all));
    const narrow = widths.findIndex((width, i) => !forced.has(i) && width < (least[i] ?? 0));
    if (narrow < 0) return widths;
    forced.add(narrow);
  }
}

function rowOf(doc: Pdf, contents: readonly Line[], widths: readonly number[], look: Look, labels: Labels): TableRow {
  const cells = widths.map((width, i) => rowsOf(doc, contents[i] ?? [], look, width - 2 * PAD.x, labels));
  return { cells, height: Math.max(...cells.map((rows) => rows.length)) * look.leading + 2 * PAD.y };
}

interface Measured {
  readonly widths: readonly number[];
  readonly caption: readonly Row[];
  readonly head: TableRow;
  readonly body: readonly TableRow[];
}

function measured(doc: Pdf, table: Table, labels: Labels): Measured {
  const widths = widthsOf(doc, table, labels);
  const head = rowOf(
    doc,
    table.head.map((text): Line => [{ kind: 'text', text }]),
    widths,
    HEAD,
    labels,
  );
  const body = table.rows.map((row) => rowOf(doc, row, widths, CELL, labels));
  const title = [...line(`**${labels.get(table.id) ?? ''}.** `), { kind: 'text', text: ` ${table.caption}` } as const];
  return { widths, head, body, caption: rowsOf(doc, title, CAPTION, WIDTH, labels) };
}

/** So much room a table needs to begin. */
export function tableStart(doc: Pdf, table: Table, labels: Labels): number {
  const { caption, head, body } = measured(doc, table, labels);
  const top = caption.length * CAPTION.leading + 4 + head.height;
  const whole = top + body.reduce((sum, row) => sum + row.height, 0);
  if (whole <= HEIGHT * KEPT) return whole;
  return top + body.slice(0, 2).reduce((sum, row) => sum + row.height, 0);
}

export function drawTable(paper: Paper, table: Table, labels: Labels): void {
  const { doc } = paper;
  const { widths, caption, head, body } = measured(doc, table, labels);
  paper.need(tableStart(doc, table, labels));
  doc.addNamedDestination(table.id, 'XYZ', paper.x, paper.y, null as unknown as number);
  drawRows(doc, caption, paper.x, paper.y, CAPTION);
  paper.y += caption.length * CAPTION.leading + 4;
  const right = new Set(table.right);
  const top = (): void => {
    doc.rect(paper.x, paper.y, WIDTH, head.height).fill(WASH);
    rule(paper, 1.1, INK);
    drawRow(paper, head, widths, right, HEAD);
    rule(paper, 0.7, INK);
  };
  top();
  body.forEach((row, i) => {
    // The last row takes its neighbour along rather than stand alone under a repeated head.
    const follower = i === body.length - 2 ? (body[i + 1]?.height ?? 0) : 0;
    if (row.height + follower > paper.room && row.height + follower < HEIGHT / 2) {
      rule(paper, 0.7, INK);
      paper.next();
      top();
    }
    drawRow(paper, row, widths, right, CELL);
    rule(paper, i === body.length - 1 ? 1.1 : 0.4, i === body.length - 1 ? INK : RULE);
  });
  paper.y += AFTER;
}

function drawRow(paper: Paper, row: TableRow, widths: readonly number[], right: ReadonlySet<number>, look: Look): void {
  let x = paper.x;
  row.cells.forEach((rows, i) => {
    const width = widths[i] ?? 0;
    drawRows(paper.doc, rows, x + PAD.x, paper.y + PAD.y, look, right.has(i) ? 'right' : 'left', width - 2 * PAD.x);
    x += width;
  });
  paper.y += row.height;
}

function rule({ doc, x, y }: Paper, width: number, colour: string): void {
  doc
    .save()
    .moveTo(x, y)
    .lineTo(x + WIDTH, y)
    .lineWidth(width)
    .stroke(colour)
    .restore();
}
