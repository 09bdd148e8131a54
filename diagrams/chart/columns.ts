/**
 * Which side of its lifeline an item stands on, and what it takes up across the chart. The states of the outermost lifelines
 * stand outside; a server between clients has those of each client on that client's side.
 */
import type { Item, Lifeline, MessageItem, NoteItem, StateItem } from './model';

export type Side = 'left' | 'right';
export interface Place {
  /** Number of the lifeline, from 0. */
  readonly column: number;
  readonly side: Side;
  /** Number of the gap between two lifelines, from 0; left of the first: -1. */
  readonly gap: number;
  /** Several clients stand on this side of the server: words must say whose they are. */
  readonly shared: boolean;
}

export interface Columns {
  readonly count: number;
  of(line: Lifeline): number;
  place(item: StateItem | NoteItem): Place;
  /** First and last lifeline that an arrow touches, and the gap that its words stand in: that of its client. */
  span(message: MessageItem): { readonly left: number; readonly right: number; readonly gap: number };
  /** What nothing else in a row may take. */
  lanes(item: Item): readonly string[];
}

export function columnsOf(lifelines: readonly Lifeline[]): Columns {
  const server = lifelines.findIndex(({ role }) => role === 'server');
  const of = (line: Lifeline): number => Math.max(0, lifelines.indexOf(line));
  const sideOfClient = (client: string): Side => {
    const column = lifelines.findIndex((line) => line.role === 'client' && line.client === client);
    // A server with one client has room outside.
    return column < server && lifelines.length > 2 ? 'left' : 'right';
  };
  const sideOf = ({ line, client }: StateItem | NoteItem): Side => {
    if (line.role === 'server') return sideOfClient(client);
    return of(line) === 0 && lifelines.length > 1 ? 'left' : 'right';
  };
  const sharing = (side: Side): number =>
    new Set(lifelines.flatMap(({ role, client }) => (role === 'client' && sideOfClient(client) === side ? client : [])))
      .size;
  const place = (item: StateItem | NoteItem): Place => {
    const [column, side] = [of(item.line), sideOf(item)];
    const shared = item.line.role === 'server' && sharing(side) > 1;
    return { column, side, gap: side === 'left' ? column - 1 : column, shared };
  };
  const span = ({ from, to }: MessageItem): ReturnType<Columns['span']> => {
    const [left, right] = [Math.min(of(from), of(to)), Math.max(of(from), of(to))];
    const client = from.role === 'client' ? of(from) : of(to);
    return { left, right, gap: client === left ? left : right - 1 };
  };
  const lanes = (item: Item): string[] => {
    if (item.kind !== 'message') {
      const { column, side, gap } = place(item);
      // One time stands beside a row; states have none.
      return [`${String(column)} ${side}`, `gap ${String(gap)}`, ...(item.kind === 'note' ? ['time'] : [])];
    }
    const { left, right } = span(item);
    const touched = Array.from({ length: right - left + 1 }, (_, i) => left + i);
    const across = touched.flatMap((column) => [
      `${String(column)} left`,
      `${String(column)} right`,
      ...(column < right ? [`gap ${String(column)}`] : []),
    ]);
    return [...across, 'time'];
  };
  return { count: lifelines.length, of, place, span, lanes };
}
