/** Lines of the server's dump (protocol 1.9) as the demo shows them: closed up and cut to a width, or as names. */

export interface WireLine {
  readonly from: string;
  readonly to: string;
  /** HELLO, CHALLENGE, ..., `preface`. */
  readonly name: string;
  readonly sealed: boolean;
  /** As it was written. */
  readonly line: string;
}

const LINE = /^\d\d:\d\d\.\d{3} (\S+)>(\S+) +(?:udp|tcp) (\S+) +(\{?)(\w*)/;

/** @returns undefined if this is no line of a dump */
export function wireLine(line: string): WireLine | undefined {
  const [, from, to, what = '', brace, first = ''] = LINE.exec(line) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const record = what.startsWith('#');
  // AUTH_SUCCESS is the one datagram of which a part is encrypted.
  return { from, to, name: record ? first : what, sealed: record ? brace !== '' : line.includes('{'), line };
}

/** Marks a value that was cut (P14). */
const CUT = '..';

const CUTS: readonly ((line: string, over: number) => string)[] = [
  (line) => line.replace(/(\S) {2,}(?=\S)/g, '$1 '),
  (line) => line.replace(/ (att)=([0-9a-f]{4})[0-9a-f]+/, ' $1=$2..'),
  (line) => line.replace(/=([0-9a-f]{4})[0-9a-f]{4}\.\./g, '=$1..'),
  (line) => line.replace(/=([0-9a-f]{2})[0-9a-f]{2}\.\./g, '=$1..'),
  (line, over) =>
    line.replace(/="((?:[^"\\]|\\.)*)"/, (_, text: string) => `="${shortened(text, over + CUT.length)}"${CUT}`),
  (line, over) => line.slice(0, Math.max(0, line.length - over - CUT.length)) + CUT,
];

/** Without its last characters, and never through the middle of an escape. */
function shortened(text: string, by: number): string {
  const characters = text.match(/\\u[0-9a-f]{4}|\\.|[^\\]/g) ?? [];
  let length = text.length;
  while (length > Math.max(0, text.length - by) && characters.length > 0) length -= characters.pop()?.length ?? 0;
  return characters.join('');
}

/** A line of at most so many columns, by the first of the cuts that make it fit; as it is, where there is room. */
export function fitted(line: string, columns: number): string {
  let found = line;
  for (const cut of CUTS) if (found.length > columns) found = cut(found, found.length - columns);
  return found;
}
