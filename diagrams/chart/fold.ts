/** Messages of which many follow each other become one arrow with their number. */
import type { MessageName } from '../../machines/messages';
import type { MessageItem, NoteItem } from './model';

/** From how many on. */
const FOLDED: Readonly<Partial<Record<MessageName, number>>> = { KEEPALIVE: 1, HISTORY_RESP: 4 };

/** @param keepalives whether every KEEPALIVE stays; otherwise those of a connection with nothing between become one */
export function folded(events: readonly (MessageItem | NoteItem)[], keepalives: boolean): (MessageItem | NoteItem)[] {
  const groups = new Map<MessageItem, MessageItem[]>();
  const latest = new Map<string, MessageItem>();
  for (const item of events) {
    if (item.kind !== 'message') continue;
    const connection = connectionOf(item);
    const head = latest.get(connection);
    if (
      head?.name === item.name &&
      isFolded(item, keepalives) &&
      (item.name === 'KEEPALIVE' || head.from === item.from)
    ) {
      groups.get(head)?.push(item);
    } else {
      latest.set(connection, item);
      groups.set(item, [item]);
    }
  }
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
  const label = `${head.name} × ${String(group.length)}`;
  return [{ ...head, label, count: group.length, ...(bothWays ? { bothWays } : {}) }];
}

function connectionOf({ from, to }: MessageItem): string {
  return [from.name, to.name].sort().join('\n');
}
