/** Servers that read bytes which they should refuse (protocol 1.3 to 1.8): the fault of each is not noticed, or not cut. */
import { faulty, ok, type Fault } from '../../../machines/faults';
import { framed, messageBytes } from '../../../bin/conform/plaintexts';
import { hex } from '../../../bin/conform/bytes';
import * as inbound from '../../../transport/inbound';
import type { RecordOpener } from '../../../transport/security/records';
import * as datagrams from '../../../transport/wire/datagrams';
import * as records from '../../../transport/wire/records';
import { type Broken, type ChangeParts, overlaid, type Parts, withStreams } from './server';

const KEEPALIVE = framed([messageBytes({ type: 'KEEPALIVE' })]);

/** A datagram with this fault is taken for a good one, made of it by `repair`. */
function overlookedDatagram(fault: Fault, repair: (bytes: Buffer) => unknown): () => () => void {
  return () => {
    const right = datagrams.decodeDatagram;
    const spy = jest.spyOn(datagrams, 'decodeDatagram').mockImplementation((bytes, from) => {
      const decoded = right(bytes, from);
      if (from !== 'client' || decoded.ok || decoded.fault !== fault) return decoded;
      const copy = Buffer.from(bytes);
      const other = repair(copy);
      return right(Buffer.isBuffer(other) ? other : copy, from);
    });
    return () => spy.mockRestore();
  };
}
/** The block behind the Client-ID of a HELLO becomes empty. */
const withoutBlock = (hello: Buffer): void => void hello.fill(0, 27 + (hello[26] ?? 0));

/** Cut, or filled with zeros, and the length field to match. */
function ofSize(size: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const copy = Buffer.concat([bytes], size);
    copy.writeUInt16BE(size, 6);
    return copy;
  };
}

/** What the server's decoder makes of a datagram is changed. */
function decodedDatagram(
  change: (
    decoded: ReturnType<typeof datagrams.decodeDatagram>,
    bytes: Buffer,
  ) => ReturnType<typeof datagrams.decodeDatagram>,
): () => () => void {
  return () => {
    const right = datagrams.decodeDatagram;
    const spy = jest.spyOn(datagrams, 'decodeDatagram').mockImplementation((bytes, from) => {
      const decoded = right(bytes, from);
      return from === 'client' ? change(decoded, bytes) : decoded;
    });
    return () => spy.mockRestore();
  };
}
/** What the server's decoder makes of a record is changed. */
function decodedRecord(
  change: (decoded: records.DecodedRecord, plaintext: Buffer) => records.DecodedRecord,
): () => () => void {
  return () => {
    const right = records.decodeRecord;
    const spy = jest.spyOn(records, 'decodeRecord').mockImplementation((plaintext, from) => {
      const decoded = right(plaintext, from);
      return from === 'client' ? change(decoded, plaintext) : decoded;
    });
    return () => spy.mockRestore();
  };
}

/** A record of a client with this fault is read as if it ended before it. */
function overlookedRecord(fault: Fault): () => () => void {
  return () => {
    const right = records.decodeRecord;
    const spy = jest.spyOn(records, 'decodeRecord').mockImplementation((plaintext, from) => {
      const decoded = right(plaintext, from);
      if (from !== 'client' || decoded.fault !== fault) return decoded;
      return { messages: decoded.messages, skipped: 1 };
    });
    return () => spy.mockRestore();
  };
}

/** What opens records is changed. */
function opening(change: (right: RecordOpener) => Partial<RecordOpener>): ChangeParts {
  return (parts) => {
    const { keys } = parts;
    parts.keys = overlaid(keys, {
      serverOpener: (handle, preface) => {
        const right = keys.serverOpener(handle, preface);
        return overlaid(right, change(right));
      },
    });
  };
}

const DATAGRAMS: readonly (readonly [name: string, fault: Fault, caughtBy: string, repair: (bytes: Buffer) => void])[] =
  [
    ['magic overlooked', 'WrongMagic', 'datagram-magic', (bytes) => void bytes.write('SBCU', 0, 'latin1')],
    ['header version overlooked', 'UnknownHeaderVersion', 'datagram-header-version', (bytes) => void (bytes[4] = 1)],
    [
      'length field overlooked',
      'WrongLengthField',
      'datagram-length-field',
      (bytes) => void bytes.writeUInt16BE(bytes.length, 6),
    ],
    ['filling overlooked', 'FillingNotZero', 'filling-not-zero', withoutBlock],
    ['critical extension skipped', 'UnknownCriticalExtension', 'extension-critical', withoutBlock],
    ['double extension overlooked', 'ExtensionTwice', 'extension-twice', withoutBlock],
    ['short HELLO filled', 'DatagramOfWrongSize', 'hello-127-bytes', ofSize(128)],
    ['long HELLO cut', 'DatagramOfWrongSize', 'datagram-too-long', (bytes) => bytes.length > 128 && ofSize(128)(bytes)],
    ['long filling overlooked', 'FillingTooLong', 'filling-too-long', ofSize(128)],
    ['inverted range overlooked', 'WrongVersionRange', 'version-range-inverted', (bytes) => void bytes.fill(1, 24, 26)],
    ['Client-ID not looked at', 'MalformedClientId', 'id-characters', (bytes) => void (bytes[27] = 0x61)],
  ];

