/**
 * Where all secrets of a process live: the keys of subscribers under their Client-IDs, and what a log-on derives from them
 * under integer handles (protocol 2.4 to 2.7, 2.10). Machines, events and logs know handles only. What a peer sent is answered
 * with a verdict; an unknown handle, or an operation before or after its time, is our own bug and throws.
 */
import { WIRE } from '../../machines/limits';
import type { Random } from '../../machines/ports';
import { NONCE_BYTES, open, sealInto } from './aead';
import * as attempts from './attempt';
import { COOKIE, RES, ROOT, TH, type Attempt, type Phase } from './attempt';
import { a3, a8 } from './hashes';
import { ATTEMPT_BYTES, authKeyLine, keyLogLine, type Direction } from './keylog';
import { RecordOpener, RecordSealer, type OnKeys } from './records';
import { authSuccessKey, extract, SIZE, transcriptHash } from './schedule';
import { Hidden, Secret, usedOnce } from './secret';

export interface KeyStoreOptions {
  /** Takes a line (without its end) for every key of AUTH_SUCCESS, direction and epoch: the key log of 1.9. Absent: none is made. */
  readonly keyLog?: (line: string) => void;
}

export class KeyStore extends Hidden {
  readonly #subscribers = new Map<string, Secret>();
  readonly #attempts = new Map<number, Attempt>();
  readonly #keyLog: ((line: string) => void) | undefined;
  #lastHandle = 0;

  constructor({ keyLog }: KeyStoreOptions = {}) {
    super();
    this.#keyLog = keyLog;
  }

  /** Number of live handles. */
  get size(): number {
    return this.#attempts.size;
  }

  /**
   * Keeps a copy of K_A in place of an older one; what was derived from that stays.
   * @param key 32 bytes, which the caller wipes
   * @throws Error our own bug: another length
   */
  setSubscriber(id: string, key: Uint8Array): void {
    attempts.mustHave(key, SIZE.K_A);
    this.#subscribers.get(id)?.wipe();
    this.#subscribers.set(id, Secret.copyOf(key));
  }

  /** Forgets K_A; what was derived from it stays. */
  removeSubscriber(id: string): void {
    this.#subscribers.get(id)?.wipe();
    this.#subscribers.delete(id);
  }

  /** Whether this is the K_A kept for `id`. */
  isKeyOf(id: string, key: Uint8Array): boolean {
    return this.#subscribers.get(id)?.matches(key) ?? false;
  }

  has(id: string): boolean {
    return this.#subscribers.has(id);
  }

  /**
   * Computes RES (XRES at the server) and CK_A for a challenge (2.2).
   * @param rand 32 bytes
   * @returns a new handle, never used before in this store
   * @throws Error our own bug: no such subscriber, or another length
   */
  derive(id: string, rand: Uint8Array): number {
    const key = this.#subscribers.get(id);
    if (key === undefined) throw new Error('key store: no such subscriber');
    attempts.mustHave(rand, SIZE.RAND);
    const block = Secret.ofLength(attempts.BLOCK_BYTES);
    key.use((k) => {
      usedOnce(a3(rand, k), (res) => attempts.write(block, RES, res));
      usedOnce(a8(rand, k), (ck) => usedOnce(extract(ck), (root) => attempts.write(block, ROOT, root)));
    });
    this.#lastHandle += 1;
    this.#attempts.set(this.#lastHandle, { phase: 'derived', block, ciphers: NONE });
    return this.#lastHandle;
  }

