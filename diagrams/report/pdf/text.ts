/**
 * Lines of text with marks inside: measured, broken to a width, drawn. pdfkit's own flow is not used: a table must know the
 * height of a cell before it draws one. Must never be here: pages.
 */
import type { FontName } from '../../draw/fonts';
import type { Pdf } from '../../draw/pdf';
import type { Line } from '../blocks';
import { DRAWN, writable } from './glyphs';

export interface Look {
  readonly size: number;
  readonly leading: number;
  readonly colour: string;
  readonly weight?: 'bold';
}
export const INK = '#1b1f24';
export const SOFT = '#57606a';
export const RULE = '#c9d1d9';
export const WASH = '#f4f6f8';
export const ACCENT = '#1f4e79';
export const GOOD = '#1a7f37';
export const BAD = '#c62828';
const LINK = '#0b5cad';

export const BODY: Look = { size: 10, leading: 14.4, colour: INK };
export const CELL: Look = { size: 8.6, leading: 11.6, colour: INK };
export const CAPTION: Look = { size: 8.8, leading: 12, colour: SOFT };

interface Piece {
  readonly text: string;
  readonly font: FontName;
  readonly size: number;
  readonly colour: string;
  readonly width: number;
  readonly boxed: boolean;
  /** An address, or `#id` within the document. */
  readonly leads?: string;
}
interface Placed extends Piece {
  readonly x: number;
}
/** One line after breaking. */
export type Row = readonly Placed[];

/** What a reference is called. */
export type Labels = ReadonlyMap<string, string>;

/** Monospaced letters look larger than others of the same size. */
const CODE_SIZE = 0.9;
/** The drawn cup is as wide as two monospaced cells. */
const DRAWN_WIDTH = 1.15;

function pieceOf(
  doc: Pdf,
  text: string,
  font: FontName,
  size: number,
  rest: Omit<Piece, 'text' | 'font' | 'size' | 'width'>,
): Piece {
  return { ...rest, text, font, size, width: widthOf(doc, text, font, size) };
}

function widthOf(doc: Pdf, text: string, font: FontName, size: number): number {
  let sum = 0;
  let run = '';
  for (const c of text) {
    if (Object.hasOwn(DRAWN, c)) sum += size * DRAWN_WIDTH;
    else run += c;
  }
  return sum + (run === '' ? 0 : doc.font(font).fontSize(size).widthOfString(run));
}

/** Words and blanks of a line, each with its font. */
function piecesOf(doc: Pdf, content: Line, look: Look, labels: Labels): Piece[] {
  return content.flatMap((part): Piece[] => {
    const base: FontName = look.weight === 'bold' ? 'Arimo-Bold' : 'Arimo';
    const style = ((): { font: FontName; colour: string; boxed: boolean; leads?: string; text: string } => {
      switch (part.kind) {
        case 'text':
          return { font: base, colour: look.colour, boxed: false, text: part.text };
        case 'em':
          return { font: 'Arimo-Italic', colour: look.colour, boxed: false, text: part.text };
        case 'strong':
          return { font: 'Arimo-Bold', colour: look.colour, boxed: false, text: part.text };
        case 'good':
        case 'bad':
          return { font: 'Arimo-Bold', colour: part.kind === 'good' ? GOOD : BAD, boxed: false, text: part.text };
        case 'code':
          return {
            font: look.weight === 'bold' ? 'Cousine-Bold' : 'Cousine',
            colour: look.colour,
            boxed: true,
            text: part.text,
          };
        case 'link':
          return { font: base, colour: LINK, boxed: false, leads: part.url, text: part.text };
        case 'ref':
          return { font: base, colour: LINK, boxed: false, leads: `#${part.id}`, text: labels.get(part.id) ?? part.id };
      }
    })();
    const { text, font, ...rest } = style;
    const size = rest.boxed ? look.size * CODE_SIZE : look.size;
    const words = writable(text, font, 'drawn').split(/( +|(?<=[/_,;|‖=])(?=[^\s/_,;|‖=]{4}))/);
    return words.filter((word) => word !== '').map((word) => pieceOf(doc, word, font, size, rest));
  });
}

