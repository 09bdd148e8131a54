/** The way in and the way out by themselves: runs of texts, queues, packing into records (protocol 1.5, P1 to P3). */
import fc from 'fast-check';
import type { TcpMessage } from '../../machines/messages';
import { RecordReader, runsOf, isOnly, cuts } from '../../transport/inbound';
import { RecordWriter } from '../../transport/outbound';
import { RecordOpener, RecordSealer } from '../../transport/security/records';
import { ByteQueue } from '../../transport/wire/bytes';
import { framed, messageBytes, u16 } from '../support/plaintexts';

const secret = (): Buffer => Buffer.alloc(32, 7);
const chat = (session: number, text: string): TcpMessage => ({ type: 'CHAT', session, text });
const messages = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: 2 }), fc.stringMatching(/^[a-z]{1,300}$/))
        .map(([s, t]) => chat(s, t)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<TcpMessage>(
        { type: 'END_REQUEST', session: 1 },
        { type: 'KEEPALIVE' },
        { type: 'CHAT_REQUEST', id: 'B' },
      ),
    },
  ),
  { maxLength: 60 },
);

describe('runs', () => {
  test('consecutive texts of one session are one run; anything between ends it', () => {
    const end: TcpMessage = { type: 'END_REQUEST', session: 1 };
    expect(runsOf([chat(1, 'a'), chat(1, 'b'), chat(2, 'c'), end, chat(2, 'd'), chat(2, 'e')])).toEqual([
      { type: 'CHATS', session: 1, texts: ['a', 'b'] },
      { type: 'CHATS', session: 2, texts: ['c'] },
      end,
      { type: 'CHATS', session: 2, texts: ['d', 'e'] },
    ]);
    expect(runsOf([chat(1, 'a'), { type: 'KEEPALIVE' }, chat(1, 'b')])).toHaveLength(3);
    expect(runsOf([])).toEqual([]);
  });

  test('taken apart again they are the messages in order, and no two neighbours could be one', () =>
    fc.assert(
      fc.property(messages, (all) => {
        const runs = runsOf(all);
        const apart = runs.flatMap((run) =>
          run.type === 'CHATS' ? run.texts.map((text) => chat(run.session, text)) : run,
        );
        expect(apart).toEqual(all);
        runs.forEach((run, i) => {
          const next = runs[i + 1];
          if (run.type === 'CHATS' && next?.type === 'CHATS') expect(next.session).not.toBe(run.session);
        });
      }),
    ));
});

/** A writer, and the records that leave it: number, size, messages. */
function writer(): { writer: RecordWriter; left: [number, number, readonly TcpMessage[]][] } {
  const left: [number, number, readonly TcpMessage[]][] = [];
  return { left, writer: new RecordWriter(new RecordSealer(secret()), (...record) => void left.push(record)) };
}
/** What a reader makes of these bytes. */
function read(bytes: Buffer): TcpMessage[] {
  const input = new ByteQueue();
  input.push(bytes);
  const reader = new RecordReader(new RecordOpener(secret()), 'client', input);
  const all: TcpMessage[] = [];
  for (let record = reader.next(); record; record = reader.next()) {
    if (record.fault) throw new Error(record.fault);
    all.push(...record.messages);
  }
  expect(input.length).toBe(0);
  return all;
}

