/**
 * The scene of a hostile test: the real server process, two honest clients that chat through it, and strangers with real
 * sockets on loopback. After every test: the server lives, has written no stack, the chat goes on, and what the strangers
 * took has been given back. Must never be here: a fixed port, a wait for time, what a row expects of its input.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Actor, Stage } from '../../bin/demo/stage';
import type { Fault } from '../../machines/faults';
import { encodeDatagram } from '../../transport/wire/datagrams';
import { limits, logOn, say, startChat } from '../binaries/support';
import { Peer } from '../../bin/conform/server/peer';
import { type Site, Tcp, Udp } from '../../bin/conform/server/sockets';
import { systemNetwork } from '../../transport/net/system';

/** The honest pair, and clients whose keys the hostile know. */
export const HONEST = ['alice', 'bob'] as const;
export const LIARS = ['mallory', 'mike', 'moe'] as const;
/** `PARLEY_FLOOD=full` plays the floods with the numbers of the list. */
export const FULL = process.env['PARLEY_FLOOD'] === 'full';
export const UNLIMITED = limits({ HELLOS_PER_SECOND: 0, AUTH_FAIL_PER_SECOND: 0, CALLS_PER_MINUTE: 0 });

/** What a process has taken can be read on Linux only. */
const HAS_PROC = existsSync('/proc/self/fd');
/** What a server that has played all rows of a file may have grown by; a leak of one attempt in a flood is more. */
export const GROWTH_KB = 160 * 1024;

/** Nothing came for so long: the test fails, and says so before jest does. */
const PATIENCE_MS = 20_000;
/** A server on loopback, asked once and as fast as it goes. @param udp its port */
export function siteOf(udp: number): Site {
  const server = { address: '127.0.0.1', port: udp };
  const pace = (): Promise<void> => Promise.resolve();
  return { network: systemNetwork, server, from: '127.0.0.1', patienceMs: PATIENCE_MS, againMs: [], pace };
}

/** The address of one of many sources; elsewhere than on Linux loopback has one address only. */
export function sourceOf(n: number): string {
  return process.platform === 'linux' ? `127.0.${String(1 + (n >> 8))}.${String(n & 255)}` : '127.0.0.1';
}

/** Opens a scene before the tests of a file and closes it after them; checks everything around after each. */
export function scene(args: readonly string[] = UNLIMITED): Scene {
  jest.setTimeout(90_000);
  const it = new Scene();
  beforeAll(() => it.open(args));
  afterEach(() => it.isWell());
  afterAll(() => it.close());
  return it;
}

export class Scene {
  stage!: Stage;
  alice!: Actor;
  bob!: Actor;
  server!: Actor;
  udp = 0;
  tcp = 0;
  private readonly sockets: (Udp | Tcp)[] = [];
  private readonly peers: Peer[] = [];
  private baseline = { descriptors: 0, residentKb: 0 };
  private said = 0;
  private args: readonly string[] = [];

  async open(args: readonly string[]): Promise<void> {
    this.args = args;
    this.stage = await Stage.open();
    await this.stage.subscribe(...HONEST, ...LIARS);
    const { process, udp, tcp } = await this.stage.startServer(...args);
    Object.assign(this, { server: process, udp, tcp });
    [this.alice, this.bob] = [this.stage.client(HONEST[0]), this.stage.client(HONEST[1])];
    await logOn(this.alice, this.bob);
    await startChat(this.alice, this.bob);
    await this.chat();
    this.baseline = { descriptors: this.descriptors, residentKb: this.residentKb };
  }

  /** The server has ended: another one takes its place, and the honest two come back to it. */
  async again(): Promise<void> {
    const { process, tcp } = await this.stage.startServer('--udp-port', String(this.udp), ...this.args);
    Object.assign(this, { server: process, tcp });
    await logOn(this.alice, this.bob);
    await startChat(this.alice, this.bob);
    // What he writes is for this chat from here on, not for the one that was lost.
    this.bob.type('Chat alice');
    await this.chat();
  }