const IN_RECORDS: readonly (readonly [name: string, fault: Fault, caughtBy: string])[] = [
  ['unknown type skipped', 'UnknownMessageType', 'type-7e'],
  ['direction overlooked', 'MessageOfWrongDirection', 'sent-history-end'],
  ['session 0 overlooked', 'SessionZero', 'session-zero'],
  ['empty text overlooked', 'EmptyText', 'text-empty'],
  ['long text overlooked', 'TextTooLong', 'text-4097'],
  ['UTF-8 not looked at', 'TextNotUtf8', 'text-overlong-utf8'],
  ['control characters overlooked', 'TextWithControlCharacter', 'text-escape'],
  ['filling of records overlooked', 'FillingNotZero', 'filling-not-zero-tcp'],
  ['length of filling overlooked', 'FillingTooLong', 'filling-64-too-long'],
  ['empty record overlooked', 'RecordWithoutMessage', 'record-without-message'],
  ['end of the record overlooked', 'MessageBeyondRecord', 'message-beyond-record'],
  ['critical extension on TCP skipped', 'UnknownCriticalExtension', 'extension-critical-tcp'],
  ['double extension on TCP overlooked', 'ExtensionTwice', 'extension-twice-tcp'],
  ['end of a field overlooked', 'FieldBeyondEnd', 'fields-cut'],
  ['Client-ID on TCP not looked at', 'MalformedClientId', 'id-malformed-tcp'],
  ['extension of type 00 overlooked', 'ExtensionOfTypeZero', 'extension-type-zero'],
  ['end of the block overlooked', 'ExtensionBeyondEnd', 'extension-beyond-end-tcp'],
];

