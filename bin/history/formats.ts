/**
 * How a history is written for people and programs: lines of JSON, a table for a spreadsheet, a page. Every text was written
 * by somebody else than the one who opens the file, so nothing in it may become code there. Must never be here: files.
 */
import type { StoredText } from '../../machines/ports';

export interface Format {
  readonly head: (a: string, b: string) => string;
  readonly line: (text: StoredText, to: string) => string;
  readonly tail: (count: number) => string;
}

const nothing = (): string => '';
/** The time as it was stored, in UTC. */
const moment = (time: number): string => new Date(time).toISOString();

/** A cell that begins like this is a formula for a spreadsheet, also after blanks, and full-width; an apostrophe makes it a text. */
const FORMULA = /^\s*[=+\-@\t\r|%＝＋－＠]/;

function cell(value: string | number): string {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}
/** RFC 4180. */
function row(...values: readonly (string | number)[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const STYLE = `
body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff }
table { border-collapse: collapse; width: 100% } th { text-align: left }
th, td { padding: .25em .75em .25em 0; vertical-align: top; border-bottom: 1px solid #ddd }
td { overflow-wrap: anywhere } time, td:first-child { color: #555; white-space: nowrap }`;

function htmlHead(a: string, b: string): string {
  const title = `${escaped(a)} and ${escaped(b)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<table>
<thead><tr><th>Session</th><th>Time (UTC)</th><th>From</th><th>Text</th></tr></thead>
<tbody>
`;
}

export const FORMATS: Readonly<Record<string, Format>> = {
  jsonl: {
    head: nothing,
    line: ({ n, session, sender, time, text }, to) =>
      `${JSON.stringify({ n, session, from: sender, to, time: moment(time), text })}\n`,
    tail: nothing,
  },
  csv: {
    head: () => row('n', 'session', 'time', 'from', 'to', 'text'),
    line: ({ n, session, sender, time, text }, to) => row(n, session, moment(time), sender, to, text),
    tail: nothing,
  },
  html: {
    head: htmlHead,
    line: ({ session, sender, time, text }) =>
      `<tr><td>${String(session)}</td><td><time datetime="${moment(time)}">${moment(time).slice(0, 19).replace('T', ' ')}</time></td>` +
      `<td>${escaped(sender)}</td><td dir="auto">${escaped(text)}</td></tr>\n`,
    tail: (count) => `</tbody>\n</table>\n<p>${String(count)} text${count === 1 ? '' : 's'}</p>\n</body>\n</html>\n`,
  },
};
