/** From accept to CONNECT (protocol 4.1; faults 48 to 61): everything that is not exactly right is destroyed without a word. */
import type { Fault } from '../../machines/faults';
import { LIMITS } from '../../machines/limits';
import { Acceptor, type Offer } from '../../transport/acceptor';
import { RecordOpener, RecordSealer } from '../../transport/security/records';
import { encodeClientPreface } from '../../transport/wire/prefaces';
import { encodeRecords } from '../../transport/wire/records';
import { FakeStream } from '../support/fake-stream';
import { framed, messageBytes } from '../support/plaintexts';
import { VirtualTime } from '../support/virtual-clock';

const COOKIE = Buffer.alloc(16, 9);
const TAG = Buffer.alloc(16, 5);
const SECRET = (): Buffer => Buffer.alloc(32, 1);
const preface = (tag: Buffer = TAG): Buffer => encodeClientPreface({ tag, salt: Buffer.alloc(16, 6) });
const record = (plaintext: Buffer): Buffer => new RecordSealer(SECRET()).seal(plaintext);
const CONNECT = encodeRecords([{ type: 'CONNECT', cookie: COOKIE }])[0] ?? Buffer.alloc(0);
const flight = (): Buffer => Buffer.concat([preface(), record(CONNECT)]);

class Bench {
  readonly time = new VirtualTime();
  readonly loop = this.time.loop('test');
  /** Attempts that wait for CONNECT, by tag. */
  readonly tags = new Set([TAG.toString('hex')]);
  readonly offers: Offer[] = [];
  readonly refused: Fault[] = [];
  readonly openers: RecordOpener[] = [];
  readonly acceptor: Acceptor<string>;

  constructor(limits: Partial<typeof LIMITS> = {}) {
    this.acceptor = new Acceptor<string>(
      {
        find: (tag) => (this.tags.has(tag.toString('hex')) ? tag.toString('hex') : undefined),
        opener: () => {
          const opener = new RecordOpener(SECRET());
          this.openers.push(opener);
          return opener;
        },
        offered: (_, offer) => void this.offers.push(offer),
        refused: (fault) => void this.refused.push(fault),
      },
      { ...LIMITS, ...limits },
      this.loop,
    );
  }

  /** A socket that has just been accepted. */
  socket(address = '192.0.2.1', port = 1): FakeStream {
    const stream = new FakeStream({ address, port });
    this.acceptor.accept(stream);
    return stream;
  }
}

/** Destroyed, for this reason, with nothing said and nothing kept. */
function cut(b: Bench, stream: FakeStream, ...faults: readonly Fault[]): void {
  expect([stream.calls, stream.writes, b.refused, b.acceptor.size, b.loop.armed]).toEqual([
    ['destroy'],
    [],
    faults,
    0,
    0,
  ]);
  expect([b.offers, b.openers.every(({ wiped }) => wiped)]).toEqual([[], true]);
}

test('122 right bytes: handed over, with the cookie and what came after', () => {
  const b = new Bench();
  const stream = b.socket();
  stream.data(Buffer.concat([flight(), Buffer.from('more')]));
  expect([b.offers.length, b.refused, b.acceptor.size, b.loop.armed]).toEqual([1, [], 0, 0]);
  const [offer] = b.offers;
  expect([offer?.cookie, offer?.preface, offer?.size, offer?.input.length]).toEqual([COOKIE, preface(), 82, 4]);
  expect([offer?.opener.wiped, stream.calls]).toEqual([false, []]);
});

test('50: one byte at a time', () => {
  const b = new Bench();
  const stream = b.socket();
  const bytes = flight();
  for (const byte of bytes.subarray(0, -1)) stream.data(Buffer.from([byte]));
  expect(b.offers).toEqual([]);
  stream.data(bytes.subarray(-1));
  expect(b.offers).toHaveLength(1);
});

test('48: nothing is said, or too slowly: one deadline for all bytes', () => {
  const b = new Bench();
  const stream = b.socket();
  for (let n = 0; n < 49; n++) {
    stream.data(flight().subarray(n, n + 1));
    b.time.advance(100);
  }
  expect(stream.isDestroyed).toBe(false);
  b.time.advance(100);
  cut(b, stream, 'PrefaceTooLate');
});

