/**
 * What the tests of the inspector's process side share: machines with nobody behind them, a small world whose processes are all
 * recorded, an inspector on a real socket and viewers of it. Must never be here: an expectation, a fixed port, a wait for time.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket, type ClientOptions as SocketOptions } from 'ws';
import { Recorder, type RecorderOptions } from '../../diagrams/inspector/recorder';
import { serveInspector, type Inspector, type InspectorOptions } from '../../diagrams/inspector/serve';
import type { FeedMessage } from '../../diagrams/inspector/protocol';
import { clientConnection } from '../../machines/client/connection';
import { LIMITS } from '../../machines/limits';
import type { UserEvent } from '../../machines/client/events';
import type { Watched, WatchedStep } from '../../machines/stepper';
import { memoryStore } from '../../storage/memory';
import { ClientDriver } from '../../transport/client-driver';
import { Dump } from '../../transport/dump';
import { systemRandom } from '../../transport/security/random';
import { KeyStore } from '../../transport/security/keystore';
import { ServerDriver } from '../../transport/server-driver';
import { allOf } from '../../transport/trace';
import { MemoryNetwork } from '../support/memory-network';
import { SeededRandom } from '../support/random';
import { RecordingLog } from '../support/recording-log';
import { VirtualTime, type EventLoop } from '../support/virtual-clock';

// Machines with nobody behind them

export function recorderOf(options: Partial<RecorderOptions> = {}): Recorder {
  const clock = new VirtualTime().loop('recorder');
  return new Recorder({ name: 'server', role: 'server', limit: 1000, control: false, clock, ...options });
}

let sessions = 0;
export function actorOf(machine: object = clientConnection, serial = 0, name = 'alice connection'): Watched {
  return { machine: machine as Watched['machine'], name, serial, sessionId: `t:${String(++sessions)}` };
}
export function stepOf(step: Partial<WatchedStep> = {}): WatchedStep {
  return {
    event: { type: 'T.RETRY' },
    from: 'Offline',
    to: 'Offline',
    context: {},
    alternative: 0,
    actions: [],
    ...step,
  };
}
/** So many steps of a machine that stays where it is. */
export function steps(recorder: Recorder, actor: Watched, count: number, step = stepOf()): void {
  for (let i = 0; i < count; i++) recorder.stepped(actor, step);
}
/** Everything the record holds. */
export function entriesOf(recorder: Recorder): FeedMessage[] {
  const entries: FeedMessage[] = [];
  for (let seq = recorder.first; seq <= recorder.last; seq++) entries.push(recorder.entry(seq) as FeedMessage);
  return entries;
}

// A small world whose processes are all recorded

const SERVER = { address: '10.0.0.1', port: 4390 };

interface Recorded {
  readonly recorder: Recorder;
  readonly loop: EventLoop;
  /** What its dump says. */
  readonly dumped: string[];
}
export interface RecordedServer extends Recorded {
  readonly driver: ServerDriver;
}
export interface RecordedClient extends Recorded {
  readonly driver: ClientDriver;
}

export class RecordedWorld {
  readonly time = new VirtualTime();
  /** Every K_A, and whatever goes into a key log. */
  readonly secrets: Buffer[] = [];
  /** Everything random that the server made: rands, cookies, nonces, salts. */
  readonly serverRandom: Buffer[] = [];
  private readonly network = new MemoryNetwork(this.time);
  private readonly store = memoryStore();
  private readonly seeded = new SeededRandom(7);
  private readonly clients = new Map<string, RecordedClient>();
  private running: RecordedServer | undefined;

  private constructor(private readonly limit: number) {}

  static async open(ids: readonly string[], limit = 20_000): Promise<RecordedWorld> {
    const world = new RecordedWorld(limit);
    const keys = ids.map((id) => [id, world.seeded.bytes(32)] as const);
    for (const [id, key] of keys) world.store.subscribers.add({ id, key: Buffer.from(key), stretched: false });
    world.secrets.push(...keys.map(([, key]) => Buffer.from(key)));
    await world.startServer();
    keys.forEach(([id, key], n) => world.addClient(id, key, n));
    return world;
  }

  get server(): RecordedServer {
    if (!this.running) throw new Error('the server does not run');
    return this.running;
  }
  client(id: string): RecordedClient {
    const client = this.clients.get(id);
    if (!client) throw new Error(`there is no ${id}`);
    return client;
  }

  /** What a user types, until everything that comes of it at once has happened. */
  does(id: string, event: UserEvent): void {
    this.client(id).driver.user(event);
    this.time.advance(50);
  }

  private async startServer(): Promise<void> {
    const { common, recorded, loop } = this.process('server', 'server', SERVER.address);
    const driver = await ServerDriver.start({
      ...common,
      host: SERVER.address,
      udpPort: SERVER.port,
      tcpPort: 0,
      decoy: false,
      store: this.store,
    });
    this.running = { ...recorded, loop, driver };
  }

  private addClient(id: string, key: Uint8Array, n: number): void {
    const { common, recorded, loop } = this.process(id, 'client', `10.1.${String(n >> 8)}.${String(n & 255)}`);
    common.keys.setSubscriber(id, Buffer.from(key));
    const driver = new ClientDriver({ ...common, id, server: SERVER, show: () => undefined });
    this.clients.set(id, { ...recorded, loop, driver });
  }

