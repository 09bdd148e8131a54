/** Colours of the terminal, where it has any. Must never be here: words. */
import type { ClientEvent } from '../../transport/client';

export type Paint = (text: string) => string;
export interface Palette {
  readonly prompt: Paint;
  readonly peer: Paint;
  readonly failure: Paint;
  readonly warning: Paint;
  readonly aside: Paint;
}

const plain: Paint = (text) => text;
const code =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001b[${String(on)}m${text}\u001b[${String(off)}m`;

/** Fewer colours are none. */
const COLOURS = 16;

/** Whether there are colours, and they are wanted (no-color.org: a variable that is empty says nothing). */
export function hasColours(output: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): boolean {
  const { NO_COLOR: unwanted, ...rest } = env;
  return (unwanted ?? '') === '' && output.hasColors(COLOURS, rest as object);
}

/** @param colours false where NO_COLOR is set, or TERM is dumb, or nobody looks */
export function paletteOf(colours: boolean): Palette {
  if (!colours) return { prompt: plain, peer: plain, failure: plain, warning: plain, aside: plain };
  return { prompt: code(1, 22), peer: code(36, 39), failure: code(31, 39), warning: code(33, 39), aside: code(2, 22) };
}

/** @param line of the event, as it is without colours */
export function painted(palette: Palette, event: ClientEvent, line: string): string {
  switch (event.event) {
    case 'text':
      return line.replace(`${event.from}:`, (name) => palette.peer(name));
    case 'logOnFailed':
      return palette.failure(line);
    case 'refused':
      return event.code === 'already-logged-on' ? line : palette.failure(line);
    case 'disconnected':
      return event.code === 'log-off' ? line : palette.failure(line);
    case 'warning':
      return palette.warning(line);
    case 'notice':
    case 'reconnecting':
      return palette.aside(line);
    default:
      return line;
  }
}
