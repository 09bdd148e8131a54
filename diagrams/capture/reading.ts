/**
 * A capture as messages: finds what is Parley in it by magic and by the addresses it has learnt, names the client of every
 * datagram and connection, and opens what the keys open. Must never be here: a file, a way of showing.
 */
import type { Fault } from '../../machines/faults';
import { WIRE } from '../../machines/limits';
import type { DatagramName, Message, Role } from '../../machines/messages';
import { decodeAuthSuccessBody, decodeDatagram, type SealedDatagram } from '../../transport/wire/datagrams';
import { prefaceStartFault } from '../../transport/wire/prefaces';
import { ParleyConnection } from './connection';
import type { Entry, NoteEntry } from './entries';
import { packetsOf, type Read } from './file';
import { Keys } from './keys';
import { carriedBy, type Endpoint, type Unreadable, type UdpDatagram } from './layers';
import { Streams, type Side, type StreamReader } from './streams';

/** Attempts and servers that are remembered; the oldest go first. */
const REMEMBERED = 65_536;
const MAGIC = Buffer.from('SBCU', 'latin1');
const TYPE_AT = 5;
/** Types that a client sends. */
const CLIENT_TYPES = [1, 3];
const ATTEMPT = [8, 24] as const;

/** What a capture held. */
export interface Tally {
  packets: number;
  /** Messages, prefaces and records shown. */
  shown: number;
  /** Records and AUTH_SUCCESS that no key opened. */
  closed: number;
}

type Note = (words: string) => void;

interface Attempt {
  readonly id: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The server has sent AUTH_SUCCESS, and no connection has been found for it yet. */
  waiting: boolean;
}

export interface ReadingOptions {
  /** Absent: there is no key log. */
  readonly keys?: Keys | undefined;
  readonly tell: (entry: Entry) => void;
}

/** @throws CaptureError it is no capture */
export function readCapture(read: Read, o: ReadingOptions): Tally {
  const reading = new Reading(o);
  for (const packet of packetsOf(read)) {
    if (typeof packet === 'string') reading.remark(packet);
    else reading.packet(carriedBy(packet), packet.ms);
  }
  reading.end();
  return reading.tally;
}

class Reading {
  readonly tally: Tally = { packets: 0, shown: 0, closed: 0 };
  private readonly keys: Keys;
  /** By attempt-ID in hexadecimal. */
  private readonly attempts = new Map<string, Attempt>();
  /** Where servers have been seen: UDP ports that got a HELLO, TCP ports that got a preface. */
  private readonly servers = new Set<string>();
  private readonly streams = new Streams((opener, other, ms) => this.stream(opener, other, ms));
  private readonly unreadable = new Set<Unreadable['why']>();
  private connections = 0;
  private lastMs = 0;

  constructor(private readonly o: ReadingOptions) {
    this.keys = o.keys ?? new Keys();
  }

  packet(carried: ReturnType<typeof carriedBy>, ms: number): void {
    this.tally.packets++;
    this.lastMs = ms;
    if (carried?.over === 'udp') this.datagram(carried);
    else if (carried?.over === 'tcp') this.streams.segment(carried);
    else if (carried) this.cannotRead(carried);
  }

  end(): void {
    this.streams.end();
  }

  /** Once for each reason: it may be so of every packet. */
  private cannotRead({ why, ms }: Unreadable): void {
    if (this.unreadable.has(why)) return;
    this.unreadable.add(why);
    const words = {
      fragment: 'IP packets in fragments are not put together, which Parley does not need; they are left out',
      cut: 'packets whose headers the capture has cut are left out: capture with a larger snapshot length',
      link: 'packets of a link type that is not known here are left out: capture on loopback, Ethernet, "any" or raw IP',
    }[why];
    this.tell({ kind: 'note', ms, words });
  }

  remark(words: string): void {
    this.tell({ kind: 'note', ms: this.lastMs, words });
  }

  // UDP

  private datagram({ payload, from, to, size, ms }: UdpDatagram): void {
    const sender = this.senderOf(payload, from, to);
    if (!sender) return;
    const server = sender === 'client' ? to : from;
    const client = sender === 'client' ? from : to;
    const attempt = payload.subarray(...ATTEMPT);
    const id = this.attempts.get(attempt.toString('hex'))?.id ?? '';
    const note: Note = (words) => this.tell({ kind: 'note', ms, from: sender, client: id, words: `udp ${words}` });
    if (payload.length < size) {
      note(`datagram of ${String(size)} B, of which the capture has ${String(payload.length)}`);
      return;
    }
    const decoded = decodeDatagram(payload, sender);
    if (!decoded.ok) {
      note(`datagram of ${String(size)} B refused: ${decoded.fault}`);
      return;
    }
    if ('message' in decoded.value) this.learn(decoded.value.message, attempt, client, server);
    const opened = 'message' in decoded.value ? decoded.value.message : this.open(decoded.value, server, note);
    const known = this.attempts.get(attempt.toString('hex'));
    if (known && 'sealed' in decoded.value) known.waiting = true;
    if (!opened) this.tally.closed++;
    this.tell({ kind: 'datagram', ms, from: sender, client: known?.id ?? '', attempt, message: opened, size });
  }

