/**
 * parley-dump on captures of real processes: it says what the server's own dump says, whatever the capture is like; what the
 * capture does not have costs a line and no more; nothing encrypted is shown without a key log.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Stage } from '../../bin/demo/stage';
import type { Entry } from '../../diagrams/capture/entries';
import { CaptureError } from '../../diagrams/capture/file';
import { Keys } from '../../diagrams/capture/keys';
import { readCapture } from '../../diagrams/capture/reading';
import { jsonOf, textOf } from '../../diagrams/capture/show';
import { randomOf } from '../binaries/support';
import { captureOf, LINKS, type FileOptions, type Link, type Packet } from './packets';
import { play, TEXTS, type Story } from './story';

jest.setTimeout(90_000);

// Another loopback address is there without further ado on Linux only.
const testOnLinux = process.platform === 'linux' ? test : test.skip;
const skipped = process.platform === 'linux' ? '' : ' (skipped: needs 127.0.0.2, as on Linux)';

let stage: Stage;
let story: Story;
beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = await Stage.open();
  story = await play(stage);
});
afterAll(() => stage?.close());

interface Shown {
  /** Lines of messages, without their time. */
  readonly lines: string[];
  /** Remarks, without `#` and time. */
  readonly notes: string[];
}

function entriesOf(capture: Buffer, keyLog?: string): Entry[] {
  let at = 0;
  const entries: Entry[] = [];
  const read = (into: Buffer): number => {
    const bytes = capture.copy(into, 0, at);
    at += bytes;
    return bytes;
  };
  readCapture(read, {
    keys: keyLog === undefined ? undefined : new Keys(keyLog),
    tell: (entry) => entries.push(entry),
  });
  return entries;
}
function show(capture: Buffer, keyLog?: string): Shown {
  const all = entriesOf(capture, keyLog).flatMap((entry) => textOf(entry, entry.ms));
  const [notes, lines] = [all.filter((line) => line.startsWith('#')), all.filter((line) => !line.startsWith('#'))];
  return { lines: lines.map((line) => bare(line)), notes: notes.map((note) => note.replace(/^# \S+ /, '')) };
}
/** Blanks before the size depend on the width of what stands before it. */
const bare = (line: string): string => line.replace(/^\S+ (\S+) +/, '$1 ').replace(/ +(\d+ B|\+)$/, ' $1');
const isData = ({ tcp, payload }: Packet): boolean => tcp !== undefined && payload.length > 0;
const shuffled = <T>(values: readonly T[], random: () => number): T[] =>
  values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

testOnLinux(`with the key log: what the server dumped itself${skipped}`, () => {
  const { lines, notes } = show(captureOf(story.packets), story.keyLog);
  expect(notes).toEqual([]);
  expect([...lines].sort()).toEqual(story.dump.map(bare).sort());
  // And in the order in which each of the two spoke.
  for (const who of ['alice>S', 'S>alice', 'bob>S', 'S>bob', 'carol>S', 'S>carol']) {
    const of = (all: readonly string[]): string[] => all.filter((line) => line.startsWith(`${who} `));
    expect(of(lines)).toEqual(of(story.dump.map(bare)));
    expect(of(lines).length).toBeGreaterThan(0);
  }
});

testOnLinux('every format and link layer says the same', () => {
  const expected = show(captureOf(story.packets), story.keyLog).lines;
  const options: FileOptions[] = [
    ...(Object.keys(LINKS) as Link[]).map((link) => ({ link })),
    ...(['pcap-ns', 'pcap-be', 'pcapng'] as const).map((format) => ({ format })),
  ];
  for (const option of options) {
    expect([option, show(captureOf(story.packets, option), story.keyLog)]).toEqual([
      option,
      { lines: expected, notes: [] },
    ]);
  }
});

testOnLinux('times are those of the packets in every format', () => {
  const times = story.packets.filter(({ tcp }) => !tcp).map(({ ms }) => ms);
  for (const format of ['pcap', 'pcap-ns', 'pcap-be', 'pcapng'] as const) {
    const shown = entriesOf(captureOf(story.packets, { format })).filter(({ kind }) => kind === 'datagram');
    shown.forEach(({ ms }, i) => expect(Math.abs(ms - (times[i] ?? 0))).toBeLessThan(0.01));
    expect(shown).toHaveLength(times.length);
  }
});

testOnLinux('IPv6 says the same', () => {
  const six = (address: string): string => `fd00::${address.slice(-1)}`;
  const packets = story.packets.map(({ from, to, ...rest }) => ({
    ...rest,
    from: { ...from, address: six(from.address) },
    to: { ...to, address: six(to.address) },
  }));
  for (const link of ['ethernet', 'raw', 'null', 'sll2'] as const) {
    const { lines, notes } = show(captureOf(packets, { link }), story.keyLog);
    expect([lines, notes]).toEqual([show(captureOf(story.packets), story.keyLog).lines, []]);
  }
});

testOnLinux('without a key log: who, when and how much, and nothing of what was encrypted', () => {
  const capture = captureOf(story.packets);
  const { lines, notes } = show(capture);
  expect(notes).toEqual([]);
  const closed = (line: string): string => line.replace(/\{.*\}/, '{..}');
  const firsts = story.dump.map(bare).filter((line) => !line.endsWith(' +'));
  expect([...lines].sort()).toEqual(firsts.map(closed).sort());
  const json = entriesOf(capture).flatMap((entry) => jsonOf(entry, 0));
  for (const text of TEXTS) {
    const [begin, quoted] = [text.slice(0, 12), JSON.stringify(text).slice(1, 12)];
    expect([...lines, ...json].filter((line) => line.includes(begin) || line.includes(quoted))).toEqual([]);
  }
});

testOnLinux('segments again, out of order and in pieces make no difference', () => {
  const expected = show(captureOf(story.packets), story.keyLog).lines.sort();
  for (const seed of [1, 2, 3]) {
    const random = randomOf(seed);
    const pieces = story.packets.flatMap((packet): Packet[] => {
      if (!isData(packet) || !packet.tcp) return [packet];
      const { tcp, payload } = packet;
      const cut = Math.floor(random() * payload.length);
      // The second piece overlaps the first, and the first comes once more.
      const from = Math.floor(random() * cut);
      const first = { ...packet, payload: payload.subarray(0, cut) };
      const second = { ...packet, tcp: { ...tcp, seq: (tcp.seq + from) % 2 ** 32 }, payload: payload.subarray(from) };
      return shuffled([first, second, first], random);
    });
    expect([seed, show(captureOf(pieces), story.keyLog).lines.sort()]).toEqual([seed, expected]);
  }
});

/** The packet whose record is `#n` of alice to the server; prefaces and record 0 share the first. */
function aliceSays(n: number): Packet {
  const up = story.packets.filter((packet) => isData(packet) && packet.to.address === '127.0.0.2');
  const alice = up.filter(({ from }) => from.port === up[0]?.from.port);
  const found = alice[n];
  if (!found) throw new Error(`alice has not said so much: ${String(n)}`);
  return found;
}

testOnLinux('a gap is told in a line; with the key the next record is found', () => {
  const lost = aliceSays(2);
  const capture = captureOf(story.packets.filter((packet) => packet !== lost));
  const { lines, notes } = show(capture, story.keyLog);
  expect(notes).toEqual([
    'alice>S tcp 82 B are missing from the capture, from record #2 on',
    'alice>S tcp record #2 is lost',
  ]);
  const expected = show(captureOf(story.packets), story.keyLog).lines.filter(
    (line) => !line.startsWith('alice>S tcp #2'),
  );
  expect([...lines].sort()).toEqual([...expected].sort());
  const blind = show(capture);
  expect(blind.notes).toEqual([
    'alice>S tcp 82 B are missing from the capture: without a key the next record cannot be found',
  ]);
  expect(blind.lines.filter((line) => line.startsWith('alice>S tcp #')).map((line) => line.split(' ')[2])).toEqual([
    '#0',
    '#1',
  ]);
});

testOnLinux('what the server says may be captured before the CONNECT that it answers', () => {
  const expected = show(captureOf(story.packets), story.keyLog);
  const early = story.packets.findIndex((packet) => isData(packet) && packet.from.address === '127.0.0.2');
  const connect = story.packets.findIndex((packet) => packet === aliceSays(0));
  expect(connect).toBeLessThan(early);
  const packets = [...story.packets];
  const [answer] = packets.splice(early, 1);
  packets.splice(connect, 0, answer as Packet);
  const { lines, notes } = show(captureOf(packets), story.keyLog);
  expect(notes).toEqual([]);
  expect([...lines].sort()).toEqual([...expected.lines].sort());
});

testOnLinux('a connection without what the client said stays closed, and the reason is the right one', () => {
  const { from } = aliceSays(0);
  const oneWay = story.packets.filter((packet) => !isData(packet) || packet.from.port !== from.port);
  const { lines, notes } = show(captureOf(oneWay), story.keyLog);
  expect(notes).toContainEqual(
    expect.stringContaining("the client's preface is not in the capture: nobody knows which key"),
  );
  expect(notes.join('\n')).not.toMatch(/the key log/);
  expect(lines).toContainEqual(expect.stringMatching(/^S>\S+ tcp #0 +\{\.\.\}/));
});

testOnLinux('a record that is missing in the middle is passed over, with and without the key', () => {
  const long = story.packets.filter((packet) => isData(packet) && packet.payload.length === 1000);
  const capture = captureOf(story.packets.filter((packet) => packet !== long[1]));
  for (const keyLog of [undefined, story.keyLog]) {
    const { notes, lines } = show(capture, keyLog);
    expect(notes).toEqual(['bob>S tcp 1000 B are missing from the capture: record #1 is lost']);
    expect(lines.filter((line) => line.startsWith('bob>S tcp #')).map((line) => line.split(' ')[2])).toEqual([
      '#0',
      '#2',
      '#3',
    ]);
  }
});

testOnLinux('packets that the capture has cut: said, and the rest is read', () => {
  const { lines, notes } = show(captureOf(story.packets, { snap: 150 }), story.keyLog);
  expect(lines.filter((line) => line.includes('HELLO'))).toEqual([]);
  expect(notes.join('\n')).toMatch(/udp datagram of 128 B, of which the capture has 108/);
  expect(notes.join('\n')).toMatch(/B are missing from the capture/);
  expect(lines.filter((line) => line.includes('{CHAT session=1 text="what'))).toHaveLength(2);
});

testOnLinux('a file that ends anywhere: what is whole is read', () => {
  for (const format of ['pcap', 'pcapng'] as const) {
    const whole = captureOf(story.packets, { format });
    const expected = show(whole, story.keyLog).lines;
    const random = randomOf(7);
    for (let i = 0; i < 60; i++) {
      const end = 32 + Math.floor(random() * (whole.length - 32));
      const { lines, notes } = show(whole.subarray(0, end), story.keyLog);
      expect(lines).toEqual(expected.slice(0, lines.length));
      const cut = notes.filter((note) => note.includes('ends in the middle of a packet'));
      expect(cut.length).toBeLessThanOrEqual(1);
    }
    expect(show(whole.subarray(0, -1), story.keyLog).notes).toContain(
      'the capture file ends in the middle of a packet',
    );
  }
});

test('lengths that cannot be are not believed', () => {
  const capture = captureOf([
    { ms: 0, from: { address: '10.0.0.1', port: 1 }, to: { address: '10.0.0.2', port: 2 }, payload: Buffer.alloc(0) },
  ]);
  const bent = Buffer.concat([capture, Buffer.alloc(400_000)]);
  bent.writeUInt32LE(300_000, 32);
  expect(show(bent).notes).toEqual(['the capture file is damaged: a packet of 300000 bytes; what follows is not read']);
  const block = Buffer.concat([
    captureOf([], { format: 'pcapng' }),
    Buffer.from('06000000fffffff0', 'hex'),
    Buffer.alloc(100),
  ]);
  expect(show(block).notes).toEqual([
    'the capture file is damaged: a block of 4043309055 bytes; what follows is not read',
  ]);
});

testOnLinux('what was altered is called so', () => {
  const bent = aliceSays(2);
  const change = (at: number, bits: number): Packet[] =>
    story.packets.map((packet) => {
      if (packet !== bent) return packet;
      const payload = Buffer.from(packet.payload);
      payload[at] = (payload[at] ?? 0) ^ bits;
      return { ...packet, payload };
    });
  expect(show(captureOf(change(20, 1)), story.keyLog).notes).toEqual([
    'alice>S tcp record #2 does not verify under its key: altered, or of another connection',
  ]);
  expect(show(captureOf(change(1, 1)), story.keyLog).notes).toEqual([
    'alice>S tcp record #2 of 81 B: RecordOfWrongLength',
  ]);
  const hello = story.packets[0] as Packet;
  const sent = (payload: Buffer): string[] => show(captureOf([hello, { ...hello, payload }])).notes;
  const [wrongId, wrongSize] = [Buffer.from(hello.payload), hello.payload.subarray(0, 100)];
  wrongId[27] = 0x20;
  expect(sent(wrongId)).toEqual(['alice>S udp datagram of 128 B refused: MalformedClientId']);
  expect(sent(wrongSize)).toEqual(['alice>S udp datagram of 100 B refused: DatagramOfWrongSize']);
});

testOnLinux('keys of another run open nothing, and that is said', () => {
  const other = story.keyLog.replace(/[0-9a-f]{32} /g, `${'0'.repeat(32)} `);
  const { lines, notes } = show(captureOf(story.packets), other);
  expect(lines).toEqual(show(captureOf(story.packets)).lines);
  expect(notes).toEqual([
    expect.stringMatching(/^alice>S tcp the key log has no key for tag=[0-9a-f]{8}\.\.: its records stay closed$/),
    expect.stringMatching(/^bob>S tcp the key log has no key for tag=[0-9a-f]{8}\.\.: its records stay closed$/),
  ]);
});

testOnLinux('a connection that began before the capture is named, others are nobody’s business', () => {
  const from = story.packets.findIndex((packet) => isData(packet) && packet === aliceSays(2));
  const late = story.packets.slice(from);
  expect(show(captureOf(late), story.keyLog).lines.filter((line) => line.includes(' tcp '))).toEqual([]);
  const both = captureOf([
    ...story.packets.slice(0, 8),
    ...late.map((p) => ({ ...p, from: moved(p.from), to: moved(p.to) })),
  ]);
  expect(show(both, story.keyLog).notes.join('\n')).toMatch(/does not begin with a preface \(WrongMagic\)/);
});
/** Another port of the client, so another connection. */
function moved<P extends { address: string; port: number }>(place: P): P {
  return place.address === '127.0.0.2' ? place : { ...place, port: place.port ^ 1 };
}

test('whatever the bytes are, it ends, and throws only to say that it is no capture', () => {
  const starts = ['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '0a0d0d0a', ''].map((hex) => Buffer.from(hex, 'hex'));
  const bytes = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }));
  fc.assert(
    fc.property(bytes, ([start, rest]) => {
      try {
        entriesOf(Buffer.concat([start, rest]));
      } catch (error) {
        expect(error).toBeInstanceOf(CaptureError);
        expect(start).toHaveLength(0);
      }
    }),
    { numRuns: 2000 },
  );
});

testOnLinux('bytes changed anywhere in a capture: it ends, and never throws', () => {
  const whole = captureOf(story.packets, { format: 'pcapng' });
  const change = fc.tuple(fc.integer({ min: 28, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
      const bent = Buffer.from(whole);
      for (const [at, value] of changes) bent[at] = value;
      entriesOf(bent, story.keyLog);
    }),
    { numRuns: 300 },
  );
});

describe('the command', () => {
  interface Ended {
    readonly code: number | string;
    readonly lines: readonly string[];
    readonly errors: readonly string[];
  }
  async function dump(...args: readonly string[]): Promise<Ended> {
    writeFileSync(join(stage.folder, 'story.pcap'), captureOf(story.packets));
    writeFileSync(join(stage.folder, 'no.pcap'), 'this is a letter');
    writeFileSync(join(stage.folder, 'other.pcap'), captureOf([]));
    const actor = stage.start('parley-dump', 'parley-dump.js', args);
    return { code: await actor.exit, lines: actor.lines, errors: actor.errors };
  }

  testOnLinux('prints, and draws on demand', async () => {
    const { code, lines, errors } = await dump('story.pcap', '--keylog', 'server.keys', '--chart', 'out/chart.svg');
    expect([code, errors]).toEqual([0, []]);
    expect(lines.map(bare).sort()).toEqual(story.dump.map(bare).sort());
    expect(lines[0]).toMatch(/^00:00\.000 alice>S {3}udp HELLO {8}att=[0-9a-f]{8} ver=1\.\.1 id=alice {2,}128 B$/);
    const svg = readFileSync(join(stage.folder, 'out/chart.svg'), 'utf8');
    for (const name of ['HELLO', 'AUTH_SUCCESS', 'CONNECTED', 'CHAT_STARTED', 'HISTORY_END', 'AUTH_FAIL']) {
      expect(svg).toContain(name);
    }
    expect(svg).not.toContain('Wait for HELLO');
    for (const text of TEXTS) expect(svg).not.toContain(text.slice(0, 12));
  });

  testOnLinux('--json: an object a line', async () => {
    const { code, lines } = await dump('story.pcap', '--keylog', 'server.keys', '--json');
    expect([code, lines]).toEqual([0, expect.arrayContaining([])]);
    const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects).toHaveLength(story.dump.length);
    const chats = objects.filter(({ name, from }) => name === 'CHAT' && from !== 'S');
    expect(chats.map(({ fields }) => fields)).toEqual(TEXTS.map((text) => ({ session: 1, text })));
    expect(objects.find(({ name }) => name === 'AUTH_SUCCESS')).toMatchObject({
      opened: true,
      fields: { cookie: '*' },
    });
  });

  testOnLinux('without keys it says what to do, and the chart has what travels in clear', async () => {
    const { code, errors } = await dump('story.pcap', '--chart', 'clear.svg');
    expect([code, errors]).toEqual([
      0,
      [
        expect.stringMatching(
          /^parley-dump: what is encrypted stays closed \(\{\.\.\}, \d+ times\): give the key log of server or client with --keylog$/,
        ),
        'parley-dump: records that stay closed are not on the chart',
      ],
    ]);
    expect(readFileSync(join(stage.folder, 'clear.svg'), 'utf8')).toContain('AUTH_SUCCESS');
  });

  const FAILURES: readonly (readonly [args: readonly string[], code: number, sentence: RegExp])[] = [
    [['none.pcap'], 1, /^parley-dump: none\.pcap cannot be read \(ENOENT\)$/],
    [['.'], 1, /^parley-dump: \. cannot be read \(EISDIR\)$/],
    [['no.pcap'], 1, /^parley-dump: no\.pcap is no capture: neither pcap nor pcapng$/],
    [['story.pcap', '--keylog', 'none.keys'], 1, /^parley-dump: none\.keys cannot be read \(ENOENT\)$/],
    [['story.pcap', '--chart', 'chart.png'], 1, /^parley-dump: --chart chart\.png: the chart is an SVG file/],
    [['story.pcap', '--chart', 'no.pcap/x.svg'], 1, /no\.pcap\/x\.svg cannot be written \(E\w+\)$/],
    [['other.pcap'], 0, /^parley-dump: nothing of Parley was found in other\.pcap \(0 packets\)$/],
    [[], 2, /missing required argument 'capture'/],
  ];
  testOnLinux('what the user can mend is one line', async () => {
    for (const [args, expected, sentence] of FAILURES) {
      const { code, errors } = await dump(...args);
      expect([args, code]).toEqual([args, expected]);
      expect(errors.at(-1)).toMatch(sentence);
    }
  });
});
