/**
 * Puts items into rows. Time runs downwards along every lifeline; an arrow is level unless something happened at both of its
 * ends meanwhile, and then it falls. Must never be here: coordinates.
 */
import { before, momentOf, type Item, type Lifeline, type MessageItem, type Moment } from './model';

/** An item in a row; a falling arrow has its start in one and its end in a later one. */
export interface Part {
  readonly item: Item;
  readonly part: 'whole' | 'start' | 'end';
  /** When: of a level arrow that of the end at whose height it stands. So rows are in the order of time. */
  readonly moment: Moment;
}
export interface Row {
  readonly parts: readonly Part[];
}
/** Where an item stands across the chart: what two parts of a row must not share. */
export type Lanes = (item: Item) => readonly string[];

export function rowsOf(items: readonly Item[], lanes: Lanes): Row[] {
  const rows: { parts: Part[]; taken: Set<string> }[] = [];
  for (const part of inOrder(items)) {
    const needed = lanes(part.item);
    const last = rows.at(-1);
    if (last && needed.every((lane) => !last.taken.has(lane))) {
      last.parts.push(part);
      for (const lane of needed) last.taken.add(lane);
    } else rows.push({ parts: [part], taken: new Set(needed) });
  }
  return rows.map(({ parts }) => ({ parts }));
}

/** One end of an item on one lifeline. */
interface Happening {
  readonly item: Item;
  readonly line: Lifeline;
  readonly end: 'first' | 'last';
  position: number;
  moment: Moment;
}
/** What happens on a lifeline, in order, and where in that list each of it stands; moving never changes the order. */
interface Order {
  readonly list: readonly Happening[];
  readonly place: ReadonlyMap<Happening, number>;
}

function inOrder(items: readonly Item[]): Part[] {
  const happenings = happeningsOf(items);
  const orders = ordersOf(happenings);
  const lasts = new Map(happenings.flatMap((one) => (one.end === 'last' ? [[one.item, one] as const] : [])));
  const parts: (Part & { readonly position: number })[] = [];
  for (const first of happenings) {
    if (first.end === 'last') continue;
    const { item } = first;
    const last = lasts.get(item);
    if (!last || madeLevel(first, last, orders)) parts.push(partOf(first, 'whole'));
    else parts.push(partOf(first, 'start'), partOf(last, 'end'));
  }
  return parts.sort((a, b) => a.position - b.position);
}

function partOf({ item, position, moment }: Happening, part: Part['part']): Part & { readonly position: number } {
  return { item, part, moment, position };
}

function ordersOf(happenings: readonly Happening[]): Map<Lifeline, Order> {
  const lists = new Map<Lifeline, Happening[]>();
  for (const one of happenings) {
    const list = lists.get(one.line) ?? [];
    lists.set(one.line, list);
    list.push(one);
  }
  return new Map([...lists].map(([line, list]) => [line, { list, place: new Map(list.map((one, i) => [one, i])) }]));
}

function happeningsOf(items: readonly Item[]): Happening[] {
  const all = items.flatMap((item): Omit<Happening, 'position'>[] => {
    if (item.kind !== 'message') return [{ item, line: item.line, end: 'first', moment: item.moment }];
    const { sent, received } = endsOf(item);
    const first = { item, line: sent ? item.from : item.to, end: 'first', moment: momentOf(item) } as const;
    return sent && received ? [first, { item, line: item.to, end: 'last', moment: received }] : [first];
  });
  all.sort((a, b) => before(a.moment, b.moment));
  return all.map((one, position) => ({ ...one, position }));
}

/** A folded arrow stands where its first message does. */
function endsOf({ sent, received, count }: MessageItem): { sent?: Moment | undefined; received?: Moment | undefined } {
  return count > 1 && sent && received ? { sent } : { sent, received };
}

/** Moves one end to the height of the other if nothing is in the way on its own lifeline. @returns whether it did */
function madeLevel(first: Happening, last: Happening, orders: ReadonlyMap<Lifeline, Order>): boolean {
  if (isFree(last, first.position, orders)) move(last, first);
  else if (isFree(first, last.position, orders)) move(first, last);
  else return false;
  return true;
}

function move(one: Happening, to: Happening): void {
  one.position = to.position;
  one.moment = to.moment;
}

function isFree(one: Happening, to: number, orders: ReadonlyMap<Lifeline, Order>): boolean {
  const order = orders.get(one.line);
  const place = order?.place.get(one) ?? 0;
  const later = to > one.position;
  const neighbour = order?.list[later ? place + 1 : place - 1];
  return !neighbour || (later ? neighbour.position > to : neighbour.position < to);
}