  /** Whose datagram it is: by the server's address if that is known, else by what it claims to be; undefined if it is not ours. */
  private senderOf(payload: Buffer, from: Endpoint, to: Endpoint): Role | undefined {
    const [isServer, toServer] = [from, to].map((end) => this.servers.has(`udp ${end}`) || isStandard(end));
    const isOurs = payload.subarray(0, MAGIC.length).equals(MAGIC);
    if (isServer !== toServer) return isServer ? 'server' : 'client';
    if (!isOurs) return undefined;
    return CLIENT_TYPES.includes(payload[TYPE_AT] ?? 0) ? 'client' : 'server';
  }

  private learn(message: Message<DatagramName>, attempt: Buffer, client: Endpoint, server: Endpoint): void {
    if (message.type !== 'HELLO') return;
    remember(this.servers, `udp ${server}`);
    const key = attempt.toString('hex');
    if (this.attempts.has(key)) return;
    const [oldest] = this.attempts.keys();
    if (this.attempts.size >= REMEMBERED && oldest !== undefined) this.attempts.delete(oldest);
    this.attempts.set(key, { id: message.id, client, server, waiting: false });
  }

  private open({ attempt, sealed }: SealedDatagram, server: Endpoint, note: Note): Message<'AUTH_SUCCESS'> | undefined {
    const plain = this.keys.openAuthSuccess(attempt, sealed.header, sealed.nonce, sealed.box);
    const body = plain && decodeAuthSuccessBody(plain);
    if (body && !body.ok) note(`AUTH_SUCCESS holds what it must not: ${body.fault}`);
    if (!body?.ok) return undefined;
    remember(this.servers, `tcp ${hostOf(server)}:${String(body.value.port)}`);
    return body.value;
  }

  // TCP

  private stream(opener: Endpoint, other: Endpoint, ms: number): StreamReader {
    const number = ++this.connections;
    let phase: 'new' | 'ours' | 'foreign' = 'new';
    let client = '';
    const role = (side: Side): Role => (side === 'opener' ? 'client' : 'server');
    const connection = new ParleyConnection({
      number,
      keys: this.keys,
      hasKeyLog: this.o.keys !== undefined,
      began: (tag) => (client = this.clientOf(tag, opener, other)),
      tell: (entry, at) => this.tell({ ...entry, ms: at, client }),
    });
    const look = (first: Buffer, at: number): void => {
      const fault = prefaceStartFault(first);
      phase = fault === undefined ? 'ours' : 'foreign';
      if (fault === undefined) remember(this.servers, `tcp ${other}`);
      // Whatever else is in the capture is none of our business.
      else if ([opener, other].some((end) => this.servers.has(`tcp ${end}`))) this.beginsWrongly(fault, opener, at);
    };
    return {
      data: (from, bytes, at) => {
        if (phase === 'new') look(bytes, at);
        if (phase === 'ours') connection.data(role(from), bytes, at);
      },
      missing: (from, bytes, at) => {
        if (phase === 'ours') connection.missing(role(from), bytes, at);
      },
      end: (at) => {
        if (phase === 'ours') connection.end(Math.max(ms, at));
      },
    };
  }

  private beginsWrongly(fault: Fault, opener: Endpoint, ms: number): void {
    const words = `tcp connection of ${opener} does not begin with a preface (${fault}): begun before the capture, or not Parley`;
    this.tell({ kind: 'note', ms, words });
  }

  /** The key log knows; without it the only attempt between these addresses that waits for its connection. */
  private clientOf(tag: Buffer, client: Endpoint, server: Endpoint): string {
    const known = this.attempts.get(this.keys.attemptOf(tag) ?? '');
    if (known) known.waiting = false;
    if (known) return known.id;
    const [one, another] = [...this.attempts.values()].filter(
      (attempt) =>
        attempt.waiting && hostOf(attempt.client) === hostOf(client) && hostOf(attempt.server) === hostOf(server),
    );
    if (!one || another) return '';
    one.waiting = false;
    return one.id;
  }

  private tell(entry: Entry | NoteEntry): void {
    if (entry.kind !== 'note') this.tally.shown++;
    if (entry.kind === 'record' && !entry.messages) this.tally.closed++;
    this.o.tell(entry);
  }
}

function isStandard(end: Endpoint): boolean {
  return end.endsWith(`:${String(WIRE.UDP_PORT)}`);
}
function hostOf(end: Endpoint): string {
  return end.slice(0, end.lastIndexOf(':'));
}
function remember(set: Set<string>, name: string): void {
  const [oldest] = set;
  if (set.size >= REMEMBERED && oldest !== undefined) set.delete(oldest);
  set.add(name);
}
