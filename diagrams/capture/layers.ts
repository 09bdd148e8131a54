/**
 * From a captured packet to the UDP datagram or TCP segment in it: link layers that occur where Parley runs, IPv4, IPv6.
 * Checksums are not looked at, because a sending machine leaves them to its network card. Must never be here: order,
 * repetition, what the bytes mean.
 */
import type { Packet } from './file';

/** `address:port`, as a name to compare and to show. */
export type Endpoint = string;

interface Carried {
  readonly ms: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** What was captured of it. */
  readonly payload: Buffer;
  /** Bytes it had on the wire; more than `payload` if the capture cut it. */
  readonly size: number;
}
export interface UdpDatagram extends Carried {
  readonly over: 'udp';
}
export interface TcpSegment extends Carried {
  readonly over: 'tcp';
  readonly seq: number;
  /** Undefined without the flag. */
  readonly ack: number | undefined;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
}
/** Of no use, but worth a word: a part of a larger IP packet, headers that were cut, a link type nobody here can read. */
export interface Unreadable {
  readonly over: 'nothing';
  readonly ms: number;
  readonly why: 'fragment' | 'cut' | 'link';
}

const ETHERNET = 1;
const NULL_LOOPBACK = 0;
const LOOP = 108;
const RAW = [12, 14, 101, 228, 229];
const LINUX_SLL = 113;
const LINUX_SLL2 = 276;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = [0x8100, 0x88a8];
const TCP = 6;
const UDP = 17;

/** @returns undefined if it is neither UDP nor TCP */
export function carriedBy(packet: Packet): UdpDatagram | TcpSegment | Unreadable | undefined {
  const { bytes, link, ms } = packet;
  const at = ipAt(bytes, link);
  if (at === 'link' || at === 'cut') return { over: 'nothing', ms, why: at };
  if (at === undefined) return undefined;
  const version = (bytes[at] ?? 0) >> 4;
  const ip = version === 4 ? ipv4(bytes.subarray(at)) : version === 6 ? ipv6(bytes.subarray(at)) : undefined;
  if (ip === 'cut' || ip === 'fragment') return { over: 'nothing', ms, why: ip };
  if (ip === undefined) return undefined;
  // The length of a packet that the network card will cut up is left empty.
  const size = ip.size ?? packet.size - at - ip.headers;
  const carried = {
    ms,
    source: ip.source,
    target: ip.target,
    size,
    body: bytes.subarray(at + ip.headers).subarray(0, size),
  };
  return (ip.protocol === UDP ? udp(carried) : tcp(carried)) ?? { over: 'nothing', ms, why: 'cut' };
}

/** Where the IP header begins; undefined if the packet is no IP. */
function ipAt(bytes: Buffer, link: number): number | 'cut' | 'link' | undefined {
  if (RAW.includes(link)) return bytes.length > 0 ? 0 : 'cut';
  if (link === NULL_LOOPBACK || link === LOOP) return bytes.length > 4 ? 4 : 'cut';
  const types: Readonly<Record<number, readonly [typeAt: number, header: number]>> = {
    [ETHERNET]: [12, 14],
    [LINUX_SLL]: [14, 16],
    [LINUX_SLL2]: [0, 20],
  };
  const known = types[link];
  if (!known) return 'link';
  let [typeAt, header] = known;
  // A tag stands behind the header: two bytes, and the type of what follows.
  while (VLAN.includes(typeIn(bytes, typeAt))) {
    typeAt = header + 2;
    header += 4;
  }
  if (bytes.length <= header) return 'cut';
  return [IPV4, IPV6].includes(typeIn(bytes, typeAt)) ? header : undefined;
}
function typeIn(bytes: Buffer, at: number): number {
  return bytes.length < at + 2 ? 0 : bytes.readUInt16BE(at);
}

interface Ip {
  readonly protocol: typeof TCP | typeof UDP;
  readonly source: string;
  readonly target: string;
  readonly headers: number;
  /** Bytes behind the headers; undefined if the packet does not say. */
  readonly size: number | undefined;
}
type Found = Ip | 'cut' | 'fragment' | undefined;

function ipv4(bytes: Buffer): Found {
  if (bytes.length < 20) return 'cut';
  const headers = (bytes.readUInt8() & 15) * 4;
  const protocol = bytes.readUInt8(9);
  if (protocol !== TCP && protocol !== UDP) return undefined;
  if ((bytes.readUInt16BE(6) & 0x3fff) !== 0) return 'fragment';
  if (headers < 20 || bytes.length < headers) return 'cut';
  const total = bytes.readUInt16BE(2);
  const address = (at: number): string => [...bytes.subarray(at, at + 4)].join('.');
  const size = total === 0 ? undefined : Math.max(0, total - headers);
  return { protocol, source: address(12), target: address(16), headers, size };
}

/** Extension headers that may stand before what is carried: hop-by-hop, routing, destination. */
const EXTENSIONS = [0, 43, 60];
const FRAGMENT = 44;

function ipv6(bytes: Buffer): Found {
  if (bytes.length < 40) return 'cut';
  let protocol = bytes.readUInt8(6);
  let headers = 40;
  while (EXTENSIONS.includes(protocol)) {
    if (bytes.length < headers + 8) return 'cut';
    protocol = bytes.readUInt8(headers);
    headers += (bytes.readUInt8(headers + 1) + 1) * 8;
  }
  if (protocol === FRAGMENT) return 'fragment';
  if (protocol !== TCP && protocol !== UDP) return undefined;
  const length = bytes.readUInt16BE(4);
  const address = (at: number): string => shortened(bytes.toString('hex', at, at + 16));
  const size = length === 0 ? undefined : Math.max(0, length - (headers - 40));
  return { protocol, source: address(8), target: address(24), headers, size };
}
/** In the usual short form. */
function shortened(hex: string): string {
  return new URL(`http://[${(hex.match(/.{4}/g) ?? []).join(':')}]`).hostname;
}

interface Body {
  readonly ms: number;
  readonly source: string;
  readonly target: string;
  readonly body: Buffer;
  readonly size: number;
}

function udp({ ms, source, target, body, size }: Body): UdpDatagram | undefined {
  if (body.length < 8) return undefined;
  const [from, to] = [`${source}:${String(body.readUInt16BE())}`, `${target}:${String(body.readUInt16BE(2))}`];
  const length = body.readUInt16BE(4);
  const own = Math.max(0, (length === 0 ? size : length) - 8);
  return { over: 'udp', ms, from, to, payload: body.subarray(8, 8 + own), size: own };
}

function tcp({ ms, source, target, body, size }: Body): TcpSegment | undefined {
  if (body.length < 20) return undefined;
  const [from, to] = [`${source}:${String(body.readUInt16BE())}`, `${target}:${String(body.readUInt16BE(2))}`];
  const header = (body.readUInt8(12) >> 4) * 4;
  const flags = body.readUInt8(13);
  if (header < 20 || size < header) return undefined;
  return {
    over: 'tcp',
    ms,
    from,
    to,
    seq: body.readUInt32BE(4),
    ack: flags & 0x10 ? body.readUInt32BE(8) : undefined,
    syn: (flags & 2) !== 0,
    fin: (flags & 1) !== 0,
    rst: (flags & 4) !== 0,
    payload: body.subarray(header),
    size: size - header,
  };
}
