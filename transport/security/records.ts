/**
 * The record layer of one direction (protocol 1.5, 2.6): numbers the records, changes the key every 65,536 of them, and
 * lets no key meet a nonce twice. Must never be here: what a plaintext means, or sockets.
 */
import { WIRE } from '../../machines/limits';
import { NONCE_BYTES, open, sealInto } from './aead';
import { epochIv, epochKey, extract, nextSecret, SIZE } from './schedule';
import { Hidden, Secret, usedOnce } from './secret';

/** Told every key when its epoch begins, for a key log (1.9). The bytes are lent for the time of the call. */
export type OnKeys = (epoch: number, key: Buffer, iv: Buffer) => void;

const LENGTH_BYTES = 2;
/** No record has this number or a higher one (2.6). */
const END = 2 ** 48;
/** `exhausted` comes this much earlier, so that what is queued, and CLOSE, can still be sealed. */
const RESERVE = WIRE.REKEY_RECORDS;

/** Where the values of an epoch lie in their block: S[e], key[e], iv[e], and the nonce of the current record. */
const KEY = SIZE.SECRET;
const IV = KEY + SIZE.KEY;
const NONCE = IV + SIZE.IV;
const END_OF_BLOCK = NONCE + NONCE_BYTES;

/** Writes iv XOR (4 zero bytes || seq as u64), the nonce of record `seq` (2.6), into `nonce`. `seq` is below 2^48. */
export function writeNonce(nonce: Buffer, iv: Buffer, seq: number): void {
  nonce.set(iv.subarray(0, 4));
  nonce.writeUInt32BE((iv.readUInt32BE(4) ^ Math.floor(seq / 2 ** 32)) >>> 0, 4);
  nonce.writeUInt32BE((iv.readUInt32BE(8) ^ seq) >>> 0, 8);
}

/** The number of the next record, and the values of its epoch. */
class Epochs extends Hidden {
  readonly #block = Secret.ofLength(END_OF_BLOCK);
  readonly #onKeys: OnKeys | undefined;
  #seq: number;

  constructor(secret: Buffer, onKeys: OnKeys | undefined, first: number) {
    super();
    this.#onKeys = onKeys;
    this.#seq = first;
    this.#begin(secret);
  }

  get seq(): number {
    return this.#seq;
  }
  get wiped(): boolean {
    return this.#block.wiped;
  }

  /** Lends key and nonce of the next record. */
  use<T>(f: (key: Buffer, nonce: Buffer) => T): T {
    return this.#block.use((block) => {
      const nonce = block.subarray(NONCE, END_OF_BLOCK);
      writeNonce(nonce, block.subarray(IV, NONCE), this.#seq);
      return f(block.subarray(KEY, IV), nonce);
    });
  }

  /** A record is done; after the last one of an epoch its values are replaced at once. */
  advance(): void {
    this.#seq += 1;
    if (this.#seq % WIRE.REKEY_RECORDS === 0)
      this.#begin(this.#block.use((block) => usedOnce(extract(block.subarray(0, KEY)), nextSecret)));
  }

  wipe(): void {
    this.#block.wipe();
  }

  /** Overwrites the values of the epoch before. */
  #begin(secret: Buffer): void {
    this.#block.use((block) => {
      usedOnce(secret, (bytes) => block.set(bytes, 0));
      usedOnce(extract(block.subarray(0, KEY)), (extracted) => {
        usedOnce(epochKey(extracted), (bytes) => block.set(bytes, KEY));
        usedOnce(epochIv(extracted), (bytes) => block.set(bytes, IV));
      });
      this.#onKeys?.(Math.floor(this.#seq / WIRE.REKEY_RECORDS), block.subarray(KEY, IV), block.subarray(IV, NONCE));
    });
  }
}

/** What sealing and opening have in common. */
abstract class RecordCipher extends Hidden {
  protected readonly epochs: Epochs;

  /**
   * @param secret S[e] of the epoch of record `first`, 32 bytes; copied and zero-filled
   * @param onKeys for a key log
   * @param first number of the first record; in a connection it is 0
   */
  constructor(secret: Buffer, onKeys?: OnKeys, first = 0) {
    super();
    this.epochs = new Epochs(secret, onKeys, first);
  }

  /** Number of records so far, which is the number of the next one. */
  get seq(): number {
    return this.epochs.seq;
  }
  /** The connection must be closed (CLOSE, internal error): the numbers come to their end. */
  get exhausted(): boolean {
    return this.epochs.seq >= END - RESERVE;
  }
  get wiped(): boolean {
    return this.epochs.wiped;
  }
  wipe(): void {
    this.epochs.wipe();
  }
}

/** Seals the records of one direction, in order. */
export class RecordSealer extends RecordCipher {
  /**
   * @param plaintext filled by the caller to a multiple of 64 bytes
   * @returns the whole record: length, ciphertext, tag
   * @throws Error our own bug: wiped, or no number left
   */
  seal(plaintext: Buffer): Buffer {
    if (this.seq >= END) throw new Error('a record was sealed after the last number');
    const record = Buffer.allocUnsafe(LENGTH_BYTES + plaintext.length + WIRE.TAG_BYTES);
    record.writeUInt16BE(plaintext.length + WIRE.TAG_BYTES);
    this.epochs.use((key, nonce) => {
      sealInto(record, LENGTH_BYTES, key, nonce, record.subarray(0, LENGTH_BYTES), plaintext);
    });
    this.epochs.advance();
    return record;
  }
}

/** Opens the records of one direction, in order. */
export class RecordOpener extends RecordCipher {
  /**
   * @param length the two length bytes as they came
   * @param box ciphertext and tag
   * @returns the plaintext; nothing if the record does not verify: then the connection is cut (fault RecordNotVerified)
   * @throws Error our own bug: wiped
   */
  open(length: Buffer, box: Buffer): Buffer | undefined {
    if (this.seq >= END) return undefined;
    const plaintext = this.epochs.use((key, nonce) => open(key, nonce, length, box));
    if (plaintext !== undefined) this.epochs.advance();
    return plaintext;
  }
}
