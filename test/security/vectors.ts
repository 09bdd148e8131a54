/** The test vectors of the protocol (appendix B) as bytes, and chance that is known beforehand. */
import type { Random } from '../../machines/ports';
import vectors from '../wire/vectors.json';

/** Own memory for every call: what a test hands over may be zero-filled. */
export function vector(name: keyof typeof vectors): Buffer {
  return Buffer.from(vectors[name], 'hex');
}

/** The bytes from first to last, e.g. the cookie 60 ... 6f. */
export function run(first: number, last: number): Buffer {
  return Buffer.from(Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

export const COOKIE = (): Buffer => run(0x60, 0x6f);
export const NONCE = (): Buffer => run(0x50, 0x5b);

/** Gives these bytes, in this order. */
export function chance(...values: readonly Buffer[]): Random {
  const left = [...values];
  return {
    bytes(n) {
      const next = left.shift();
      if (next?.length !== n) throw new Error(`${n} random bytes were not expected`);
      return next;
    },
    fraction: () => 0,
  };
}

/** One record plaintext: entries of length and message, zero-filled to 64 bytes. */
function plaintext(...messages: readonly Buffer[]): Buffer {
  const filled = Buffer.alloc(64);
  Buffer.concat(messages.flatMap((message) => [Buffer.from([0, message.length]), message])).copy(filled);
  return filled;
}
const message = (head: readonly number[], tail: string | Buffer = ''): Buffer =>
  Buffer.concat([Buffer.from(head), Buffer.from(tail as string)]);
const chat = (text: string): Buffer => message([0x25, 0, 0, 0, 1, 0, Buffer.byteLength(text)], text);

/** The plaintexts of the records of appendix B, written by hand. */
export const PLAINTEXTS = {
  rec_CONNECT: plaintext(message([0x10], COOKIE())),
  rec_CONNECTED: plaintext(message([0x11])),
  rec_CHAT_REQUEST: plaintext(message([0x20, 11], 'Client-ID-B')),
  rec_CHAT_STARTED: plaintext(message([0x21, 0, 0, 0, 1, 11], 'Client-ID-B')),
  rec_CHAT: plaintext(chat('Grüße ☕')),
  rec_CHAT_x3: plaintext(chat('one'), chat('two'), message([0x23, 0, 0, 0, 1])),
  KEEPALIVE: plaintext(message([0x40])),
} as const;
