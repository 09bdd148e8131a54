/**
 * What a report is made of: blocks, and the short marks inside a line. Both renderers (html/, pdf/) read these values and
 * nothing else, so that the page and the PDF have the same content by construction. Must never be here: how a block looks.
 */

/** A piece of a line. `ref` names a figure or table; the renderers write its number. */
export type Inline =
  | { readonly kind: 'text' | 'em' | 'strong' | 'code' | 'good' | 'bad'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string }
  | { readonly kind: 'ref'; readonly id: string };
export type Line = readonly Inline[];

export interface Heading {
  readonly kind: 'heading';
  readonly level: 1 | 2 | 3;
  readonly id: string;
  readonly text: string;
}
export interface Paragraph {
  readonly kind: 'paragraph';
  readonly line: Line;
}
export interface List {
  readonly kind: 'list';
  readonly ordered: boolean;
  readonly items: readonly Line[];
}
export interface Table {
  readonly kind: 'table';
  readonly id: string;
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Line[])[];
  /** Shares of the width, one for each column. */
  readonly widths: readonly number[];
  /** Columns of numbers, from 0. */
  readonly right?: readonly number[];
}
/** A picture as SVG, with its size in pixels inside it. */
export interface Figure {
  readonly kind: 'figure';
  readonly id: string;
  readonly caption: string;
  readonly svg: string;
  /** Largest width on paper as a share of the text's width; 1 if not given. */
  readonly share?: number;
  /** Shown instead in the page, where pictures can move. */
  readonly moving?: string;
}
export interface Code {
  readonly kind: 'code';
  readonly text: string;
}
export interface Note {
  readonly kind: 'note';
  readonly tone: 'plain' | 'good' | 'bad';
  readonly line: Line;
}
export type Block = Heading | Paragraph | List | Table | Figure | Code | Note;

/** The first page: everything that stands there comes from the settings or the run. */
export interface Title {
  readonly title: string;
  readonly subtitle: string;
  readonly course: string;
  readonly authors: readonly string[];
  readonly date: string;
  /** Said at the foot of the first page: how this was made. */
  readonly made: string;
}
export interface Report {
  readonly title: Title;
  readonly blocks: readonly Block[];
}

const MARKS = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\b_([^_]+)_\b|\[([^\]]+)\]\(([^)\s]+)\)|\[\[([\w.-]+)\]\]/;

/** Marks of a line: `code`, **strong**, *em* or _em_, [text](https://...), [[id of a figure or table]]. */
export function line(text: string): Line {
  const found = MARKS.exec(text);
  if (!found) return text === '' ? [] : [{ kind: 'text', text }];
  const [all, code, strong, star, underline, label, url, id] = found;
  const before = text.slice(0, found.index);
  return [
    ...(before === '' ? [] : [{ kind: 'text' as const, text: before }]),
    marked({ code, strong, em: star ?? underline, label, url, id }),
    ...line(text.slice(found.index + all.length)),
  ];
}

type Found = Readonly<Partial<Record<'code' | 'strong' | 'em' | 'label' | 'url' | 'id', string | undefined>>>;
function marked({ code, strong, em, label, url, id }: Found): Inline {
  if (code !== undefined) return { kind: 'code', text: code };
  if (strong !== undefined) return { kind: 'strong', text: strong };
  if (em !== undefined) return { kind: 'em', text: em };
  if (id !== undefined) return { kind: 'ref', id };
  // A link into the project's own documents leads nowhere from a page that stands alone.
  if (url?.startsWith('http')) return { kind: 'link', text: label ?? url, url };
  return { kind: 'text', text: label ?? '' };
}

/** Text as it is, without marks. */
export function plain(text: string): Line {
  return text === '' ? [] : [{ kind: 'text', text }];
}
export function code(text: string): Line {
  return [{ kind: 'code', text }];
}
/** A verdict in its colour. */
export function verdict(good: boolean, text: string): Line {
  return [{ kind: good ? 'good' : 'bad', text }];
}

export function heading(level: Heading['level'], text: string, id = `s-${slug(text)}`): Heading {
  return { kind: 'heading', level, id, text };
}
export function paragraph(text: string): Paragraph {
  return { kind: 'paragraph', line: line(text) };
}
export function list(items: readonly string[], ordered = false): List {
  return { kind: 'list', ordered, items: items.map(line) };
}
export function note(tone: Note['tone'], text: string): Note {
  return { kind: 'note', tone, line: line(text) };
}

export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** What a line says without its marks. */
export function textOf(content: Line, labels: ReadonlyMap<string, string>): string {
  return content.map((part) => (part.kind === 'ref' ? (labels.get(part.id) ?? part.id) : part.text)).join('');
}

/** A heading with its number, such as `3.2`; headings of level 3 have none. */
export interface Numbered {
  readonly heading: Heading;
  readonly number: string;
}
export interface Numbers {
  /** "Figure 3" and "Table 2" by the id of the block. */
  readonly labels: ReadonlyMap<string, string>;
  readonly headings: ReadonlyMap<Heading, string>;
}

/** Numbers of headings, figures and tables. @throws Error our own bug: an id stands twice, or a reference leads nowhere */
export function numbersOf(blocks: readonly Block[]): Numbers {
  const labels = new Map<string, string>();
  const headings = new Map<Heading, string>();
  const ids = new Set<string>();
  const count = { figure: 0, table: 0, chapter: 0, section: 0 };
  for (const block of blocks) {
    if (block.kind === 'heading') headings.set(block, headingNumber(block.level, count));
    else if (block.kind === 'figure') labels.set(block.id, `Figure ${String(++count.figure)}`);
    else if (block.kind === 'table') labels.set(block.id, `Table ${String(++count.table)}`);
    if (!('id' in block)) continue;
    if (ids.has(block.id)) throw new Error(`the id "${block.id}" stands twice in the report`);
    ids.add(block.id);
  }
  const lost = blocks.flatMap(linesOf).flatMap((content) => content.filter((part) => part.kind === 'ref'));
  for (const { id } of lost) if (!labels.has(id)) throw new Error(`nothing in the report has the id "${id}"`);
  return { labels, headings };
}

function headingNumber(level: number, count: { chapter: number; section: number }): string {
  if (level === 1) {
    count.section = 0;
    return String(++count.chapter);
  }
  return level === 2 ? `${String(count.chapter)}.${String(++count.section)}` : '';
}

function linesOf(block: Block): readonly Line[] {
  switch (block.kind) {
    case 'paragraph':
    case 'note':
      return [block.line];
    case 'list':
      return block.items;
    case 'table':
      return block.rows.flat();
    case 'heading':
    case 'figure':
    case 'code':
      return [];
  }
}
