/**
 * A server and its users on a network in memory: what a story plays in. It watches what must hold in every story, whatever it
 * is about, and at the end looks whether everything was put away (protocol 6.1, I-22). Must never be here: what a story is about.
 */
import { rowFor, type Mark } from '../../diagrams/spec';
import { LIMITS, type Limits } from '../../machines/limits';
import type { Observer, Transition } from '../../machines/observer';
import type { Address } from '../../machines/ports';
import { memoryStore, type MemoryStore } from '../../storage/memory';
import { Dump } from '../../transport/dump';
import { KeyStore } from '../../transport/security/keystore';
import { ServerDriver } from '../../transport/server-driver';
import { FATES } from './memory-fates';
import { MemoryNetwork, type MemoryHost } from './memory-network';
import { SeededRandom } from './random';
import { RecordingLog } from './recording-log';
import { User } from './user';
import { VirtualTime, type EventLoop } from './virtual-clock';
import { WireWatch } from './wire-watch';

/** For what takes a network's time, or a timer's early look. */
const MARGIN_MS = 500;

// A story takes no time but the processor's, which may be busy with other things.
jest.setTimeout(60_000);

/** A server that has nothing to do only looks from time to time whether its subscribers have changed. */
export const RESTING_TIMERS = 1;

/** Where the server is reached by UDP. */
export const SERVER: Address = { address: '10.0.0.1', port: 4390 };

export interface WorldOptions {
  /** Subscribers; each has a client, off line. */
  readonly users?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** What is different at the clients. */
  readonly clientLimits?: Partial<Limits>;
  readonly seed?: number;
  /** honest: nobody lies, so no cell marked N/A or PE may be reached (I-7). */
  readonly peers?: 'honest' | 'hostile';
  readonly decoy?: boolean;
  /** none: a story brings its own. */
  readonly server?: 'Parley' | 'none';
}

/** The server process of the moment. */
export interface TestServer {
  readonly driver: ServerDriver;
  readonly keys: KeyStore;
  readonly loop: EventLoop;
  readonly host: MemoryHost;
  readonly log: RecordingLog;
}

export class World {
  readonly time = new VirtualTime();
  readonly network = new MemoryNetwork(this.time);
  readonly watch = new WireWatch(SERVER.address);
  readonly random: SeededRandom;
  readonly limits: Limits;
  readonly store: MemoryStore = memoryStore();
  /** Every step of every machine. */
  readonly transitions: Transition[] = [];
  /** What everybody's dump says, line by line. */
  readonly dumped: string[] = [];
  /** Steps that no honest peer brings about. */
  readonly violations: string[] = [];
  private readonly users: User[] = [];
  private readonly logs: RecordingLog[] = [];
  private readonly secrets = new Map<string, Buffer>();
  private running: TestServer | undefined;
  private machines = 0;

  private constructor(private readonly o: WorldOptions) {
    this.random = new SeededRandom(o.seed ?? 1);
    this.limits = { ...LIMITS, ...o.limits };
    this.network.watches.push(this.watch);
  }

  /** A server that runs, and a client for each user. */
  static async open(o: WorldOptions = {}): Promise<World> {
    const world = new World(o);
    for (const id of o.users ?? ['A', 'B']) {
      world.subscribe(id);
      world.newUser(id);
    }
    if (o.server !== 'none') await world.startServer();
    return world;
  }

  // Server

  /** @throws Error it does not run */
  get server(): TestServer {
    if (!this.running) throw new Error('the server does not run');
    return this.running;
  }

  async startServer(): Promise<void> {
    const loop = this.time.loop('server');
    const host = this.network.host(SERVER.address, loop);
    const keys = new KeyStore({ keyLog: this.watch.keyLog });
    const log = new RecordingLog();
    this.logs.push(log);
    const driver = await ServerDriver.start({
      host: SERVER.address,
      udpPort: SERVER.port,
      tcpPort: 0,
      decoy: this.o.decoy ?? false,
      limits: this.limits,
      store: this.store,
      keys,
      clock: loop,
      random: this.random.fork(),
      network: host,
      log,
      observe: this.observe,
      trace: this.dumpFor(loop),
    });
    this.running = { driver, keys, loop, host, log };
  }

  /** The server process dies; its machine stays. */
  crashServer(): void {
    this.server.host.kill();
    this.running = undefined;
    this.network.host(SERVER.address, this.time.loop('machine without a server'));
  }

  /** The signal for a graceful shutdown (4.10); time must pass for it to end. */
  signalServer(): Promise<void> {
    const { driver } = this.server;
    this.running = undefined;
    return driver.stop();
  }

  /** Graceful shutdown, to its end. */
  async stopServer(): Promise<void> {
    const stopped = this.signalServer();
    this.advance(this.limits.T_FLUSH_MS + MARGIN_MS);
    await stopped;
  }

  // Users

  /** A new subscriber. @returns the key */
  subscribe(id: string): Buffer {
    const key = this.random.bytes(32);
    this.secrets.set(id, key);
    this.store.subscribers.add({ id, key, stretched: false });
    return key;
  }

  /** K_A of a subscriber. @throws Error not a subscriber */
  keyOf(id: string): Buffer {
    const key = this.secrets.get(id);
    if (!key) throw new Error(`${id} is not a subscriber`);
    return key;
  }

  /** A client of this user on a machine of its own: the first, or another one elsewhere. */
  newUser(id: string, key = this.keyOf(id)): User {
    const { observe } = this;
    const host = this.newHost(`client of ${id}`);
    const user = new User({
      id,
      key,
      server: SERVER,
      host,
      limits: { ...this.limits, ...this.o.clientLimits },
      random: this.random.fork(),
      keyLog: this.watch.keyLog,
      observe,
      dump: this.dumpFor(host.loop),
    });
    this.users.push(user);
    return user;
  }

