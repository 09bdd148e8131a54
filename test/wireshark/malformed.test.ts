/**
 * The dissector on what is wrong: it names the fault that our decoders name, for the refused vectors of the protocol and for
 * thousands of altered datagrams and records; and it calls nothing wrong that they accept.
 */
import { readFileSync } from 'node:fs';
import { FAULTS, type Fault } from '../../machines/faults';
import type { Role } from '../../machines/messages';
import { keyLogLine } from '../../transport/security/keylog';
import { RecordSealer } from '../../transport/security/records';
import { decodeDatagram } from '../../transport/wire/datagrams';
import { encodeClientPreface, encodeServerPreface } from '../../transport/wire/prefaces';
import { decodeRecord, encodeRecords } from '../../transport/wire/records';
import { randomOf } from '../binaries/support';
import { captureOf, type Packet } from '../dump/packets';
import { chatBytes, framed } from '../support/plaintexts';
import { Conversation } from '../dump/wiretap';
import { ADDED, COOKIE, hex, VECTORS } from '../wire/support';
import { DISSECTOR, skipped, Tshark } from './support';

jest.setTimeout(120_000);
const testWithTshark = skipped === '' ? test : test.skip;

let tshark: Tshark;
beforeAll(() => {
  if (skipped === '') tshark = new Tshark();
});
afterAll(() => tshark?.close());

const CLIENT = { address: '10.0.0.1', port: 50_000 };
const SERVER = { address: '10.0.0.2', port: 4390 };

