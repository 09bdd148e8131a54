/** PNG and PDF: opened with real tools, the same bytes each time, fonts embedded. */
import { createHash } from 'node:crypto';
import { FONT_FILES, withOurFonts } from '../../diagrams/draw/fonts';
import { place } from '../../diagrams/draw/layout';
import { pdfOf } from '../../diagrams/draw/pdf';
import { pngOf } from '../../diagrams/draw/png';
import { svgOf } from '../../diagrams/draw/svg';
import { everything, readBy, testWith } from './support';

// WebAssembly and fonts take their time on a shared processor.
jest.setTimeout(60_000);

let svg = '';
beforeAll(async () => {
  svg = svgOf(await place(everything));
});
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const size = (): number[] => (/width="(\d+)" height="(\d+)"/.exec(svg) ?? []).slice(1).map(Number);

test('a PNG has the size of the picture times the scale, something in it, and the same bytes each time', async () => {
  const png = Buffer.from(await pngOf(svg, 2));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(size().map((side) => side * 2));
  expect(hash(await pngOf(svg, 2))).toBe(hash(png));
  const textless = await pngOf(svg.replace(/<text.*?<\/text>/g, ''), 2);
  expect(hash(textless)).not.toBe(hash(png));
});

test('a PNG has 32 million pixels at most, so that it fits into memory', async () => {
  const large = (width: number, height: number): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}"><rect width="9" height="9"/></svg>`;
  const sides = async (text: string): Promise<[number, number]> => {
    const png = Buffer.from(await pngOf(text, 2));
    return [png.readUInt32BE(16), png.readUInt32BE(20)];
  };
  const [width, height] = await sides(large(6000, 3000));
  expect(width * height).toBeLessThanOrEqual(32_100_000);
  expect(width / height).toBeCloseTo(2, 2);
  expect(await sides(large(9000, 10))).toEqual([16_000, 18]);
  expect(await sides(large(2000, 1000))).toEqual([4000, 2000]);
});

test('families that are not there are drawn with ours', async () => {
  const text = (family: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><text y="15" font-family="${family}">Λ ij</text></svg>`;
  const drawn = async (family: string): Promise<string> => hash(await pngOf(text(family)));
  expect(await drawn("Helvetica, Arial, 'Liberation Sans', sans-serif")).toBe(await drawn('Arimo'));
  expect(await drawn('monospace')).toBe(await drawn('Cousine'));
  expect(await drawn('monospace')).not.toBe(await drawn('Arimo'));
  expect(withOurFonts('<text style="font-family: Courier New; fill: red">')).toContain('font-family:Cousine;');
  expect(Object.keys(FONT_FILES)).toHaveLength(5);
});

test('a PDF has the same bytes each time', async () => {
  expect(hash(await pdfOf(svg, 'Everything'))).toBe(hash(await pdfOf(svg, 'Everything')));
});

const withPoppler = [testWith('pdffonts', 'apt install poppler-utils')] as const;
withPoppler[0]('pdffonts finds embedded fonts only', async () => {
  const { status, said } = readBy('pdffonts', ['{}'], await pdfOf(svg, 'Everything'), 'pdf');
  expect(status).toBe(0);
  const fonts = said.trim().split('\n').slice(2);
  expect(fonts.map((line) => line.split(/\s+/)[0]?.replace(/^[A-Z]{6}\+/, '')).sort()).toEqual([
    'Arimo-Bold',
    'Arimo-Regular',
  ]);
  for (const line of fonts) expect(line).toMatch(/TrueType\s+Identity-H\s+yes yes yes/);
});
withPoppler[0]('pdftotext finds the words: the picture is no bitmap', async () => {
  const { said } = readBy('pdftotext', ['{}', '-'], await pdfOf(svg, 'Everything'), 'pdf');
  for (const words of ['Off', 'Gone', 'Click', 'Λ', 'Break "it": <now>; #1']) expect(said).toContain(words);
});
