/**
 * Somebody who sees every byte on the network, and has the key logs of everybody: checks while a story runs what must hold of
 * the wire whatever the story is (protocol 6.1): I-5, I-8, I-16, I-17, I-18. Must never be here: what a story is about.
 */
import type { Role, TcpMessage } from '../../machines/messages';
import { open } from '../../transport/security/aead';
import { writeNonce } from '../../transport/security/records';
import { ByteQueue } from '../../transport/wire/bytes';
import { decodeRecord } from '../../transport/wire/records';
import { WIRE } from '../../machines/limits';
import type { Datagram, NetworkWatch } from './memory-fates';
import { StreamRules } from './stream-rules';

const DATAGRAMS = ['', 'HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_SUCCESS', 'AUTH_FAIL', 'RETRY'];
const CHALLENGE = 2;
const AUTH_SUCCESS = 4;

/** A message as it left, in the order of leaving. */
export interface Seen {
  readonly link: object;
  readonly from: Role;
  readonly message: TcpMessage;
}
interface Direction {
  readonly queue: ByteQueue;
  /** clear: the preface is still to come; records; opaque: no key opens it. */
  phase: 'clear' | 'records' | 'opaque';
  seq: number;
}
interface Connection {
  tag: string;
  readonly client: Direction;
  readonly server: Direction;
  readonly rules: StreamRules;
}
interface Traffic {
  bytes: number;
  datagrams: number;
}

export class WireWatch implements NetworkWatch {
  readonly violations: string[] = [];
  readonly messages: Seen[] = [];
  /** Datagrams that sockets sent, whatever became of them. */
  readonly sentDatagrams: (Datagram & { readonly name: string })[] = [];
  /** Connections of which not every record could be opened: a liar's, or damaged ones. */
  opaque = 0;
  private readonly keys = new Map<string, Set<string>>();
  private readonly connections = new Map<object, Connection>();
  /** By key and record number: what was sealed. */
  private readonly sealed = new Map<string, string>();
  /** By client address and port: what the server may still send there. */
  private readonly credit = new Map<string, Traffic>();
  private readonly rands = new Map<string, string>();
  private readonly nonces = new Map<string, string>();
  private readonly sessions = new Map<number, number>();

  constructor(private readonly server: string) {}

  /** All traffic keys so far, in hexadecimal. */
  get trafficKeys(): string[] {
    return [...this.keys.values()].flatMap((pairs) => [...pairs].map((pair) => pair.split(' ', 1)[0] ?? ''));
  }

  /** Takes the lines of a key log. */
  readonly keyLog = (line: string): void => {
    const [, tag = '', direction = '', epoch = '', key = '', iv = ''] = line.split(' ');
    const name = `${tag} ${direction} ${epoch}`;
    const known = this.keys.get(name) ?? new Set();
    this.keys.set(name, known.add(`${key} ${iv}`));
  };

  // Datagrams

  delivered({ from, to, bytes }: Datagram): void {
    if (to.address === this.server) this.earn(`${from.address}:${String(from.port)}`, bytes.length, 1);
  }

  /** Their names. */
  get datagrams(): string[] {
    return this.sentDatagrams.map(({ name }) => name);
  }

  sent(datagram: Datagram): void {
    const { from, to, bytes } = datagram;
    this.sentDatagrams.push({ ...datagram, name: DATAGRAMS[bytes[5] ?? 0] ?? '?' });
    if (from.address !== this.server) return;
    const name = `${to.address}:${String(to.port)}`;
    const { bytes: rest, datagrams } = this.earn(name, -bytes.length, -1);
    if (rest < 0 || datagrams < 0) this.violations.push(`I-16: the server sends more to ${name} than came from there`);
    const whole = bytes.toString('hex');
    if (bytes[5] === CHALLENGE)
      this.unique(this.rands, bytes.toString('hex', 25, 57), whole, 'I-18: a rand came twice');
    if (bytes[5] === AUTH_SUCCESS) {
      const nonce = bytes.toString('hex', 8, 36);
      this.unique(this.nonces, nonce, whole, 'I-17: two AUTH_SUCCESS under one nonce');
    }
  }

