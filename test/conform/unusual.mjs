/**
 * The client program, which does all that it may: `node unusual.mjs` and then what parley-client takes. What it does beside is
 * allowed by docs/protocol.md in the sections that are named. Must never be here: a fault.
 */
import Module from 'node:module';
import { Transform } from 'node:stream';
import { exported, instead, part, pathOf } from './broken-clients/parts.mjs';

const [CONNECT, CLOSE, RESPONSE] = [0x10, 0x41, 3];
const PLAINTEXT_MAX_BYTES = 4160;
const KEEPALIVE = Buffer.of(0x40);
const OPTIONAL = Buffer.of(0x9a, 1, 2, 3);
const EXTENSION = Buffer.of(0x41, 2, 7, 7);
const own = process.argv[2];

/** Messages of a plaintext (1.5). */
function entriesOf(plaintext, at = 0) {
  const length = at + 2 <= plaintext.length ? plaintext.readUInt16BE(at) : 0;
  return length === 0 ? [] : [plaintext.subarray(at + 2, at + 2 + length), ...entriesOf(plaintext, at + 2 + length)];
}
function framed(entries) {
  const content = Buffer.concat(entries.flatMap((entry) => [Buffer.of(entry.length >> 8, entry.length & 255), entry]));
  return Buffer.concat([content], Math.ceil(content.length / 64) * 64);
}
/** KEEPALIVE at any time (4.2), several messages in a record (1.5), optional messages and extensions (1.7). */
function enriched(plaintext) {
  const entries = entriesOf(plaintext);
  if (entries.some(([type]) => type === CONNECT)) return plaintext;
  const more = [KEEPALIVE, OPTIONAL, ...entries.map((entry) => Buffer.concat([entry, EXTENSION]))];
  if (!entries.some(([type]) => type === CLOSE)) more.push(KEEPALIVE);
  const size = more.reduce((sum, { length }) => sum + 2 + length, 0);
  return size > PLAINTEXT_MAX_BYTES ? plaintext : framed(more);
}
exported('transport/wire/records#packRecords', (before, messages) =>
  before(messages).map(({ plaintext, count }) => ({ plaintext: enriched(plaintext), count })),
);

/** HELLO offers later versions, RESPONSE has an extension that nobody knows (1.7). */
exported('transport/wire/datagrams#encodeDatagram', (before, attempt, message, ...more) => {
  const bytes = Buffer.from(before(attempt, message, ...more));
  if (message.type === 'HELLO') bytes[25] = 255;
  if (message.type === 'RESPONSE') EXTENSION.copy(bytes, 89 + message.id.length);
  return bytes;
});
/** A NAT gives it another port in between (3.9). */
instead(part('transport/net/system').systemNetwork, 'connectUdp', (before, server, handlers) => {
  const [first, moved] = [before(server, handlers), before(server, handlers)];
  return {
    get remote() {
      return first.remote;
    },
    send: (bytes) => (bytes[5] === RESPONSE ? moved : first).send(bytes),
    close: () => [first, moved].forEach((socket) => socket.close()),
  };
});

/** It says more to its user than it must (conformance-client.md). */
exported('bin/terminal/display#lineOf', (before, event, style) => {
  const shown = before(event, style);
  return shown === 'Chat started' ? 'Chat started\nYou may type now.' : shown;
});
/** What is typed is shown, and before the connection is closed it asks what has been stored (4.8). */
const typed = new Transform({
  transform(chunk, _, done) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
      process.stdout.write(Buffer.concat([Buffer.from('> '), line]));
      if (/^\s*(log\s*off|quit)\s*$/i.test(line.toString())) this.push(`History ${own}\n`);
      this.push(line);
    }
    done();
  },
  flush(done) {
    this.push(Buffer.concat([rest, Buffer.from(`History ${own}\n`)]));
    done();
  },
});
let rest = Buffer.alloc(0);
const { stdin } = process;
Object.defineProperty(process, 'stdin', { value: stdin.pipe(typed) });

process.argv[1] = pathOf('bin/parley-client');
Module.runMain();
