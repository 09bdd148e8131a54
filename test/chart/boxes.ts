/** The boxes of the words in an SVG, and which of them lie on each other or outside. Must never be here: an expectation. */
import { textWidth } from '../../diagrams/draw/measure';

export interface TextBox {
  readonly words: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const TEXT = /<text([^>]*)>([^<]*)<\/text>/g;
/** Of the letters of Helvetica, above and below the base line. */
const ABOVE = 0.72;
const BELOW = 0.21;

export function textBoxes(svg: string): TextBox[] {
  return [...svg.matchAll(TEXT)].map(([, attributes = '', escaped = '']) => {
    const value = (name: string): string => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
    const [x, y, size] = [Number(value('x')), Number(value('y')), Number(value('font-size'))];
    const words = escaped
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&amp;/g, '&');
    const width = textWidth(words, size, value('font-weight') === 'bold' ? 'bold' : 'regular');
    const shift = { middle: width / 2, end: width }[value('text-anchor')] ?? 0;
    const left = x - shift;
    return { words, left, right: left + width, top: y - ABOVE * size, bottom: y + BELOW * size };
  });
}

/** Pairs of words that lie on each other. */
export function overlaps(boxes: readonly TextBox[]): string[] {
  return boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `"${a.words}" on "${b.words}"`),
  );
}

/** Words that are not wholly inside the view box. */
export function outside(svg: string, boxes: readonly TextBox[]): string[] {
  const [, width = '0', height = '0'] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return boxes
    .filter(({ left, right, top, bottom }) => left < 0 || top < 0 || right > Number(width) || bottom > Number(height))
    .map(({ words }) => words);
}
