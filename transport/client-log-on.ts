/**
 * One log-on attempt of a client at a time: its UDP socket, the HELLO and RESPONSE bytes that are repeated unchanged, the
 * candidates and their key handles (protocol 2.4, 3.3, 3.8). Which of them is sent when, the machine says.
 */
import type { ClientEvent } from '../machines/client/events';
import type { Fault } from '../machines/faults';
import { WIRE } from '../machines/limits';
import type { Message } from '../machines/messages';
import type { Address, Random } from '../machines/ports';
import type { Awaited } from './channel';
import { sourceText } from './log';
import type { WireTrace } from './trace';
import type { ConnectedDatagramSocket, Network } from './net/network';
import type { KeyStore } from './security/keystore';
import type { RecordSealer } from './security/records';
import { transcriptHash } from './security/schedule';
import {
  decodeAuthSuccessBody,
  decodeDatagram,
  encodeDatagram,
  type OpenDatagram,
  type SealedDatagram,
  withToken,
} from './wire/datagrams';
import { decodeServerPreface, encodeClientPreface } from './wire/prefaces';

const ATTEMPT_BYTES = 16;
const SALT_BYTES = 16;
/** Greatest number of random bytes under the extension "grease" (1.7). */
const GREASE_BYTES = 8;

export interface LogOnOptions {
  readonly id: string;
  readonly server: Address;
  readonly keys: KeyStore;
  readonly random: Random;
  readonly network: Network;
  readonly trace?: WireTrace | undefined;
}
export interface LogOnHandlers {
  event(event: ClientEvent): void;
  refused(fault: Fault): void;
  /** The network has said something of the server: told once for each attempt. */
  hinted(hint: Hint): void;
}
interface Response {
  readonly message: Message<'RESPONSE'>;
  readonly bytes: Buffer;
}

/**
 * `refused`: nothing listens there; `name`: the name of the server is not known; `text` says it to the user when the attempt is over,
 * `meanwhile` before.
 */
export interface Hint {
  readonly kind: 'refused' | 'name' | 'other';
  readonly text: string;
  readonly meanwhile: string;
}

export class ClientLogOn {
  private udp: ConnectedDatagramSocket | undefined;
  private attempt: Buffer = Buffer.alloc(ATTEMPT_BYTES);
  private hello: Buffer = Buffer.alloc(0);
  /** The CHALLENGE being processed: both datagrams go into TH. */
  private challenge: Buffer = Buffer.alloc(0);
  /** Key handles by TH, hexadecimal, in order of arrival. */
  private readonly candidates = new Map<string, number>();
  /** By rand, hexadecimal. */
  private readonly responses = new Map<string, Response>();
  /** The handle of the candidate that opened AUTH_SUCCESS. */
  private kept: number | undefined;
  /** What the network said about the server, for the user if nothing else comes. */
  hint: Hint | undefined;

  constructor(
    private readonly o: LogOnOptions,
    private readonly handlers: LogOnHandlers,
  ) {}

  /** The address that UDP uses. */
  get remote(): Address | undefined {
    return this.udp?.remote;
  }

  begin(): void {
    const { id, random, network, server } = this.o;
    this.hint = undefined;
    this.attempt = Buffer.from(random.bytes(ATTEMPT_BYTES));
    const grease = random.bytes(Math.floor(random.fraction() * (GREASE_BYTES + 1)));
    const ver = { min: WIRE.VERSION, max: WIRE.VERSION };
    this.hello = encodeDatagram(this.attempt, { type: 'HELLO', ver, id }, { grease });
    const udp = network.connectUdp(server, {
      datagram: (bytes) => this.udp === udp && this.datagram(bytes),
      error: (error) => this.udp === udp && this.failed(error),
    });
    this.udp = udp;
  }

  /** @param token of a RETRY, in hexadecimal; empty: there was none */
  sendHello(token: string): void {
    const { id, trace } = this.o;
    const ver = { min: WIRE.VERSION, max: WIRE.VERSION };
    const bytes = withToken(this.hello, Buffer.from(token, 'hex'));
    trace?.datagram('client', id, this.attempt, { type: 'HELLO', ver, id }, bytes.length);
    this.udp?.send(bytes);
  }

  /** @param displaced names of candidates that leave for it */
  addCandidate(th: string, rand: string, displaced: readonly string[]): void {
    const { keys, id } = this.o;
    for (const name of displaced) this.forget(name);
    const bytes = Buffer.from(rand, 'hex');
    const handle = keys.derive(id, bytes);
    keys.bindTranscript(handle, this.hello, this.challenge);
    this.candidates.set(th, handle);
    if (this.responses.has(rand)) return;
    const message = { type: 'RESPONSE', id, res: keys.res(handle), rand: bytes } as const;
    this.responses.set(rand, { message, bytes: encodeDatagram(this.attempt, message) });
  }

  sendResponse(rand: string): void {
    const response = this.responses.get(rand);
    if (!response) return;
    this.o.trace?.datagram('client', this.o.id, this.attempt, response.message, response.bytes.length);
    this.udp?.send(response.bytes);
  }

