/** Messages of which many follow each other become one arrow with their number. */
import type { MessageName } from '../../machines/messages';
import { connectionBetween, groupsOf, timesOf } from '../trace/fold';
import type { MessageItem, NoteItem } from './model';

/** From how many on. */
const FOLDED: Readonly<Partial<Record<MessageName, number>>> = { KEEPALIVE: 1, HISTORY_RESP: 4 };

/** @param keepalives whether every KEEPALIVE stays; otherwise those of a connection with nothing between become one */
export function folded(events: readonly (MessageItem | NoteItem)[], keepalives: boolean): (MessageItem | NoteItem)[] {
  const messages = events.filter((item) => item.kind === 'message');
  const groups = groupsOf(messages, (item) => ({
    connection: connectionBetween(item.from.name, item.to.name),
    // Both sides send KEEPALIVE; a list goes one way.
    kind: item.name === 'KEEPALIVE' ? item.name : `${item.name} ${item.from.name}`,
    folds: isFolded(item, keepalives),
  }));
  return events.flatMap((item): readonly (MessageItem | NoteItem)[] => {
    if (item.kind !== 'message') return [item];
    const group = groups.get(item);
    return group ? oneOf(item, group) : [];
  });
}

function isFolded({ name, fate }: MessageItem, keepalives: boolean): boolean {
  return name in FOLDED && fate !== 'lost' && !(keepalives && name === 'KEEPALIVE');
}

function oneOf(head: MessageItem, group: readonly MessageItem[]): MessageItem[] {
  if (group.length < (FOLDED[head.name] ?? Infinity) || group.length === 1) return [...group];
  const bothWays = group.some(({ from }) => from !== head.from);
  const label = timesOf(head.name, group.length);
  return [{ ...head, label, count: group.length, ...(bothWays ? { bothWays } : {}) }];
}
