/** What the network in memory does to what is sent: decided by data, or by chance with a seed. */
import type { Address } from '../../machines/ports';
import type { SeededRandom } from './random';

export interface Datagram {
  readonly from: Address;
  readonly to: Address;
  readonly bytes: Buffer;
}
/** One copy that arrives: so many milliseconds later than usual, and perhaps other bytes. */
export interface Delivery {
  readonly after?: number;
  readonly bytes?: Buffer;
}
/** The copies of a datagram that arrive; none: it is lost. */
export type Fate = (datagram: Datagram) => readonly Delivery[];

export const FATES = {
  deliver: () => [{}],
  lose: () => [],
  double: () => [{}, {}],
} as const satisfies Record<string, Fate>;

export interface Weather {
  /** Probability that a datagram is lost, that it arrives three times, that a bit of it is changed. */
  readonly loss?: number;
  readonly triple?: number;
  readonly damage?: number;
  /** Each copy is late by a random time up to this many milliseconds, so that datagrams overtake each other. */
  readonly lateMs?: number;
}

/** Chance decides. */
export function weather(random: SeededRandom, { loss = 0, triple = 0, damage = 0, lateMs = 0 }: Weather): Fate {
  const copy = ({ bytes }: Datagram): Delivery => ({
    after: Math.floor(random.fraction() * lateMs),
    ...(random.chance(damage) ? { bytes: flipped(bytes, random.below(bytes.length * 8)) } : {}),
  });
  return (datagram) => {
    if (random.chance(loss)) return [];
    return Array.from({ length: random.chance(triple) ? 3 : 1 }, () => copy(datagram));
  };
}

/** The same bytes with one bit changed. */
export function flipped(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

/** A piece of a stream, and how many milliseconds after the one before it arrives. */
export interface Segment {
  readonly bytes: Buffer;
  readonly after: number;
}
export type Segmentation = (bytes: Buffer) => readonly Segment[];

export const whole: Segmentation = (bytes) => [{ bytes, after: 0 }];

/** Pieces of `size` bytes, `after` milliseconds apart. */
export function piecesOf(size: number, after = 0): Segmentation {
  return (bytes) => {
    const pieces: Segment[] = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push({ bytes: bytes.subarray(at, at + size), after });
    return pieces;
  };
}

/** Pieces of 1 to `most` bytes; each may come up to `lateMs` later. */
export function randomPieces(random: SeededRandom, most: number, lateMs = 0): Segmentation {
  return (bytes) => {
    const pieces: Segment[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + random.below(most);
      pieces.push({ bytes: bytes.subarray(at, end), after: random.below(lateMs + 1) });
      at = end;
    }
    return pieces;
  };
}

/** Somebody who looks on; changes nothing. */
export interface NetworkWatch {
  /** A datagram left, forged ones too, whatever becomes of it. */
  sent?(datagram: Datagram): void;
  /** A copy of a datagram reached a machine. */
  delivered?(datagram: Datagram): void;
  /** Bytes of one direction of a connection left, in order. */
  streamed?(link: object, from: 'client' | 'server', bytes: Buffer): void;
}
