/**
 * The simulated world: the real server and clients over a network, a clock, a store and chance in memory, and everybody who
 * watches them. It only lets things happen. Must never be here: when they happen (storm.ts), what must hold (checks/).
 */
import type { Transition } from '../../machines/observer';
import { StoreError, type AcceptedRun, type Address, type Store } from '../../machines/ports';
import { memoryStore, type MemoryStore } from '../../storage/memory';
import { Dump } from '../../transport/dump';
import { KeyStore } from '../../transport/security/keystore';
import { ServerDriver } from '../../transport/server-driver';
import type { Datagram } from '../support/memory-fates';
import { MemoryNetwork, type MemoryHost } from '../support/memory-network';
import type { MemoryLink } from '../support/memory-tcp';
import { RecordingLog } from '../support/recording-log';
import { User } from '../support/user';
import { VirtualTime, type EventLoop } from '../support/virtual-clock';
import { WireWatch } from '../support/wire-watch';
import { Chance } from './chance';
import type { Checker, Violation } from './checker';
import { SimulatedClient } from './client';
import type { Configuration, Counted } from './configuration';
import type { Plant } from './plant';
import { Tale } from './tale';

export const SERVER: Address = { address: '10.0.0.1', port: 4390 };

export interface ServerProcess {
  readonly driver: ServerDriver;
  readonly keys: KeyStore;
  readonly loop: EventLoop;
  readonly host: MemoryHost;
}

export class Town {
  readonly time = new VirtualTime();
  readonly network = new MemoryNetwork(this.time);
  readonly watch = new WireWatch(SERVER.address);
  readonly chance: Chance;
  readonly tale: Tale;
  readonly store: MemoryStore = memoryStore();
  readonly clients: SimulatedClient[] = [];
  readonly checkers: Checker[] = [];
  readonly violations: Violation[] = [];
  /** How often what went wrong. */
  readonly counts = new Map<Counted, number>();
  readonly logs: RecordingLog[] = [];
  readonly secrets = new Map<string, Buffer>();
  /** Everything machines did, as JSON. */
  readonly steps: string[] = [];
  server: ServerProcess | undefined;
  /** Connections of a stranger on which nothing is sealed. */
  readonly nonsense = new Set<object>();
  /** How many reasons there are that the store cannot be read. */
  unreadable = 0;
  private readonly recorded: Store;
  private readonly owners = new Map<string, SimulatedClient>();
  private processes = 0;
  private machines = 0;
  private heard = 0;

  constructor(
    readonly c: Configuration,
    telling: boolean,
    private readonly plant: Plant = {},
  ) {
    this.chance = new Chance(c.seed);
    this.tale = new Tale(() => this.time.now, telling);
    this.recorded = this.recordingStore();
    const { watch } = this;
    this.network.watches.push({
      sent: (datagram) => watch.sent(datagram),
      delivered: (datagram) => watch.delivered(datagram),
      streamed: (link, from, bytes) => this.nonsense.has(link) || watch.streamed(link, from, bytes),
    });
    this.network.watches.push({
      sent: (datagram) => this.left(datagram),
      delivered: (datagram) => this.each('arrived', datagram),
      streamed: (link, from, bytes) => this.streamed(link as MemoryLink, from, bytes),
    });
    for (const id of c.ids) {
      const key = this.chance.for(`key of ${id}`).bytes(32);
      this.secrets.set(id, key);
      this.store.subscribers.add({ id, key, stretched: false });
    }
  }

  // What went wrong

  violate(invariant: string, what: string): void {
    this.violations.push({ invariant, what });
  }
  count(what: Counted): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
  /** A fault, counted and told. */
  fault(what: Counted, words: string): void {
    this.count(what);
    this.tale.tell(`FAULT: ${words}`);
  }

  // The server

  async startServer(): Promise<void> {
    const number = ++this.processes;
    const loop = this.time.loop('server');
    const host = this.network.host(SERVER.address, loop);
    const keys = new KeyStore({ keyLog: this.watch.keyLog });
    const log = new RecordingLog();
    this.logs.push(log);
    const driver = await ServerDriver.start({
      host: SERVER.address,
      udpPort: SERVER.port,
      tcpPort: 0,
      decoy: this.c.decoy,
      limits: this.c.limits,
      store: this.plant.store?.(this.recorded) ?? this.recorded,
      keys,
      clock: loop,
      random: this.plant.chance?.(this, number) ?? this.chance.for(`server ${String(number)}`),
      network: host,
      log,
      observe: (transition) => this.stepped(transition),
      trace: this.dump(loop, 'server'),
    });
    this.server = { driver, keys, loop, host };
    this.tale.tell(`the server starts (process ${String(number)})`);
    this.plant.server?.(driver, this);
    this.each('serverChanged');
  }

  /** killed: its system closes the sockets. vanishes: the machine with it, and nobody is told. */
  crashServer(how: 'killed' | 'vanishes'): void {
    const { server } = this;
    if (!server) return;
    if (how === 'vanishes') {
      server.host.unplug();
      server.loop.kill();
    } else server.host.kill();
    this.noServer();
  }

  /** The signal for a graceful shutdown; its end needs time to pass. */
  signalServer(): Promise<void> {
    const stopped = this.server?.driver.stop() ?? Promise.resolve();
    this.server = undefined;
    this.each('serverChanged');
    return stopped;
  }