describe('the queue of a connection', () => {
  const connect: TcpMessage = { type: 'CONNECT', cookie: Buffer.alloc(16) };

  test('everything leaves in one piece, in order, in as few records as fit', () =>
    fc.assert(
      fc.property(messages, (all) => {
        const { writer: w, left } = writer();
        w.first(Buffer.alloc(0), connect);
        w.add(all);
        const bytes = w.take() ?? Buffer.alloc(0);
        expect(read(bytes)).toEqual([connect, ...all]);
        expect(left.flatMap(([, , inRecord]) => inRecord)).toEqual([connect, ...all]);
        expect(left.map(([seq]) => seq)).toEqual(left.map((_, i) => i));
        expect(left.reduce((sum, [, size]) => sum + size, 0)).toBe(bytes.length);
        // No record could have taken the first message of the next one, too; record 0 stands alone.
        left.slice(1, -1).forEach(([, size], i) => {
          const [next] = left[i + 2]?.[2] ?? [];
          expect(size + (next ? messageBytes(next).length : 0)).toBeGreaterThan(4_160);
        });
        expect([w.empty, w.bytes, w.take()]).toEqual([true, 0, undefined]);
      }),
    ));

  test('texts of a session are taken out, and nothing else', () => {
    const { writer: w } = writer();
    w.first(Buffer.alloc(0), connect);
    const notif: TcpMessage = { type: 'END_REQUEST', session: 1 };
    w.add([chat(1, 'a'), chat(2, 'b'), notif, chat(1, 'c')]);
    const before = w.bytes;
    w.dropTexts(new Set([3]));
    expect(w.bytes).toBe(before);
    w.dropTexts(new Set([1]));
    expect(w.bytes).toBeLessThan(before);
    expect(read(w.take() ?? Buffer.alloc(0))).toEqual([connect, chat(2, 'b'), notif]);
  });

  test('cleared, it still sends what is sealed already', () => {
    const { writer: w } = writer();
    w.first(Buffer.alloc(0), connect);
    w.add([chat(1, 'a')]);
    w.clear();
    expect([w.empty, read(w.take() ?? Buffer.alloc(0))]).toEqual([false, [connect]]);
  });
});

describe('records', () => {
  const input = (bytes: Buffer): ByteQueue => {
    const queue = new ByteQueue();
    queue.push(bytes);
    return queue;
  };
  const sealed = (...plaintexts: readonly Buffer[]): Buffer => {
    const sealer = new RecordSealer(secret());
    return Buffer.concat(plaintexts.map((plaintext) => sealer.seal(plaintext)));
  };
  const keepalive = framed([messageBytes({ type: 'KEEPALIVE' })]);
  const first = (bytes: Buffer, from: 'client' | 'server') =>
    new RecordReader(new RecordOpener(secret()), from, input(bytes)).next();

  test('a wrong length is noticed with its two bytes', () => {
    expect(first(u16(144), 'client')?.fault).toBe('RecordOfWrongLength');
    const later = new RecordReader(
      new RecordOpener(secret()),
      'client',
      input(Buffer.concat([sealed(keepalive), u16(81)])),
    );
    expect([later.next()?.fault, later.next()?.fault]).toEqual([undefined, 'RecordOfWrongLength']);
  });

  test('of half a record nothing is read', () => {
    const bytes = sealed(keepalive);
    for (let n = 0; n < bytes.length; n++) expect(first(bytes.subarray(0, n), 'client')).toBeUndefined();
    expect(first(bytes, 'client')?.messages).toEqual([{ type: 'KEEPALIVE' }]);
  });

  test("the server's record 0 holds CONNECTED alone (P3, P20)", () => {
    const connected = messageBytes({ type: 'CONNECTED' });
    expect(first(sealed(framed([connected])), 'server')).toMatchObject({ messages: [{ type: 'CONNECTED' }] });
    for (const wrong of [framed([connected, connected]), keepalive, framed([Buffer.from([0x80]), connected])]) {
      expect(first(sealed(wrong), 'server')).toMatchObject({ fault: 'FirstRecordNotConnected', messages: [] });
    }
  });

  test("of the client's record 0 it can be told whether CONNECT is alone", () => {
    const connect = messageBytes({ type: 'CONNECT', cookie: Buffer.alloc(16) });
    const only = (plaintext: Buffer): boolean => {
      const record = first(sealed(plaintext), 'client');
      return record !== undefined && isOnly(record, 'CONNECT');
    };
    expect(
      [framed([connect]), keepalive, framed([connect, Buffer.from([0x80])]), framed([connect, connect])].map(only),
    ).toEqual([true, false, false, false]);
  });

  test('what does not verify is cut; what verifies and is wrong is a protocol error', () => {
    expect(['RecordNotVerified', 'RecordOfWrongLength', 'WrongMagic'].map((fault) => cuts(fault as never))).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      ['UnknownMessageType', 'SessionZero', 'FirstRecordNotConnected'].map((fault) => cuts(fault as never)),
    ).toEqual([false, false, false]);
  });
});
