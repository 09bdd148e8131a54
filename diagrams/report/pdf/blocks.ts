/** How each block is drawn on paper, and how much room it needs to begin. */
import type { Pdf } from '../../draw/pdf';
import {
  numbersOf,
  type Block,
  type Code,
  type Heading,
  type Line,
  type List,
  type Note,
  type Numbers,
} from '../blocks';
import { drawFigure, figureStart } from './figure';
import { HEIGHT, MARGIN, WIDTH, type Paper } from './paper';
import { drawTable, tableStart } from './table';
import { ACCENT, BAD, BODY, drawRows, GOOD, INK, RULE, rowsOf, SOFT, WASH, type Labels, type Look } from './text';
import { writable } from './glyphs';

const HEADINGS: Readonly<Record<Heading['level'], Look & { readonly before: number; readonly after: number }>> = {
  1: { size: 20, leading: 25, colour: ACCENT, weight: 'bold', before: 30, after: 14 },
  2: { size: 13.5, leading: 18, colour: INK, weight: 'bold', before: 18, after: 7 },
  3: { size: 10.8, leading: 15, colour: INK, weight: 'bold', before: 12, after: 5 },
};
const AFTER_PARAGRAPH = 8;
const INDENT = 16;
const CODE: Look = { size: 7.8, leading: 10.6, colour: INK };
const CODE_PAD = 8;
/** A chapter begins on a page that has so much left. */
const CHAPTER_ROOM = HEIGHT * 0.42;

/** Entry of the table of contents. */
export interface Entry {
  readonly heading: Heading;
  readonly number: string;
  /** Index of its page, from 0. */
  readonly page: number;
}

/** Draws all blocks. @returns the headings with their pages */
export function drawBlocks(paper: Paper, blocks: readonly Block[]): Entry[] {
  const numbers = numbersOf(blocks);
  const entries: Entry[] = [];
  const outline = outlineOf(paper.doc);
  blocks.forEach((block, i) => {
    if (block.kind !== 'heading') return drawBlock(paper, block, numbers.labels);
    const number = numbers.headings.get(block) ?? '';
    drawHeading(paper, block, number, following(paper.doc, blocks, i + 1, numbers));
    entries.push({ heading: block, number, page: paper.page });
    outline(block, `${number} ${block.text}`.trim());
  });
  paper.flush();
  return entries;
}

/** What a heading must have with it on its page: what follows, up to the first thing that is not a heading. */
function following(doc: Pdf, blocks: readonly Block[], from: number, numbers: Numbers): number {
  const next = blocks[from];
  if (!next) return 0;
  switch (next.kind) {
    case 'heading': {
      const look = HEADINGS[next.level];
      return look.before + look.leading + look.after + following(doc, blocks, from + 1, numbers);
    }
    case 'table':
      return tableStart(doc, next, numbers.labels);
    case 'figure':
      return figureStart(doc, next, numbers.labels);
    case 'code':
      return Math.min(codeHeight(next), HEIGHT / 2);
    case 'paragraph':
    case 'note':
    case 'list':
      return 3 * BODY.leading;
  }
}

function drawHeading(paper: Paper, heading: Heading, number: string, with_: number): void {
  const { doc } = paper;
  const look = HEADINGS[heading.level];
  const indent = number === '' ? 0 : heading.level === 1 ? 34 : 34;
  const rows = rowsOf(doc, [{ kind: 'text', text: heading.text }], look, WIDTH - indent, new Map());
  const height = rows.length * look.leading + look.after;
  if (heading.level === 1) paper.flush();
  else if (heading.level === 2) paper.catchUp();
  if (heading.level === 1 && !paper.fresh && paper.room < CHAPTER_ROOM) paper.next();
  else paper.need(look.before + height + with_);
  if (!paper.fresh) paper.y += look.before;
  if (heading.level === 1) paper.begin(heading.text);
  doc.addNamedDestination(heading.id, 'XYZ', MARGIN.left, paper.y - 6, null as unknown as number);
  const start = [{ kind: 'text', text: number } as const];
  if (number !== '')
    drawRows(doc, rowsOf(doc, start, { ...look, colour: SOFT }, WIDTH, new Map()), paper.x, paper.y, look);
  drawRows(doc, rows, paper.x + indent, paper.y, look);
  paper.y += height;
  if (heading.level === 1) {
    doc
      .save()
      .moveTo(paper.x, paper.y - 7)
      .lineTo(paper.x + WIDTH, paper.y - 7)
      .lineWidth(0.8)
      .stroke(RULE)
      .restore();
    paper.y += 4;
  }
}

