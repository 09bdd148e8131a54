/**
 * Widths of text in Helvetica and its metric twins (Arial, Liberation Sans), so that a layout is the same everywhere and
 * needs no browser. The figures are Adobe's font metrics for U+0020 to U+007E, in thousandths of the font size.
 */

// prettier-ignore
const REGULAR = [278,278,355,556,556,889,667,191,333,333,389,584,278,333,278,278,556,556,556,556,556,556,556,556,556,556,278,278,584,584,584,556,1015,667,667,722,722,667,611,778,722,278,500,667,556,833,722,778,667,778,722,667,611,722,667,944,667,667,611,278,278,278,469,556,333,556,556,500,556,556,278,556,556,222,222,500,222,833,556,556,556,556,333,500,278,556,500,722,500,500,500,334,260,334,584];
// prettier-ignore
const BOLD = [278,333,474,556,556,889,722,238,333,333,389,584,278,333,278,278,556,556,556,556,556,556,556,556,556,556,333,333,584,584,584,611,975,722,722,722,722,667,611,778,722,278,556,722,611,833,722,778,667,778,722,667,611,722,667,944,667,667,611,333,278,333,584,556,333,556,611,556,611,556,333,611,611,278,278,556,278,889,611,611,611,611,389,556,333,611,556,778,556,556,500,389,280,389,584];
/** Anything else: as wide as a wide letter; from Hangul and Chinese on, a square. */
const OTHER = 900;
const SQUARE = 1000;
const SQUARES_FROM = 0x1100;

/** @returns width in the unit of `size` */
export function textWidth(text: string, size: number, weight: 'regular' | 'bold' = 'regular'): number {
  const widths = weight === 'bold' ? BOLD : REGULAR;
  let sum = 0;
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    sum += widths[code - 32] ?? (code < SQUARES_FROM ? OTHER : SQUARE);
  }
  return (sum * size) / 1000;
}
