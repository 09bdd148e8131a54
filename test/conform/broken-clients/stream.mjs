/** Faults of records, messages and the connection, by name: each puts itself into the client. */
import { exported, method, options, part } from './parts.mjs';

const wire = part('transport/wire/records');
const CHANNEL = 'transport/channel#Channel';

/** These faults of a server are overlooked. */
const forgives =
  (...names) =>
  () =>
    exported('transport/wire/records#decodeRecord', (before, plaintext, from) => {
      const { fault, ...record } = before(plaintext, from);
      return names.includes(fault) ? record : { ...record, ...(fault && { fault }) };
    });
/** What is none is taken for a fault. */
const refuses = (wrong) => () =>
  exported('transport/wire/records#decodeRecord', (before, plaintext, from) => {
    const record = before(plaintext, from);
    return wrong(record, plaintext) ? { ...record, fault: 'MessageOutOfPlace' } : record;
  });

export const STREAM = {
  'any-length': () => exported('transport/wire/records#recordLengthFault', () => undefined),
  'forgives-filling': forgives('FillingNotZero', 'FillingTooLong'),
  'forgives-unknown-types': forgives('UnknownMessageType'),
  'forgives-directions': forgives('MessageOfWrongDirection'),
  'forgives-critical': forgives('UnknownCriticalExtension', 'ExtensionTwice'),
  'forgives-zero': forgives('SessionZero'),
  'forgives-lengths': forgives('TextTooLong', 'EmptyText'),
  'forgives-utf8': forgives('TextNotUtf8'),
  'shows-controls': () => exported('machines/messages#hasControl', () => false),
  'cuts-what-it-refuses': () => void (part('machines/faults').FAULTS.UnknownMessageType = 'cut'),
  'refuses-what-it-cuts': () => void (part('machines/faults').FAULTS.RecordNotVerified = 'PE'),
  'refuses-optional': refuses(({ skipped }) => skipped > 0),
  'needs-why': refuses(({ messages }) => messages.some(({ type, why }) => type === 'END_NOTIF' && why === undefined)),
  'refuses-extensions': refuses(
    ({ messages, skipped, fault }, plaintext) =>
      !fault && skipped === 0 && messages.length > 0 && !wire.encodeRecords(messages)[0].equals(plaintext),
  ),
  'needs-filling': refuses(
    ({ messages }, plaintext) =>
      messages.length > 0 && messages.reduce((sum, one) => sum + wire.encodedSize(one), 0) === plaintext.length,
  ),
  'any-first-record': () =>
    method('transport/inbound#RecordReader.next', (before) => {
      const record = before();
      if (record?.fault !== 'FirstRecordNotConnected') return record;
      return { ...record, messages: [{ type: 'CONNECTED' }], fault: undefined };
    }),
  'no-pieces': () =>
    method(`${CHANNEL}.data`, (before, chunk) => {
      if (chunk.length >= 24) before(chunk);
    }),
  'one-epoch': () => void (part('machines/limits').WIRE.REKEY_RECORDS = 2 ** 30),
  'reads-behind-close': () =>
    exported('transport/wire/records#decodeRecord', (before, plaintext, from) => {
      const record = before(plaintext, from);
      const behind = 2 + plaintext.readUInt16BE(0);
      if (record.messages[0]?.type !== 'CLOSE' || plaintext.readUInt16BE(behind) === 0) return record;
      const rest = Buffer.concat([plaintext.subarray(behind), Buffer.alloc(behind)]);
      return { ...record, messages: [...before(rest, from).messages, ...record.messages] };
    }),
  'list-hides-chat': () =>
    exported('transport/wire/records#decodeRecord', (before, plaintext, from) => {
      const record = before(plaintext, from);
      if (!record.messages.some(({ type }) => type === 'HISTORY_RESP')) return record;
      return { ...record, messages: record.messages.filter(({ type }) => type !== 'CHAT_STARTED') };
    }),
  'close-drops-texts': () =>
    method(`${CHANNEL}.close`, function (before, reason) {
      this.writer.clear();
      before(reason);
    }),
  'one-message-a-record': () =>
    exported('transport/wire/records#decodeRecord', (before, plaintext, from) => {
      const record = before(plaintext, from);
      return { ...record, messages: record.messages.slice(0, 1) };
    }),
  'one-record-a-read': () =>
    method(`${CHANNEL}.process`, function (before) {
      this.input.drop(Math.max(0, this.input.length - 82 - (this.reader ? 0 : 24)));
      before();
    }),
  'no-close': () => method(`${CHANNEL}.close`, (before) => before('silent')),
  'answers-close': () =>
    method(`${CHANNEL}.peerClosed`, function (before, reason) {
      this.writer.add([{ type: 'CLOSE', reason: 0 }]);
      this.o.stream.write(this.writer.take());
      before(reason);
    }),
  'answers-keepalive': () =>
    method(`${CHANNEL}.deliver`, function (before, messages) {
      if (messages.some(({ type }) => type === 'KEEPALIVE')) this.send([{ type: 'KEEPALIVE' }]);
      before(messages);
    }),
  'does-not-linger': () =>
    method(`${CHANNEL}.linger`, function (before) {
      before();
      this.timers.arm('linger', 5, () => this.o.stream.destroy());
    }),
  'stays-at-fin': () => method(`${CHANNEL}.ended`, () => undefined),
  'comes-back-by-itself': () => {
    options('--reconnect');
    method(`${CHANNEL}.peerClosed`, (before, reason) => before(reason === 2 ? 3 : reason));
  },
  'never-keepalive': () => options('--limit', 'T_KEEPALIVE_MS=0', '--limit', 'T_DEAD_MS=0'),
};
