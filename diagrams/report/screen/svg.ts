/**
 * A screen as a picture: a window with a title, and every cell where the terminal has it. Light, so that it can be printed.
 * Must never be here: where the screen came from.
 */
import { escapeXml } from '../../draw/svg';
import { DRAWN } from '../pdf/glyphs';
import { sameLook, type Cell, type Look, type Screen } from './emulator';

/** Pixels. */
export const CELL = { width: 7.8, height: 16.5, font: 13 } as const;
export const BAR = 26;
const PAD = { x: 10, y: 8 };
const COLOURS = {
  ink: '#24292f',
  paper: '#fcfcfb',
  bar: '#e4e7eb',
  edge: '#b8c0c8',
  title: '#424a53',
  cursor: '#8c959f',
} as const;
export const FONT = "Cousine, 'Liberation Mono', Menlo, Consolas, monospace";
/** The first sixteen colours, dark enough for light paper. */
const PALETTE =
  '#24292f #c62828 #1a7f37 #8a6100 #0b5cad #8250df #1b7c83 #6e7781 #57606a #a40e26 #116329 #633c01 #0a3069 #6639ba #3192aa #8c959f'.split(
    ' ',
  );
const STEPS = [0, 95, 135, 175, 215, 255];

/** Number of the palette, as xterm has it, or `#rrggbb`. */
export function colourOf(value: string | number): string {
  if (typeof value === 'string') return value;
  const known = PALETTE[value];
  if (known !== undefined) return known;
  if (value >= 232) return grey(8 + (value - 232) * 10);
  const n = value - 16;
  const parts = [Math.floor(n / 36), Math.floor(n / 6) % 6, n % 6].map((i) => STEPS[i] ?? 0);
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
function grey(level: number): string {
  return `#${level.toString(16).padStart(2, '0').repeat(3)}`;
}

/** Cells of one row that look alike and stand beside each other. */
interface Run {
  readonly look: Look;
  readonly x: number;
  readonly width: number;
  readonly text: string;
}

function runsOf(cells: readonly Cell[]): Run[] {
  const runs: { look: Look; x: number; width: number; text: string }[] = [];
  cells.forEach((cell, x) => {
    if (cell.width === 0) return;
    const text = cell.text === '' ? ' ' : cell.text;
    const last = runs.at(-1);
    // A wide character may be of another font: it stands alone, so that it moves nothing.
    if (last && cell.width === 1 && last.width === last.text.length && sameLook(last.look, cell)) {
      last.text += text;
      last.width++;
    } else runs.push({ look: cell, x, width: cell.width, text });
  });
  return runs;
}

/** The cells of one row as SVG, their upper left corner at x, y in pixels. */
export function rowSvg(cells: readonly Cell[], x: number, y: number): string {
  return runsOf(cells)
    .map((run) => runSvg(run, x + run.x * CELL.width, y))
    .join('');
}

function runSvg({ look, width, text }: Run, x: number, y: number): string {
  const own = {
    ink: look.ink === null ? COLOURS.ink : colourOf(look.ink),
    paper: look.paper === null ? undefined : colourOf(look.paper),
  };
  const { ink, paper } = look.inverse ? { ink: own.paper ?? COLOURS.paper, paper: own.ink } : own;
  const parts: string[] = [];
  if (paper !== undefined) parts.push(box(x, y, width * CELL.width, CELL.height, paper));
  if (width === 2 && DRAWN[text] !== undefined) parts.push(drawn(DRAWN[text], x, y, ink));
  else parts.push(textSvg(look, text, x, y, ink));
  if (look.underline) parts.push(box(x, y + CELL.height - 3, width * CELL.width, 1, ink));
  return parts.join('');
}

/** Blanks are left out, so every word stands exactly in its cell whatever the font does. */
function textSvg(look: Look, text: string, x: number, y: number, ink: string): string {
  const style = [
    look.bold ? ' font-weight="bold"' : '',
    look.italic ? ' font-style="italic"' : '',
    look.dim ? ' fill-opacity="0.6"' : '',
    ink === COLOURS.ink ? '' : ` fill="${ink}"`,
  ].join('');
  return [...text.matchAll(/\S+(?: \S+)*/g)]
    .map(({ 0: words, index }) => {
      const length =
        words.length > 1 ? ` textLength="${num(words.length * CELL.width)}" lengthAdjust="spacingAndGlyphs"` : '';
      return `<text x="${num(x + index * CELL.width)}" y="${num(y + CELL.height * 0.74)}"${style}${length}>${escapeXml(words)}</text>`;
    })
    .join('');
}

function drawn(path: string, x: number, y: number, ink: string): string {
  const at = `translate(${num(x + 2)} ${num(y + CELL.height * 0.74)}) scale(${String(CELL.font)})`;
  return `<path d="${path}" transform="${at}" fill="none" stroke="${ink}" stroke-width="0.08"/>`;
}

function box(x: number, y: number, width: number, height: number, colour: string): string {
  return `<rect x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" fill="${colour}"/>`;
}

/** A hollow cursor: the picture stands still. */
export function cursorSvg(x: number, y: number): string {
  return `<rect x="${num(x + 0.5)}" y="${num(y + 1)}" width="${num(CELL.width - 1)}" height="${num(CELL.height - 2)}" fill="none" stroke="${COLOURS.cursor}"/>`;
}

/** A window of so many cells. @returns its size in pixels, its frame, and where its cells begin */
export function windowSvg(title: string, columns: number, rows: number, x = 0, y = 0): Window {
  const width = columns * CELL.width + 2 * PAD.x;
  const height = BAR + rows * CELL.height + 2 * PAD.y;
  const dots = ['#e5786d', '#e2b552', '#7fb77e'].map(
    (colour, i) => `<circle cx="${num(x + 16 + i * 15)}" cy="${num(y + BAR / 2)}" r="4.5" fill="${colour}"/>`,
  );
  const frame = [
    `<rect x="${num(x + 0.5)}" y="${num(y + 0.5)}" width="${num(width - 1)}" height="${num(height - 1)}" rx="6" fill="${COLOURS.paper}" stroke="${COLOURS.edge}"/>`,
    `<path d="M${num(x + 0.5)} ${num(y + BAR)}V${num(y + 6.5)}Q${num(x + 0.5)} ${num(y + 0.5)} ${num(x + 6.5)} ${num(y + 0.5)}H${num(x + width - 6.5)}Q${num(x + width - 0.5)} ${num(y + 0.5)} ${num(x + width - 0.5)} ${num(y + 6.5)}V${num(y + BAR)}Z" fill="${COLOURS.bar}" stroke="${COLOURS.edge}"/>`,
    ...dots,
    `<text x="${num(x + width / 2)}" y="${num(y + 17.5)}" text-anchor="middle" font-size="12" font-weight="bold" font-family="Helvetica, Arial, sans-serif" fill="${COLOURS.title}">${escapeXml(title)}</text>`,
  ].join('');
  return { width, height, frame, x: x + PAD.x, y: y + BAR + PAD.y };
}
export interface Window {
  readonly width: number;
  readonly height: number;
  readonly frame: string;
  readonly x: number;
  readonly y: number;
}

export function svgElement(width: number, height: number, label: string, content: string): string {
  const size = `width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${FONT}" font-size="${String(CELL.font)}" fill="${COLOURS.ink}" role="img" aria-label="${escapeXml(label)}">${content}</svg>\n`;
}

/** Rows at the end that hold nothing are not drawn, but for the first few. */
const LEAST_ROWS = 4;

/** The whole width of the screen; the rows below the last one that was used are left out. */
export function screenSvg(screen: Screen, title: string): string {
  const { cells, columns, cursor } = screen;
  const used = cells.findLastIndex((row) => row.some(({ text }) => text.trim() !== '')) + 1;
  const rows = Math.max(LEAST_ROWS, used, cursor.y + 1);
  const window = windowSvg(title, columns, rows);
  const lines = cells.slice(0, rows).map((row, y) => rowSvg(row, window.x, window.y + y * CELL.height));
  const at = cursorSvg(window.x + cursor.x * CELL.width, window.y + cursor.y * CELL.height);
  return svgElement(window.width, window.height, title, window.frame + lines.join('') + at);
}

export function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}
