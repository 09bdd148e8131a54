/** Servers whose log-on is broken. */
import type { Message } from '../../../machines/messages';
import { chance, hex } from '../../../bin/conform/bytes';
import * as hashes from '../../../transport/security/hashes';
import { type KeyStore } from '../../../transport/security/keystore';
import { systemRandom } from '../../../transport/security/random';
import {
  authSuccessHeader,
  decodeDatagram,
  encodeAuthSuccessBody,
  encodeDatagram,
  joinAuthSuccess,
  withToken,
} from '../../../transport/wire/datagrams';
import type { Random } from '../../../machines/ports';
import { encodeServerPreface } from '../../../transport/wire/prefaces';
import type { DatagramSocket, Stream } from '../../../transport/net/network';
import { type Broken, overlaid, type Parts, withStreams } from './server';

/** Chance that is the same for every call with this size. */
function constant(size: number): Random {
  const value = chance(size);
  return { ...systemRandom, bytes: (n) => (n === size ? Buffer.from(value) : systemRandom.bytes(n)) };
}

/** Sees every datagram on its way in and out; what it returns goes on instead. */
function datagrams(
  parts: Parts,
  change: {
    in?: (bytes: Buffer, answer: (bytes: Uint8Array) => void) => Buffer | undefined;
    out?: (bytes: Uint8Array, send: (bytes: Uint8Array) => void) => void;
  },
): void {
  const { network } = parts;
  parts.network = {
    ...network,
    async listenUdp(local, handlers) {
      const udp: DatagramSocket = await network.listenUdp(local, {
        ...handlers,
        datagram: (bytes, from) => {
          const seen = change.in ? change.in(bytes, (answer) => udp.send(answer, from)) : bytes;
          if (seen) handlers.datagram(seen, from);
        },
      });
      const send: DatagramSocket['send'] = (bytes, to) =>
        change.out ? change.out(bytes, (other) => udp.send(other, to)) : udp.send(bytes, to);
      return overlaid(udp, { send });
    },
  };
}
const AUTH_FAIL = 5;
const [TYPE_AT, LENGTH_AT, ID_AT] = [5, 6, 26];

/** A key store in which some functions are others, which get the right ones. */
function keys(parts: Parts, change: (right: KeyStore) => Partial<KeyStore>): void {
  const right = parts.keys;
  parts.keys = overlaid(right, change(right));
}