  /** The machine answers that nobody listens. */
  private noServer(): void {
    this.server = undefined;
    this.network.host(SERVER.address, this.time.loop('machine without a server'));
    this.each('serverChanged');
  }

  // Clients

  /** A new client process for this user, on a machine of its own. */
  newClient(id: string, kind: SimulatedClient['kind'] = 'honest'): SimulatedClient {
    const number = ++this.machines;
    const loop = this.time.loop(`client ${String(number)}`);
    const host = this.network.host(`10.1.0.${String(number)}`, loop);
    const chance = this.chance.for(`client ${String(number)}`);
    const right = this.secrets.get(id);
    const key = kind === 'honest' && right ? right : chance.for('wrong key').bytes(32);
    const client: { value?: SimulatedClient } = {};
    const user = new User({
      id,
      key,
      server: SERVER,
      host,
      limits: this.c.limits,
      random: chance,
      keyLog: this.watch.keyLog,
      observe: (transition) => this.stepped(transition, client.value),
      dump: this.dump(loop, `client of ${id}`),
    });
    client.value = new SimulatedClient(user, `${id}#${String(number)}`, kind, this.time.now);
    this.clients.push(client.value);
    this.owners.set(host.address, client.value);
    this.plant.client?.(user, this);
    return client.value;
  }

  get living(): SimulatedClient[] {
    return this.clients.filter(({ lives }) => lives);
  }

  type(client: SimulatedClient, line: string): void {
    this.listen();
    this.tale.tell(`${client.name} types: ${abridged(line)}`);
    this.each('typed', client, line, client.session);
    client.user.type(line);
    this.listen();
  }

  /** The line that its user began: whatever has become of the chat since. */
  finish(client: SimulatedClient): void {
    this.listen();
    const { line } = client;
    if (!line) return;
    client.line = undefined;
    this.tale.tell(`${client.name} finishes: ${abridged(line.text)}`);
    this.each('typed', client, line.text, line.begun);
    client.user.finish(line.text, line.begun);
    this.listen();
  }

  // Time

  /** Lets time pass. */
  advance(ms: number): void {
    this.time.advance(ms);
    this.between();
  }

  /** Reads every screen, and lets everybody look who looks between two things. */
  between(): void {
    this.listen();
    this.each('between');
    for (const violation of this.watch.violations.splice(0)) {
      const [, invariant = 'wire', what = violation] = /^(I-\d+): (.*)$/.exec(violation) ?? [];
      this.violate(invariant, what);
    }
  }

  /** Tells every checker. */
  each<K extends keyof Checker>(what: K, ...args: Parameters<NonNullable<Checker[K]>>): void {
    for (const checker of this.checkers) (checker[what] as ((...a: typeof args) => void) | undefined)?.(...args);
  }

  // Watching

  /** What was shown since the last time, before anything else is known. */
  private listen(): void {
    for (const client of this.clients) {
      for (const line of client.news()) {
        this.tale.tell(`${client.name} reads: ${abridged(line)}`);
        this.each('shown', client, line);
      }
    }
  }

  private stepped(transition: Transition, client?: SimulatedClient): void {
    this.listen();
    this.steps.push(JSON.stringify(transition));
    const { machine, client: id, serial, event, from, to } = transition;
    this.tale.tell(`  ${machine} ${client?.name ?? `${id}/${String(serial)}`}: ${event}, ${from} > ${to}`);
    this.each('stepped', transition, client);
    client?.follow();
  }

  /** The store as the server gets it: everybody hears of what it takes, and it may be unreadable. */
  private recordingStore(): Store {
    const { store } = this;
    const readable = (): void => {
      if (this.unreadable > 0) throw new StoreError('failed', 'the store cannot be read');
    };
    return {
      subscribers: store.subscribers,
      append: (runs) => this.append(runs),
      count: (a, b) => (readable(), store.count(a, b)),
      page: (a, b, after, limit) => (readable(), store.page(a, b, after, limit)),
      reserve: (count) => store.reserve(count),
      probe: () => store.probe(),
      usage: () => store.usage(),
      close: () => store.close(),
    };
  }

  private append(runs: readonly AcceptedRun[]): void {
    this.store.append(runs);
    this.tale.tell(`the store takes ${runs.flatMap(({ texts }) => texts.map(abridged)).join(' | ')}`);
    this.each('stored', runs);
  }

  private left(datagram: Datagram): void {
    this.tale.bytes(datagram.from.address, datagram.bytes);
    this.each('left', datagram);
  }

  private streamed(link: MemoryLink, from: string, bytes: Buffer): void {
    this.tale.bytes(`${from} ${link.local.address}:${String(link.local.port)}`, bytes);
    const { messages } = this.watch;
    const owner = this.owners.get(link.local.address);
    for (; this.heard < messages.length; this.heard++) {
      const seen = messages[this.heard];
      if (seen) this.each('said', seen, owner);
    }
  }

  private dump(loop: EventLoop, who: string): Dump {
    const trace = new Dump((line) => this.tale.remark(`    ${who} | ${line}`), loop);
    // Describing every message costs as much as sending it.
    return this.tale.telling ? trace : (SILENT as unknown as Dump);
  }
}

const SILENT = { datagram: () => undefined, channel: () => undefined };

/** Long texts are long only on the wire. */
export function abridged(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 50)}.. (${String(text.length)})`;
}
