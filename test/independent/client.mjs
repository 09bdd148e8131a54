/**
 * A second client for SBC/1, written from docs/protocol.md alone, to show that the document is complete: where this client
 * and the project disagree, one of them is wrong, and the document says which. It must not import anything from the
 * project, nor be repaired by a look at the project's code. Left out, as 9.1 allows: grease and the activity warning.
 *
 *   node client.mjs <Client-ID> <key file> <server address> [UDP port]     logs on, then takes lines from stdin:
 *       chat X | say TEXT | end | history X | quit
 *   node client.mjs --self-test <vectors.json>                             checks hashes, keys, datagrams and records
 *
 * One line on stdout for each event. TEXT is quoted as in JSON; WHY is END_NOTIF's number or `-`, `own` after `end`, `cut`
 * if the connection ended; STATUS is a number, or `cut`:
 *   connected | started SESSION ID | unreachable ID | text SESSION ID TEXT | ended SESSION WHY
 *   line SESSION ID TEXT | history ID STATUS COUNT | refused REASON | closed REASON
 * `closed` is the last; the exit code is 0 after `quit` or the end of input, else 1.
 */
import { Buffer } from 'node:buffer';
import console from 'node:console';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync, statSync } from 'node:fs';
import { connect, isIPv6 } from 'node:net';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from 'node:timers';
import {
  candidateOf,
  clientPreface,
  decode,
  Direction,
  entriesOf,
  helloOf,
  openSuccess,
  PREFACE,
  randOf,
  tokenOf,
  secretOf,
  typeOf,
  uint,
  Wrong,
} from './bytes.mjs';
import { Chat } from './chat.mjs';
import { selfTest } from './self-test.mjs';

const print = (...words) => console.log(words.join(' '));

/** What CLOSE's reasons mean to the user (5.5). */
const REASONS = [
  'Logged off',
  'Logged off: no activity',
  'Logged on from elsewhere',
  'Server shut down',
  'Protocol error',
  'Disconnected: too slow',
  'Server error',
  'No longer a subscriber',
];

class Client {
  /** State of the connection diagram. */
  phase = 'Wait for Challenge';
  chat = new Chat(this, print);
  candidates = [];
  /** By rand: the server's attempt that each answers. */
  responses = new Map();
  timers = {};
  /** Of the last RETRY; and how many came since the last repetition. */
  token = Buffer.alloc(0);
  retries = 0;

  constructor(id, key, address, port) {
    Object.assign(this, { id, key, address });
    this.attempt = randomBytes(16);
    this.hello = helloOf(this.attempt, id);
    this.udp = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    this.udp.on('error', () => undefined); // ICMP is only a hint (3.9)
    this.udp.on('message', (bytes) => this.onDatagram(bytes));
    this.udp.connect(port, address, () => this.repeat(() => [this.question]));
  }

