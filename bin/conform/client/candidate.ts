/**
 * What a server computes of a HELLO and its CHALLENGE (protocol 2.2 to 2.7), with everything in the open: a lying server seals
 * what it likes. Must never be here: a socket, what the client did.
 */
import { sealInto } from '../../../transport/security/aead';
import { a3, a8 } from '../../../transport/security/hashes';
import { systemRandom } from '../../../transport/security/random';
import { RecordOpener, RecordSealer } from '../../../transport/security/records';
import {
  authSuccessKey,
  clientToServerSecret,
  extract,
  lookupTag,
  serverToClientSecret,
  transcriptHash,
} from '../../../transport/security/schedule';
import {
  authSuccessHeader,
  encodeAuthSuccessBody,
  encodeDatagram,
  joinAuthSuccess,
} from '../../../transport/wire/datagrams';

/** Attempt-ID, cookie, salt, tag. */
const SIXTEEN = 16;
const RAND_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ATTEMPT_AT = 8;
const HEADER_BYTES = 24;
/** Where CHALLENGE has its rand. */
const RAND_AT = 25;

export const random = (bytes: number): Buffer => Buffer.from(systemRandom.bytes(bytes));
export const freshRand = (): Buffer => random(RAND_BYTES);
export const freshSalt = (): Buffer => random(SIXTEEN);

/** The attempt-ID of a datagram, 16 bytes, whatever else is wrong with it. */
export const attemptOf = (datagram: Buffer): Buffer => datagram.subarray(ATTEMPT_AT, HEADER_BYTES);

export class Candidate {
  readonly cookie = random(SIXTEEN);
  private readonly root: Buffer;
  private readonly th: Buffer;
  private readonly sealed = new Map<number, Buffer>();

  /** @param hello, challenge as they went over the wire @param key K_A, 32 bytes */
  constructor(
    readonly id: string,
    private readonly key: Buffer,
    readonly hello: Buffer,
    readonly challenge: Buffer,
  ) {
    this.root = extract(a8(this.rand, key));
    this.th = transcriptHash(hello, challenge);
  }

  get attempt(): Buffer {
    return attemptOf(this.hello);
  }
  get rand(): Buffer {
    return this.challenge.subarray(RAND_AT, RAND_AT + RAND_BYTES);
  }
  /** hash1(rand, K_A). */
  get res(): Buffer {
    return a3(this.rand, this.key);
  }
  get tag(): Buffer {
    return lookupTag(this.root, this.th);
  }
  /** The RESPONSE that an honest client sends, filling included. */
  get response(): Buffer {
    const { attempt, id, res, rand } = this;
    return encodeDatagram(attempt, { type: 'RESPONSE', id, res, rand });
  }
  /** AUTH_SUCCESS for this TCP port: sealed once, then the same bytes. */
  success(port: number): Buffer {
    const made = this.sealed.get(port) ?? this.sealSuccess(encodeAuthSuccessBody({ cookie: this.cookie, port }));
    this.sealed.set(port, made);
    return made;
  }
  /** AUTH_SUCCESS with any plaintext of 32 bytes. */
  sealSuccess(plaintext: Buffer, attempt = this.attempt): Buffer {
    const [header, nonce] = [authSuccessHeader(attempt), random(NONCE_BYTES)];
    const box = Buffer.alloc(plaintext.length + TAG_BYTES);
    sealInto(box, 0, authSuccessKey(this.root, this.th), nonce, header, plaintext);
    return joinAuthSuccess(header, nonce, box);
  }
  opener(preface: Buffer): RecordOpener {
    return new RecordOpener(clientToServerSecret(this.root, this.th, preface));
  }
  sealer(preface: Buffer, serverPreface: Buffer): RecordSealer {
    return new RecordSealer(serverToClientSecret(this.root, this.th, preface, serverPreface));
  }
}