test.each([
  ['51: HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'WrongMagic'],
  ['51: HTTP, its first byte', Buffer.from('G'), 'WrongMagic'],
  ['51: TLS', Buffer.from([0x16, 3, 1, 2]), 'WrongMagic'],
  ['another version', Buffer.from([...Buffer.from('SBCT'), 2]), 'UnknownHeaderVersion'],
  ['reserved bytes', Buffer.from([...Buffer.from('SBCT'), 1, 0, 0, 1]), 'ReservedNotZero'],
  ['52: an unknown tag', preface(Buffer.alloc(16, 7)), 'UnknownTag'],
  [
    '55: CHAT_REQUEST first',
    Buffer.concat([preface(), record(framed([messageBytes({ type: 'CHAT_REQUEST', id: 'B' })]))]),
    'FirstRecordNotConnect',
  ],
  [
    'CONNECT and something else',
    Buffer.concat([preface(), record(framed([CONNECT.subarray(2, 19), messageBytes({ type: 'KEEPALIVE' })]))]),
    'FirstRecordNotConnect',
  ],
  [
    'an optional message beside CONNECT',
    Buffer.concat([preface(), record(framed([CONNECT.subarray(2, 19), Buffer.from([0x80])]))]),
    'FirstRecordNotConnect',
  ],
  ['another N than 80', Buffer.concat([preface(), Buffer.from([0, 144])]), 'RecordOfWrongLength'],
  [
    'a record that does not verify',
    Buffer.concat([preface(), Buffer.from([0, 80]), Buffer.alloc(80, 1)]),
    'RecordNotVerified',
  ],
  [
    'P20: a record that verifies and is malformed: cut as well',
    Buffer.concat([preface(), record(Buffer.alloc(64))]),
    'RecordWithoutMessage',
  ],
] as const)('%s', (_, bytes, fault) => {
  const b = new Bench();
  const stream = b.socket();
  stream.data(bytes);
  cut(b, stream, fault);
});

test('56, 58: the tag is used or expired before the preface comes', () => {
  const b = new Bench();
  const stream = b.socket();
  b.tags.clear();
  stream.data(flight());
  cut(b, stream, 'UnknownTag');
});

test('56, 58: the tag is used or expired between preface and record', () => {
  const b = new Bench();
  const stream = b.socket();
  stream.data(flight().subarray(0, 100));
  b.tags.clear();
  stream.data(flight().subarray(100));
  cut(b, stream, 'TagUsedMeanwhile');
});

test('two sockets with one tag do not disturb each other; the first whole flight is handed over', () => {
  const b = new Bench();
  const [slow, fast] = [b.socket(), b.socket()];
  slow.data(flight().subarray(0, 121));
  fast.data(flight());
  expect([b.offers.length, slow.isDestroyed]).toEqual([1, false]);
  b.tags.clear();
  slow.data(flight().subarray(121));
  expect([b.offers.length, slow.isDestroyed, b.refused]).toEqual([1, true, ['TagUsedMeanwhile']]);
});

test.each(['fin', 'close'] as const)('61: %s at any moment leaves nothing behind', (how) => {
  for (const size of [0, 10, 40, 100]) {
    const b = new Bench();
    const stream = b.socket();
    stream.data(flight().subarray(0, size));
    stream[how]();
    stream.close();
    expect([b.acceptor.size, b.loop.armed, b.refused, b.openers.every(({ wiped }) => wiped)]).toEqual([0, 0, [], true]);
  }
});

test('60: 512 sockets wait at most; one more, and the oldest is destroyed', () => {
  const b = new Bench();
  const all = Array.from({ length: 2_000 }, (_, n) => b.socket(`10.0.${String(n >> 8)}.${String(n & 255)}`));
  expect([b.acceptor.size, b.loop.armed]).toEqual([512, 512]);
  expect(all.map(({ isDestroyed }) => isDestroyed)).toEqual(all.map((_, n) => n < 2_000 - 512));
  const honest = b.socket('192.0.2.1');
  honest.data(flight());
  expect(b.offers).toHaveLength(1);
  expect(b.refused.filter((fault) => fault === 'TooManyUnboundSockets')).toHaveLength(2_001 - 512);
});

test('of one source 32 wait at most; its own oldest is destroyed, nobody else', () => {
  const b = new Bench();
  const other = b.socket('198.51.100.1');
  const all = Array.from({ length: 40 }, (_, n) => b.socket('192.0.2.1', n));
  expect(all.map(({ isDestroyed }) => isDestroyed)).toEqual(all.map((_, n) => n < 8));
  expect([other.isDestroyed, b.acceptor.size]).toEqual([false, 33]);
});

test('a source whose sockets have gone has its whole share again', () => {
  const b = new Bench();
  for (let round = 0; round < 10; round++) {
    const all = Array.from({ length: 32 }, () => b.socket());
    for (const stream of all) stream.close();
    expect([b.acceptor.size, all.some(({ isDestroyed }) => isDestroyed)]).toEqual([0, false]);
  }
});

test('addresses of one IPv6 /64 are one source', () => {
  const b = new Bench();
  const all = Array.from({ length: 33 }, (_, n) => b.socket(`2001:db8::${n.toString(16)}`));
  expect(all.map(({ isDestroyed }) => isDestroyed).indexOf(false)).toBe(1);
});

test('0 is no limit (P4)', () => {
  const b = new Bench({ UNBOUND_SOCKETS: 0, UNBOUND_PER_SOURCE: 0 } as unknown as Partial<typeof LIMITS>);
  for (let n = 0; n < 1_000; n++) b.socket();
  expect([b.acceptor.size, b.refused]).toEqual([1_000, []]);
});

test('closed: everything that waits is destroyed', () => {
  const b = new Bench();
  const all = [b.socket(), b.socket()];
  b.acceptor.close();
  expect([all.every(({ isDestroyed }) => isDestroyed), b.acceptor.size, b.loop.armed]).toEqual([true, 0, 0]);
});