  arm(name, ms, action) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(action, ms);
  }

  // ---- log-on (3)

  /** Sends the first now and all of them after each back-off step, and gives up at the end (3.2). */
  repeat(datagrams, first = datagrams()) {
    const steps = [500, 1000, 1000, 1500, 1500];
    const transmit = (some) => {
      this.retries = 0;
      for (const bytes of some) this.udp.send(bytes);
      const step = steps.shift();
      if (step !== undefined) this.arm('retry', step * (1 + Math.random() / 4), () => transmit(datagrams()));
    };
    const why = () => (this.timers.hold ? 'Authentication failed' : 'No answer from the server');
    this.arm('giveUp', 8000, () => this.finish(why()));
    transmit(first);
  }

  onDatagram(bytes) {
    const type = typeOf(bytes, this.attempt);
    try {
      if (type === 2) this.onChallenge(bytes);
      if (type === 4) this.onSuccess(bytes);
      if (type === 5) this.onFail(bytes);
      if (type === 6) this.onRetry(bytes);
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
    }
  }

  /** HELLO, and behind it the token of a server that had no room (3.6); keys are made of HELLO alone. */
  get question() {
    return Buffer.concat([this.hello, this.token]);
  }

  onRetry(bytes) {
    if (!this.phase.startsWith('Wait for') || this.retries === 3) return;
    this.retries++;
    this.token = tokenOf(bytes);
    this.udp.send(this.question);
  }

  onChallenge(bytes) {
    const candidate = candidateOf(this.key, this.id, this.hello, bytes, randOf(bytes));
    const rand = candidate.rand.toString('hex');
    if (this.candidates.some(({ th }) => th.equals(candidate.th))) return;
    const answered = this.responses.has(rand);
    if (!answered && this.responses.size === 4) return;
    this.responses.set(rand, candidate.response);
    this.candidates = [...this.candidates, candidate].slice(-4);
    if (this.phase === 'Wait for Challenge') {
      this.phase = 'Wait for AUTH_SUCCESS';
      this.repeat(() => [this.question, ...this.responses.values()], [candidate.response]);
    } else if (!answered) this.udp.send(candidate.response);
  }

  onSuccess(bytes) {
    for (const candidate of this.candidates) {
      const opened = openSuccess(bytes, candidate);
      if (opened !== undefined) return this.openTcp(candidate, opened);
    }
  }

  /** Only a hint: it counts after a while, unless AUTH_SUCCESS comes (3.8). */
  onFail(bytes) {
    if (bytes.length !== 24 || this.phase !== 'Wait for AUTH_SUCCESS' || this.timers.hold) return;
    this.arm('hold', 400, () => this.finish('Authentication failed'));
  }

  // ---- connection (4)

  openTcp(candidate, { cookie, port }) {
    this.phase = 'Connecting';
    this.stopTimers();
    this.udp.close();
    this.arm('connecting', 10_000, () => this.finish('Connection failed (timeout)'));
    const preface = clientPreface(candidate.tag, randomBytes(16));
    this.tcp = connect({ port, host: this.address, noDelay: true }, () => {
      this.out = new Direction(secretOf(candidate, 'client to server', preface));
      this.tcp.write(Buffer.concat([preface, this.out.seal(Buffer.concat([uint(1, 0x10), cookie]))]));
    });
    const lost = () => this.finish(this.phase === 'Connecting' ? 'Connection failed' : 'Connection lost');
    this.tcp.on('error', lost).on('close', lost);
    this.read(this.receive(candidate, preface));
  }

  /** Feeds a generator that asks for numbers of bytes. */
  read(input) {
    let wanted = input.next().value;
    let chunks = [];
    let waiting = 0;
    this.tcp.on('data', (chunk) => {
      if (this.phase === 'Offline') return;
      chunks.push(chunk);
      waiting += chunk.length;
      if (waiting < wanted) return;
      let bytes = Buffer.concat(chunks);
      while (this.phase !== 'Offline' && bytes.length >= wanted) {
        const part = bytes.subarray(0, wanted);
        bytes = bytes.subarray(wanted);
        wanted = input.next(part).value;
      }
      chunks = [bytes];
      waiting = bytes.length;
    });
  }

  /** The stream from the server (1.5). */
  *receive(candidate, preface) {
    const answer = yield PREFACE.length + 16;
    if (!answer.subarray(0, PREFACE.length).equals(PREFACE)) return this.cut();
    const from = new Direction(secretOf(candidate, 'server to client', preface, answer));
    while (this.phase !== 'Offline') {
      const size = yield 2;
      const n = size.readUInt16BE();
      if (n % 64 !== 16 || n < 80 || n > (from.seq === 0 ? 80 : 4176)) return this.cut();
      const plain = from.open(size, yield n);
      if (plain === undefined) return this.cut();
      this.verified = performance.now();
      this.onRecord(plain, from.seq === 1);
    }
  }

  onRecord(plain, first) {
    try {
      for (const bytes of entriesOf(plain)) {
        const message = decode(bytes);
        const connected = message?.name === 'CONNECTED';
        if (connected !== first || (first && this.phase !== 'Connecting'))
          throw new Wrong('CONNECTED comes first, once');
        if (message !== undefined) this.handle(message);
        if (this.phase === 'Offline') return;
      }
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      this.finish('Protocol error', 4);
    }
  }

  write(type, ...fields) {
    this.tcp.write(this.out.seal(Buffer.concat([uint(1, type), ...fields])));
    this.written = performance.now();
  }

  /** 4.2; a first look at T_DEAD is not trusted. */
  watch() {
    const silent = () => performance.now() - this.verified >= 45_000;
    this.liveness = setInterval(() => {
      if (performance.now() - this.written >= 15_000) this.write(0x40);
      if (silent()) setImmediate(() => silent() && this.finish('Connection lost'));
    }, 500);
  }

  /** Restarts the activity timer, which never ends a chat (4.4). */
  active() {
    this.arm('activity', 300_000, () =>
      this.chat.state === 'Active Chat' ? this.active() : this.finish('Logged off: no activity', 1),
    );
  }

  stopTimers() {
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.timers = {};
    clearInterval(this.liveness);
  }

  /** To Offline, from anywhere. @param reason of the CLOSE to be sent, if one is (4.9) */
  finish(text, reason, exitCode = 1) {
    if (this.phase === 'Offline') return;
    this.chat.gone();
    if (this.phase.startsWith('Wait')) this.udp.close();
    this.phase = 'Offline';
    this.stopTimers();
    print('closed', text);
    process.exitCode = exitCode;
    process.stdin.destroy();
    if (this.tcp === undefined) return;
    if (reason !== undefined && this.out) this.write(0x41, uint(1, reason));
    this.tcp.end();
    setTimeout(() => this.tcp.destroy(), 2000).unref();
  }

  /** What arrives cannot be genuine: no answer (1.8). */
  cut() {
    this.finish('Connection damaged');
    this.tcp.destroy();
  }

  // ---- hand over to the chat (5.5)

  handle(message) {
    if (message.name === 'CONNECTED') this.connected();
    else if (message.name === 'CLOSE') this.finish(REASONS[message.reason] ?? 'other');
    else if (message.name !== 'KEEPALIVE') this.chat.handle(message);
  }
  connected() {
    this.phase = 'Connected';
    this.stopTimers();
    this.written = performance.now();
    this.watch();
    this.active();
    print('connected');
    takeLines(this);
  }
  quit() {
    this.finish('Logged off', 0, 0);
  }
}

/** Lines end with LF and nothing else: a text may hold U+2028. */
function takeLines(client) {
  let text = '';
  process.stdin.setEncoding('utf8').on('data', (chunk) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop();
    for (const line of lines) {
      if (client.phase !== 'Connected') return;
      if (line === 'quit') client.quit();
      else client.chat.command(line);
    }
  });
  process.stdin.on('end', () => client.quit());
}

/** A key file that others can read is refused (2.3). */
function keyOf(file) {
  const text = readFileSync(file, 'ascii').trim();
  const open = (statSync(file).mode & 0o077) !== 0;
  if (open || !/^[0-9a-f]{64}$/i.test(text))
    throw new Error(`${file}: not a key file of 64 hexadecimal digits, mode 0600`);
  return Buffer.from(text, 'hex');
}

const [first, second, address, port = '4390'] = process.argv.slice(2);
if (first === '--self-test') process.exitCode = selfTest(JSON.parse(readFileSync(second, 'utf8')));
else new Client(first, keyOf(second), address, Number(port));
