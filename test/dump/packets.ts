/**
 * Packets as a network card would see them, and capture files of them: UDP and TCP over IPv4 and IPv6, every link layer that
 * parley-dump reads, pcap in both byte orders and pcapng. Written down here, so that captures need no rights and no tool.
 */

export interface Packet {
  /** Wall clock, ms since 1970. */
  readonly ms: number;
  readonly from: Place;
  readonly to: Place;
  readonly payload: Buffer;
  /** Absent: UDP. */
  readonly tcp?: Tcp;
}
export interface Place {
  readonly address: string;
  readonly port: number;
}
export interface Tcp {
  readonly seq: number;
  readonly ack: number;
  /** Out of `SYN`, `ACK`, `FIN`, `RST`. */
  readonly flags: readonly (keyof typeof FLAGS)[];
}
const FLAGS = { FIN: 1, SYN: 2, RST: 4, ACK: 16 } as const;
const TCP = 6;
const UDP = 17;

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16BE(value, i * 2));
  return bytes;
}
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value % 2 ** 32);
  return bytes;
}
/** The Internet checksum. */
function checksum(...parts: readonly Buffer[]): number {
  const bytes = Buffer.concat([...parts, Buffer.alloc(parts.reduce((sum, { length }) => sum + length, 0) % 2)]);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail)];
  return u16(...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after);
}

function transport({ from, to, payload, tcp }: Packet): Buffer {
  const ports = u16(from.port, to.port);
  const header = tcp
    ? [ports, u32(tcp.seq), u32(tcp.ack), Buffer.from([0x50, tcp.flags.reduce((all, flag) => all | FLAGS[flag], 0)])]
    : [ports, u16(8 + payload.length)];
  const behind = tcp ? [u16(0xffff), u16(0, 0)] : [u16(0)];
  const whole = Buffer.concat([...header, ...behind, payload]);
  const addresses = [addressBytes(from.address), addressBytes(to.address)];
  const sum = checksum(...addresses, u16(tcp ? TCP : UDP, whole.length), whole);
  whole.writeUInt16BE(sum, tcp ? 16 : 6);
  return whole;
}

/** The packet from its IP header on. */
export function ip(packet: Packet): Buffer {
  const inner = transport(packet);
  const [source, target] = [addressBytes(packet.from.address), addressBytes(packet.to.address)];
  const protocol = packet.tcp ? TCP : UDP;
  if (source.length === 16) {
    return Buffer.concat([
      Buffer.from([0x60, 0, 0, 0]),
      u16(inner.length),
      Buffer.from([protocol, 64]),
      source,
      target,
      inner,
    ]);
  }
  const header = Buffer.concat([
    u16(0x4500, 20 + inner.length, 0, 0x4000),
    Buffer.from([64, protocol, 0, 0]),
    source,
    target,
  ]);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, inner]);
}

/** Link types by the numbers of the pcap format, and what each puts before IP. */
export const LINKS = {
  ethernet: { number: 1, before: (type: number) => Buffer.concat([Buffer.alloc(12), u16(type)]) },
  vlan: { number: 1, before: (type: number) => Buffer.concat([Buffer.alloc(12), u16(0x8100, 7, type)]) },
  null: { number: 0, before: (type: number) => Buffer.from([type === 0x0800 ? 2 : 30, 0, 0, 0]) },
  raw: { number: 101, before: () => Buffer.alloc(0) },
  sll: { number: 113, before: (type: number) => Buffer.concat([Buffer.alloc(14), u16(type)]) },
  sll2: { number: 276, before: (type: number) => Buffer.concat([u16(type), Buffer.alloc(18)]) },
  'sll-vlan': { number: 113, before: (type: number) => Buffer.concat([Buffer.alloc(14), u16(0x8100, 7, type)]) },
  'sll2-vlan': {
    number: 276,
    // Of the provider, and of the customer.
    before: (type: number) => Buffer.concat([u16(0x88a8), Buffer.alloc(18), u16(7, 0x8100, 8, type)]),
  },
} as const;
export type Link = keyof typeof LINKS;

export function frame(packet: Packet, link: Link = 'ethernet'): Buffer {
  const bytes = ip(packet);
  const whole = Buffer.concat([LINKS[link].before((bytes[0] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800), bytes]);
  // A network card fills short frames.
  return link === 'ethernet' ? Buffer.concat([whole, Buffer.alloc(Math.max(0, 60 - whole.length), 0xee)]) : whole;
}

export interface FileOptions {
  readonly link?: Link;
  readonly format?: 'pcap' | 'pcap-ns' | 'pcap-be' | 'pcapng';
  /** So many bytes are kept of each packet. */
  readonly snap?: number;
}

/** A capture file. */
export function captureOf(
  packets: readonly Packet[],
  { link = 'ethernet', format = 'pcap', snap = 262_144 }: FileOptions = {},
): Buffer {
  const kept = packets.map((packet) => {
    const whole = frame(packet, link);
    return { ms: packet.ms, size: whole.length, bytes: whole.subarray(0, snap) };
  });
  if (format === 'pcapng') return pcapng(kept, LINKS[link].number, snap);
  const write = (value: number): Buffer => (format === 'pcap-be' ? u32(value) : u32(value).reverse());
  const magic = format === 'pcap-ns' ? 0xa1b23c4d : 0xa1b2c3d4;
  const version = format === 'pcap-be' ? u16(2, 4) : u16(0x0200, 0x0400);
  const perMs = format === 'pcap-ns' ? 1e6 : 1e3;
  const header = [write(magic), version, write(0), write(0), write(snap), write(LINKS[link].number)];
  const records = kept.flatMap(({ ms, size, bytes }) => {
    const fraction = Math.round((ms % 1000) * perMs);
    return [write(Math.floor(ms / 1000)), write(fraction), write(bytes.length), write(size), bytes];
  });
  return Buffer.concat([...header, ...records]);
}

interface Kept {
  readonly ms: number;
  readonly size: number;
  readonly bytes: Buffer;
}

/** Little-endian, nanoseconds. */
function pcapng(kept: readonly Kept[], link: number, snap: number): Buffer {
  const write = (value: number): Buffer => u32(value).reverse();
  const block = (type: number, body: Buffer): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    return Buffer.concat([write(type), write(padded.length + 12), padded, write(padded.length + 12)]);
  };
  const section = block(
    0x0a0d0d0a,
    Buffer.concat([write(0x1a2b3c4d), Buffer.from([1, 0, 0, 0]), Buffer.alloc(8, 0xff)]),
  );
  const resolution = Buffer.from([9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
  const face = block(1, Buffer.concat([Buffer.from([link & 255, link >> 8, 0, 0]), write(snap), resolution]));
  const packets = kept.map(({ ms, size, bytes }) => {
    const stamp = BigInt(Math.round(ms * 1000)) * 1000n;
    const time = [write(Number(stamp >> 32n)), write(Number(stamp & 0xffff_ffffn))];
    return block(6, Buffer.concat([write(0), ...time, write(bytes.length), write(size), bytes]));
  });
  return Buffer.concat([section, face, ...packets]);
}