/** Breaks a line to a width; a word that is wider than that is cut. */
export function rowsOf(doc: Pdf, content: Line, look: Look, width: number, labels: Labels): Row[] {
  const rows: Placed[][] = [[]];
  let x = 0;
  const fresh = (): void => {
    rows.push([]);
    x = 0;
  };
  // Pieces that no blank parts belong together: `word` and the comma after it.
  for (const group of grouped(piecesOf(doc, content, look, labels))) {
    const wide = group.reduce((sum, piece) => sum + piece.width, 0);
    const blank = group[0]?.text.trim() === '';
    if (x > 0 && x + wide > width) fresh();
    if (blank && x === 0) continue;
    for (const piece of group.flatMap((one) => (wide > width ? cut(doc, one, width) : [one]))) {
      if (x > 0 && x + piece.width > width + 0.01) fresh();
      rows.at(-1)?.push({ ...piece, x });
      x += piece.width;
    }
  }
  return rows.at(-1)?.length === 0 && rows.length > 1 ? rows.slice(0, -1) : rows;
}

/** Width of the longest part that is not broken. */
export function longestWord(doc: Pdf, content: Line, look: Look, labels: Labels): number {
  const groups = grouped(piecesOf(doc, content, look, labels));
  return Math.max(0, ...groups.map((group) => group.reduce((sum, { width }) => sum + width, 0)));
}

function grouped(pieces: readonly Piece[]): Piece[][] {
  const groups: Piece[][] = [];
  let open = false;
  for (const piece of pieces) {
    const blank = piece.text.trim() === '';
    const breakable = /[/_,;|‖=]$/.test(groups.at(-1)?.at(-1)?.text ?? '') && piece.boxed;
    if (open && !blank && !breakable) groups.at(-1)?.push(piece);
    else groups.push([piece]);
    open = !blank;
  }
  return groups;
}

/** Parts of a piece, none wider than `width`. */
function cut(doc: Pdf, piece: Piece, width: number): Piece[] {
  const parts: Piece[] = [];
  let text = '';
  for (const c of piece.text) {
    if (text !== '' && widthOf(doc, text + c, piece.font, piece.size) > width) {
      parts.push({ ...piece, text, width: widthOf(doc, text, piece.font, piece.size) });
      text = '';
    }
    text += c;
  }
  return [...parts, { ...piece, text, width: widthOf(doc, text, piece.font, piece.size) }];
}

/** Draws rows with their upper left corner at x, y. @param align `right` and `center` within `width` */
export function drawRows(
  doc: Pdf,
  rows: readonly Row[],
  x: number,
  y: number,
  look: Look,
  align: 'left' | 'right' | 'center' = 'left',
  width = 0,
): void {
  rows.forEach((row, i) => {
    const last = row.at(-1);
    const room = last ? width - last.x - last.width : 0;
    const shift = align === 'left' ? 0 : align === 'right' ? room : room / 2;
    // The base line of all pieces of a row is the same, whatever their font.
    const base = y + i * look.leading + look.leading * 0.72;
    for (const piece of row) drawPiece(doc, piece, x + shift + piece.x, base);
  });
}

function drawPiece(doc: Pdf, piece: Piece, x: number, base: number): void {
  const { text, font, size, colour, width, boxed, leads } = piece;
  if (text.trim() === '' && !boxed) return;
  if (boxed)
    doc
      .save()
      .rect(x - 0.4, base - size * 0.86, width + 0.8, size * 1.14)
      .fill(WASH)
      .restore();
  let at = x;
  for (const run of text.split(/([☕])/)) {
    if (run === '') continue;
    const path = DRAWN[run];
    if (path !== undefined) drawGlyph(doc, path, at, base, size, colour);
    else
      doc.font(font).fontSize(size).fillColor(colour).text(run, at, base, { lineBreak: false, baseline: 'alphabetic' });
    at += widthOf(doc, run, font, size);
  }
  if (leads === undefined) return;
  if (leads.startsWith('#')) doc.goTo(x, base - size, width, size * 1.25, leads.slice(1));
  else doc.link(x, base - size, width, size * 1.25, leads);
}

function drawGlyph(doc: Pdf, path: string, x: number, base: number, size: number, colour: string): void {
  doc
    .save()
    .translate(x + size * 0.08, base)
    .scale(size);
  doc.path(path).lineWidth(0.07).stroke(colour).restore();
}