  private earn(name: string, bytes: number, datagrams: number): Traffic {
    const before = this.credit.get(name) ?? { bytes: 0, datagrams: 0 };
    const after = { bytes: before.bytes + bytes, datagrams: before.datagrams + datagrams };
    this.credit.set(name, after);
    return after;
  }

  private unique(known: Map<string, string>, name: string, value: string, violation: string): void {
    const before = known.get(name);
    if (before !== undefined && before !== value) this.violations.push(violation);
    known.set(name, value);
  }

  // Streams

  /** What was said on one connection, in order of leaving: `C CHAT_REQUEST(B)`, `S CHAT_STARTED(1, B)`. */
  spoken(on: object): string[] {
    return this.messages.filter(({ link }) => link === on).map(({ from, message }) => said(from, message));
  }

  streamed(link: object, from: Role, bytes: Buffer): void {
    const connection = this.connections.get(link) ?? this.begin(link);
    const direction = connection[from];
    direction.queue.push(Buffer.from(bytes));
    while (this.step(link, connection, from, direction));
  }

  private begin(link: object): Connection {
    const direction = (): Direction => ({ queue: new ByteQueue(), phase: 'clear', seq: 0 });
    const violate = (violation: string): void => void this.violations.push(violation);
    const rules = new StreamRules(violate, this.sessions);
    const connection = { tag: '', client: direction(), server: direction(), rules };
    this.connections.set(link, connection);
    return connection;
  }

  private step(link: object, connection: Connection, from: Role, direction: Direction): boolean {
    const { queue, phase } = direction;
    if (phase === 'opaque') return false;
    if (phase === 'clear') {
      const preface = queue.take(from === 'client' ? WIRE.CLIENT_PREFACE_BYTES : WIRE.SERVER_PREFACE_BYTES);
      if (!preface) return false;
      if (from === 'client') connection.tag = preface.toString('hex', 8, 24);
      direction.phase = 'records';
      return true;
    }
    const length = queue.peek(2);
    const record = length && queue.take(2 + length.readUInt16BE());
    if (!record) return false;
    this.record(link, connection, from, direction, record);
    return true;
  }

  private record(link: object, connection: Connection, from: Role, direction: Direction, record: Buffer): void {
    const epoch = Math.floor(direction.seq / WIRE.REKEY_RECORDS);
    const name = `${connection.tag} ${from === 'client' ? 'c2s' : 's2c'} ${String(epoch)}`;
    for (const pair of this.keys.get(name) ?? []) {
      const [key = '', iv = ''] = pair.split(' ');
      const nonce = Buffer.alloc(12);
      writeNonce(nonce, Buffer.from(iv, 'hex'), direction.seq);
      const plaintext = open(Buffer.from(key, 'hex'), nonce, record.subarray(0, 2), record.subarray(2));
      if (!plaintext) continue;
      const use = `${key} ${String(direction.seq)}`;
      this.unique(this.sealed, use, record.toString('base64'), 'I-17: two records under one key and nonce');
      direction.seq++;
      for (const message of decodeRecord(plaintext, from).messages) {
        this.messages.push({ link, from, message });
        connection.rules.message(from, message);
      }
      return;
    }
    direction.phase = 'opaque';
    this.opaque++;
  }
}

/** The sender, the name and the fields; not the cookie. */
function said(from: Role, { type, ...fields }: TcpMessage): string {
  const shown = Object.entries(fields).flatMap(([name, value]) =>
    name === 'cookie' || name === 'time' ? [] : [String(value)],
  );
  return `${from === 'client' ? 'C' : 'S'} ${type}${shown.length === 0 ? '' : `(${shown.join(', ')})`}`;
}
