/** What every part of a chart is drawn with. */
import { escapeXml } from '../draw/svg';

export const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";
export const PAPER = '#ffffff';
export const INK = '#111111';
export const QUIET = '#6b7280';
export const ALARM = '#b91c1c';

/** Two decimals, so that files do not change with the last bit of a float. */
export function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export interface Words {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly words: string;
  readonly colour?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: 'bold';
  readonly style?: 'italic' | undefined;
  readonly underlined?: boolean;
  readonly kind?: string;
}
export function text({ x, y, size, words, colour = INK, anchor, weight, style, underlined, kind }: Words): string {
  const attributes = [
    kind === undefined ? '' : ` class="${kind}"`,
    ` x="${num(x)}" y="${num(y)}" font-size="${num(size)}" fill="${colour}"`,
    anchor === undefined || anchor === 'start' ? '' : ` text-anchor="${anchor}"`,
    weight === undefined ? '' : ` font-weight="${weight}"`,
    style === undefined ? '' : ` font-style="${style}"`,
    underlined ? ' text-decoration="underline"' : '',
  ];
  return `<text${attributes.join('')}>${escapeXml(words)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, colour: string, width: number, dash = ''): string {
  const dashed = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<path d="M${num(x1)} ${num(y1)}L${num(x2)} ${num(y2)}" fill="none" stroke="${colour}" stroke-width="${num(width)}"${dashed}/>`;
}
