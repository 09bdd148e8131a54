/**
 * The documents as what stands in them: blocks of code, words in backquotes, rows of tables, links, headings. Must never be here: what
 * is right about them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Something a document says, with its place: `FILE:LINE`. */
export interface Piece {
  readonly where: string;
  readonly document: string;
  readonly text: string;
}
export interface Block extends Piece {
  /** Of the fence, such as `sh`; empty if it names none. */
  readonly language: string;
}
export interface Row extends Piece {
  /** By the title of its column. */
  readonly cells: Readonly<Record<string, string>>;
}
export interface Document {
  /** From the root of the project. */
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly spans: readonly Piece[];
  readonly rows: readonly Row[];
  /** Targets as they are written. */
  readonly links: readonly Piece[];
  /** What `#...` can lead to. */
  readonly anchors: ReadonlySet<string>;
}

const OTHERS = ['README.md', 'SECURITY.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'];
const FOLDERS = ['docs', 'bench'];

/** Every document below a folder: a checkout, or the package as it is installed. */
export function documentsIn(root: string): Document[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const isThere = (path: string): boolean => existsSync(join(root, path));
  const found = [...OTHERS.filter(isThere), ...FOLDERS.filter(isThere).flatMap(below)];
  // What the report writes is no document of ours.
  return found
    .filter((path) => !path.startsWith('docs/report/'))
    .sort()
    .map((path) => documentOf(root, path));
}

export function documentOf(root: string, path: string): Document {
  return read(path, readFileSync(join(root, path), 'utf8'));
}

/** @param path for the places */
export function read(path: string, source: string): Document {
  const blocks: Block[] = [];
  const lines = [...source.matchAll(/\n/g)].map(({ index }) => index);
  const at = (offset: number): string => `${path}:${String(1 + lines.filter((end) => end < offset).length)}`;
  const piece = (offset: number, text: string): Piece => ({ where: at(offset), document: path, text });
  // What stands in a block is blanked out, so that offsets stay and nothing in it is taken for prose.
  const prose = source.replace(
    /^([ \t]*)(```+)(\w*)[^\n]*\n([\s\S]*?)^\1\2[ \t]*$/gm,
    (all, indent: string, _: string, language: string, body: string, offset: number) => {
      const text = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '').replace(/\n$/, '');
      blocks.push({ ...piece(offset, text), where: at(offset + all.indexOf('\n') + 1), language });
      return blank(all);
    },
  );
  const spans = [...prose.matchAll(/(?<!`)(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g)].map((found) =>
    piece(found.index, (found[2] ?? '').trim().replaceAll(/\s+/g, ' ')),
  );
  const plain = prose.replaceAll(/(?<!`)(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, blank);
  const links = [
    ...[...plain.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)],
    ...[...plain.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)],
    ...[...plain.matchAll(/\b(?:href|src)="([^"]+)"/g)],
  ].map((found) => piece(found.index, found[1] ?? ''));
  return { path, blocks, spans, links, rows: rowsOf(prose, piece), anchors: anchorsOf(prose) };
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}

function rowsOf(prose: string, piece: (offset: number, text: string) => Piece): Row[] {
  const cells = (line: string): string[] =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
  return [...prose.matchAll(/^[ \t]*\|.*\n[ \t]*\|[ \t:|-]+\|[ \t]*\n(?:[ \t]*\|.*(?:\n|$))*/gm)].flatMap((table) => {
    const [title = '', , ...lines] = table[0].replace(/\n$/, '').split('\n');
    const names = cells(title);
    const offsets = lines.map((_, n) => table.index + [title, '', ...lines.slice(0, n)].join('\n').length + 2);
    return lines.map((line, n) => ({
      ...piece(offsets[n] ?? 0, line),
      cells: Object.fromEntries(cells(line).map((cell, at) => [names[at] ?? '', cell])),
    }));
  });
}

/** Headings as GitHub names them, and anchors of our own. */
function anchorsOf(prose: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.*?)[ #]*$/gm)) {
    const name = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    let unique = name;
    for (let n = 1; anchors.has(unique); n++) unique = `${name}-${String(n)}`;
    anchors.add(unique);
  }
  for (const [, id = ''] of prose.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}
