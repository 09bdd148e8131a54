/**
 * The dissector on real traffic: every message has its name and its fields, nothing is called malformed, and what belongs
 * together is linked. What parley-dump reads in the same capture is what tshark must say.
 */
import { Stage } from '../../bin/demo/stage';
import type { Entry } from '../../diagrams/capture/entries';
import { Keys } from '../../diagrams/capture/keys';
import { readCapture } from '../../diagrams/capture/reading';
import { captureOf, type FileOptions, type Packet } from '../dump/packets';
import { play, TEXTS, type Story } from '../dump/story';
import { skipped, Tshark } from './support';

jest.setTimeout(120_000);
const here = process.platform === 'linux' && skipped === '';
const testWithTshark = here ? test : test.skip;

let stage: Stage;
let story: Story;
let tshark: Tshark;
let capture: string;
let withKeys: readonly string[];
beforeAll(async () => {
  if (!here) return;
  stage = await Stage.open();
  tshark = new Tshark();
  story = await play(stage);
  capture = tshark.file(captureOf(story.packets));
  withKeys = ['-o', `parley.keylog:${tshark.file(story.keyLog)}`];
});
afterAll(async () => {
  tshark?.close();
  await stage?.close();
});

/** Names in the order of the capture, as parley-dump reads them. */
function namesIn(bytes: Buffer): string[] {
  const entries: Entry[] = [];
  let at = 0;
  const read = (into: Buffer): number => {
    const copied = bytes.copy(into, 0, at);
    at += copied;
    return copied;
  };
  readCapture(read, { keys: new Keys(story.keyLog), tell: (entry) => entries.push(entry) });
  return entries.flatMap((entry) => {
    if (entry.kind === 'preface') return ['preface'];
    if (entry.kind === 'datagram') return [entry.message?.type ?? '?'];
    return entry.kind === 'record' ? (entry.messages ?? []).map(({ type }) => type) : [];
  });
}
const named = (file: string, ...args: readonly string[]): string[] =>
  tshark.fields(file, ['parley.name'], 'parley', ...args).flatMap((frame) => frame['parley.name']);
const WRONG =
  '_ws.malformed || _ws.expert.group == "Malformed" || _ws.expert.severity == "Error" || _ws.expert.severity == "Warning"';

testWithTshark(`each message of log-ons, a chat and a list is named${skipped}`, () => {
  const names = named(capture, ...withKeys);
  expect(names).toEqual(namesIn(captureOf(story.packets)));
  for (const name of ['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_SUCCESS', 'AUTH_FAIL', 'CONNECT', 'CONNECTED']) {
    expect(names).toContain(name);
  }
  for (const name of ['CHAT_REQUEST', 'CHAT_STARTED', 'UNREACHABLE', 'CHAT', 'END_REQUEST', 'END_NOTIF', 'CLOSE']) {
    expect(names).toContain(name);
  }
  const list = ['HISTORY_REQ', 'HISTORY_RESP', 'HISTORY_RESP', 'HISTORY_RESP', 'HISTORY_END'];
  expect(names.filter((name) => name.startsWith('HISTORY'))).toEqual([...list, ...list]);
});

testWithTshark(`nothing is called malformed, with and without keys${skipped}`, () => {
  for (const keys of [withKeys, []]) {
    const wrong = tshark.fields(capture, ['frame.number', '_ws.expert.message'], `parley && (${WRONG})`, ...keys);
    expect(wrong).toEqual([]);
  }
  // Everything on these ports is Parley's.
  expect(tshark.fields(capture, ['frame.number'], 'udp && !parley')).toEqual([]);
});

testWithTshark(`other link layers, pcapng, and segments of seven bytes say the same${skipped}`, () => {
  const expected = named(capture, ...withKeys);
  const forms: FileOptions[] = [
    { link: 'sll2' },
    { link: 'null', format: 'pcapng' },
    { link: 'raw', format: 'pcap-ns' },
  ];
  for (const form of forms) {
    const file = tshark.file(captureOf(story.packets, form));
    expect([form, named(file, ...withKeys)]).toEqual([form, expected]);
  }
  const small = captureOf(story.packets.flatMap((packet) => cut(packet, 7)));
  expect(named(tshark.file(small), ...withKeys)).toEqual(namesIn(small));
});
function cut(packet: Packet, size: number): Packet[] {
  const { tcp, payload } = packet;
  if (!tcp || payload.length <= size) return [packet];
  return Array.from({ length: Math.ceil(payload.length / size) }, (_, i) => ({
    ...packet,
    tcp: { ...tcp, seq: (tcp.seq + i * size) % 2 ** 32 },
    payload: payload.subarray(i * size, (i + 1) * size),
  }));
}

testWithTshark(`fields: texts with the key log, none without${skipped}`, () => {
  const texts = (...keys: readonly string[]): string[] =>
    tshark.fields(capture, ['parley.text'], 'parley.text', ...keys).flatMap((frame) => frame['parley.text']);
  // Each is sent, passed on, and listed twice in the end.
  const [first, long, last] = TEXTS;
  expect(texts(...withKeys)).toEqual([first, first, long, long, last, last, first, long, last, first, long, last]);
  expect(texts()).toEqual([]);
  const clear = tshark.run(capture, '-V');
  for (const text of TEXTS) expect(clear).not.toContain(text.slice(0, 12));
  expect(clear).not.toMatch(/rand_cookie|port_number: \d/);
  expect(clear).toMatch(/\[Expert Info \(Chat\/\w+\): No key in the key log opens this\]/);
  const [success] = tshark.fields(
    capture,
    ['parley.port', 'tcp.dstport'],
    'parley.port || tcp.flags.syn == 1',
    ...withKeys,
  );
  const [syn] = tshark.fields(capture, ['tcp.dstport'], 'tcp.flags == 2');
  expect(success?.['parley.port']).toEqual(syn?.['tcp.dstport']);
});

