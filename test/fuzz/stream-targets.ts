/**
 * Streams in pieces: whatever TCP makes of a stream, the same messages and the same fault come out of it, and never one that was
 * not sent (protocol 1.5, 4.1). An input is the stream with the number of pieces and their seed in front.
 */
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../../machines/faults';
import { LIMITS } from '../../machines/limits';
import type { TcpMessage } from '../../machines/messages';
import { Acceptor } from '../../transport/acceptor';
import { RecordReader } from '../../transport/inbound';
import { RecordOpener, RecordSealer } from '../../transport/security/records';
import { ByteQueue } from '../../transport/wire/bytes';
import { encodeClientPreface } from '../../transport/wire/prefaces';
import { decodeRecord, encodeRecords } from '../../transport/wire/records';
import { FakeStream } from '../support/fake-stream';
import { VirtualTime } from '../support/virtual-clock';
import { anyMessage, anyMessages } from '../wire/support';
import { changed, changes } from './mutate';
import { ACCEPTED, Finding, type Target } from './target';
import { named } from './wire-targets';

const HEAD_BYTES = 5;
const SECRET = (): Buffer => Buffer.alloc(32, 1);

/** The stream, spoilt, behind the number of its pieces and their seed. */
function inPieces(stream: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.tuple(stream, changes, fc.boolean(), fc.nat(20), fc.nat()).map(([valid, all, keep, count, seed]) => {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(count);
    head.writeUInt32BE(seed, 1);
    return Buffer.concat([head, keep ? valid : all.reduce(changed, valid)]);
  });
}
function piecesOf(input: Buffer): { whole: Buffer; pieces: Buffer[] } {
  const whole = input.subarray(HEAD_BYTES);
  if (input.length < HEAD_BYTES) return { whole, pieces: [whole] };
  let state = input.readUInt32BE(1);
  const cuts = Array.from({ length: input.readUInt8() }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % (whole.length + 1);
  }).sort((a, b) => a - b);
  const ends = [...cuts, whole.length];
  return { whole, pieces: ends.map((end, i) => whole.subarray(i === 0 ? 0 : ends[i - 1], end)) };
}

interface Read {
  readonly messages: TcpMessage[];
  readonly records: number;
  readonly fault: Fault | undefined;
}
/** Everything that a client's stream says before its first fault. */
function read(pieces: readonly Buffer[]): Read {
  const input = new ByteQueue();
  const reader = new RecordReader(new RecordOpener(SECRET()), 'client', input);
  const messages: TcpMessage[] = [];
  let records = 0;
  for (const piece of pieces) {
    input.push(Buffer.from(piece));
    for (let record = reader.next(); record; record = reader.next()) {
      messages.push(...record.messages);
      if (record.fault) return { messages, records, fault: record.fault };
      records++;
    }
  }
  return { messages, records, fault: undefined };
}

const connect = anyMessage('CONNECT').map((message) => encodeRecords([message])[0] ?? Buffer.alloc(0));
const sealed = fc.tuple(connect, fc.array(anyMessages('client'), { maxLength: 3 })).map(([first, lists]) => {
  const sealer = new RecordSealer(SECRET());
  return Buffer.concat([first, ...lists.flatMap((list) => encodeRecords(list))].map((plain) => sealer.seal(plain)));
});

function recordStream(input: Buffer): string {
  const { whole, pieces } = piecesOf(input);
  const atOnce = read([whole]);
  const split = read(pieces);
  if (!isDeepStrictEqual(split, atOnce)) throw new Finding(`in pieces another stream: ${input.toString('hex')}`);
  expectSealed(whole, atOnce);
  return atOnce.fault === undefined ? ACCEPTED : named(atOnce.fault);
}
/** Opened one by one with a reader of our own, the records hold the same. */
function expectSealed(stream: Buffer, { messages, records }: Read): void {
  const opener = new RecordOpener(SECRET());
  const found: TcpMessage[] = [];
  for (let at = 0, n = 0; n < records; n++) {
    const end = at + 2 + stream.readUInt16BE(at);
    const plain = opener.open(stream.subarray(at, at + 2), stream.subarray(at + 2, end));
    if (!plain) throw new Finding('a record counted that does not verify');
    found.push(...decodeRecord(plain, 'client').messages);
    at = end;
  }
  if (!isDeepStrictEqual(found, messages.slice(0, found.length))) throw new Finding('other messages than were sealed');
}

const TAG = Buffer.alloc(16, 5);
const flight = fc
  .tuple(connect, fc.uint8Array({ maxLength: 20 }))
  .map(([first, more]) =>
    Buffer.concat([
      encodeClientPreface({ tag: TAG, salt: Buffer.alloc(16, 6) }),
      new RecordSealer(SECRET()).seal(first),
      more,
    ]),
  );
/** What the acceptor makes of the first bytes of a socket. */
function accepted(pieces: readonly Buffer[]): string {
  let verdict = 'waits';
  const loop = new VirtualTime().loop('fuzz');
  const acceptor = new Acceptor<'attempt'>(
    {
      find: (tag) => (tag.equals(TAG) ? 'attempt' : undefined),
      opener: () => new RecordOpener(SECRET()),
      offered: (_, { cookie }) => void (verdict = `${ACCEPTED} ${Buffer.from(cookie).toString('hex')}`),
      refused: (fault) => void (verdict = named(fault)),
    },
    LIMITS,
    loop,
  );
  const stream = new FakeStream();
  acceptor.accept(stream);
  for (const piece of pieces) {
    if (verdict !== 'waits') break;
    stream.data(Buffer.from(piece));
  }
  const isOver = verdict !== 'waits';
  if (isOver && acceptor.size + loop.armed > 0) throw new Finding('it has decided, and waits all the same');
  if (isOver && stream.isDestroyed === verdict.startsWith(ACCEPTED)) throw new Finding(`${verdict}, and the socket`);
  acceptor.close();
  return verdict;
}
function firstFlight(input: Buffer): string {
  const { whole, pieces } = piecesOf(input);
  const [atOnce, split] = [accepted([whole]), accepted(pieces)];
  if (atOnce !== split) throw new Finding(`${atOnce} at once, ${split} in pieces: ${input.toString('hex')}`);
  return atOnce.split(' ', 1)[0] ?? '';
}

export const STREAM_TARGETS: readonly Target[] = [
  { name: 'record-stream', inputs: inPieces(sealed), run: recordStream },
  { name: 'first-flight', inputs: inPieces(flight), run: firstFlight },
];