export const LOG_ONS: readonly Broken[] = [
  {
    name: 'res not compared',
    fault: 'every RESPONSE with a known rand is right',
    caughtBy: 'res-random',
    parts: (parts) => keys(parts, () => ({ verify: () => true })),
  },
  {
    name: 'res compared in part',
    fault: 'the last byte of Res is not compared',
    caughtBy: 'res-last-byte',
    parts: (parts) =>
      keys(parts, (right) => ({
        verify: (handle, res) => hex(res.subarray(0, 31)) === hex(right.res(handle).subarray(0, 31)),
      })),
  },
  {
    name: 'res compared as text',
    fault: 'Res is compared up to the first zero byte, as a string of C is',
    caughtBy: 'res-zero',
    parts: (parts) => keys(parts, (right) => ({ verify: (handle, res) => res[0] === 0 || right.verify(handle, res) })),
  },
  {
    name: 'rand reused',
    fault: 'the rand is the same for every attempt',
    caughtBy: 'challenge-rand-new',
    parts: (parts) => void (parts.random = constant(32)),
  },
  {
    name: 'nonce reused',
    fault: 'the nonce of AUTH_SUCCESS is always the same',
    caughtBy: 'auth-success-nonce-new',
    parts: (parts) => void (parts.random = constant(12)),
  },
  {
    name: 'cookie reused',
    fault: 'the cookie is always the same',
    caughtBy: 'cookie-new',
    parts: (parts) => {
      const same = constant(16);
      keys(parts, (right) => ({ makeCookie: (handle) => right.makeCookie(handle, same) }));
    },
  },
  {
    name: 'salt reused',
    fault: 'the server salt is always the same',
    caughtBy: 'server-salt-new',
    parts: (parts) => {
      parts.random = constant(16);
      keys(parts, (right) => ({ makeCookie: (handle) => right.makeCookie(handle, systemRandom) }));
    },
  },
  {
    name: 'success sealed anew',
    fault: 'a repeated RESPONSE is answered by an AUTH_SUCCESS that is sealed again',
    caughtBy: 'auth-success-repeated',
    inside: ({ authenticator }) => {
      const answer = authenticator.answer.bind(authenticator);
      authenticator.answer = (serial, name) => {
        const right = answer(serial, name);
        if (!right || name !== 'AUTH_SUCCESS') return right;
        return { ...right, bytes: sealedAnew(authenticator, serial) };
      };
    },
  },
  {
    name: 'transcript without extensions',
    fault: 'TH is made of HELLO without its extensions',
    caughtBy: 'hello-grease',
    parts: (parts) =>
      keys(parts, (right) => ({
        bindTranscript: (handle, hello, challenge) => {
          const bare = Buffer.from(hello);
          bare.fill(0, ID_AT + 1 + (bare[ID_AT] ?? 0));
          right.bindTranscript(handle, bare, challenge);
        },
      })),
  },
  {
    name: 'transcript without versions',
    fault: 'TH does not hold the range of versions',
    caughtBy: 'version-in-transcript',
    parts: (parts) =>
      keys(parts, (right) => ({
        bindTranscript: (handle, hello, challenge) => {
          const bare = Buffer.from(hello);
          bare.fill(1, 24, 26);
          right.bindTranscript(handle, bare, challenge);
        },
      })),
  },
  {
    name: 'unknown told',
    fault: 'a HELLO of an unknown Client-ID is answered with AUTH_FAIL',
    caughtBy: 'unknown-id',
    parts: (parts) => {
      const { store } = parts;
      const known = new Set(store.subscribers.list().map(({ id }) => id));
      datagrams(parts, {
        in: (bytes, answer) => {
          const decoded = decodeDatagram(bytes, 'client');
          if (!decoded.ok || 'sealed' in decoded.value) return bytes;
          const { attempt, message } = decoded.value;
          if (message.type !== 'HELLO' || known.has(message.id)) return bytes;
          answer(encodeDatagram(attempt, { type: 'AUTH_FAIL' }));
          return undefined;
        },
      });
    },
  },
  {
    name: 'id blind to case',
    fault: 'Client-IDs are looked up blind to case',
    caughtBy: 'id-case',
    parts: (parts) =>
      datagrams(parts, {
        in: (bytes) => {
          const copy = Buffer.from(bytes);
          // Types 1 and 3 only, and only where an ID can be.
          if (copy[TYPE_AT] !== 1 || copy.length !== 128) return bytes;
          const end = ID_AT + 1 + Math.min(copy[ID_AT] ?? 0, 32);
          if (!/^[A-Z]+$/.test(copy.toString('latin1', ID_AT + 1, end))) return bytes;
          copy.write(copy.toString('latin1', ID_AT + 1, end).toLowerCase(), ID_AT + 1, 'latin1');
          return copy;
        },
      }),
  },
  {
    name: 'reason in AUTH_FAIL',
    fault: 'AUTH_FAIL has one byte more, a reason',
    caughtBy: 'auth-fail-bytes',
    parts: (parts) =>
      datagrams(parts, {
        out: (bytes, send) => {
          if (bytes[TYPE_AT] !== AUTH_FAIL) return send(bytes);
          const longer = Buffer.concat([bytes, Buffer.of(1)]);
          longer.writeUInt16BE(longer.length, LENGTH_AT);
          send(longer);
        },
      }),
  },
  {
    name: 'AUTH_FAIL twice',
    fault: 'AUTH_FAIL is sent twice, against loss',
    caughtBy: 'one-short-answer',
    parts: (parts) =>
      datagrams(parts, {
        out: (bytes, send) => {
          send(bytes);
          if (bytes[TYPE_AT] === AUTH_FAIL) send(bytes);
        },
      }),
  },
  {
    name: 'attempt-ID forgotten',
    fault: 'AUTH_FAIL has an attempt-ID of zeros',
    caughtBy: 'response-stray',
    parts: (parts) =>
      datagrams(parts, {
        out: (bytes, send) => {
          if (bytes[TYPE_AT] !== AUTH_FAIL) return send(bytes);
          send(encodeDatagram(Buffer.alloc(16), { type: 'AUTH_FAIL' } satisfies Message<'AUTH_FAIL'>));
        },
      }),
  },
  {
    name: 'attempts by attempt-ID',
    fault: 'a HELLO with the attempt-ID of another is taken for its repetition',
    caughtBy: 'hello-other-bytes',
    shared: () => {
      const spy = jest.spyOn(hashes, 'datagramHash').mockImplementation((bytes) => hex(bytes.subarray(8, 24)));
      return () => spy.mockRestore();
    },
  },
  {
    name: 'stray rand of a live attempt',
    fault: 'a RESPONSE with another rand is answered with AUTH_FAIL although its attempt is alive',
    caughtBy: 'response-other-rand',
    inside: ({ switchboard }) => void (switchboard.tables.isAlive = () => false),
  },
  {
    name: 'address remembered',
    fault: 'RESPONSE is answered where HELLO came from',
    caughtBy: 'response-other-address',
    inside: ({ answers }) => {
      const answer = answers.answer.bind(answers);
      const first = new Map<number, { readonly address: string; readonly port: number }>();
      answers.answer = (at, effect) => {
        if (!first.has(at.serial)) first.set(at.serial, effect.to);
        answer(at, effect.name === 'AUTH_FAIL' ? effect : { ...effect, to: first.get(at.serial) ?? effect.to });
      };
    },
  },
  {
    name: 'HELLO takes over',
    fault: 'a HELLO ends the connection of its client',
    caughtBy: 'take-over-at-connect',
    inside: ({ switchboard }) => {
      const hello = switchboard.hello.bind(switchboard);
      switchboard.hello = (h) => {
        const older = switchboard.tables.connected.get(h.id);
        const ended = older ? switchboard.inject(older.serial, { type: 'X.SUPERSEDED' }) : [];
        const outcome = hello(h);
        return typeof outcome === 'string' ? outcome : [...ended, ...outcome];
      };
    },
  },
  {
    name: 'older attempts stay',
    fault: 'a CONNECT ends older connections only, not older attempts',
    caughtBy: 'take-over-by-older',
    inside: ({ switchboard: { tables } }) => {
      const overtake = tables.overtake.bind(tables);
      tables.overtake = (instance) => overtake(instance).filter(({ connection }) => connection.state === 'Connected');
      tables.isOver = () => false;
    },
  },
  {
    name: 'token not understood',
    fault: 'a HELLO with bytes behind it is dropped',
    caughtBy: 'token-of-nobody',
    parts: (parts) => datagrams(parts, { in: (bytes) => (bytes.length === 144 ? undefined : bytes) }),
  },
  {
    name: 'token makes an attempt',
    fault: 'a HELLO is recognised by all bytes of its datagram, the token too',
    caughtBy: 'token-of-nobody',
    inside: ({ switchboard }) => {
      const hello = switchboard.hello.bind(switchboard);
      switchboard.hello = (h) => hello({ ...h, hash: `${h.hash} ${hex(h.token ?? Buffer.alloc(0))}` });
    },
  },
  {
    name: 'token in transcript',
    fault: 'TH is made of all bytes of the datagram, the token too',
    caughtBy: 'token-outside-transcript',
    inside: ({ switchboard }) => {
      const hello = switchboard.hello.bind(switchboard);
      switchboard.hello = (h) => hello({ ...h, bytes: withToken(h.bytes, h.token ?? Buffer.alloc(0)) });
    },
  },
  {
    name: 'any size behind HELLO',
    fault: 'whatever stands behind a HELLO is not looked at',
    caughtBy: 'token-of-other-size',
    parts: (parts) =>
      datagrams(parts, {
        in: (bytes) => (bytes[TYPE_AT] === 1 && bytes.length < 400 ? bytes.subarray(0, 128) : bytes),
      }),
  },
  {
    name: 'no end of guesses',
    fault: 'wrong RESPONSEs are not counted',
    caughtBy: 'res-wrong-three-times',
    mutant:
      'server connection: Wait for RESPONSE on D.RESPONSE_BAD, alternative 1: without the guard "fewer than 3 wrong answers, this one included"',
  },
  {
    name: 'one guess',
    fault: 'the first wrong RESPONSE closes the attempt',
    caughtBy: 'res-wrong-twice',
    mutant:
      'server connection: Wait for RESPONSE on D.RESPONSE_BAD, alternative 1: never "fewer than 3 wrong answers, this one included"',
  },
  {
    name: 'copies counted',
    fault: 'a wrong RESPONSE that comes three times closes the attempt',
    caughtBy: 'res-wrong-copies',
    mutant: 'server connection: Wait for RESPONSE on D.RESPONSE_BAD, alternative 0: never "a copy of a wrong answer"',
  },
  {
    name: 'stray without answer',
    fault: 'a stray RESPONSE is not answered',
    caughtBy: 'response-stray',
    mutant: 'server connection: Wait for HELLO on D.RESPONSE_STRAY, alternative 0: without sendAUTH_FAIL',
  },
  {
    name: 'HELLO once',
    fault: 'a repeated HELLO is not answered',
    caughtBy: 'challenge-repeated',
    mutant: 'server connection: Wait for RESPONSE on D.HELLO_DUP, alternative 0: without sendCHALLENGE',
  },
  {
    name: 'HELLO forgotten',
    fault: 'a repeated HELLO is not answered any more once its RESPONSE has come',
    caughtBy: 'challenge-after-right',
    mutant: 'server connection: Connecting on D.HELLO_DUP, alternative 0: without sendCHALLENGE',
  },
  {
    name: 'RESPONSE once',
    fault: 'a repeated RESPONSE is not answered',
    caughtBy: 'auth-success-repeated',
    mutant: 'server connection: Connecting on D.RESPONSE_OK, alternative 0: without sendAUTH_SUCCESS',
  },
  {
    name: 'cookie not compared',
    fault: 'CONNECT counts with any cookie',
    caughtBy: 'cookie-wrong',
    parts: (parts) => keys(parts, () => ({ checkCookie: () => true })),
  },
  {
    name: 'faults told',
    fault: 'a datagram that cannot be read is answered with AUTH_FAIL',
    caughtBy: 'datagram-type-unknown',
    parts: (parts) =>
      datagrams(parts, {
        in: (bytes, answer) => {
          if (decodeDatagram(bytes, 'client').ok) return bytes;
          const attempt = Buffer.concat([bytes.subarray(8, 24)], 16);
          answer(encodeDatagram(attempt, { type: 'AUTH_FAIL' }));
          return undefined;
        },
      }),
  },
  {
    name: 'two listeners',
    fault: 'every second client is sent to another TCP port',
    caughtBy: 'port-same',
    parts: (parts) => {
      const { network } = parts;
      const ports: number[] = [];
      parts.network = {
        ...network,
        listenTcp: async (local, accept) => {
          const [first, second] = [await network.listenTcp(local, accept), await network.listenTcp(local, accept)];
          ports.push(first.local.port, second.local.port);
          return overlaid(first, { close: () => [first, second].forEach((listener) => listener.close()) });
        },
      };
      keys(parts, (right) => ({
        sealAuthSuccess: (handle, header, body, random) =>
          right.sealAuthSuccess(handle, header, (cookie) => withPort(body(cookie), ports[handle % 2] ?? 0), random),
      }));
    },
  },
  {
    name: 'preface too early',
    fault: 'the server answers a preface with its own before it has seen CONNECT',
    caughtBy: 'silent-before-connect',
    parts: (parts) => {
      const salt = constant(16);
      parts.random = salt;
      keys(parts, (right) => ({ makeCookie: (handle) => right.makeCookie(handle, systemRandom) }));
      const preface = encodeServerPreface({ salt: salt.bytes(16) });
      withStreams(parts, (stream) => prefaceFirst(stream, preface));
    },
  },
  {
    name: 'tag waits',
    fault: 'a socket with an unknown tag is left open until its time is over',
    caughtBy: 'preface-unknown-tag',
    parts: (parts) =>
      withStreams(parts, (stream) => ({
        destroy: () => {
          if (stream.bytesRead !== 40) stream.destroy();
        },
      })),
  },
  {
    name: 'last words',
    fault: 'a stranger on TCP is told why before it is cut',
    caughtBy: 'preface-http',
    parts: (parts) =>
      withStreams(parts, (stream) => ({
        destroy: () => {
          if (stream.bytesWritten === 0 && stream.bytesRead > 0) stream.write(Buffer.from('wrong protocol\n'));
          stream.end();
          stream.destroy();
        },
      })),
  },
];