  /** The end: everybody leaves, and the server stops when it is told; exit code 0 for all. */
  async close(): Promise<void> {
    try {
      for (const client of [this.alice, this.bob]) client.end();
      const codes = [await this.alice.exit, await this.bob.exit];
      this.server.kill('SIGTERM');
      expect([...codes, await this.server.exit]).toEqual([0, 0, 0]);
    } finally {
      await this.stage.close();
    }
  }

  /** One text each way. */
  async chat(): Promise<void> {
    const n = String(++this.said);
    await say(this.alice, this.bob, `ping ${n}`);
    await say(this.bob, this.alice, `pong ${n}`);
  }

  /** The honest chat until something holds; time passes only by what they say. */
  async until(what: string, holds: () => boolean): Promise<void> {
    // Not so many lines: they cost 50 ms each where messages are bounded (4.3), and next to nothing where they are not.
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await this.chat()) {
      if (holds()) return;
    }
    throw new Error(`${what} did not come about`);
  }

  /** Everything that must hold after any hostile input. */
  async isWell(): Promise<void> {
    for (const peer of this.peers.splice(0)) peer.close();
    for (const socket of this.sockets.splice(0)) socket.close();
    await this.chat();
    expect(await Promise.race([this.server.exit, Promise.resolve('alive')])).toBe('alive');
    await this.until('the return of the descriptors', () => this.descriptors <= this.baseline.descriptors);
    expect(this.residentKb - this.baseline.residentKb).toBeLessThan(GROWTH_KB);
    // A stack, an unhandled rejection, a warning of Node: none of them is a log line.
    expect(this.server.errors.filter((line) => !LOG_LINE.test(line))).toEqual([]);
    expect(this.server.errors.filter((line) => / error /.test(line))).toEqual([]);
  }

  /** The fault has been counted: each name has a warning with its first occurrence. */
  async counted(...faults: readonly Fault[]): Promise<void> {
    for (const fault of faults) {
      const word = new RegExp(`refused input .*fault=${fault} count=`);
      await this.until(`fault=${fault} in the log`, () => this.server.errors.some((line) => word.test(line)));
    }
  }

  /** A stranger on UDP. */
  async stranger(host?: string): Promise<Udp> {
    const udp = await Udp.open(siteOf(this.udp), host);
    this.sockets.push(udp);
    return udp;
  }
  /** Somebody who has the key of a subscriber. */
  async peer(id: string = LIARS[0]): Promise<Peer> {
    const peer = new Peer(siteOf(this.udp), await this.stranger(), id, this.keyOf(id));
    this.peers.push(peer);
    return peer;
  }
  /** A stranger on TCP. */
  async caller(from?: string): Promise<Tcp> {
    const tcp = await Tcp.open(siteOf(this.udp), this.tcp, from);
    this.sockets.push(tcp);
    return tcp;
  }
  keyOf(id: string): Buffer {
    return Buffer.from(readFileSync(join(this.stage.folder, `${id}.key`), 'utf8').trim(), 'hex');
  }

  /** None of these is answered: what is answered is the HELLO sent after them on the same socket, and only that. */
  async silent(udp: Udp, ...inputs: readonly Uint8Array[]): Promise<void> {
    for (const bytes of inputs) await udp.send(bytes);
    const attempt = randomBytes(16);
    const answer = await udp.ask(encodeDatagram(attempt, { type: 'HELLO', ver: { min: 1, max: 1 }, id: LIARS[0] }));
    expect([answer[5], answer.subarray(8, 24), udp.inbox.items]).toEqual([2, attempt, []]);
  }

  /** Open files and sockets of the server process. */
  get descriptors(): number {
    if (!HAS_PROC) return 0;
    return readdirSync(`/proc/${String(this.server.pid)}/fd`).length;
  }
  /** Memory of the server process that is in the machine, KiB. */
  get residentKb(): number {
    if (!HAS_PROC) return 0;
    const status = readFileSync(`/proc/${String(this.server.pid)}/status`, 'utf8');
    return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]);
  }
}

const LOG_LINE = /^\d{4}-\d\d-\d\dT[\d:.]+Z (debug|info|warn|error) /;
