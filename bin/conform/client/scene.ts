/**
 * What a check of a client plays with: a server that says what the check wants, a user who types, and the client between
 * them. It takes the client through what is not the check's own subject, and is lenient there, so that a fault is found by its
 * own check. Must never be here: a rule of the protocol that is checked.
 */
import { chmodSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../../../machines/ports';
import { writeKeyFile } from '../../../storage/keyfile';
import { formatKey, newKey } from '../../../transport/security/subscriber-key';
import { systemNetwork } from '../../../transport/net/system';
import { systemRandom } from '../../../transport/security/random';
import { encodeDatagram } from '../../../transport/wire/datagrams';
import { sourceText } from '../../../transport/log';
import { NotChecked, Unexpected } from '../check';
import { attemptOf, Candidate, freshRand } from './candidate';
import { inWords, type Link } from './link';
import { Program } from './program';
import { Server, type Datagram } from './server';

export interface SceneOptions {
  /** Program and arguments, with places to be filled in: {id} {server} {host} {port} {key}. */
  readonly command: readonly string[];
  /** Where the server listens on UDP. */
  readonly listen: Address;
  /** How long what must come is waited for, ms. */
  readonly patience: number;
  /** The client's T_ACTIVITY as its command line sets it, ms; what needs it is not played without. */
  readonly activity?: number;
  /** A right log-on has failed in a check of its own: what needs a connection is not checked. */
  unconnected?: boolean;
  /** Told what happens, a line each. */
  readonly story: (line: string) => void;
}

/** What is wrong with a key file. */
export interface KeyFile {
  readonly mode?: number;
  readonly change?: (digits: string) => string;
}

/** The client's Client-ID, and those of people who exist at the server only. */
export const ME = 'alice';
export const [BOB, CAROL] = ['bob', 'carol'];
/** Types of datagrams. */
export const [HELLO, RESPONSE] = [1, 3];
const HEADER_BYTES = 24;

/** Scenes that are open; whoever ends this process leaves nothing of them behind. */
const open = new Set<Scene>();
export function abandonAll(): void {
  for (const scene of open) scene.abandon();
}

export class Scene {
  private readonly others: Scene[] = [];
  private constructor(
    readonly id: string,
    readonly key: Buffer,
    readonly server: Server,
    readonly program: Program,
    private readonly folder: string,
    private readonly o: SceneOptions,
  ) {}

  /** @throws UserError if the port is taken or the command cannot be started */
  static async open(o: SceneOptions, id = ME, keyFile: KeyFile = {}): Promise<Scene> {
    const server = await Server.open(o.listen, o.patience, o.story);
    const folder = await mkdtemp(join(tmpdir(), 'parley-conform-'));
    try {
      const key = newKey(systemRandom);
      const path = join(folder, `${id}.key`);
      writeKeyFile(path, keyFile.change?.(formatKey(key)) ?? formatKey(key), { force: false });
      chmodSync(path, keyFile.mode ?? 0o600);
      const { address, port } = server.address;
      const places = { id, server: sourceText({ address, port }), host: address, port: String(port), key: path };
      const program = new Program(filled(o.command, places), o.patience, o.story);
      const scene = new Scene(id, key, server, program, folder, o);
      open.add(scene);
      scene.follow();
      await program.started;
      return scene;
    } catch (error) {
      server.close();
      for (const scene of open) if (scene.folder === folder) open.delete(scene);
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Another client with a server of its own, of the same command. */
  async another(id: string, keyFile?: KeyFile): Promise<Scene> {
    const other = await Scene.open({ ...this.o, listen: { ...this.o.listen, port: 0 } }, id, keyFile);
    this.others.push(other);
    return other;
  }

  async close(): Promise<void> {
    await Promise.all(this.others.map((other) => other.close()));
    await this.program.close();
    this.server.close();
    await rm(this.folder, { recursive: true, force: true });
    open.delete(this);
  }
  /** The same at once. */
  abandon(): void {
    this.program.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get patience(): number {
    return this.o.patience;
  }
  /** T_ACTIVITY, ms. */
  get activity(): number {
    if (this.o.activity === undefined)
      throw new Error('--activity SECONDS does not say how long the activity timer is');
    return this.o.activity;
  }
  /** A TCP port of the server's address where nobody listens. */
  async unusedPort(): Promise<number> {
    const listener = await systemNetwork.listenTcp({ ...this.server.address, port: 0 }, (stream) => stream.destroy());
    listener.close();
    return listener.local.port;
  }

  // The log-on, step by step

  /** Types `Log on`. @returns the HELLO that follows */
  async hello(): Promise<Datagram> {
    this.server.datagrams.take();
    this.program.type('Log on');
    return this.datagram(HELLO, 'HELLO');
  }
  /** The next datagram of this type. @param holds bytes that it has to hold @param due it comes after so many ms */
  datagram(type: number, expected: string, holds: Buffer = Buffer.alloc(0), due = 0): Promise<Datagram> {
    const { datagrams } = this.server;
    return datagrams.next(
      expected,
      ({ bytes }) => bytes[5] === type && bytes.length >= HEADER_BYTES && bytes.includes(holds),
      this.patience + due,
    );
  }
  /** What a CHALLENGE for this HELLO leads to; nothing is sent. */
  candidate({ bytes }: Datagram, rand = freshRand(), challenge = challengeFor(bytes, rand)): Candidate {
    return new Candidate(this.id, this.key, bytes, challenge);
  }
  /** Sends datagrams to where the last of this attempt came from: a NAT may have moved it (3.9). */
  answer({ bytes, from }: Datagram, ...datagrams: readonly Buffer[]): void {
    const attempt = attemptOf(bytes);
    const last = this.server.received.findLast((one) => attemptOf(one.bytes).equals(attempt));
    this.server.send(last?.from ?? from, ...datagrams);
  }
  /** CHALLENGE and RESPONSE. */
  async challenged(hello: Datagram): Promise<Candidate> {
    const candidate = this.candidate(hello);
    this.answer(hello, candidate.challenge);
    await this.datagram(RESPONSE, 'RESPONSE');
    return candidate;
  }
  success(candidate: Candidate): Buffer {
    return candidate.success(this.server.tcpPort);
  }
  /** The connection that the client opens, its first flight read. @throws NotChecked if none gets as far as `Connected` */
  async link(candidate: Candidate): Promise<Link> {
    if (this.o.unconnected) throw new NotChecked('a log-on that is answered rightly does not bring `Connected`');
    const link = await this.server.links.next('a TCP connection');
    return link.open(candidate);
  }
  /** From HELLO to the first flight. */
  async connecting(hello: Datagram): Promise<{ candidate: Candidate; link: Link }> {
    const candidate = await this.challenged(hello);
    this.answer(hello, this.success(candidate));
    return { candidate, link: await this.link(candidate) };
  }
  /** CONNECT is read, CONNECTED is sent and shown. */
  async connected(candidate: Candidate, link: Link): Promise<Link> {
    link.connected(candidate);
    await this.program.shows('Connected');
    await link.hears('CONNECT');
    return link;
  }
  /**
   * AUTH_SUCCESS for this candidate, and all that follows. Behind a NAT it may overtake CHALLENGE on another path (3.9), so it is
   * the answer to each repeated RESPONSE, too (3.4).
   */
  async accepted(hello: Datagram, candidate: Candidate): Promise<Link> {
    const success = this.success(candidate);
    const again = ({ bytes }: Datagram): void => {
      if (bytes[5] === RESPONSE) this.answer(hello, success);
    };
    this.answer(hello, success);
    this.server.listeners.add(again);
    try {
      return await this.connected(candidate, await this.link(candidate));
    } finally {
      this.server.listeners.delete(again);
    }
  }
  /** Answers a HELLO as an honest server does. */
  async admitted(hello: Datagram): Promise<Link> {
    const { candidate, link } = await this.connecting(hello);
    return this.connected(candidate, link);
  }
  /** The whole log-on. */
  async logOn(): Promise<Link> {
    return this.admitted(await this.hello());
  }

  // The chat

  /** The user calls BOB, who answers. */
  async chat(link: Link, session = 7): Promise<void> {
    this.program.type(`Chat ${BOB}`);
    await link.hears('CHAT_REQUEST');
    link.say({ type: 'CHAT_STARTED', session, id: BOB });
    await this.program.shows('Chat started');
  }
  /** Connected, and in a chat with BOB. */
  async chatting(session = 7): Promise<Link> {
    const link = await this.logOn();
    await this.chat(link, session);
    return link;
  }
  /** A text of the correspondent comes through: all that was sent before it has been dealt with. */
  async comesThrough(link: Link, session = 7, text = `sign ${freshRand().toString('hex', 0, 6)}`): Promise<void> {
    link.say({ type: 'CHAT', session, text });
    await this.program.showsText(text);
  }
  /** The connection lives: a request of the user gets through, and its answer. */
  async isConnected(link: Link, id = CAROL): Promise<void> {
    this.program.type(`Chat ${id}`);
    await link.hears('CHAT_REQUEST');
    link.say({ type: 'UNREACHABLE', id });
    await this.program.shows('Correspondent unreachable');
  }

  // How a connection ends

  /**
   * The client ends the connection without a word (class cut of 1.8), tells its user, and can log on anew.
   * @param send what it has to be cut for
   */
  async isCut(link: Link, what: string, send: () => void): Promise<void> {
    const [before, expected] = [link.said.length, `the connection cut after ${what}`];
    this.program.mark();
    send();
    await link.ends(expected);
    const [message] = link.said.slice(before);
    if (message) throw new Unexpected(`${expected}, without a word`, inWords(message));
    await this.program.tells('that the connection has ended');
  }
  /** The client sends CLOSE(4), ends the connection (class PE of 1.8), tells its user, and can log on anew. */
  async isRefused(link: Link, what: string, send: () => void): Promise<void> {
    const expected = `CLOSE with reason 4 after ${what}`;
    this.program.mark();
    send();
    try {
      const { reason } = await link.hears('CLOSE');
      if (reason !== 4) throw new Unexpected(expected, `CLOSE with reason ${String(reason)}`);
    } catch (error) {
      throw error instanceof Unexpected ? new Unexpected(expected, error.seen) : error;
    }
    await link.ends(`the end of the connection after ${what}`);
    await this.program.tells('that the connection has ended');
  }

  private follow(): void {
    const { program, server } = this;
    void program.exit.then((how) => {
      const told = program.epitaph(how);
      // Its last datagram may still be on its way up.
      setImmediate(() => {
        server.datagrams.end(told);
        server.links.end(told);
      });
    });
  }
}

export function challengeFor(hello: Buffer, rand: Buffer, ver = 1): Buffer {
  return encodeDatagram(attemptOf(hello), { type: 'CHALLENGE', ver, rand });
}
export function authFailFor(hello: Buffer): Buffer {
  return encodeDatagram(attemptOf(hello), { type: 'AUTH_FAIL' });
}

export function retryFor(hello: Buffer, token: Buffer): Buffer {
  return encodeDatagram(attemptOf(hello), { type: 'RETRY', token });
}

/** Each place in each word of the command is filled in; there is no shell that would read the result. */
function filled(command: readonly string[], places: Readonly<Record<string, string>>): [string, ...string[]] {
  const [file = '', ...args] = command.map((word) =>
    word.replaceAll(/\{(id|server|host|port|key)\}/g, (_, name: string) => places[name] ?? ''),
  );
  return [file, ...args];
}
