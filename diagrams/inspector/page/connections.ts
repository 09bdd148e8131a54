/** The connections of the page to live processes, and what they bring into the record. */
import { openFeed, type FeedSocket } from './feed-socket';
import { readMessage, type LinksItem } from './model/feed';
import { linkName, readLink } from './model/links';
import type { Machine, Process, Recording } from './model/record';

interface Connection {
  readonly link: string;
  socket: FeedSocket;
  process: Process | undefined;
}
export interface ConnectionsListener {
  readonly changed: () => void;
  /** Something that the user has to know. */
  readonly say: (text: string) => void;
  /** Nothing answers at this link. */
  readonly failed: (link: string) => void;
  /** Other processes than before are to be shown. */
  readonly begins: () => void;
}

export class Connections {
  private readonly connections = new Map<string, Connection>();
  /** Links and the names that the processes behind them gave. */
  private readonly names = new Map<string, string>();
  /** The page's own link: it may name others. */
  private own: string | undefined;
  private act = 0;

  constructor(
    private readonly record: Recording,
    private readonly listener: ConnectionsListener,
  ) {}

  /** Connects to who served the page. */
  openOwn(link: string): void {
    this.own = link;
    this.open(link);
  }

  /** Connects, again if the connection has ended. */
  open(link: string): void {
    const before = this.connections.get(link);
    before?.socket.close();
    const connection: Connection = { link, process: undefined, socket: { send: () => false, close: () => undefined } };
    this.connections.set(link, connection);
    connection.socket = openFeed(link, {
      message: (message) => this.message(connection, message),
      malformed: () => this.malformed(),
      closed: (opened) => this.closed(connection, opened),
    });
  }

  reconnect(process: Process): void {
    const link = [...this.names].find(([, name]) => name === process.name)?.[0];
    if (link !== undefined) this.open(link);
    else this.listener.say(`The link of ${process.name} is not known: add it again.`);
  }

  /** Sends an event into a live machine. @returns whether it was sent */
  send(machine: Machine, event: string): boolean {
    const connection = [...this.connections.values()].find(({ process }) => process === machine.process);
    return connection?.socket.send({ type: 'xstate.event', event, service: machine.session }) ?? false;
  }

  private message(connection: Connection, message: unknown): void {
    const item = readMessage(message);
    const { record, listener } = this;
    if (!item) return this.malformed();
    if (item.kind === 'refused') return listener.say(`Refused: ${item.why}`);
    if (item.kind === 'links') return this.follow(connection, item);
    if (item.kind === 'process') {
      connection.process = record.open(item, 'live');
      this.names.set(connection.link, item.name);
    } else if (!connection.process) return this.malformed();
    else if (item.kind === 'gap') record.gap(connection.process, item.missed, item.next);
    else if (item.kind !== 'end') record.add(connection.process, item);
    listener.changed();
  }

  /** Shows the processes that there are now, as far as they are not shown yet. */
  private follow({ link: from }: Connection, { act, links }: LinksItem): void {
    if (from !== this.own) return this.malformed();
    if (act !== this.act) {
      this.act = act;
      const before = [...this.connections.values()].filter(({ link }) => link !== this.own);
      for (const { link, socket } of before) {
        this.connections.delete(link);
        socket.close();
      }
      this.names.clear();
      this.record.clear();
      this.listener.begins();
    }
    for (const given of links) {
      const link = readLink(given);
      if (link !== undefined && !this.names.has(link) && !this.connections.has(link)) this.open(link);
    }
  }

  private malformed(): void {
    this.record.malformed++;
    this.record.version++;
    this.listener.changed();
  }

  private closed(connection: Connection, opened: boolean): void {
    const { link, process } = connection;
    if (this.connections.get(link) !== connection) return;
    this.connections.delete(link);
    const name = process?.name ?? linkName(link);
    if (process) this.record.end(process);
    if (!opened) this.listener.failed(link);
    this.listener.say(
      opened
        ? `${name} has ended, or closed the connection.`
        : `No connection to ${linkName(link)}: is the process running, and is the link its newest?`,
    );
    this.listener.changed();
  }
}