function drawBlock(paper: Paper, block: Exclude<Block, Heading>, labels: Labels): void {
  switch (block.kind) {
    case 'paragraph':
      drawFlow(paper, block.line, labels, 0);
      paper.y += AFTER_PARAGRAPH;
      return;
    case 'list':
      return drawList(paper, block, labels);
    case 'table':
      return drawTable(paper, block, labels);
    case 'figure':
      return drawFigure(paper, block, labels);
    case 'code':
      return drawCode(paper, block);
    case 'note':
      return drawNote(paper, block, labels);
  }
}

/** Rows from page to page; neither the first nor the last row of a paragraph stands alone. */
function drawFlow(paper: Paper, content: Line, labels: Labels, indent: number): void {
  const rows = rowsOf(paper.doc, content, BODY, WIDTH - indent, labels);
  rows.forEach((row, i) => {
    const together = i === 0 ? Math.min(2, rows.length) : i === rows.length - 2 ? 2 : 1;
    paper.need(together * BODY.leading);
    drawRows(paper.doc, [row], paper.x + indent, paper.y, BODY);
    paper.y += BODY.leading;
  });
}

function drawList(paper: Paper, { items, ordered }: List, labels: Labels): void {
  items.forEach((item, i) => {
    paper.need(Math.min(2, rowsOf(paper.doc, item, BODY, WIDTH - INDENT, labels).length) * BODY.leading);
    const mark = [{ kind: 'text', text: ordered ? `${String(i + 1)}.` : '•' } as const];
    drawRows(paper.doc, rowsOf(paper.doc, mark, BODY, INDENT, labels), paper.x + (ordered ? 1 : 4), paper.y, BODY);
    drawFlow(paper, item, labels, INDENT);
    paper.y += 3;
  });
  paper.y += AFTER_PARAGRAPH - 3;
}

function codeHeight({ text }: Code): number {
  return text.split('\n').length * CODE.leading + 2 * CODE_PAD;
}

function drawCode(paper: Paper, code: Code): void {
  const { doc } = paper;
  const width = WIDTH - 2 * CODE_PAD;
  const letter = doc.font('Cousine').fontSize(CODE.size).widthOfString('x');
  const longest = Math.max(...code.text.split('\n').map((text) => text.length));
  // Code is made smaller rather than broken.
  const look = { ...CODE, size: Math.min(CODE.size, (CODE.size * width) / (letter * longest)) };
  const height = codeHeight(code);
  paper.need(Math.min(height, HEIGHT));
  doc.save().roundedRect(paper.x, paper.y, WIDTH, height, 3).fillAndStroke(WASH, RULE).restore();
  code.text.split('\n').forEach((text, i) => {
    const base = paper.y + CODE_PAD + i * look.leading + look.leading * 0.72;
    doc.font('Cousine').fontSize(look.size).fillColor(INK);
    if (text !== '')
      doc.text(writable(text, 'Cousine', 'written'), paper.x + CODE_PAD, base, {
        lineBreak: false,
        baseline: 'alphabetic',
      });
  });
  paper.y += height + 12;
}

function drawNote(paper: Paper, { tone, line: content }: Note, labels: Labels): void {
  const { doc } = paper;
  const [colour, wash] = { plain: [RULE, WASH], good: [GOOD, '#eefaf1'], bad: [BAD, '#fdeeee'] }[tone] as [
    string,
    string,
  ];
  const look: Look = tone === 'bad' ? { ...BODY, colour: BAD } : BODY;
  const rows = rowsOf(doc, content, look, WIDTH - 28, labels);
  const height = rows.length * look.leading + 14;
  paper.need(height);
  doc
    .save()
    .rect(paper.x, paper.y, WIDTH, height)
    .fill(wash)
    .rect(paper.x, paper.y, 3.5, height)
    .fill(colour)
    .restore();
  drawRows(doc, rows, paper.x + 16, paper.y + 7, look);
  paper.y += height + 12;
}

type OutlineItem = { addItem(title: string): OutlineItem };
/** Bookmarks, nested by level. */
function outlineOf(doc: Pdf): (heading: Heading, title: string) => void {
  const levels: OutlineItem[] = [doc.outline];
  return ({ level }, title) => {
    if (level === 3) return;
    const parent = levels[level - 1] ?? levels[0];
    if (parent) levels[level] = parent.addItem(title);
    levels.length = level + 1;
  };
}