  /** Keeps the candidate that opened AUTH_SUCCESS, wipes the others. */
  keep(th: string): void {
    this.kept = this.candidates.get(th);
    this.candidates.delete(th);
    this.wipeCandidates();
  }

  /** What CONNECT is written with; the caller wipes the cookie. Late datagrams are of no use from here on (P20). */
  connection(): { preface: Buffer; sealer: RecordSealer; cookie: Buffer; awaited: Awaited } {
    const { keys, random } = this.o;
    const { kept } = this;
    if (kept === undefined) throw new Error('CONNECT needs the candidate that opened AUTH_SUCCESS');
    this.closeUdp();
    const handle = kept;
    const preface = encodeClientPreface({ tag: keys.tag(handle), salt: random.bytes(SALT_BYTES) });
    const sealer = keys.clientSealer(handle, preface);
    const cookie = keys.cookie(handle);
    const open = (serverPreface: Buffer) => {
      const decoded = decodeServerPreface(serverPreface);
      return decoded.ok ? keys.clientOpener(handle, preface, serverPreface) : decoded.fault;
    };
    return { preface, sealer, cookie, awaited: { bytes: WIRE.SERVER_PREFACE_BYTES, open } };
  }

  /** The attempt and its connection are over. @returns what wipes the keys, once everything queued is sealed */
  end(): () => void {
    this.closeUdp();
    this.wipeCandidates();
    const { kept } = this;
    this.kept = undefined;
    return () => {
      if (kept !== undefined) this.o.keys.forget(kept);
    };
  }

  private datagram(bytes: Buffer): void {
    const decoded = decodeDatagram(bytes, 'server');
    if (!decoded.ok) return this.handlers.refused(decoded.fault);
    if (!decoded.value.attempt.equals(this.attempt)) return this.handlers.refused('OtherAttempt');
    if ('sealed' in decoded.value) this.sealed(decoded.value, bytes.length);
    else this.opened(decoded.value, bytes);
  }

  private opened({ attempt, message }: OpenDatagram, bytes: Buffer): void {
    this.o.trace?.datagram('server', this.o.id, attempt, message, bytes.length);
    if (message.type === 'AUTH_FAIL') return this.handlers.event({ type: 'D.AUTH_FAIL' });
    if (message.type === 'RETRY') {
      return this.handlers.event({ type: 'D.RETRY', token: Buffer.from(message.token).toString('hex') });
    }
    if (message.type !== 'CHALLENGE') return;
    if (message.ver !== WIRE.VERSION) return this.handlers.refused('VersionNotOffered');
    this.challenge = bytes;
    const th = transcriptHash(this.hello, bytes).toString('hex');
    this.handlers.event({ type: 'D.CHALLENGE', th, rand: Buffer.from(message.rand).toString('hex') });
  }

  /** The candidates are tried in order of arrival; what verifies under none is dropped (2.5). */
  private sealed({ attempt, sealed }: SealedDatagram, size: number): void {
    const { keys, trace, id } = this.o;
    for (const [th, handle] of this.candidates) {
      const plain = keys.openAuthSuccess(handle, sealed.header, sealed.nonce, sealed.box);
      if (!plain) continue;
      const body = decodeAuthSuccessBody(plain);
      if (!body.ok) return this.handlers.refused(body.fault);
      const { port, cookie } = body.value;
      trace?.datagram('server', id, attempt, { type: 'AUTH_SUCCESS', cookie: Buffer.alloc(0), port }, size);
      keys.keepCookie(handle, cookie);
      plain.fill(0);
      return this.handlers.event({ type: 'D.AUTH_SUCCESS', th, port });
    }
    this.handlers.refused('AnswerNotVerified');
  }

  private failed(error: NodeJS.ErrnoException): void {
    const first = this.hint === undefined;
    this.hint = this.hintOf(error);
    if (first) this.handlers.hinted(this.hint);
  }

  private hintOf(error: NodeJS.ErrnoException): Hint {
    const { address } = this.o.server;
    const where = sourceText(this.o.server);
    if (error.code === 'ECONNREFUSED') {
      const text = `nothing listens on UDP ${where}: is the server running there?`;
      return { kind: 'refused', text, meanwhile: `no server answers at ${where}` };
    }
    if (error.syscall === 'getaddrinfo') {
      const meanwhile = `the name ${address} is not known`;
      return { kind: 'name', text: `${meanwhile}: check --server`, meanwhile };
    }
    const text = `${where}: ${error.message}`;
    return { kind: 'other', text, meanwhile: text };
  }

  private wipeCandidates(): void {
    for (const th of [...this.candidates.keys()]) this.forget(th);
    this.responses.clear();
  }

  private forget(th: string): void {
    const handle = this.candidates.get(th);
    if (handle !== undefined) this.o.keys.forget(handle);
    this.candidates.delete(th);
  }

  private closeUdp(): void {
    this.udp?.close();
    this.udp = undefined;
  }
}
