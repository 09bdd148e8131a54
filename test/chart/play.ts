/**
 * A server and clients on a network in memory, each writing a trace: runs that are the same every time, losses and all. Must
 * never be here: an expectation.
 */
import { parseLine } from '../../bin/terminal/commands';
import { TraceWriter } from '../../diagrams/trace/writer';
import { parseTraces, type Trace } from '../../diagrams/trace/reader';
import { LIMITS, type Limits } from '../../machines/limits';
import { memoryStore } from '../../storage/memory';
import { ClientDriver } from '../../transport/client-driver';
import { silentLog } from '../../transport/log';
import { KeyStore } from '../../transport/security/keystore';
import { ServerDriver } from '../../transport/server-driver';
import { MemoryNetwork } from '../support/memory-network';
import { SeededRandom } from '../support/random';
import { VirtualTime } from '../support/virtual-clock';

const ADDRESS = { address: '10.0.0.1', port: 4390 };

/** A client that is played. */
export interface Player {
  readonly driver: ClientDriver;
  /** Lines as they are typed. */
  type(...lines: readonly string[]): void;
}

export class Play {
  readonly time = new VirtualTime();
  readonly network = new MemoryNetwork(this.time);
  /** What each process wrote, by its name, a line each. */
  readonly written = new Map<string, string[]>();
  private readonly random: SeededRandom;
  private readonly limits: Limits;
  private readonly store = memoryStore();
  private readonly keys = new Map<string, Buffer>();
  private machines = 0;

  private constructor(changed: Partial<Limits>, seed: number) {
    this.limits = { ...LIMITS, ...changed };
    this.random = new SeededRandom(seed);
  }

  static async open({ limits = {}, seed = 1 }: { limits?: Partial<Limits>; seed?: number } = {}): Promise<Play> {
    const play = new Play(limits, seed);
    for (const id of ['alice', 'bob', 'carol']) {
      const key = play.random.bytes(32);
      play.keys.set(id, key);
      play.store.subscribers.add({ id, key, stretched: false });
    }
    await play.startServer();
    return play;
  }

  /** A client of alice, bob or carol. @param name of the file of its trace, which may be another's than the Client-ID's */
  client(id: string, name = id, limits: Partial<Limits> = {}): Player {
    const n = ++this.machines;
    const host = this.network.host(`10.1.0.${String(n)}`, this.time.loop(name));
    const keys = new KeyStore();
    keys.setSubscriber(id, this.keys.get(id) ?? Buffer.alloc(32));
    const writer = this.writer(name, id, 'client', host.loop);
    const driver = new ClientDriver({
      id,
      server: ADDRESS,
      limits: { ...this.limits, ...limits },
      keys,
      clock: host.loop,
      random: this.random.fork(),
      network: host,
      log: silentLog,
      trace: writer,
      watcher: writer,
      show: () => undefined,
    });
    const type = (...lines: readonly string[]): void => {
      for (const line of lines) {
        const parsed = parseLine(line, driver.status.chat === 'Active Chat');
        if (parsed.kind === 'text') {
          driver.user({ type: 'U.TEXT', text: parsed.text, session: driver.status.session });
          continue;
        }
        if (parsed.kind !== 'event') throw new Error(`"${line}" is not for the client`);
        driver.user(parsed.event);
      }
    };
    return { driver, type };
  }

  /** K_A of everybody. */
  get secrets(): readonly Buffer[] {
    return [...this.keys.values()];
  }

  until(condition: () => boolean): void {
    this.time.until(condition, 60_000);
  }
  advance(ms: number): void {
    this.time.advance(ms);
  }
  connect(player: Player): void {
    player.type('Log on');
    this.until(() => player.driver.status.connection === 'Connected');
  }

  content(name: string): string {
    return (this.written.get(name) ?? []).map((line) => `${line}\n`).join('');
  }
  /** @param names all, unless given */
  traces(...names: readonly string[]): Trace[] {
    const wanted = names.length > 0 ? names : [...this.written.keys()];
    return wanted.flatMap((name) => parseTraces(`${name}.trace`, this.content(name)));
  }

  private async startServer(): Promise<void> {
    const loop = this.time.loop('server');
    const host = this.network.host(ADDRESS.address, loop);
    const writer = this.writer('server', 'server', 'server', loop);
    await ServerDriver.start({
      host: ADDRESS.address,
      udpPort: ADDRESS.port,
      tcpPort: 0,
      decoy: false,
      limits: this.limits,
      store: this.store,
      keys: new KeyStore(),
      clock: loop,
      random: this.random.fork(),
      network: host,
      log: silentLog,
      trace: writer,
      watcher: writer,
    });
  }

  private writer(
    file: string,
    name: string,
    role: 'client' | 'server',
    clock: ReturnType<VirtualTime['loop']>,
  ): TraceWriter {
    const lines: string[] = [];
    this.written.set(file, lines);
    return new TraceWriter({ name, role, clock, write: (line) => void lines.push(line) });
  }
}

/** V1 of the assignment: log on, chat, end, log off. */
export async function playV1(): Promise<Play> {
  const play = await Play.open();
  const [alice, bob] = [play.client('alice'), play.client('bob')];
  for (const one of [alice, bob]) play.connect(one);
  alice.type('Chat bob');
  play.until(() => bob.driver.status.chat === 'Active Chat' && alice.driver.status.chat === 'Active Chat');
  alice.type('a text of alice');
  play.advance(1000);
  bob.type('another of bob');
  play.advance(1000);
  alice.type('End chat');
  play.until(() => bob.driver.status.chat === 'Connected');
  alice.type('Log off');
  play.advance(3000);
  return play;
}

/** The first HELLO, the first CHALLENGE and the first AUTH_SUCCESS are lost, the second RESPONSE comes twice. */
export async function playLossy(): Promise<Play> {
  const play = await Play.open({ seed: 7 });
  const seen = new Map<string, number>();
  play.network.fate = ({ bytes }) => {
    const type = ['', 'HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_SUCCESS'][bytes[5] ?? 0] ?? '';
    const number = (seen.get(type) ?? 0) + 1;
    seen.set(type, number);
    if (number === 1 && type !== 'RESPONSE') return [];
    return type === 'RESPONSE' && number === 2 ? [{}, { after: 5 }] : [{}];
  };
  const alice = play.client('alice');
  play.connect(alice);
  play.advance(1000);
  return play;
}