  /** A machine with an address that nobody else has. */
  newHost(name: string): MemoryHost {
    const n = ++this.machines;
    return this.network.host(`10.1.${String(n >> 8)}.${String(n & 255)}`, this.time.loop(name));
  }

  /** The first client of each of these users. @throws Error no such user */
  user(id: string): User {
    const user = this.users.find((one) => one.id === id);
    if (!user) throw new Error(`there is no user ${id}`);
    return user;
  }

  /** Logs on, one after the other. @returns them, having looked at their screens */
  connect<const T extends readonly string[]>(...ids: T): { readonly [K in keyof T]: User } {
    for (const id of ids) {
      const user = this.user(id);
      user.type('Log on');
      this.until(() => user.isConnected);
      user.look();
    }
    return ids.map((id) => this.user(id)) as { readonly [K in keyof T]: User };
  }

  /** Logs both on and starts a chat. @returns them, having looked at their screens */
  chat(a: string, b: string): readonly [User, User] {
    const users = this.connect(a, b);
    users[0].type(`Chat ${b}`);
    this.until(() => users.every(({ isInChat }) => isInChat));
    for (const user of users) user.look();
    return users;
  }

  // Time
  advance(ms: number): void {
    this.time.advance(ms);
  }
  until(condition: () => boolean, ms = 60_000): void {
    this.time.until(condition, ms);
  }

  /** What was said on the newest connection of a user, in order of leaving: `C CHAT_REQUEST(B)`, `S CHAT_STARTED(1, B)`. */
  spoken(user: User): string[] {
    return this.watch.spoken(user.link);
  }

  /** Ends the story: everybody logs off, and everything must have been put away. */
  async end(): Promise<void> {
    const { T_LINGER_MS, T_COOKIE_MS } = this.limits;
    this.network.fate = FATES.deliver;
    this.store.full = false;
    this.advance(T_LINGER_MS + MARGIN_MS);
    const living = this.users.filter(({ loop }) => !loop.isDead);
    for (const user of living.filter(({ isOffline }) => isOffline)) mustRest(user);
    for (const user of living) {
      user.loop.thaw();
      if (!user.isOffline) user.type('Log off');
    }
    this.advance(T_COOKIE_MS + T_LINGER_MS + MARGIN_MS);
    living.forEach(mustRest);
    if (this.running) await this.serverMustRest(this.running);
    if (this.o.server !== 'none') expect(this.watch.violations).toEqual([]);
    expect(this.violations).toEqual([]);
    if (this.o.peers !== 'hostile') expect(this.watch.opaque).toBe(0);
    expect(this.leaks()).toEqual([]);
  }

  /** Secrets that stand in anything that was put out (I-20; protocol 2.10, rule 8; fault 120). */
  private leaks(): string[] {
    const logs = [...this.users.map(({ log }) => log), ...this.logs].map(({ lines }) => lines);
    const output = [JSON.stringify(logs), JSON.stringify(this.transitions), ...this.dumped].join('\n');
    // Nothing honest is as long as a key, so only what is so long is looked at.
    const suspects = output.match(/[0-9a-f]{64,}|[A-Za-z0-9+/]{43,}/gi) ?? [];
    const secrets = [...this.secrets.values()].flatMap((key) => [key.toString('hex'), key.toString('base64', 0, 30)]);
    return suspects.filter((found) => [...secrets, ...this.watch.trafficKeys].some((secret) => found.includes(secret)));
  }

  private dumpFor(loop: EventLoop): Dump {
    return new Dump((line) => void this.dumped.push(line), loop);
  }

  /** A server without connections holds its two sockets, and nothing else; a stopped one nothing at all. */
  private async serverMustRest({ host, loop, keys }: TestServer): Promise<void> {
    this.advance(this.limits.T_DEAD_MS + this.limits.T_STORE_RETRY_MS + MARGIN_MS);
    expect([host.sockets, loop.armed, keys.size]).toEqual([2, RESTING_TIMERS, 0]);
    await this.stopServer();
    expect([host.sockets, loop.armed, keys.size]).toEqual([0, 0, 0]);
  }

  /** Sees every step of every machine. */
  readonly observe: Observer = (transition) => {
    this.transitions.push(transition);
    const { machine, from, event } = transition;
    const marks = rowFor(machine, from, event).map(({ mark }) => mark);
    const forbidden: readonly Mark[] = this.o.peers === 'hostile' ? ['N/A'] : ['N/A', 'PE'];
    if (marks.some((mark) => !forbidden.includes(mark))) return;
    this.violations.push(`I-7: ${machine}, ${from} on ${event}: ${marks.join()}`);
  };
}

/** A client in Offline has no socket, no timer and no key (I-22). */
function mustRest({ id, host, loop, keys }: User): void {
  expect([id, host.sockets, loop.armed, keys.size]).toEqual([id, 0, 0, 0]);
}

/** A story in a world of its own. */
export function story(name: string, options: WorldOptions, play: (world: World) => void | Promise<void>): void {
  test(name, () => played(options, play));
}

/** Lets promises that are settled be heard of. */
export async function promises(): Promise<void> {
  await new Promise((heard) => setImmediate(heard));
}

/** Plays a story to its end, for tests that play many. */
export async function played(options: WorldOptions, play: (world: World) => void | Promise<void>): Promise<void> {
  const world = await World.open(options);
  await play(world);
  await world.end();
}