  private process(name: string, role: 'server' | 'client', address: string) {
    const loop = this.time.loop(name);
    const recorder = new Recorder({ name, role, limit: this.limit, control: true, clock: loop });
    const dumped: string[] = [];
    const recorded = { recorder, dumped };
    const keys = new KeyStore({
      keyLog: (line) => this.secrets.push(...line.split(' ').slice(4).map(fromHex)),
    });
    const trace = allOf(new Dump((line) => void dumped.push(line), loop), recorder);
    const random = this.remembered(role === 'server' ? this.serverRandom : []);
    const network = this.network.host(address, loop);
    const common = {
      keys,
      trace,
      random,
      network,
      watcher: recorder,
      clock: loop,
      limits: LIMITS,
      log: new RecordingLog(),
    };
    return { loop, recorded, common };
  }

  private remembered(made: Buffer[]): { bytes(n: number): Buffer; fraction(): number } {
    const own = this.seeded.fork();
    return {
      bytes: (n) => {
        const bytes = Buffer.from(own.bytes(n));
        made.push(Buffer.from(bytes));
        return bytes;
      },
      fraction: () => own.fraction(),
    };
  }
}
const fromHex = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** Two log on, one calls, both write, one asks for the past, both leave. */
export async function smallStory(): Promise<RecordedWorld> {
  const world = await RecordedWorld.open(['alice', 'bob']);
  world.does('alice', { type: 'U.LOGON' });
  world.does('bob', { type: 'U.LOGON' });
  world.does('alice', { type: 'U.CHAT', id: 'bob' });
  world.does('alice', { type: 'U.TEXT', text: 'Shall we meet at nine?', session: 1 });
  world.does('bob', { type: 'U.TEXT', text: 'Grüße ☕', session: 1 });
  world.does('bob', { type: 'U.END' });
  world.does('bob', { type: 'U.HISTORY', id: 'alice' });
  world.does('alice', { type: 'U.LOGOFF' });
  world.does('bob', { type: 'U.LOGOFF' });
  world.time.advance(5000);
  return world;
}

// An inspector on a real socket

export interface Served extends Inspector {
  readonly close: () => void;
  readonly recorder: Recorder;
  readonly port: number;
  readonly token: string;
  /** Where a viewer connects. */
  readonly feed: string;
}

const folder = mkdtempSync(join(tmpdir(), 'parley-inspector-'));
const page = join(folder, 'page.html');
writeFileSync(page, '<!doctype html><title>page</title>');
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Closed after the test. */
export async function serve(recorder: Recorder, control?: InspectorOptions['control']): Promise<Served> {
  const inspector = await serveInspector({ recorder, control, port: 0, page, random: systemRandom });
  closing.push(() => inspector.close());
  const { port, searchParams } = new URL(inspector.link);
  const token = searchParams.get('token') ?? '';
  const feed = `ws://127.0.0.1:${port}/?token=${token}`;
  return { link: inspector.link, close: () => inspector.close(), recorder, port: Number(port), token, feed };
}

/** Somebody with a WebSocket; ended after the test. */
export class TestViewer {
  readonly got: FeedMessage[] = [];
  readonly closed: Promise<number>;
  private look: () => void = () => undefined;

  constructor(readonly socket: WebSocket) {
    closing.push(() => socket.terminate());
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
    socket.on('message', (data: Buffer) => {
      this.got.push(JSON.parse(data.toString()) as FeedMessage);
      this.look();
    });
  }

  /** @throws Error it was not let in */
  static async open(feed: string, options: SocketOptions = {}): Promise<TestViewer> {
    const viewer = new TestViewer(new WebSocket(feed, options));
    await new Promise<void>((opened, refused) => {
      viewer.socket.once('open', opened);
      viewer.socket.once('error', refused);
    });
    return viewer;
  }

  /** Connected, and has said that it is inspecting. */
  static async inspecting(feed: string): Promise<TestViewer> {
    const viewer = await TestViewer.open(feed);
    viewer.says({ type: 'xstate.inspecting' });
    await viewer.gets(({ type }) => type === 'service.process');
    return viewer;
  }

  says(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first message, of those already there too, that fits. */
  gets(wanted: (message: FeedMessage) => boolean): Promise<FeedMessage> {
    let seen = 0;
    return new Promise((resolve) => {
      const look = (): void => {
        for (; seen < this.got.length; seen++) {
          const message = this.got[seen] as FeedMessage;
          if (wanted(message)) return resolve(message);
        }
      };
      this.look = look;
      look();
    });
  }

  /** The entry with this number, or a later one: everything up to there has come. */
  async upTo(seq: number): Promise<void> {
    await this.gets((message) => seqOf(message) >= seq);
  }

  of<T extends FeedMessage['type']>(type: T): Of<T>[] {
    return of(this.got, type);
  }
  /** Numbers of the entries, in the order in which they came. */
  get numbers(): number[] {
    return this.got.map(seqOf).filter((seq) => seq > 0);
  }
}

type Of<T extends FeedMessage['type']> = Extract<FeedMessage, { type: T }>;
/** The messages of one type. */
export function of<T extends FeedMessage['type']>(messages: readonly FeedMessage[], type: T): Of<T>[] {
  return messages.filter((message): message is Of<T> => message.type === type);
}

export function seqOf(message: FeedMessage): number {
  return 'seq' in message.parley ? message.parley.seq : 0;
}

/** What every machine is in after these messages: state by sessionId, without those that have stopped. */
export function standing(messages: readonly FeedMessage[]): Map<string, string> {
  const states = new Map<string, string>();
  for (const message of messages) {
    if (message.type === 'service.register') states.set(message.sessionId, message.parley.state);
    else if (message.type === 'service.state') states.set(message.sessionId, message.parley.to);
    else if (message.type === 'service.stop') states.delete(message.sessionId);
  }
  return states;
}
