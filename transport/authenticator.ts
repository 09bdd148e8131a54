/**
 * The server's side of challenge and response: what the switchboard asks for by the serial number of an attempt, made of
 * the key store and the codec (protocol 2.4, 2.5, 2.7). Secrets stay in the key store; here are handles and datagrams.
 */
import type { Authenticator } from '../machines/server/switchboard';
import { WIRE } from '../machines/limits';
import type { Message } from '../machines/messages';
import type { Random } from '../machines/ports';
import type { KeyStore } from './security/keystore';
import type { RecordOpener, RecordSealer } from './security/records';
import { attemptIn, authSuccessHeader, encodeAuthSuccessBody, encodeDatagram, joinAuthSuccess } from './wire/datagrams';
import { encodeServerPreface } from './wire/prefaces';

const RAND_BYTES = 32;
const SALT_BYTES = 16;
const EMPTY = Buffer.alloc(0);
/** Stands for every unknown Client-ID when the server is started with --decoy; no Client-ID is empty (3.7). */
export const DECOY = '';

/** A datagram, and its message for a dump; a cookie is left out. */
export interface Answer {
  readonly bytes: Buffer;
  readonly message: Message<'CHALLENGE' | 'AUTH_SUCCESS'>;
  /** The same was answered before. */
  readonly again: boolean;
}
interface Entry {
  readonly rand: Buffer;
  handle: number;
  attempt: Buffer;
  challenge: Buffer;
  success?: Buffer;
  readonly answered: Set<'CHALLENGE' | 'AUTH_SUCCESS'>;
}

export class ServerAuthenticator implements Authenticator {
  private readonly entries = new Map<number, Entry>();

  constructor(
    private readonly keys: KeyStore,
    private readonly random: Random,
    /** TCP port announced in AUTH_SUCCESS. */
    private readonly tcpPort: () => number,
  ) {}

  makeRand(serial: number): string {
    const rand = Buffer.from(this.random.bytes(RAND_BYTES));
    this.entries.set(serial, { rand, handle: 0, attempt: EMPTY, challenge: EMPTY, answered: new Set() });
    return randKey(rand);
  }

  storeXRES(serial: number, id: string, hello: Uint8Array): void {
    const entry = this.at(serial);
    const subscriber = this.keys.has(id) ? id : DECOY;
    entry.attempt = Buffer.from(attemptIn(hello));
    entry.challenge = encodeDatagram(entry.attempt, { type: 'CHALLENGE', ver: WIRE.VERSION, rand: entry.rand });
    entry.handle = this.keys.derive(subscriber, entry.rand);
    this.keys.bindTranscript(entry.handle, hello, entry.challenge);
  }

  verify(serial: number, res: Uint8Array): boolean {
    return this.keys.verify(this.at(serial).handle, res);
  }

  makeCookie(serial: number): string {
    const entry = this.at(serial);
    const { keys, random } = this;
    keys.makeCookie(entry.handle, random);
    const header = authSuccessHeader(entry.attempt);
    const port = this.tcpPort();
    const body = (cookie: Buffer): Buffer => encodeAuthSuccessBody({ cookie, port });
    const { nonce, box } = keys.sealAuthSuccess(entry.handle, header, body, random);
    entry.success = joinAuthSuccess(header, nonce, box);
    return tagKey(keys.tag(entry.handle));
  }

  useCookie(serial: number): void {
    const entry = this.at(serial);
    this.keys.spend(entry.handle);
    delete entry.success;
  }

  /** The stored datagram that answers a repeated question with the same bytes, and what it says but for its secret. */
  answer(serial: number, name: 'CHALLENGE' | 'AUTH_SUCCESS'): Answer | undefined {
    const entry = this.entries.get(serial);
    const again = entry?.answered.has(name) === true;
    entry?.answered.add(name);
    if (name === 'CHALLENGE') {
      return entry && { bytes: entry.challenge, message: { type: name, ver: WIRE.VERSION, rand: entry.rand }, again };
    }
    const message = { type: name, cookie: EMPTY, port: this.tcpPort() };
    return entry?.success && { bytes: entry.success, message, again };
  }

  checkCookie(serial: number, cookie: Uint8Array): boolean {
    return this.keys.checkCookie(this.at(serial).handle, cookie);
  }

  opener(serial: number, clientPreface: Buffer): RecordOpener {
    return this.keys.serverOpener(this.at(serial).handle, clientPreface);
  }

  /** A fresh server preface and the keys it leads to. */
  sealer(serial: number, clientPreface: Buffer): { preface: Buffer; sealer: RecordSealer } {
    const preface = encodeServerPreface({ salt: this.random.bytes(SALT_BYTES) });
    return { preface, sealer: this.keys.serverSealer(this.at(serial).handle, clientPreface, preface) };
  }

  /** Wipes everything of an attempt. */
  forget(serial: number): void {
    const entry = this.entries.get(serial);
    if (!entry) return;
    this.entries.delete(serial);
    this.keys.forget(entry.handle);
  }

  private at(serial: number): Entry {
    const entry = this.entries.get(serial);
    if (!entry) throw new Error(`authenticator: attempt ${String(serial)} is unknown`);
    return entry;
  }
}

/** Table keys of public byte strings. */
export function randKey(rand: Uint8Array): string {
  return Buffer.from(rand).toString('latin1');
}
export function tagKey(tag: Uint8Array): string {
  return Buffer.from(tag).toString('latin1');
}