test('every fault of the dissector is one of ours', () => {
  const lua = readFileSync(DISSECTOR, 'utf8');
  const [, table = ''] = /local FAULTS = \{\n(.*?)\n\}/s.exec(lua) ?? [];
  const names = [...table.matchAll(/^ {2}(\w+) = /gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(25);
  expect(names.filter((name) => !Object.hasOwn(FAULTS, name))).toEqual([]);
});

interface Case {
  readonly name: string;
  readonly from: Role;
  readonly bytes: Buffer;
}

/** Bytes changed, cut off, added, at places and to values that a seed says. */
function* altered(cases: readonly Case[], count: number, seed: number): Generator<Case> {
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  for (let i = 0; i < count; i++) {
    const { name, from, bytes: whole } = cases[below(cases.length)] as Case;
    let bytes = Buffer.from(whole);
    for (let times = below(3); times >= 0; times--) {
      // Mostly in the part with fields.
      const at = below(random() < 0.7 ? Math.min(70, bytes.length) : bytes.length);
      bytes[at] = [0, 1, 2, 0x20, 0x80, 0xff, below(256)][below(7)] ?? 0;
    }
    if (random() < 0.1) bytes = bytes.subarray(0, below(bytes.length + 1));
    if (random() < 0.1) bytes = Buffer.concat([bytes, Buffer.alloc(below(400))]);
    // The length field is right again, so that what comes after it is looked at.
    if (random() < 0.7 && bytes.length >= 8) bytes.writeUInt16BE(bytes.length, 6);
    yield { name: `${name} altered (${String(seed)}, ${String(i)})`, from, bytes };
  }
}

const faultsIn = (messages: readonly string[]): string[] =>
  messages.flatMap((message) => /^(\w+): /.exec(message)?.[1] ?? []).filter((name) => Object.hasOwn(FAULTS, name));

/** HELLO with an ID of so many letters, which may be too many. */
function helloOf(size: number): Buffer {
  const bytes = Buffer.alloc(VECTORS.HELLO.length);
  VECTORS.HELLO.copy(bytes, 0, 0, 26);
  bytes.writeUInt8(size, 26);
  return bytes.fill('a', 27, 27 + size);
}

describe('datagrams', () => {
  const known: Case[] = [
    ...(['HELLO', 'RESPONSE'] as const).map((name) => ({ name, from: 'client' as const, bytes: VECTORS[name] })),
    ...(['CHALLENGE', 'AUTH_SUCCESS', 'AUTH_FAIL'] as const).map((name) => ({
      name,
      from: 'server' as const,
      bytes: VECTORS[name],
    })),
    ...[31, 32, 33].map((size) => ({
      name: `an ID of ${String(size)}`,
      from: 'client' as const,
      bytes: helloOf(size),
    })),
    ...[...ADDED.accepted, ...ADDED.rejected]
      .filter(({ layer }) => layer === 'datagram')
      .map(({ name, from = 'client', bytes }) => ({ name, from, bytes: hex(bytes) })),
  ];

  testWithTshark.each([1, 2])(`the first fault, or none, as our decoder says (seed %i)${skipped}`, (seed) => {
    const cases = [...known, ...altered(known, 1500, seed)].filter(({ bytes }) => bytes.length > 0);
    const packets = cases.map(({ from, bytes }, i): Packet => {
      const client = { ...CLIENT, port: 20_000 + i };
      const ends = from === 'client' ? { from: client, to: SERVER } : { from: SERVER, to: client };
      return { ms: 1_000_000 + i, payload: bytes, ...ends };
    });
    const said = tshark.fields(tshark.file(captureOf(packets)), ['frame.number', '_ws.expert.message']);
    expect(said).toHaveLength(cases.length);
    const results = cases.map(({ name, from, bytes }, i) => {
      const decoded = decodeDatagram(bytes, from);
      return {
        line: `${name} ${bytes.toString('hex')}`,
        ours: decoded.ok ? [] : [decoded.fault],
        theirs: faultsIn(said[i]?.['_ws.expert.message'] ?? []),
      };
    });
    expect(results.filter(({ ours, theirs }) => String(ours) !== String(theirs))).toEqual([]);
    expect(new Set(results.flatMap(({ ours }) => ours)).size).toBeGreaterThan(12);
  });
});

/** At the borders of UTF-8 and of what a text may hold, and beyond them. */
const TEXTS = [
  ...['efbbbf61', 'c2a0', 'dfbf', 'e0a080', 'ed9fbf', 'ee8080', 'efbfbf', 'f0908080', 'f48fbfbf', '7e', '20'],
  ...[
    'c080',
    'c1bf',
    'e08080',
    'e09fbf',
    'eda080',
    'edbfbf',
    'f0808080',
    'f08fbfbf',
    'f4908080',
    'f5808080',
    'ff',
    '80',
  ],
  ...['c2', 'e0a0', 'f09080', '61c2', 'c220', 'e0a020', 'f0908020', '00', '1f', '7f', 'c280', 'c29f', '6100', ''],
];

/** Connections in which record 1 is as given: a capture, and its key log. */
function connections(cases: readonly Case[]): { packets: Packet[]; keyLog: string } {
  const lines: string[] = [];
  const packets = cases.flatMap(({ from, bytes }, i) => {
    const own: Packet[] = [];
    const client = { ...CLIENT, port: 20_000 + i };
    const spoken = new Conversation(client, { ...SERVER, port: 9000 }, 1000, (packet) =>
      own.push({ ms: 1_000_000 + i, ...packet }),
    );
    const tag = Buffer.alloc(16, i & 255);
    tag.writeUInt32BE(i);
    const sealer = (direction: 'c2s' | 's2c'): RecordSealer =>
      new RecordSealer(Buffer.alloc(32, direction === 'c2s' ? 1 : 2), (epoch, key, iv) =>
        lines.push(keyLogLine(tag, direction, epoch, key, iv)),
      );
    const [up, down] = [sealer('c2s'), sealer('s2c')];
    const first = (message: Parameters<typeof encodeRecords>[0][number]): Buffer =>
      encodeRecords([message])[0] as Buffer;
    const salt = Buffer.alloc(16, 7);
    spoken.data(
      'up',
      Buffer.concat([encodeClientPreface({ tag, salt }), up.seal(first({ type: 'CONNECT', cookie: COOKIE }))]),
    );
    spoken.data('down', Buffer.concat([encodeServerPreface({ salt }), down.seal(first({ type: 'CONNECTED' }))]));
    spoken.data(from === 'client' ? 'up' : 'down', (from === 'client' ? up : down).seal(bytes));
    return own;
  });
  return { packets, keyLog: `${lines.join('\n')}\n` };
}

describe('records', () => {
  const known: Case[] = [
    ...TEXTS.map((text) => ({
      name: `text ${text}`,
      from: 'client' as const,
      bytes: framed([chatBytes(1, hex(text))]),
    })),
    ...[...ADDED.accepted, ...ADDED.rejected]
      .filter(({ layer, bytes }) => layer === 'record' && bytes.length % 128 === 0)
      .map(({ name, from = 'client', bytes }) => ({ name, from, bytes: hex(bytes) })),
  ];

  /** Whole steps of 64 bytes; other sizes cannot be sealed. */
  function sealable(bytes: Buffer): boolean {
    return bytes.length > 0 && bytes.length % 64 === 0 && bytes.length <= 4160;
  }

  testWithTshark.each([1, 2])(`the first fault, or none, as our decoder says (seed %i)${skipped}`, (seed) => {
    const random = randomOf(seed);
    const bent = Array.from({ length: 700 }, (_, i): Case => {
      const { name, from, bytes } = known[Math.floor(random() * known.length)] as Case;
      const changed = Buffer.from(bytes);
      for (let times = Math.floor(random() * 3); times >= 0; times--) {
        const at = Math.floor(random() * Math.min(40, changed.length));
        changed[at] = [0, 1, 2, 0x80, 0xff, Math.floor(random() * 256)][Math.floor(random() * 6)] ?? 0;
      }
      return { name: `${name} altered (${String(i)})`, from, bytes: changed };
    });
    const cases = [...known, ...bent].filter(({ bytes }) => sealable(bytes));
    const { packets, keyLog } = connections(cases);
    const keys = ['-o', `parley.keylog:${tshark.file(keyLog)}`];
    const fields = ['tcp.stream', '_ws.expert.message', 'parley.record.seq'] as const;
    const said = tshark.fields(tshark.file(captureOf(packets)), fields, 'parley.record.seq == 1', ...keys);
    expect(said).toHaveLength(cases.length);
    const results = cases.map(({ name, from, bytes }, i) => {
      const { fault } = decodeRecord(bytes, from);
      const ours: readonly Fault[] = fault === undefined ? [] : [fault];
      return {
        line: `${name} ${bytes.toString('hex').replace(/(00)+$/, '')}`,
        ours,
        theirs: faultsIn(said[i]?.['_ws.expert.message'] ?? []),
      };
    });
    expect(results.filter(({ ours, theirs }) => String(ours) !== String(theirs))).toEqual([]);
    expect(new Set(results.flatMap(({ ours }) => ours)).size).toBeGreaterThan(10);
  });

  testWithTshark(`altered, of a wrong size, not a preface, not CONNECT: each is named${skipped}`, () => {
    const chat = known.find(({ from }) => from === 'client') as Case;
    const { packets, keyLog } = connections(Array<Case>(5).fill(chat));
    const data = (client: number, nth: number): Packet => {
      const own = packets.filter((p) => p.from.port === 20_000 + client && p.payload.length > 0);
      return own[nth] as Packet;
    };
    data(0, 1).payload[30]! ^= 1;
    data(1, 1).payload.writeUInt16BE(81);
    data(2, 0).payload[6] = 1;
    data(3, 0).payload.write('HTTP');
    // Two bytes of its length are associated data, so the record with them does not verify either.
    data(4, 0).payload.writeUInt16BE(144, 40);
    const keys = ['-o', `parley.keylog:${tshark.file(keyLog)}`, '-o', 'parley.tcp_ports:9000'];
    const fields = ['tcp.stream', '_ws.expert.message'] as const;
    const said = tshark.fields(tshark.file(captureOf(packets)), fields, '_ws.expert.group == "Malformed"', ...keys);
    const named = said.map((frame) => [frame['tcp.stream'][0], ...faultsIn(frame['_ws.expert.message'])]);
    for (const expected of [
      ['0', 'RecordNotVerified'],
      ['1', 'RecordOfWrongLength'],
      ['2', 'ReservedNotZero'],
      ['3', 'WrongMagic'],
    ]) {
      expect(named).toContainEqual(expect.arrayContaining(expected));
    }
    expect(named.filter(([of]) => of === '4').length).toBeGreaterThan(0);
  });
});
