/**
 * Which letters of a picture the fonts of PNG and PDF do not have: these are drawn as boxes. Read from the table of characters of
 * Arimo, which has more than Cousine. Must never be here: how text is drawn.
 */
import { fontBytes } from './fonts';
import { stateLines } from './formats/outline';
import type { Picture } from './picture';

/** A run of characters that a font has. */
interface Run {
  readonly from: number;
  readonly to: number;
}

/** What shows nothing by itself: controls, which are replaced, blanks, marks that choose a form. */
const UNSEEN = /[\p{C}\p{Z}\p{Variation_Selector}]/u;

/** @returns each letter once, in the order in which they come */
export function lettersWithoutGlyph({ title, states, edges }: Picture): string[] {
  const texts = [
    title,
    ...states.flatMap((state) => [state.label, ...stateLines(state)]),
    ...edges.flatMap(({ trigger, actions, remark = '' }) => [...trigger, ...actions, remark]),
  ];
  const runs = runsOf(fontBytes('Arimo'));
  const has = (c: string): boolean => {
    const code = c.codePointAt(0) ?? 0;
    return runs.some(({ from, to }) => from <= code && code <= to);
  };
  return [...new Set(texts.join(''))].filter((c) => !UNSEEN.test(c) && !has(c));
}

/** The table `cmap` in the form that all our fonts have, 4: characters of the basic plane. */
function runsOf(bytes: Uint8Array): Run[] {
  const font = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  const tables = Array.from({ length: font.getUint16(4) }, (_, i) => 12 + 16 * i);
  const cmap = font.getUint32((tables.find((at) => tag(at) === 'cmap') ?? 0) + 8);
  const parts = Array.from({ length: font.getUint16(cmap + 2) }, (_, i) => cmap + font.getUint32(cmap + 8 + 8 * i));
  const part = parts.find((at) => font.getUint16(at) === FORMAT);
  if (part === undefined) return [];
  const length = font.getUint16(part + 6);
  return Array.from({ length: length / 2 }, (_, i) => {
    const end = part + 14 + 2 * i;
    return { from: font.getUint16(end + length + 2), to: font.getUint16(end) };
  });
}
const FORMAT = 4;
