/**
 * A figure on paper: as vectors, never larger than it is on a screen, as small as it can be read, on a page that is turned if
 * that makes it larger.
 */
import { drawSvgInto, type Pdf } from '../../draw/pdf';
import { line, type Figure } from '../blocks';
import { sizeOf } from '../html/render';
import { writable } from './glyphs';
import { HEIGHT, PAGE, turnedRoom, WIDTH, type Floating, type Paper, type Sheet } from './paper';
import { CAPTION, drawRows, rowsOf, type Labels, type Row } from './text';

/** Points for a pixel of the picture: its natural size on paper. */
const NATURAL = 0.75;
/** Points of a letter's body: smaller text cannot be read on paper. */
export const LEGIBLE_PT = 6;
/** Pixels, where a picture does not say it. */
const TEXT_PX = 11;
/** What two parts of a picture both have: the longest label across a cut can be read on one of them. */
const OVERLAP = 120;
/** So much smaller it may become to fill a page. */
const SHRINK = 0.72;
const GAP = 6;
const AFTER = 14;

export interface Fit {
  /** undefined: upright, among the text. */
  readonly turned: Sheet | undefined;
  readonly scale: number;
}

/** The scale at which the smallest text of a picture can be read. */
function legibleScale(svg: string): number {
  const sizes = [...svg.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
  return LEGIBLE_PT / (sizes.length > 0 ? Math.min(...sizes) : TEXT_PX);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @param picture its size in pixels @param least see `legibleScale` @param caption its height in points */
function fitOf({ width, height }: Size, share: number, least: number, caption: number): Fit {
  const upright = Math.min(NATURAL, (WIDTH * share) / width, (HEIGHT - caption - GAP - AFTER) / height);
  if (upright >= least) return { turned: undefined, scale: upright };
  const on = (sheet: Sheet): Fit => {
    const room = turnedRoom(sheet);
    return { turned: sheet, scale: Math.min(NATURAL, room.width / width, (room.height - caption - GAP) / height) };
  };
  const [small, large] = [on('A4'), on('A3')];
  if (small.scale >= least || large.scale < small.scale * 1.1) {
    return small.scale > upright * 1.1 ? small : { turned: undefined, scale: upright };
  }
  return large;
}

export interface Parts {
  readonly columns: number;
  readonly rows: number;
  readonly scale: number;
}

/** How many turned sheets of A3 a picture needs that cannot be read on one. */
function partsOf({ width, height }: Size, least: number, caption: number): Parts {
  const room = turnedRoom('A3');
  const [across, down] = [room.width, room.height - caption - GAP];
  const needed = (pixels: number, sheet: number): number => Math.ceil((pixels * least - OVERLAP) / (sheet - OVERLAP));
  const [columns, rows] = [needed(width, across), needed(height, down)];
  const covered = (sheets: number, sheet: number): number => sheets * sheet - (sheets - 1) * OVERLAP;
  return { columns, rows, scale: Math.min(NATURAL, covered(columns, across) / width, covered(rows, down) / height) };
}

/** @returns how it stands on paper, and the parts that show it larger if it cannot be read there */
export function planOf(figure: Figure, caption: number): Fit & { readonly parts: Parts | undefined } {
  const [width, height] = sizeOf(figure.svg);
  const least = legibleScale(figure.svg);
  const fit = fitOf({ width, height }, figure.share ?? 1, least, caption);
  return { ...fit, parts: fit.scale < least ? partsOf({ width, height }, least, caption) : undefined };
}

function captionOf(doc: Pdf, { id, caption }: Figure, labels: Labels, room: number, more = ''): Row[] {
  const title = [...line(`**${labels.get(id) ?? ''}.**`), { kind: 'text', text: ` ${caption}${more}` } as const];
  return rowsOf(doc, title, CAPTION, room * 0.92, labels);
}

/** The picture, and behind it its parts. */
function floatingsOf(doc: Pdf, figure: Figure, labels: Labels): readonly [Floating, ...Floating[]] {
  const [width, height] = sizeOf(figure.svg);
  const more = (room: number): Row[] => captionOf(doc, figure, labels, room, parts && ' Larger on the pages after it.');
  const caption = captionOf(doc, figure, labels, WIDTH, ' Larger on the pages after it.').length * CAPTION.leading;
  const { turned, scale, parts } = planOf(figure, caption);
  const room = turned ? turnedRoom(turned).width : WIDTH;
  const svg = paperSvg(figure.svg);
  const around = GAP + caption + AFTER;
  const fit = (left: number): number | undefined => {
    const least = Math.min(Math.max(scale * SHRINK, legibleScale(figure.svg)), scale);
    return left < height * least + around ? undefined : Math.min(left, height * scale + around);
  };
  const draw = (x: number, y: number, given: number): void => {
    doc.addNamedDestination(figure.id, 'XYZ', x, y, null as unknown as number);
    const drawn = turned ? scale : Math.min(scale, (given - around) / height);
    // On a page of its own it stands in the middle.
    const top = turned ? y + Math.max(0, (given - height * drawn - caption - GAP) / 2) : y;
    drawSvgInto(doc, svg, x + (room - width * drawn) / 2, top, { width: width * drawn, height: height * drawn });
    drawRows(doc, more(room), x + room * 0.04, top + height * drawn + GAP, CAPTION, 'center', room * 0.92);
  };
  return [{ turned, fit, draw }, ...(parts ? partFloatings(doc, figure, labels, svg, parts) : [])];
}

/** A sheet for each part, row by row, with what its neighbours show at their edges. */
function partFloatings(doc: Pdf, figure: Figure, labels: Labels, svg: string, parts: Parts): Floating[] {
  const { columns, rows, scale } = parts;
  const [width, height] = sizeOf(svg).map((pixels) => pixels * scale) as [number, number];
  const { width: across, height: sheet } = turnedRoom('A3');
  return Array.from({ length: columns * rows }, (_, n): Floating => {
    const [row, column] = [Math.floor(n / columns), n % columns];
    const where = ` Part ${String(n + 1)} of ${String(columns * rows)}: row ${String(row + 1)}, column ${String(column + 1)}.`;
    const draw = (x: number, y: number): void => {
      const caption = captionOf(doc, figure, labels, across, where);
      const down = sheet - caption.length * CAPTION.leading - GAP;
      doc.save().rect(x, y, across, down).clip();
      const [left, top] = [x - column * (across - OVERLAP), y - row * (down - OVERLAP)];
      drawSvgInto(doc, svg, left, top, { width, height });
      doc.restore();
      drawRows(doc, caption, x + across * 0.04, y + down + GAP, CAPTION, 'center', across * 0.92);
    };
    return { turned: 'A3', fit: () => undefined, draw };
  });
}

/** Text of a picture with what the fonts lack written out. */
function paperSvg(svg: string): string {
  return svg.replace(/>([^<]+)</g, (_, text: string) => `>${writable(text, 'Cousine', 'written')}<`);
}

export function drawFigure(paper: Paper, figure: Figure, labels: Labels): void {
  for (const floating of floatingsOf(paper.doc, figure, labels)) paper.float(floating);
}

/** So much room a figure wants right after a heading; none if it can wait for the next page. */
export function figureStart(doc: Pdf, figure: Figure, labels: Labels): number {
  const [{ turned, fit }] = floatingsOf(doc, figure, labels);
  return turned ? 0 : Math.min(fit(HEIGHT) ?? 0, PAGE.height / 2);
}
