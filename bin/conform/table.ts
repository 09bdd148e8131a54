/** Checks as a table for people, and for --list. Must never be here: a check. */
import type { Check } from './check';

/** A check, and the option it is played with, if it is not always played. */
type Listed = Pick<Check<never>, 'name' | 'section' | 'must'> & { readonly needs?: string };

/** A line for each check, with the section and what must hold. */
export function listOf(checks: readonly Listed[]): string {
  const width = widest(checks.map(({ name }) => name));
  const line = (check: Listed): string => `${check.name.padEnd(width)}  ${check.section.padEnd(4)}  ${mustOf(check)}\n`;
  return checks.map(line).join('');
}

/** A table in Markdown, as wide as its longest cells. @param rows cells, the headings first */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => widest([head, ...body].map((row) => row[column] ?? '')));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('');
}

/** A page about these checks. @param of `server` or `client` */
export function checksPage(of: string, checks: readonly Listed[]): string {
  const rows = checks.map((check) => [`\`${check.name}\``, check.section, mustOf(check)]);
  return [
    `# What parley-conform ${of} checks\n`,
    'Made from the checks themselves (`npm run manuals`). The sections are those of [protocol.md](../protocol.md); a check with an',
    'option in brackets is played only with that option, or when it is named.\n',
    markdownTable([['check', 'section', 'what must hold'], ...rows]),
  ].join('\n');
}

function mustOf({ must, needs }: Listed): string {
  return needs === undefined ? must : `${must} (--${needs})`;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}