/** The plaintext of AUTH_SUCCESS with another port (1.4). */
function withPort(plaintext: Buffer, port: number): Buffer {
  plaintext.writeUInt16BE(port, 16);
  return plaintext;
}

/** Writes the preface as soon as 40 bytes have come, and leaves it out of what is written first. */
function prefaceFirst(stream: Stream, preface: Buffer): Partial<Stream> {
  let written = false;
  const early = (): void => {
    if (!written && stream.bytesRead >= 40) written = stream.write(preface);
  };
  let first = true;
  return {
    handle: (handlers) =>
      stream.handle({
        end: () => handlers.end(),
        close: () => handlers.close(),
        drain: () => handlers.drain(),
        data: (chunk) => {
          early();
          handlers.data(chunk);
        },
      }),
    write: (bytes) => {
      const rest = first && written ? bytes.subarray(preface.length) : bytes;
      first = false;
      return stream.write(rest);
    },
  };
}

/** What the authenticator does once for each attempt (2.5). */
function sealedAnew(authenticator: object, serial: number): Buffer {
  const { keys, entries, tcpPort } = authenticator as {
    keys: KeyStore;
    entries: Map<number, { handle: number; attempt: Buffer }>;
    tcpPort: () => number;
  };
  const entry = entries.get(serial);
  if (!entry) throw new Error('no such attempt');
  const header = authSuccessHeader(entry.attempt);
  const body = (cookie: Buffer): Buffer => encodeAuthSuccessBody({ cookie, port: tcpPort() });
  const { nonce, box } = keys.sealAuthSuccess(entry.handle, header, body, systemRandom);
  return joinAuthSuccess(header, nonce, box);
}
