/** What the lines of a chart mean. */
import { textWidth } from '../draw/measure';
import { DASHES } from './arrow-svg';
import { SIZE } from './geometry';
import { ALARM, INK, line, num, text } from './pen';

const SAMPLE = 30;
const SPACE = 22;
const ENTRIES = [
  { words: 'UDP', sample: 'dashed' },
  { words: 'TCP', sample: 'solid' },
  { words: 'encrypted', sample: 'underlined' },
  { words: 'sent, never received', sample: 'cross' },
  { words: 'time in seconds', sample: 'none' },
] as const;
type Sample = (typeof ENTRIES)[number]['sample'];

function widthOf({ words, sample }: { words: string; sample: Sample }): number {
  const before = sample === 'none' || sample === 'underlined' ? 0 : SAMPLE + 6;
  return before + textWidth(words, SIZE.legend);
}

export function legendWidth(): number {
  return ENTRIES.reduce((sum, entry) => sum + widthOf(entry) + SPACE, -SPACE);
}

export function legendSvg(x: number, y: number): string {
  let at = x;
  const parts = ENTRIES.map((entry) => {
    const { words, sample } = entry;
    const wordsX = at + widthOf(entry) - textWidth(words, SIZE.legend);
    const part =
      sampleSvg(sample, at, y - 3.5) +
      text({ x: wordsX, y, size: SIZE.legend, words, underlined: sample === 'underlined' });
    at += widthOf(entry) + SPACE;
    return part;
  });
  return `<g class="legend">${parts.join('')}</g>`;
}

function sampleSvg(sample: Sample, x: number, y: number): string {
  switch (sample) {
    case 'dashed':
      return line(x, y, x + SAMPLE, y, INK, 1.3, DASHES);
    case 'solid':
      return line(x, y, x + SAMPLE, y, INK, 1.3);
    case 'cross':
      return `${line(x, y, x + SAMPLE - 4, y, ALARM, 1.3)}<path d="M${num(x + SAMPLE - 9)} ${num(y - 4)}l8 8m0 -8l-8 8" fill="none" stroke="${ALARM}" stroke-width="1.8"/>`;
    case 'none':
    case 'underlined':
      return '';
  }
}
