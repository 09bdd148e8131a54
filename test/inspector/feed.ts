/** A made-up feed for the tests of the page's model: short names for its messages. */
import { readMessage, type EntryItem, type Item, type ProcessItem } from '../../diagrams/inspector/page/model/feed';
import type { FeedMessage } from '../../diagrams/inspector/protocol';
import { Recording, type Process } from '../../diagrams/inspector/page/model/record';

export interface Feed {
  readonly process: FeedMessage;
  register(
    session: string,
    machine: string,
    state: string,
    more?: { parent?: string; client?: string; serial?: number },
  ): FeedMessage;
  event(session: string, event: string, data?: object): FeedMessage;
  state(session: string, event: string, from: string, to: string, alternative?: number, context?: object): FeedMessage;
  stop(session: string): FeedMessage;
  wire(
    from: string,
    to: string,
    name: string,
    sent: boolean,
    more?: { line?: string; over?: 'udp' | 'tcp' },
  ): FeedMessage;
  gap(missed: number): FeedMessage;
  /** The time of the next entries, ms. */
  at(time: number): void;
}

/** The messages of one process, numbered. */
export function feedOf(name: string, role: 'server' | 'client', started = 1000): Feed {
  let seq = 0;
  let time = 0;
  const stamp = (): { seq: number; time: number } => ({ seq: ++seq, time });
  const lean = (value: string, context: object): string => JSON.stringify({ value, context });
  return {
    process: { type: 'service.process', parley: { name, role, started, control: true, limit: 20_000 } },
    register: (sessionId, machine, state, { parent, client = name, serial = 0 } = {}) => ({
      type: 'service.register',
      machine: JSON.stringify({ id: machine }),
      state: lean(state, { id: client }),
      id: `${client} ${machine}`,
      sessionId,
      ...(parent === undefined ? {} : { parent }),
      parley: { ...stamp(), machine, client, serial, state },
    }),
    event: (sessionId, event, data = {}) => ({
      type: 'service.event',
      sessionId,
      event: JSON.stringify({ name: event, data: { type: event, ...data }, $$type: 'scxml', type: 'external' }),
      parley: stamp(),
    }),
    state: (sessionId, event, from, to, alternative = 0, context = {}) => ({
      type: 'service.state',
      sessionId,
      state: lean(to, context),
      parley: { ...stamp(), event, from, to, alternative, client: name },
    }),
    stop: (sessionId) => ({ type: 'service.stop', sessionId, parley: stamp() }),
    wire: (from, to, message, sent, { line = message, over = 'tcp' } = {}) => ({
      type: 'service.message',
      parley: { ...stamp(), from, to, over, name: message, sealed: over === 'tcp', sent, line },
    }),
    gap: (missed) => {
      seq += missed;
      return { type: 'service.gap', parley: { missed, next: seq + 1 } };
    },
    at: (moment) => void (time = moment),
  };
}

/** A message as the page reads it. @throws Error it is malformed */
export function read<I extends Item>(message: FeedMessage): I {
  const item = readMessage(JSON.parse(JSON.stringify(message)));
  if (!item) throw new Error(`malformed: ${JSON.stringify(message)}`);
  return item as I;
}

/** Puts messages into a record, in this order. */
export function put(record: Recording, feed: Feed, messages: readonly FeedMessage[]): Process {
  const process = record.open(read<ProcessItem>(feed.process), 'live');
  for (const message of messages) {
    const item = read<EntryItem | Extract<Item, { kind: 'gap' }>>(message);
    if (item.kind === 'gap') record.gap(process, item.missed, item.next);
    else record.add(process, item);
  }
  return process;
}

/** A client that logs on, with its chat machine. */
export function loggedOn(feed: Feed): FeedMessage[] {
  return [
    feed.register('x:0', 'client connection', 'Offline'),
    feed.event('x:0', 'U.LOGON'),
    feed.state('x:0', 'U.LOGON', 'Offline', 'Wait for Challenge', 0, { step: 1 }),
    feed.event('x:0', 'D.CHALLENGE', { rand: 'ab' }),
    feed.state('x:0', 'D.CHALLENGE', 'Wait for Challenge', 'Wait for AUTH_SUCCESS.answering', 0, { step: 2 }),
    feed.register('x:1', 'client chat', 'Connected', { parent: 'x:0' }),
  ];
}

export function recordOf(feed: Feed, messages: readonly FeedMessage[], limit?: number): Recording {
  const record = new Recording(limit);
  put(record, feed, messages);
  return record;
}
