/**
 * The project's own documents as blocks: headings, paragraphs, lists, tables and code of Markdown, as far as they use it. Read,
 * never retyped: what a document says and what the report says cannot differ.
 */
import { line, paragraph, slug, type Block, type Line } from '../blocks';

/** The part of a document below a heading, without it. @throws Error there is no such heading */
export function section(document: string, heading: string): string {
  const lines = document.split('\n');
  const start = lines.findIndex((text) => /^#+ /.test(text) && text.replace(/^#+ /, '').startsWith(heading));
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 0;
  if (level === 0) throw new Error(`no heading "${heading}" in the document`);
  const after = lines.slice(start + 1);
  const end = after.findIndex((text) => (/^(#+) /.exec(text)?.[1]?.length ?? 99) <= level);
  return after.slice(0, end < 0 ? undefined : end).join('\n');
}

export interface MarkdownTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Every table of a text, in order. */
export function tablesOf(text: string): MarkdownTable[] {
  return chunksOf(text).flatMap((chunk) => (chunk.kind === 'table' ? [tableOf(chunk.lines)] : []));
}

function tableOf(lines: readonly string[]): MarkdownTable {
  const cells = (text: string): string[] =>
    text
      .replace(/^\||\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|'));
  const [head = '', , ...rows] = lines;
  return { head: cells(head), rows: rows.map(cells) };
}

interface Chunk {
  readonly kind: 'heading' | 'table' | 'list' | 'code' | 'paragraph';
  readonly lines: string[];
}

function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let open: Chunk | undefined;
  for (const raw of text.split('\n')) {
    if (open?.kind === 'code') {
      if (raw.startsWith('```')) open = undefined;
      else open.lines.push(raw);
      continue;
    }
    const kind = kindOf(raw, open?.kind);
    if (kind === undefined) open = undefined;
    else if (open && kind === open.kind && kind !== 'heading') open.lines.push(raw);
    else chunks.push((open = { kind, lines: kind === 'code' ? [] : [raw] }));
  }
  return chunks;
}

function kindOf(raw: string, open: Chunk['kind'] | undefined): Chunk['kind'] | undefined {
  if (raw.trim() === '') return undefined;
  if (raw.startsWith('```')) return 'code';
  if (raw.startsWith('#')) return 'heading';
  if (raw.startsWith('|')) return 'table';
  if (/^(-|\d+\.) /.test(raw) || (open === 'list' && /^ {2,}\S/.test(raw))) return 'list';
  return 'paragraph';
}

export interface Conversion {
  /** Begins the ids of tables, which must be unique in a report. */
  readonly id: string;
  /** Caption of a table before which no short paragraph stands; one for each of them in order, the last for all others. */
  readonly caption: string | readonly string[];
  /** Level of a heading of the third level in the document. */
  readonly level?: 2 | 3;
}

/** A text as blocks; a short paragraph right before a table becomes its caption. */
export function blocksOf(text: string, { id, caption, level = 3 }: Conversion): Block[] {
  const blocks: Block[] = [];
  let tables = 0;
  const captions = [caption].flat();
  const chunks = chunksOf(text);
  chunks.forEach((chunk, i) => {
    const words = chunk.lines.map((one) => one.trim()).join(' ');
    switch (chunk.kind) {
      case 'heading':
        return void blocks.push({
          kind: 'heading',
          level,
          id: `${id}-${slug(words)}`,
          text: words.replace(/^#+ /, ''),
        });
      case 'code':
        return void blocks.push({ kind: 'code', text: chunk.lines.join('\n') });
      case 'list':
        return void blocks.push(listOf(chunk.lines));
      case 'paragraph':
        if (!isCaption(words, chunks[i + 1])) blocks.push(paragraph(cleaned(words)));
        return;
      case 'table': {
        const before = chunks[i - 1];
        const said = before?.lines.map((one) => one.trim()).join(' ') ?? '';
        const own =
          before?.kind === 'paragraph' && isCaption(said, chunk)
            ? unmarked(said).replace(/:$/, '')
            : (captions[tables] ?? captions.at(-1) ?? '');
        blocks.push(tableBlock(`${id}-${String(++tables)}`, own, tableOf(chunk.lines)));
      }
    }
  });
  return blocks;
}

const CAPTION_CHARACTERS = 90;
function isCaption(words: string, next: Chunk | undefined): boolean {
  return next?.kind === 'table' && words.length <= CAPTION_CHARACTERS;
}

function listOf(lines: readonly string[]): Block {
  const items: string[] = [];
  for (const raw of lines) {
    if (/^(-|\d+\.) /.test(raw)) items.push(raw.replace(/^(-|\d+\.) +/, ''));
    else items[items.length - 1] += ` ${raw.trim()}`;
  }
  return { kind: 'list', ordered: /^\d/.test(lines[0] ?? ''), items: items.map((item) => line(cleaned(item))) };
}

/** A table block from cells with marks. */
export function tableBlock(id: string, caption: string, { head, rows }: MarkdownTable): Block {
  // A column that only parts two halves is left out.
  const kept = head.map((_, i) => i).filter((i) => head[i] !== '' || rows.some((row) => (row[i] ?? '') !== ''));
  const cells = rows.map((row) => kept.map((i): Line => line(cleaned(row[i] ?? ''))));
  const titles = kept.map((i) => unmarked(head[i] ?? ''));
  return {
    kind: 'table',
    id,
    caption,
    head: titles,
    rows: cells,
    widths: widthsFor([titles, ...rows.map((row) => kept.map((i) => unmarked(row[i] ?? '')))]),
  };
}

const LONGEST_WORD = 22;
/** Shares for columns: room for the longest word of each, and more for those with longer texts. */
export function widthsFor(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, i) => {
    const texts = rows.map((row) => row[i] ?? '');
    const word = Math.max(...texts.flatMap((text) => text.split(/\s/)).map((one) => one.length));
    const longest = Math.max(...texts.map((text) => text.length));
    return Math.max(Math.min(word, LONGEST_WORD) + 2.5, Math.min(longest, 9), Math.sqrt(longest) * 3.6);
  });
}

/** Without anchors; a link within the document becomes the number of its section. */
export function cleaned(text: string): string {
  return text
    .replace(/<a id="[^"]*"><\/a>/g, '')
    .replace(/\[([\d.]+)\]\((?!http)[^)]*\)/g, 'protocol $1')
    .replace(/\[([^\]]+)\]\((?!http)[^)]*\)/g, '$1')
    .replace(/\\([_*])/g, '$1');
}

function unmarked(text: string): string {
  return cleaned(text)
    .replace(/[`*]/g, '')
    .replace(/\b_|_\b/g, '');
}
