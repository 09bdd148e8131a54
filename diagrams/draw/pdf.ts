/**
 * An SVG picture as PDF: vector, with our fonts embedded, the same bytes for the same picture. Must never be here: the time or
 * chance, which would make two runs differ.
 */
import PDFDocument from 'pdfkit';
// @ts-expect-error -- svg-to-pdfkit has no type declarations
import untypedDraw from 'svg-to-pdfkit';
import { fontBytes, FONT_FILES, fontFor, type FontName } from './fonts';

export type Pdf = InstanceType<typeof PDFDocument>;

interface DrawOptions {
  readonly width?: number;
  readonly height?: number;
  readonly preserveAspectRatio: string;
  readonly fontCallback: (family: string, bold: boolean, italic: boolean) => string;
}
const draw = untypedDraw as (doc: Pdf, svg: string, x: number, y: number, options: DrawOptions) => void;

/** A unit of SVG is a CSS pixel, 1/96 inch; a unit of PDF is 1/72 inch. */
const POINTS = 0.75;
/** The file ID of a PDF is made from this and the title. */
const CREATED = new Date('2000-01-01T00:00:00Z');

/** Makes our fonts known to a document under their names (fonts.ts); they are embedded when used. May be called again. */
export function registerFonts(doc: Pdf): void {
  for (const name of Object.keys(FONT_FILES) as FontName[]) doc.registerFont(name, Buffer.from(fontBytes(name)));
}

/** @returns width and height in points of an SVG whose root has `width` and `height` in pixels. @throws Error it has not */
export function svgSize(svg: string): { readonly width: number; readonly height: number } {
  const root = /<svg\b[^>]*>/.exec(svg)?.[0] ?? '';
  const side = (name: string): number => Number(new RegExp(`\\s${name}="([\\d.]+)(?:px)?"`).exec(root)?.[1]) * POINTS;
  const [width, height] = [side('width'), side('height')];
  if (width > 0 && height > 0) return { width, height };
  throw new Error('the SVG does not say its width and height in pixels');
}

/**
 * Draws an SVG into a document, at `x` and `y` in points from the top left of the current page, as vectors.
 * @param options size in points; one of the two keeps the proportions, none is the natural size (1 pixel = 0.75 points)
 * @throws Error the SVG has no size
 */
export function drawSvgInto(
  doc: Pdf,
  svg: string,
  x: number,
  y: number,
  options: { readonly width?: number; readonly height?: number } = {},
): void {
  const natural = svgSize(svg);
  const width = options.width ?? ((options.height ?? natural.height) * natural.width) / natural.height;
  const height = options.height ?? (width * natural.height) / natural.width;
  registerFonts(doc);
  draw(doc, svg, x, y, {
    width,
    height,
    preserveAspectRatio: 'xMidYMid meet',
    fontCallback: (family, bold, italic) => fontFor(family, bold ? 'bold' : 'regular', italic ? 'italic' : 'upright'),
  });
}

/** The settings of a document whose bytes depend on nothing but its content. Version 1.5: pdfTeX includes it without a warning. */
function pdfSettings(title: string): PDFKit.PDFDocumentOptions {
  return {
    pdfVersion: '1.5',
    autoFirstPage: false,
    info: { Title: title, Creator: 'Parley', Producer: 'Parley', CreationDate: CREATED },
  };
}

/** @returns the bytes of a PDF file with one page of the picture's size. @throws Error the SVG has no size */
export async function pdfOf(svg: string, title: string): Promise<Uint8Array> {
  const { width, height } = svgSize(svg);
  const doc = new PDFDocument(pdfSettings(title));
  const parts: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('data', (part: Buffer) => void parts.push(part));
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  doc.addPage({ size: [width, height], margin: 0 });
  drawSvgInto(doc, svg, 0, 0);
  doc.end();
  await ended;
  return Buffer.concat(parts);
}
