/**
 * A user with a client: types lines, and sees lines, as at a terminal. One client process on one machine. Must never be here:
 * what the server does.
 */
import { linesOf } from '../../bin/terminal/display';
import { parseLine } from '../../bin/terminal/commands';
import type { ClientStatus } from '../../machines/client/client';
import type { Limits } from '../../machines/limits';
import type { Observer } from '../../machines/observer';
import { ClientDriver, type Display } from '../../transport/client-driver';
import type { Dump } from '../../transport/dump';
import { KeyStore } from '../../transport/security/keystore';
import type { MemoryHost } from './memory-network';
import type { MemoryLink } from './memory-tcp';
import type { SeededRandom } from './random';
import { RecordingLog } from './recording-log';
import type { EventLoop } from './virtual-clock';

export interface UserOptions {
  readonly id: string;
  readonly key: Buffer;
  readonly server: { readonly address: string; readonly port: number };
  readonly host: MemoryHost;
  readonly limits: Limits;
  readonly random: SeededRandom;
  readonly keyLog: (line: string) => void;
  readonly observe: Observer;
  readonly dump: Dump;
}

export class User {
  readonly id: string;
  readonly loop: EventLoop;
  readonly host: MemoryHost;
  readonly keys: KeyStore;
  readonly log = new RecordingLog();
  /** Everything the user was ever shown. */
  readonly lines: string[] = [];
  private readonly driver: ClientDriver;
  private looked = 0;

  constructor(o: UserOptions) {
    this.id = o.id;
    this.host = o.host;
    this.loop = o.host.loop;
    this.keys = new KeyStore({ keyLog: o.keyLog });
    this.keys.setSubscriber(o.id, o.key);
    this.driver = new ClientDriver({
      id: o.id,
      server: o.server,
      limits: o.limits,
      keys: this.keys,
      clock: this.loop,
      random: o.random,
      network: o.host,
      log: this.log,
      observe: o.observe,
      trace: o.dump,
      show: (display) => this.show(display),
    });
  }

  /** What is shown is read slowly. @returns reads on */
  hold(): () => void {
    return this.driver.hold();
  }

  get status(): ClientStatus {
    return this.driver.status;
  }
  get isOffline(): boolean {
    return this.status.connection === 'Offline';
  }
  get isConnected(): boolean {
    return this.status.connection === 'Connected';
  }
  get isInChat(): boolean {
    return this.status.chat === 'Active Chat';
  }

  /** A line as it is typed (P5): a text is for the chat of this moment. @throws Error a line that only the terminal answers */
  type(...lines: readonly string[]): void {
    for (const line of lines) this.finish(line, this.status.session);
  }

  /** The end of a line. @param session the chat in which it was begun; null: outside a chat */
  finish(line: string, session: number | null): void {
    const parsed = parseLine(line, this.isInChat);
    if (parsed.kind === 'text') return this.driver.user({ type: 'U.TEXT', text: parsed.text, session });
    if (parsed.kind !== 'event') throw new Error(`"${line}" is not for the client`);
    this.driver.user(parsed.event);
  }

  /** Resolves when every connection of the past is closed. */
  closed(): Promise<void> {
    return this.driver.closed();
  }

  /** What was shown since the last look. */
  look(): string[] {
    const news = this.lines.slice(this.looked);
    this.looked = this.lines.length;
    return news;
  }

  /** The newest connection of this client. @throws Error it never had one */
  get link(): MemoryLink {
    const link = this.host.network.links.findLast(({ client }) => client.host === this.host);
    if (!link) throw new Error(`${this.id} has no connection`);
    return link;
  }

  private show(display: Display): void {
    this.lines.push(...linesOf(display));
  }
}
