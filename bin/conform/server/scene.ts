/**
 * The surroundings of one check: three or more subscribers at somebody's server, whoever of them is needed, and strangers.
 * Everything that was opened is given back in order, so that the next check finds nobody on line. Must never be here: a check.
 */
import type { TcpMessage } from '../../../machines/messages';
import { encodeDatagram } from '../../../transport/wire/datagrams';
import { Unexpected } from '../check';
import { chance, hex } from '../bytes';
import { expectStarted, must } from './expect';
import { Peer } from './peer';
import { type Site, Tcp, Udp } from './sockets';
import { datagramWords } from './words';

/** A subscriber whose key we have. */
export interface Person {
  readonly id: string;
  readonly key: Uint8Array;
}

/** Two in a chat. */
export interface Pair {
  readonly a: Peer;
  readonly b: Peer;
  readonly session: number;
}

export class Scene {
  private readonly peers: Peer[] = [];
  private readonly sockets: (Udp | Tcp)[] = [];

  constructor(
    readonly site: Site,
    /** At least three. */
    readonly people: readonly Person[],
  ) {}

  /** The n-th person, from 0. */
  person(n: number): Person {
    const person = this.people[n];
    if (!person) throw new Error(`this check needs ${String(n + 1)} keys`);
    return person;
  }
  id(n: number): string {
    return this.person(n).id;
  }
  /** A Client-ID that nobody has: so long a one by chance is no subscriber's. */
  unknown(): string {
    return `x${hex(chance(12))}`;
  }

  async udp(): Promise<Udp> {
    const udp = await Udp.open(this.site);
    this.sockets.push(udp);
    return udp;
  }
  async tcp(port: number): Promise<Tcp> {
    const tcp = await Tcp.open(this.site, port);
    this.sockets.push(tcp);
    return tcp;
  }
  /** Somebody who has not said anything yet. */
  async peer(n = 0): Promise<Peer> {
    const { id, key } = this.person(n);
    const peer = new Peer(this.site, await Udp.open(this.site), id, key);
    this.peers.push(peer);
    return peer;
  }
  /** Somebody who has got CHALLENGE. */
  async challenged(n = 0): Promise<Peer> {
    const peer = await this.peer(n);
    await peer.askChallenge();
    return peer;
  }
  /** Somebody who has got AUTH_SUCCESS. */
  async authenticated(n = 0): Promise<Peer> {
    return (await this.peer(n)).authenticate();
  }
  /** Somebody who is connected. */
  async online(n = 0): Promise<Peer> {
    return (await this.peer(n)).logOn();
  }
  /** The first two, or others, in a chat. */
  async pair(first = 0, second = 1): Promise<Pair> {
    const [b, a] = [await this.online(second), await this.online(first)];
    return { a, b, session: await chat(a, b) };
  }

  /** A HELLO of the first person, by default with an attempt-ID of its own. */
  hello(attempt: Uint8Array = chance(16), id = this.id(0)): Buffer {
    return encodeDatagram(attempt, { type: 'HELLO', ver: { min: 1, max: 1 }, id });
  }

  /**
   * None of these is answered: the next answer on this socket is that to a good HELLO sent after them, and only that comes.
   * @throws Unexpected
   */
  async silent(udp: Udp, ...inputs: readonly Uint8Array[]): Promise<void> {
    for (const bytes of inputs) await udp.send(bytes);
    const attempt = chance(16);
    const answer = await udp.askAgain(this.hello(attempt), 'CHALLENGE for a HELLO sent afterwards');
    const others = [answer, ...udp.inbox.items.splice(0)].filter(
      (bytes) => hex(bytes.subarray(8, 24)) !== hex(attempt),
    );
    must(others.length === 0, 'no answer', others.map(datagramWords).join(', '));
    must(datagramWords(answer) === 'CHALLENGE', 'CHALLENGE for a HELLO sent afterwards', datagramWords(answer));
  }

  /** Somebody who was there and has gone, as the server knows. @throws Unexpected */
  async offline(n: number): Promise<void> {
    const peer = await this.online(n);
    await peer.say({ type: 'CLOSE', reason: 0 });
    await peer.over();
  }

  async close(): Promise<void> {
    await Promise.all(this.peers.splice(0).map(leave));
    for (const socket of this.sockets.splice(0)) socket.close();
  }
}

/** Logs off if it can, and waits until the server has ended its side. */
async function leave(peer: Peer): Promise<void> {
  const { tcp } = peer;
  if (tcp && !tcp.ended && peer.isConnected) {
    await peer.say({ type: 'CLOSE', reason: 0 });
    await tcp.over().catch((error: unknown) => {
      if (!(error instanceof Unexpected)) throw error;
    });
  }
  peer.close();
}

/** CHAT_REQUEST, and CHAT_STARTED with one session-ID to both. @returns it @throws Unexpected */
export async function chat(caller: Peer, called: Peer): Promise<number> {
  await caller.say({ type: 'CHAT_REQUEST', id: called.id });
  const session = await expectStarted(caller, called.id);
  const other = await expectStarted(called, caller.id);
  must(session === other, `one session-ID for both, ${String(session)}`, String(other));
  return session;
}

/** All that came for a peer before the answer to a question that it asks now, and that is always answered. @throws Unexpected */
export async function before(peer: Peer): Promise<TcpMessage[]> {
  const id = `x${hex(chance(12))}`;
  await peer.say({ type: 'HISTORY_REQ', id });
  const came: TcpMessage[] = [];
  for (;;) {
    const message = await peer.reply('HISTORY_END for a client that is unknown');
    if (message.type === 'HISTORY_END' && message.id === id) return came;
    came.push(message);
  }
}
