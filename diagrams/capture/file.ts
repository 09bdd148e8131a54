/**
 * Packets out of a capture file: pcap (microseconds or nanoseconds, either byte order) and pcapng. Read piece by piece, so a
 * file may be larger than the memory; every length in it is checked against a bound before it is believed. Must never be
 * here: what a packet means.
 */

/** One packet as it was captured. */
export interface Packet {
  /** Wall clock, ms since 1970, with fractions. */
  readonly ms: number;
  /** Link type, by the numbers of the pcap format. */
  readonly link: number;
  /** What was kept of it. */
  readonly bytes: Buffer;
  /** How long it was on the wire, in bytes. */
  readonly size: number;
}

/** A file that is no capture at all; the message says so in one sentence, without the name of the file. */
export class CaptureError extends Error {}

/** Puts the next bytes of the file into the buffer and says how many; 0 at its end. */
export type Read = (into: Buffer) => number;

/** libpcap keeps no more of one packet. */
const PACKET_MAX_BYTES = 262_144;
const BLOCK_MAX_BYTES = 16 * 1024 * 1024;
const INTERFACES_MAX = 1024;
const CHUNK_BYTES = 256 * 1024;

/** @returns what is wrong with the rest of the file */
type Packets = Generator<Packet, string | undefined>;

class Input {
  private rest: Buffer = Buffer.alloc(0);
  constructor(private readonly read: Read) {}

  /** The next `n` bytes; fewer at the end of the file. */
  take(n: number): Buffer {
    const parts: Buffer[] = [this.rest];
    let have = this.rest.length;
    while (have < n) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const got = this.read(chunk);
      if (got === 0) break;
      parts.push(chunk.subarray(0, got));
      have += got;
    }
    const all = parts.length === 1 ? this.rest : Buffer.concat(parts);
    this.rest = all.subarray(n);
    return all.subarray(0, n);
  }
}

type Order = 'LE' | 'BE';
const u16 = (bytes: Buffer, at: number, order: Order): number =>
  order === 'LE' ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
const u32 = (bytes: Buffer, at: number, order: Order): number =>
  order === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

/** Magic numbers of pcap as bytes: the byte order, and how many fractions of a second a millisecond has. */
const PCAP: Readonly<Record<string, { readonly order: Order; readonly perMs: number }>> = {
  a1b2c3d4: { order: 'BE', perMs: 1e3 },
  d4c3b2a1: { order: 'LE', perMs: 1e3 },
  a1b23c4d: { order: 'BE', perMs: 1e6 },
  '4d3cb2a1': { order: 'LE', perMs: 1e6 },
};
const PCAPNG = '0a0d0d0a';

/**
 * The packets in their order. A file that ends in the middle of a packet, or is damaged from some place on, yields a sentence
 * about it as its last value.
 * @throws CaptureError it does not begin as a capture does
 */
export function* packetsOf(read: Read): Generator<Packet | string, void> {
  const input = new Input(read);
  const start = input.take(4);
  const magic = start.toString('hex');
  const pcap = PCAP[magic];
  if (!pcap && magic !== PCAPNG) {
    throw new CaptureError(start.length === 0 ? 'is empty' : 'is no capture: neither pcap nor pcapng');
  }
  const fault = yield* pcap ? pcapPackets(input, pcap) : pcapngPackets(input);
  if (fault !== undefined) yield fault;
}

const CUT = 'the capture file ends in the middle of a packet';
const damaged = (what: string): string => `the capture file is damaged: ${what}; what follows is not read`;

function* pcapPackets(input: Input, { order, perMs }: { order: Order; perMs: number }): Packets {
  const header = input.take(20);
  if (header.length < 20) return CUT;
  // The upper bits tell of a checksum at the end of a frame.
  const link = u32(header, 16, order) & 0x0fff_ffff;
  for (;;) {
    const head = input.take(16);
    if (head.length === 0) return undefined;
    if (head.length < 16) return CUT;
    const kept = u32(head, 8, order);
    if (kept > PACKET_MAX_BYTES) return damaged(`a packet of ${String(kept)} bytes`);
    const bytes = input.take(kept);
    if (bytes.length < kept) return CUT;
    const ms = u32(head, 0, order) * 1000 + u32(head, 4, order) / perMs;
    yield { ms, link, bytes, size: Math.max(kept, u32(head, 12, order)) };
  }
}