export const BYTES: readonly Broken[] = [
  ...DATAGRAMS.map(([name, fault, caughtBy, repair]): Broken => ({
    name,
    fault: `a datagram with the fault ${fault} is answered`,
    caughtBy,
    shared: overlookedDatagram(fault, repair),
  })),
  {
    name: 'any version',
    fault: 'a HELLO for other versions is answered as one for version 1',
    caughtBy: 'version-none-common',
    shared: decodedDatagram((decoded) => {
      if (!decoded.ok || 'sealed' in decoded.value || decoded.value.message.type !== 'HELLO') return decoded;
      const { attempt, message } = decoded.value;
      return ok({ attempt, message: { ...message, ver: { min: 1, max: 1 } } });
    }),
  },
  {
    name: 'one version',
    fault: 'a HELLO that offers more than version 1 is dropped',
    caughtBy: 'version-range-wide',
    shared: decodedDatagram((decoded, bytes) =>
      bytes[5] === 1 && (bytes[25] ?? 0) > 1 ? faulty('NoCommonVersion') : decoded,
    ),
  },
  {
    name: 'HELLO of one size',
    fault: 'a HELLO of more than 128 bytes is dropped',
    caughtBy: 'hello-extensions',
    shared: decodedDatagram((decoded, bytes) => (bytes.length > 128 ? faulty('DatagramOfWrongSize') : decoded)),
  },
  {
    name: 'wrong version chosen',
    fault: 'CHALLENGE says version 2',
    caughtBy: 'challenge-bytes',
    shared: () => {
      const right = datagrams.encodeDatagram;
      const spy = jest
        .spyOn(datagrams, 'encodeDatagram')
        .mockImplementation((attempt, message, options) =>
          right(attempt, message.type === 'CHALLENGE' ? { ...message, ver: 2 } : message, options),
        );
      return () => spy.mockRestore();
    },
  },
  {
    name: 'success of nobody',
    fault: 'AUTH_SUCCESS has an attempt-ID of zeros',
    caughtBy: 'auth-success-bytes',
    shared: () => {
      const right = datagrams.authSuccessHeader;
      const spy = jest.spyOn(datagrams, 'authSuccessHeader').mockImplementation(() => right(Buffer.alloc(16)));
      return () => spy.mockRestore();
    },
  },
  ...IN_RECORDS.map(([name, fault, caughtBy]): Broken => ({
    name,
    fault: `a message or record with the fault ${fault} is passed over instead of CLOSE(4)`,
    caughtBy,
    shared: overlookedRecord(fault),
  })),
  {
    name: 'bad record passed over',
    fault: 'a record that does not verify is passed over instead of a cut',
    caughtBy: 'record-altered',
    parts: opening((right) => ({ open: (length, box) => right.open(length, box) ?? KEEPALIVE })),
  },
  {
    name: 'record read twice',
    fault: 'a record that comes twice is read twice',
    caughtBy: 'record-twice',
    parts: opening((right) => {
      let last = '';
      let plaintext = KEEPALIVE;
      return {
        open: (length, box) => {
          if (hex(box) === last) return Buffer.from(plaintext);
          const opened = right.open(length, box);
          if (opened) [last, plaintext] = [hex(box), Buffer.from(opened)];
          return opened;
        },
      };
    }),
  },
  {
    name: 'record number forgiven',
    fault: 'a record that was left out is not noticed',
    caughtBy: 'record-left-out',
    parts: opening((right) => ({
      // The next number is tried, too, as for datagrams that were lost.
      open: (length, box) => right.open(length, box) ?? skippedOne(right, length, box),
    })),
  },
  {
    name: 'any length of a record',
    fault: 'N is not compared with the lengths that are valid',
    caughtBy: 'record-length-81',
    shared: () => {
      const spy = jest
        .spyOn(records, 'recordLengthFault')
        .mockImplementation((n) => (n > 16 ? undefined : 'RecordOfWrongLength'));
      return () => spy.mockRestore();
    },
  },
  {
    name: 'CONNECT in company',
    fault: 'record 0 may hold more than CONNECT',
    caughtBy: 'first-not-alone',
    shared: () => {
      const spy = jest.spyOn(inbound, 'isOnly').mockImplementation(({ messages }, type) => messages[0]?.type === type);
      return () => spy.mockRestore();
    },
  },
  {
    name: 'good part of a bad record lost',
    fault: 'of a partly bad record no message counts',
    caughtBy: 'partly-bad-record',
    shared: decodedRecord((decoded) => (decoded.fault ? { ...decoded, messages: [] } : decoded)),
  },
  {
    name: 'reading beyond CLOSE',
    fault: 'messages behind CLOSE in its record count',
    caughtBy: 'after-close',
    shared: decodedRecord((decoded, plaintext) => {
      if (decoded.messages.at(-1)?.type !== 'CLOSE') return decoded;
      const rest = records.decodeRecord(behindClose(plaintext), 'client');
      return { messages: [...rest.messages, ...decoded.messages], skipped: decoded.skipped };
    }),
  },
  {
    name: 'CLOSE answered',
    fault: 'CLOSE is answered with CLOSE',
    caughtBy: 'close-answered',
    shared: decodedRecord((decoded) => {
      if (decoded.messages.at(-1)?.type !== 'CLOSE') return decoded;
      return { messages: decoded.messages.slice(0, -1), skipped: 0, fault: 'MessageOutOfPlace' };
    }),
  },
  {
    name: 'KEEPALIVE answered',
    fault: 'KEEPALIVE is answered with a message',
    caughtBy: 'keepalive-unanswered',
    shared: decodedRecord((decoded) => ({
      ...decoded,
      messages: decoded.messages.map((message) =>
        message.type === 'KEEPALIVE' ? { type: 'HISTORY_REQ', id: 'nobody' } : message,
      ),
    })),
  },
  {
    name: 'segments for records',
    fault: 'a record must come in one segment',
    caughtBy: 'record-byte-by-byte',
    parts: (parts) => inSegments(parts, (size, before) => before >= 122 && size < 82),
  },
  {
    name: 'segment for the flight',
    fault: 'preface and CONNECT must come in one segment',
    caughtBy: 'flight-byte-by-byte',
    parts: (parts) => inSegments(parts, (size, before) => before < 122 && size < 40),
  },
];

/** The number of the record that is missing is passed over by a record of our own; what does not verify then is KEEPALIVE. */
function skippedOne(opener: RecordOpener, length: Buffer, box: Buffer): Buffer | undefined {
  const { epochs } = opener as unknown as { epochs: { advance: () => void } };
  epochs.advance();
  return opener.open(length, box);
}

/** The entries behind the first, if that is CLOSE. */
function behindClose(plaintext: Buffer): Buffer {
  const rest = plaintext.subarray(2 + plaintext.readUInt16BE());
  return Buffer.concat([rest, Buffer.alloc(plaintext.length - rest.length)]);
}

/** A connection is cut at a chunk of which `refused` is true. @param refused gets its size, and how many bytes came before */
function inSegments(parts: Parts, refused: (size: number, before: number) => boolean): void {
  withStreams(parts, (stream) => {
    let before = 0;
    return {
      handle: (handlers) =>
        stream.handle({
          end: () => handlers.end(),
          close: () => handlers.close(),
          drain: () => handlers.drain(),
          data: (chunk) => {
            const cut = refused(chunk.length, before);
            before += chunk.length;
            if (cut) stream.destroy();
            else handlers.data(chunk);
          },
        }),
    };
  });
}
