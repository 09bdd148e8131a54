/** An SVG picture as PNG, rendered by resvg as WebAssembly with our fonts: no browser, no fonts of the system. */
import { readFile } from 'node:fs/promises';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { fontBytes, withOurFonts } from './fonts';

/** WebAssembly may be initialised once only. */
let ready: Promise<void> | undefined;

/** Two pixels for one unit of the SVG: sharp on a projector. */
const SCALE = 2;
/** More pixels than this on one side exhaust the memory of WebAssembly. */
const LONGEST_SIDE = 16_000;
/** Four bytes each, and several copies while a PNG is made. */
const MOST_PIXELS = 32_000_000;

/**
 * @param scale pixels for one unit of the SVG; a picture that would be longer than 16,000 pixels, or have more than 32 million, is drawn smaller
 * @returns the bytes of a PNG file, the same for the same SVG
 * @throws Error the text is not SVG; the message says why
 */
export async function pngOf(svg: string, scale = SCALE): Promise<Uint8Array> {
  ready ??= readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')).then((wasm) => initWasm(wasm));
  await ready;
  const options = {
    font: {
      fontBuffers: (['Arimo', 'Arimo-Bold', 'Arimo-Italic', 'Cousine', 'Cousine-Bold'] as const).map(fontBytes),
      defaultFontFamily: 'Arimo',
      sansSerifFamily: 'Arimo',
      monospaceFamily: 'Cousine',
    },
  };
  const text = withOurFonts(svg);
  const { width, height } = new Resvg(text, options);
  const zoom = Math.min(scale, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  return new Resvg(text, { ...options, fitTo: { mode: 'zoom', value: zoom } }).render().asPng();
}
