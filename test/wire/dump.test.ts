/** The readable dump against the sample of protocol 1.9, its cut values marked as P14 says. */
import { type Message } from '../../machines/messages';
import { decodeDatagram, type OpenDatagram } from '../../transport/wire/datagrams';
import { type DumpEntry, dumpLines } from '../../transport/wire/dump';
import { decodeClientPreface } from '../../transport/wire/prefaces';
import { ATTEMPT, COOKIE, hex, VECTORS } from './support';

const UP = { from: 'A', to: 'S' };
const DOWN = { from: 'S', to: 'A' };
type Row = Omit<DumpEntry, 'size' | 'ms'>;

const value = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T => {
  if (!result.ok) throw new Error('the vector does not decode');
  return result.value;
};
const datagram = (bytes: Buffer, from: 'client' | 'server'): Row =>
  ({
    ...(from === 'client' ? UP : DOWN),
    datagram: value(decodeDatagram(bytes, from)) as OpenDatagram,
    size: bytes.length,
  }) as Row;
const record = (ends: typeof UP, seq: number, ...messages: Message[]): Row =>
  ({ ...ends, record: { seq, messages }, size: 82 }) as Row;
const lines = (ms: number, row: Row): string[] => dumpLines({ ms, ...row } as DumpEntry);

test('the sample of 1.9', () => {
  const connect: Message<'CONNECT'> = { type: 'CONNECT', cookie: COOKIE };
  const opened: Message<'AUTH_SUCCESS'> = { type: 'AUTH_SUCCESS', cookie: COOKIE, port: 54321 };
  const id = 'Client-ID-B';
  const dump = [
    lines(3, datagram(VECTORS.HELLO, 'client')),
    lines(4, datagram(VECTORS.CHALLENGE, 'server')),
    lines(4, datagram(VECTORS.RESPONSE, 'client')),
    dumpLines({ ms: 5.9, ...DOWN, datagram: { attempt: ATTEMPT, message: opened }, size: 84 }),
    dumpLines({ ms: 7, ...UP, preface: value(decodeClientPreface(VECTORS.prefaceC)), size: 40 }),
    lines(7, record(UP, 0, connect)),
    lines(8, record(DOWN, 0, { type: 'CONNECTED' })),
    lines(1200, record(UP, 1, { type: 'CHAT_REQUEST', id })),
    lines(1201, record(DOWN, 1, { type: 'CHAT_STARTED', session: 1, id })),
    lines(9100, record(UP, 2, { type: 'CHAT', session: 1, text: 'hello' })),
  ].flat();
  expect(dump).toEqual([
    '00:00.003 A>S       udp HELLO        att=40414243 ver=1..1 id=Client-ID-A                       128 B',
    '00:00.004 S>A       udp CHALLENGE    att=40414243 ver=1 rand=20212223..                          57 B',
    '00:00.004 A>S       udp RESPONSE     att=40414243 id=Client-ID-A res=84e4bd6c.. rand=20212223.. 128 B',
    '00:00.005 S>A       udp AUTH_SUCCESS att=40414243 {cookie=* port=54321}                          84 B',
    '00:00.007 A>S       tcp preface      tag=8ec75d60.. salt=70717273..                              40 B',
    '00:00.007 A>S       tcp #0           {CONNECT cookie=*}                                          82 B',
    '00:00.008 S>A       tcp #0           {CONNECTED}                                                 82 B',
    '00:01.200 A>S       tcp #1           {CHAT_REQUEST id=Client-ID-B}                               82 B',
    '00:01.201 S>A       tcp #1           {CHAT_STARTED session=1 id=Client-ID-B}                     82 B',
    '00:09.100 A>S       tcp #2           {CHAT session=1 text="hello"}                               82 B',
  ]);
});

test('names of up to seven letters change no column, longer ones move their own line only', () => {
  const at = (name: string): number[] => {
    const names = { from: name, to: 'S' };
    const [line = ''] = dumpLines({ ms: 0, ...names, record: { seq: 7, messages: undefined }, size: 82 });
    return [line.indexOf(' tcp '), line.indexOf('#7'), line.indexOf('{'), line.length];
  };
  expect(['A', 'bob', 'alice', 'charles'].map(at)).toEqual(Array(4).fill(at('carol')));
  expect(at('charlotte')).not.toEqual(at('carol'));
});

test('what the sample does not show', () => {
  const dump = [
    lines(3_599_999, datagram(VECTORS.AUTH_FAIL, 'server')),
    dumpLines({ ms: 6_000_000, ...DOWN, datagram: { attempt: ATTEMPT, message: undefined }, size: 84 }),
    dumpLines({ ms: 0, ...DOWN, preface: { salt: hex('80818283848586878889') }, size: 24 }),
    lines(0, record(DOWN, 4, { type: 'END_NOTIF', session: 9, why: 1 })),
    lines(0, record(DOWN, 5, { type: 'HISTORY_RESP', session: 9, id: 'B', text: 'x', time: 1700000000123 })),
    lines(0, record(DOWN, 6, { type: 'HISTORY_END', id: 'B', status: 0, count: 1 })),
    dumpLines({ ms: 0, ...DOWN, record: { seq: 7, messages: undefined }, size: 4178 }),
    dumpLines({ ms: 0, ...DOWN, record: { seq: 8, messages: [] }, size: 82 }),
  ].flat();
  expect(dump.map((line) => line.replace(/ {2,}/g, ' '))).toEqual([
    '59:59.999 S>A udp AUTH_FAIL att=40414243 24 B',
    '100:00.000 S>A udp AUTH_SUCCESS att=40414243 {..} 84 B',
    '00:00.000 S>A tcp preface salt=80818283.. 24 B',
    '00:00.000 S>A tcp #4 {END_NOTIF session=9 why=1} 82 B',
    '00:00.000 S>A tcp #5 {HISTORY_RESP session=9 id=B text="x" time=1700000000123} 82 B',
    '00:00.000 S>A tcp #6 {HISTORY_END id=B status=0 count=1} 82 B',
    '00:00.000 S>A tcp #7 {..} 4178 B',
    '00:00.000 S>A tcp #8 {} 82 B',
  ]);
});

test('each message of a record has its line; the size stands on the first (P14)', () => {
  const messages: Message[] = [
    { type: 'CHAT', session: 1, text: 'one' },
    { type: 'CHAT', session: 1, text: 'two' },
    { type: 'CLOSE', reason: 0 },
  ];
  const dump = lines(60_000, record(UP, 3, ...messages));
  expect(dump.map((line) => line.replace(/ {2,}/g, ' '))).toEqual([
    '01:00.000 A>S tcp #3 {CHAT session=1 text="one"} 82 B',
    '01:00.000 A>S tcp #3 {CHAT session=1 text="two"} +',
    '01:00.000 A>S tcp #3 {CLOSE reason=0} +',
  ]);
  expect(dump.map((line) => line.length)).toEqual([101, 101, 101]);
});

test('a text is one JSON string in printable ASCII', () => {
  const text = 'Grüße "☕" \\ \u{1f600}\u202e\u007f\n';
  const [line = ''] = lines(0, record(UP, 1, { type: 'CHAT', session: 1, text }));
  expect(line).toMatch(/^[\x20-\x7e]+$/);
  const quoted = /text=(".*")\} +82 B$/.exec(line)?.[1];
  expect(quoted).toBe('"Gr\\u00fc\\u00dfe \\"\\u2615\\" \\\\ \\ud83d\\ude00\\u202e\\u007f\\n"');
  expect(JSON.parse(quoted ?? '')).toBe(text);
});