const LINKS = ['frame.number', 'parley.name', 'parley.response_in', 'parley.response_to', 'parley.client'] as const;
testWithTshark(`requests and responses, attempts and connections, sessions are linked${skipped}`, () => {
  const more = ['parley.attempt_in', 'parley.connection_in', 'parley.session_in'] as const;
  const frames = tshark.fields(capture, [...LINKS, ...more], 'parley', ...withKeys);
  const at = (name: string, nth = 0) => frames.filter((frame) => frame['parley.name'].includes(name))[nth];
  const number = (name: string, nth = 0): string[] => at(name, nth)?.['frame.number'] ?? [];
  for (const [asked, answered, nth] of [
    ['HELLO', 'CHALLENGE', 0],
    ['RESPONSE', 'AUTH_SUCCESS', 0],
    ['RESPONSE', 'AUTH_SUCCESS', 1],
    ['CONNECT', 'CONNECTED', 0],
    ['CHAT_REQUEST', 'CHAT_STARTED', 0],
    ['HISTORY_REQ', 'HISTORY_END', 0],
    ['HISTORY_REQ', 'HISTORY_END', 1],
  ] as const) {
    expect([asked, at(asked, nth)?.['parley.response_in']]).toEqual([asked, number(answered, nth)]);
    expect([answered, at(answered, nth)?.['parley.response_to']]).toEqual([answered, number(asked, nth)]);
  }
  expect(at('CHAT_REQUEST', 1)?.['parley.response_in']).toEqual(number('UNREACHABLE'));
  expect(at('RESPONSE', 2)?.['parley.response_in']).toEqual(number('AUTH_FAIL'));
  for (const nth of [0, 1]) {
    expect(at('AUTH_SUCCESS', nth)?.['parley.connection_in']).toEqual(number('CONNECT', nth));
    expect(new Set(at('CONNECT', nth)?.['parley.attempt_in'])).toEqual(new Set(number('HELLO', nth)));
  }
  expect(at('CHAT')?.['parley.session_in']).toEqual(number('CHAT_STARTED'));
  expect(new Set(frames.flatMap((frame) => frame['parley.client']))).toEqual(new Set(['alice', 'bob', 'carol']));
});

testWithTshark(`without a key log the connection is found by addresses and order${skipped}`, () => {
  const frames = tshark.fields(capture, [...LINKS], 'tcp && parley');
  expect(frames[0]?.['parley.client'][0]).toBe('alice');
  expect(tshark.run(capture, '-V')).toMatch(
    /\[Client of this attempt: bob\] \(by addresses and order\)|bob \(by addresses and order\)/,
  );
  const begins = frames.slice(0, 2).map((frame) => frame['parley.client']);
  expect(begins.flat()).toEqual(Array<string>(begins.flat().length).fill('alice'));
});

testWithTshark(`by port without the heuristic, and by Decode As${skipped}`, () => {
  const [udp, tcp] = [story.packets.find((p) => !p.tcp)?.to.port, story.packets.find((p) => p.tcp)?.to.port];
  const off = ['-o', 'parley.heuristic:FALSE', ...withKeys];
  expect(named(capture, ...off)).toEqual([]);
  const expected = named(capture, ...withKeys);
  const ports = ['-o', `parley.udp_ports:${String(udp)}`, '-o', `parley.tcp_ports:${String(tcp)}`];
  expect(named(capture, ...off, ...ports)).toEqual(expected);
  const decode = ['-d', `udp.port==${String(udp)},parley`, '-d', `tcp.port==${String(tcp)},parley`];
  expect(named(capture, ...off, ...decode)).toEqual(expected);
  // 4390 is registered.
  const moved = story.packets.map((packet) => ({ ...packet, ...(packet.tcp ? {} : standard(packet, udp)) }));
  const file = tshark.file(captureOf(moved));
  expect(named(file, ...off)).toEqual(expected.filter((name) => /^(HELLO|CHALLENGE|RESPONSE|AUTH_\w+)$/.test(name)));
});
function standard({ from, to }: Packet, port: number | undefined): Pick<Packet, 'from' | 'to'> {
  const at = (place: Packet['from']): Packet['from'] => (place.port === port ? { ...place, port: 4390 } : place);
  return { from: at(from), to: at(to) };
}

testWithTshark(`a repetition is called one, not a fault${skipped}`, () => {
  const [hello, ...rest] = story.packets;
  const file = tshark.file(captureOf([...(hello ? [hello, hello] : []), ...rest]));
  expect(tshark.fields(file, ['frame.number', 'parley.repeats'], 'parley.repeats', ...withKeys)).toEqual([
    { 'frame.number': ['2'], 'parley.repeats': ['1'] },
  ]);
  expect(tshark.fields(file, ['frame.number'], `parley && (${WRONG})`, ...withKeys)).toEqual([]);
});
