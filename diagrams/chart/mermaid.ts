/**
 * A chart as a Mermaid sequenceDiagram, which GitHub renders in a Markdown file: UDP dotted, TCP solid, what never arrived with a
 * cross. Mermaid cannot underline, so encrypted messages are in braces, as in the readable dump.
 */
import type { Chart } from './chart';
import type { Lifeline, MessageItem, Moment, NoteItem, StateItem } from './model';
import { remarkOf, timeOf, wordsAt } from './words';

export function chartMermaid(chart: Chart): string {
  const { lifelines, title } = chart;
  const ids = new Map(lifelines.map((line, i) => [line, line.role === 'server' ? `S${String(i)}` : `C${String(i)}`]));
  const id = (line: Lifeline): string => ids.get(line) ?? '';
  const note = (item: StateItem | NoteItem): string[] => {
    const words = wordsAt(chart, item);
    if (words === '') return [];
    const text = item.kind === 'state' ? `[${words}]` : words;
    return [`Note ${chart.columns.place(item).side} of ${id(item.line)}: ${safe(text)}`];
  };
  const body = chart.rows.flatMap(({ parts }) =>
    parts.flatMap(({ item, part, moment }) => {
      if (part === 'end') return [];
      return item.kind === 'message' ? arrow(chart, item, moment, id) : note(item);
    }),
  );
  return [
    '%% UDP dotted, TCP solid, {encrypted}, x: sent, never received',
    'sequenceDiagram',
    `    title ${safe(title)}`,
    ...lifelines.map((line) => `    participant ${id(line)} as ${safe(line.name)}`),
    ...chart.initial.flatMap(note).map(indented),
    ...body.map(indented),
    '',
  ].join('\n');
}

function indented(line: string): string {
  return `    ${line}`;
}

function arrow(chart: Chart, item: MessageItem, moment: Moment, id: (line: Lifeline) => string): string[] {
  const { from, to, over, sealed, label, fate, count } = item;
  const words = sealed ? `{${label}}` : label;
  if (count > 1) return [`Note over ${[from, to].map(id).sort().join(',')}: ${safe(words)}`];
  const shaft = over === 'udp' ? '--' : '-';
  const head = fate === 'lost' ? 'x' : '>>';
  const remark = remarkOf(item);
  const time = timeOf(chart, moment);
  const text = [words, ...(remark === '' ? [] : [`(${remark})`]), `${time} s`].join(' ');
  return [`${id(from)}${shaft}${head}${id(to)}: ${safe(text)}`];
}

/** A semicolon ends a statement, a number sign begins an entity. */
function safe(words: string): string {
  return words.replace(/[;#]/g, ' ').replaceAll('×', 'x');
}