interface Interface {
  readonly link: number;
  readonly snap: number;
  /** Milliseconds of a time stamp. */
  readonly ms: (stamp: bigint) => number;
}
interface Section {
  order: Order;
  interfaces: Interface[];
  /** Of the packet before; simple blocks have no time. */
  lastMs: number;
}

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** The type of the first block has been read. */
function* pcapngPackets(input: Input): Packets {
  const section: Section = { order: 'LE', interfaces: [], lastMs: 0 };
  let type: Buffer = Buffer.from(PCAPNG, 'hex');
  for (; type.length > 0; type = input.take(4)) {
    const length = input.take(4);
    if (type.length + length.length < 8) return CUT;
    let body: Buffer = Buffer.alloc(0);
    if (type.readUInt32BE() === SECTION) {
      // Its byte order stands behind its length.
      body = input.take(4);
      if (body.length < 4) return CUT;
      if (body.readUInt32LE() !== BYTE_ORDER_MAGIC && body.readUInt32BE() !== BYTE_ORDER_MAGIC) {
        return damaged('a section without byte order');
      }
      section.order = body.readUInt32LE() === BYTE_ORDER_MAGIC ? 'LE' : 'BE';
      section.interfaces = [];
    }
    const size = u32(length, 0, section.order);
    if (size < 12 + body.length || size % 4 !== 0 || size > BLOCK_MAX_BYTES) {
      return damaged(`a block of ${String(size)} bytes`);
    }
    const wanted = size - 8 - body.length;
    const rest = input.take(wanted);
    if (rest.length < wanted) return CUT;
    const found = block(u32(type, 0, section.order), rest.subarray(0, -4), section);
    if (typeof found === 'string') return damaged(found);
    if (found) yield found;
  }
  return undefined;
}

/** @returns a packet, what is wrong, or nothing if the block holds no packet */
function block(type: number, body: Buffer, section: Section): Packet | string | undefined {
  if (type === INTERFACE) return addInterface(body, section);
  const fixed = { [ENHANCED_PACKET]: 20, [OLD_PACKET]: 20, [SIMPLE_PACKET]: 4 }[type];
  if (fixed === undefined) return undefined;
  if (body.length < fixed) return 'a block that is too short';
  const { order, interfaces } = section;
  const number = type === SIMPLE_PACKET ? 0 : type === OLD_PACKET ? u16(body, 0, order) : u32(body, 0, order);
  const on = interfaces[number];
  if (!on) return 'a packet of an interface that is not described';
  if (type === SIMPLE_PACKET) {
    const size = u32(body, 0, order);
    const kept = Math.min(size, body.length - fixed, on.snap === 0 ? Infinity : on.snap);
    return { ms: section.lastMs, link: on.link, bytes: body.subarray(fixed, fixed + kept), size };
  }
  const kept = u32(body, 12, order);
  if (kept > PACKET_MAX_BYTES || kept > body.length - fixed) return `a packet of ${String(kept)} bytes`;
  const stamp = (BigInt(u32(body, 4, order)) << 32n) | BigInt(u32(body, 8, order));
  section.lastMs = on.ms(stamp);
  const bytes = body.subarray(fixed, fixed + kept);
  return { ms: section.lastMs, link: on.link, bytes, size: Math.max(kept, u32(body, 16, order)) };
}

const RESOLUTION = 9;
const TIME_OFFSET = 14;

function addInterface(body: Buffer, { order, interfaces }: Section): string | undefined {
  if (body.length < 8 || interfaces.length === INTERFACES_MAX) return 'an interface that cannot be';
  let perSecond = 1_000_000n;
  let offset = 0n;
  for (let at = 8; at + 4 <= body.length;) {
    const [code, length] = [u16(body, at, order), u16(body, at + 2, order)];
    const value = body.subarray(at + 4, at + 4 + length);
    if (code === 0 || value.length < length) break;
    if (code === RESOLUTION && length === 1) {
      const exponent = BigInt(value.readUInt8() & 0x7f);
      perSecond = value.readUInt8() < 0x80 ? 10n ** (exponent < 18n ? exponent : 18n) : 1n << (exponent & 63n);
    }
    if (code === TIME_OFFSET && length === 8) offset = order === 'LE' ? value.readBigInt64LE() : value.readBigInt64BE();
    at += 4 + Math.ceil(length / 4) * 4;
  }
  // Whole microseconds are exact in a double until the year 2255.
  const ms = (stamp: bigint): number => Number((stamp * 1_000_000n) / perSecond + offset * 1_000_000n) / 1000;
  interfaces.push({ link: u16(body, 0, order), snap: u32(body, 4, order), ms });
  return undefined;
}