  /** Client: the 32 bytes that RESPONSE carries. */
  res(handle: number): Buffer {
    return attempts.copy(this.#at(handle, 'res').block, RES);
  }

  /** Server: does Res equal XRES? In constant time; false for any other length, and once spent. */
  verify(handle: number, res: Uint8Array): boolean {
    const { phase, block } = this.#attempt(handle);
    return phase !== 'spent' && phase !== 'keyed' && attempts.equal(block, RES, res);
  }

  /** Computes TH from the complete datagrams. K_succ and the tag follow from it; they are derived when they are asked for. */
  bindTranscript(handle: number, hello: Uint8Array, challenge: Uint8Array): void {
    const attempt = this.#at(handle, 'bindTranscript');
    attempts.write(attempt.block, TH, transcriptHash(hello, challenge));
    attempt.phase = 'bound';
  }

  /** The lookup tag of the client preface, 16 bytes. */
  tag(handle: number): Buffer {
    return attempts.tagOf(this.#at(handle, 'tag'));
  }

  /** Server: makes rand_cookie, once. @param random its bytes are zero-filled here, so they must be fresh */
  makeCookie(handle: number, random: Random): void {
    const attempt = this.#at(handle, 'makeCookie');
    usedOnce(random.bytes(SIZE.COOKIE), (cookie) => offer(attempt, cookie));
  }

  /** Client: keeps a copy of the rand_cookie received, for CONNECT. @param cookie 16 bytes, which the caller wipes */
  keepCookie(handle: number, cookie: Uint8Array): void {
    offer(this.#at(handle, 'keepCookie'), cookie);
  }

  /**
   * Server: seals AUTH_SUCCESS under K_succ (2.5). The caller stores the datagram and repeats it; it is not sealed again.
   * @param header the 24 bytes before the nonce
   * @param body makes the plaintext of the cookie; both are zero-filled afterwards
   * @returns nonce (12 bytes), and box: ciphertext and tag
   */
  sealAuthSuccess(
    handle: number,
    header: Uint8Array,
    body: (cookie: Buffer) => Buffer,
    random: Random,
  ): { nonce: Buffer; box: Buffer } {
    const attempt = this.#at(handle, 'sealAuthSuccess');
    const nonce = Buffer.from(random.bytes(NONCE_BYTES));
    return usedOnce(attempts.copy(attempt.block, COOKIE), (cookie) =>
      usedOnce(body(cookie), (plaintext) => {
        const box = Buffer.alloc(plaintext.length + WIRE.TAG_BYTES);
        usedOnce(attempts.fromRoot(attempt, authSuccessKey), (key) => {
          sealInto(box, 0, key, nonce, header, plaintext);
          this.#logAuthKey(attempt, header, key);
        });
        return { nonce, box };
      }),
    );
  }

  /** Client: the plaintext of AUTH_SUCCESS, which the caller wipes; nothing if it does not verify under this handle. */
  openAuthSuccess(handle: number, header: Uint8Array, nonce: Uint8Array, box: Uint8Array): Buffer | undefined {
    const attempt = this.#attempt(handle);
    if (attempt.phase !== 'bound' && attempt.phase !== 'offered') return undefined;
    return usedOnce(attempts.fromRoot(attempt, authSuccessKey), (key) => {
      const plaintext = open(key, nonce, header, box);
      // Repetitions come with the cookie kept.
      if (plaintext !== undefined && attempt.phase === 'bound') this.#logAuthKey(attempt, header, key);
      return plaintext;
    });
  }

  /** Client: rand_cookie for CONNECT; a copy, which the caller wipes. */
  cookie(handle: number): Buffer {
    return attempts.copy(this.#at(handle, 'cookie').block, COOKIE);
  }

  /** Server: is it the cookie of this attempt? In constant time; false for any other length, before it was made and once spent. */
  checkCookie(handle: number, cookie: Uint8Array): boolean {
    const { phase, block } = this.#attempt(handle);
    return phase === 'offered' && attempts.equal(block, COOKIE, cookie);
  }

  /** Wipes RES and cookie: nothing is accepted for them and AUTH_SUCCESS is not sealed or opened any more. Again: nothing. */
  spend(handle: number): void {
    const attempt = this.#attempt(handle);
    if (attempt.phase === 'keyed') return;
    attempt.block.use((block) => [RES, COOKIE].forEach((range) => block.fill(0, ...range)));
    attempt.phase = 'spent';
  }

  /** Server: opens what comes over one socket that offered the tag. Wipe it when the socket is destroyed. */
  serverOpener(handle: number, clientPreface: Uint8Array): RecordOpener {
    const attempt = this.#at(handle, 'serverOpener');
    const secret = attempts.streamSecret(attempt, clientPreface);
    return keep(attempt, new RecordOpener(secret, this.#onKeys(attempt, 'c2s')));
  }

  /** Server: only after `spend`. It is the last key made of CK_A, which is wiped with it. */
  serverSealer(handle: number, clientPreface: Uint8Array, serverPreface: Uint8Array): RecordSealer {
    const attempt = this.#at(handle, 'serverSealer');
    const secret = attempts.streamSecret(attempt, clientPreface, serverPreface);
    return keepLast(attempt, new RecordSealer(secret, this.#onKeys(attempt, 's2c')));
  }

  /** Client: once, for a log-on has one connection; a second sealer might meet the same key and nonces (I-17). */
  clientSealer(handle: number, clientPreface: Uint8Array): RecordSealer {
    const attempt = this.#at(handle, 'clientSealer');
    if (attempt.ciphers.length > 0) throw new Error('key store: clientSealer of a handle that has one');
    const secret = attempts.streamSecret(attempt, clientPreface);
    return keep(attempt, new RecordSealer(secret, this.#onKeys(attempt, 'c2s')));
  }

  /** Client: after `clientSealer`. It is the last key made of CK_A, which is wiped with it, and so are RES and cookie. */
  clientOpener(handle: number, clientPreface: Uint8Array, serverPreface: Uint8Array): RecordOpener {
    const attempt = this.#at(handle, 'clientOpener');
    const secret = attempts.streamSecret(attempt, clientPreface, serverPreface);
    return keepLast(attempt, new RecordOpener(secret, this.#onKeys(attempt, 's2c')));
  }

  /** Wipes everything under the handle, its sealers and openers too; the handle is unknown from now on. */
  forget(handle: number): void {
    const { block, ciphers } = this.#attempt(handle);
    block.wipe();
    for (const cipher of ciphers) cipher.wipe();
    this.#attempts.delete(handle);
  }

  #attempt(handle: number): Attempt {
    const attempt = this.#attempts.get(handle);
    if (attempt === undefined) throw new Error(`key store: unknown handle ${handle}`);
    return attempt;
  }

  #at(handle: number, operation: keyof typeof attempts.ALLOWED): Attempt {
    const attempt = this.#attempt(handle);
    const phases: readonly Phase[] = attempts.ALLOWED[operation];
    if (!phases.includes(attempt.phase))
      throw new Error(`key store: ${operation} of a handle that is ${attempt.phase}`);
    return attempt;
  }

  /** The header ends with the attempt-ID (1.4). */
  #logAuthKey(attempt: Attempt, header: Uint8Array, key: Buffer): void {
    this.#keyLog?.(authKeyLine(attempts.tagOf(attempt), header.subarray(-ATTEMPT_BYTES), key));
  }

  #onKeys(attempt: Attempt, direction: Direction): OnKeys | undefined {
    const log = this.#keyLog;
    if (log === undefined) return undefined;
    const tag = attempts.tagOf(attempt);
    return (epoch, key, iv) => log(keyLogLine(tag, direction, epoch, key, iv));
  }
}

const NONE = [] as const;

function offer(attempt: Attempt, cookie: Uint8Array): void {
  attempts.write(attempt.block, COOKIE, cookie);
  attempt.phase = 'offered';
}

/** Remembers a cipher, to be wiped with its handle, and forgets those whose sockets are gone. */
function keep<C extends RecordSealer | RecordOpener>(attempt: Attempt, cipher: C): C {
  attempt.ciphers = [...attempt.ciphers.filter(({ wiped }) => !wiped), cipher];
  return cipher;
}

/** No key is needed any more beside those of the record ciphers. */
function keepLast<C extends RecordSealer | RecordOpener>(attempt: Attempt, cipher: C): C {
  attempt.block.wipe();
  attempt.phase = 'keyed';
  return keep(attempt, cipher);
}
