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
/** Text of pictures has 11 to 13 pixels: below this it cannot be read. */
const LEGIBLE = 0.5;
/** So much smaller it may become to fill a page. */
const SHRINK = 0.72;
const GAP = 6;
const AFTER = 14;

export interface Fit {
  /** undefined: upright, among the text. */
  readonly turned: Sheet | undefined;
  readonly scale: number;
}

/** @param width @param height of the picture in pixels @param share of the text's width @param caption its height in points */
function fitOf(width: number, height: number, share: number, caption: number): Fit {
  const upright = Math.min(NATURAL, (WIDTH * share) / width, (HEIGHT - caption - GAP - AFTER) / height);
  if (upright >= LEGIBLE) return { turned: undefined, scale: upright };
  const on = (sheet: Sheet): Fit => {
    const room = turnedRoom(sheet);
    return { turned: sheet, scale: Math.min(NATURAL, room.width / width, (room.height - caption - GAP) / height) };
  };
  const [small, large] = [on('A4'), on('A3')];
  if (small.scale >= LEGIBLE * 0.96 || large.scale < small.scale * 1.1) {
    return small.scale > upright * 1.1 ? small : { turned: undefined, scale: upright };
  }
  return large;
}

function figureOf(doc: Pdf, figure: Figure, labels: Labels): Floating {
  const title = [...line(`**${labels.get(figure.id) ?? ''}.**`), { kind: 'text', text: ` ${figure.caption}` } as const];
  const [width, height] = sizeOf(figure.svg);
  const rows = (room: number): Row[] => rowsOf(doc, title, CAPTION, room * 0.92, labels);
  const caption = rows(WIDTH).length * CAPTION.leading;
  const { turned, scale } = fitOf(width, height, figure.share ?? 1, caption);
  const room = turned ? turnedRoom(turned).width : WIDTH;
  const svg = paperSvg(figure.svg);
  const around = GAP + caption + AFTER;
  const fit = (left: number): number | undefined => {
    const least = Math.min(Math.max(scale * SHRINK, LEGIBLE), scale);
    return left < height * least + around ? undefined : Math.min(left, height * scale + around);
  };
  const draw = (x: number, y: number, given: number): void => {
    doc.addNamedDestination(figure.id, 'XYZ', x, y, null as unknown as number);
    const drawn = turned ? scale : Math.min(scale, (given - around) / height);
    // On a page of its own it stands in the middle.
    const top = turned ? y + Math.max(0, (given - height * drawn - caption - GAP) / 2) : y;
    drawSvgInto(doc, svg, x + (room - width * drawn) / 2, top, { width: width * drawn, height: height * drawn });
    drawRows(doc, rows(room), x + room * 0.04, top + height * drawn + GAP, CAPTION, 'center', room * 0.92);
  };
  return { turned, fit, draw };
}

/** Text of a picture with what the fonts lack written out. */
function paperSvg(svg: string): string {
  return svg.replace(/>([^<]+)</g, (_, text: string) => `>${writable(text, 'Cousine', 'written')}<`);
}

export function drawFigure(paper: Paper, figure: Figure, labels: Labels): void {
  paper.float(figureOf(paper.doc, figure, labels));
}

/** So much room a figure wants right after a heading; none if it can wait for the next page. */
export function figureStart(doc: Pdf, figure: Figure, labels: Labels): number {
  const { turned, fit } = figureOf(doc, figure, labels);
  return turned ? 0 : Math.min(fit(HEIGHT) ?? 0, PAGE.height / 2);
}
