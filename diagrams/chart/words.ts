/** What is written on a chart beside the names of messages, the same in every format. */
import type { Chart } from './chart';
import type { MessageItem, NoteItem, StateItem } from './model';

/** What became of a message, or that it is not the first of its kind; empty: nothing to say. */
export function remarkOf({ repetition, fate, from, over }: MessageItem): string {
  const remarks: string[] = [];
  if (repetition > 0) remarks.push(`retransmission ${String(repetition)}`);
  if (fate === 'lost') remarks.push(over === 'udp' ? 'lost' : 'not read');
  if (fate === 'stray') remarks.push(`not sent by ${from.name}`);
  return remarks.join(', ');
}

/** On a server's side with several clients the words say whose they are. */
export function wordsAt(chart: Chart, item: StateItem | NoteItem): string {
  const words = item.kind === 'state' ? item.label : item.words;
  return chart.columns.place(item).shared && words !== '' ? `${item.client}: ${words}` : words;
}

/** Seconds since the first thing on the chart. */
export function timeOf({ zero }: Chart, { at }: { readonly at: number }): string {
  return ((at - zero) / 1000).toFixed(3);
}
