/** Faults of the log-on, by name: each puts itself into the client. */
import { createHash, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers';
import { action, as, cell, exported, guard, instead, method, options, part, without } from './parts.mjs';

const ATTEMPT_AT = 8;
const CLASS = 'transport/client-log-on#ClientLogOn';
const answering = 'Wait for AUTH_SUCCESS.answering';

/** @param change of the HELLO of every attempt, which is sent and counts for TH */
const hello = (change) => () =>
  method(`${CLASS}.begin`, function (before) {
    before();
    this.hello = change(this.hello, this);
  });
/** @param change of every RESPONSE */
const response = (change) => () =>
  method(`${CLASS}.addCandidate`, function (before, th, rand, displaced) {
    const known = this.responses.has(rand);
    before(th, rand, displaced);
    const { message, bytes } = this.responses.get(rand);
    if (!known) this.responses.set(rand, { message, bytes: change(Buffer.from(bytes), this) });
  });
const withByte = (at, value) => (bytes) => {
  bytes[at] = value;
  return bytes;
};

/** A socket that hears everybody. */
function unconnected({ systemNetwork: network }) {
  instead(network, 'connectUdp', (_, server, handlers) => {
    let socket;
    const waiting = [];
    void network.listenUdp({ address: '0.0.0.0', port: 0 }, handlers).then((opened) => {
      socket = opened;
      for (const bytes of waiting) socket.send(bytes, server);
    });
    return {
      remote: server,
      send: (bytes) => (socket ? socket.send(bytes, server) : waiting.push(bytes)),
      close: () => socket?.close(),
    };
  });
}

const BYTES = {
  'key-file-of-all': () => {
    instead(part('storage/keyfile'), 'readKeyFile', (_, path) => readFileSync(path, 'utf8').trim());
  },
  'key-file-of-anything': () => {
    instead(part('storage/keyfile'), 'readKeyFile', (_, path) =>
      createHash('sha256').update(readFileSync(path)).digest('hex'),
    );
  },
  'hello-unfilled': hello((bytes, { o: { id } }) => {
    const cut = Buffer.from(bytes.subarray(0, 27 + id.length));
    cut.writeUInt16BE(cut.length, 6);
    return cut;
  }),
  'hello-filling': hello(withByte(127, 1)),
  'hello-length': hello(withByte(7, 127)),
  'hello-version': hello((bytes) => withByte(24, 2)(withByte(25, 3)(bytes))),
  'hello-other-name': hello(withByte(27, 0x61 + 25)),
  'same-attempt': () =>
    method(`${CLASS}.begin`, function (before) {
      before();
      const same = Buffer.alloc(16, 7);
      same.copy(this.hello, ATTEMPT_AT);
      this.attempt = same;
    }),
  'response-filling': response(withByte(127, 1)),
  'response-without-rand': response((bytes, { o: { id } }) => bytes.fill(0, 57 + id.length, 89 + id.length)),
  'hash-reversed': () =>
    exported('transport/security/hashes#a3', (_, rand, key) => createHash('sha256').update(key).update(rand).digest()),
  'th-in-another-order': () =>
    exported('transport/security/schedule#transcriptHash', (before, hello, challenge) => before(challenge, hello)),
  'other-server-keys': () =>
    method('transport/security/keystore#KeyStore.clientOpener', (before, handle, preface, serverPreface) =>
      before(handle, preface, Buffer.from(serverPreface).reverse()),
    ),
  'same-salt': () =>
    exported('transport/wire/prefaces#encodeClientPreface', (before, { tag }) =>
      before({ tag, salt: Buffer.alloc(16, 7) }),
    ),
  'preface-reserved': () =>
    exported('transport/wire/prefaces#encodeClientPreface', (before, o) => withByte(7, 1)(before(o))),
  'other-cookie': () => method('transport/security/keystore#KeyStore.cookie', () => randomBytes(16)),
  'th-without-extension': () =>
    exported('transport/security/schedule#transcriptHash', (before, sent, challenge) =>
      before(sent, challenge.subarray(0, 57)),
    ),
  'any-tag': () =>
    exported('transport/wire/prefaces#encodeClientPreface', (before, { salt }) =>
      before({ tag: randomBytes(16), salt }),
    ),
};

const DEEDS = {
  'hello-not-repeated': () => without(cell('connection', 'Wait for Challenge', 'T.RETRY'), 'sendHELLO'),
  'hello-repeated-anew': () =>
    method(`${CLASS}.sendHello`, function (before, token) {
      before(token);
      this.hello = Buffer.from(this.hello);
      randomBytes(16).copy(this.hello, ATTEMPT_AT);
      this.attempt = this.hello.subarray(ATTEMPT_AT, ATTEMPT_AT + 16);
    }),
  'hello-repeated-early': () => options('--limit', 'T_RETRY_MS=100,100,100,100,100', '--limit', 'T_FAIL_HOLD_MS=50'),
  'hello-repeated-alone': () => without(cell('connection', answering, 'T.RETRY'), 'sendHELLO'),
  'retry-ignored': () => without(cell('connection', 'Wait for Challenge', 'D.RETRY'), 'takeToken'),
  'retry-loop': () => guard('connection', 'fewer than 3 RETRYs in this step', () => true),
  'token-in-transcript': () =>
    method(`${CLASS}.sendHello`, function (before, token) {
      before(token);
      this.hello = Buffer.concat([this.hello, Buffer.from(token, 'hex')]);
    }),
  'response-not-repeated': () => without(cell('connection', answering, 'T.RETRY'), 'sendRESPONSE:all'),
  'last-response-repeated': () =>
    action('connection', 'sendRESPONSE:all', (_, { rands }) => ({
      ask: { type: 'sendRESPONSE', rands: rands.slice(-1) },
    })),
  'copies-answered': () =>
    action('connection', 'ignore', (before, context, event) =>
      event.type === 'D.CHALLENGE' ? { ask: { type: 'sendRESPONSE', rands: [event.rand] } } : before(context, event),
    ),
  'one-challenge': () => guard('connection', 'fewer than 4 rands answered', () => false),
  'every-challenge': () => guard('connection', 'fewer than 4 rands answered', () => true),
  'candidate-by-rand': () => guard('connection', 'already a candidate', ({ rands }, { rand }) => rands.includes(rand)),
  'copies-answered-anew': () => guard('connection', 'rand already answered', () => false),
  'first-copies-kept': () =>
    guard('connection', 'already a candidate', ({ rands, candidates }, { rand, th }) =>
      candidates.length < 4 ? candidates.includes(th) : rands.includes(rand),
    ),
  'any-version': () =>
    method(`${CLASS}.opened`, (before, { attempt, message }, bytes) =>
      before({ attempt, message: message.type === 'CHALLENGE' ? { ...message, ver: 1 } : message }, bytes),
    ),
  'any-attempt': () =>
    method(`${CLASS}.datagram`, function (before, bytes) {
      const own = this.attempt;
      this.attempt = bytes.subarray(ATTEMPT_AT, ATTEMPT_AT + 16);
      before(bytes);
      this.attempt = own;
    }),
  'any-datagram': () =>
    exported('transport/wire/datagrams#decodeDatagram', (before, bytes, from) => {
      const decoded = before(bytes, from);
      if (decoded.ok || bytes.length < 57 || bytes[5] !== 2) return decoded;
      const message = { type: 'CHALLENGE', ver: 1, rand: bytes.subarray(25, 57) };
      return { ok: true, value: { attempt: bytes.subarray(ATTEMPT_AT, ATTEMPT_AT + 16), message } };
    }),
  'fail-early-believed': () =>
    as(cell('connection', 'Wait for Challenge', 'D.AUTH_FAIL'), cell('connection', 'Wait for Challenge', 'T.GIVEUP')),
  'fail-at-once': () => as(cell('connection', answering, 'D.AUTH_FAIL'), cell('connection', answering, 'T.GIVEUP')),
  'fail-held-too-long': () =>
    options('--limit', 'T_RETRY_MS=2000,1000,1000,1000,1000', '--limit', 'T_FAIL_HOLD_MS=1900'),
  'fail-not-believed': () => as(cell('connection', answering, 'D.AUTH_FAIL'), cell('connection', answering, 'T.HOLD')),
  'opens-anything': () =>
    exported('transport/security/aead#open', (_, key, nonce, associated, box) =>
      createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).update(box.subarray(0, -16)),
    ),
  'success-replayed': () => {
    const opened = new Map();
    method('transport/security/keystore#KeyStore.openAuthSuccess', (before, handle, header, nonce, box) => {
      const name = box.toString('hex');
      const plain = before(handle, header, nonce, box) ?? opened.get(name);
      if (plain) opened.set(name, Buffer.from(plain));
      return plain;
    });
    method(`${CLASS}.datagram`, function (before, bytes) {
      this.attempt.copy(bytes, ATTEMPT_AT);
      before(bytes);
    });
  },
  'short-tags': () => {
    exported('transport/security/aead#open', (before, key, nonce, associated, box) => {
      if (box.length >= 48) return before(key, nonce, associated, box);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: box.length - 32 });
      decipher.setAAD(associated);
      decipher.setAuthTag(box.subarray(32));
      return Buffer.concat([decipher.update(box.subarray(0, 32)), decipher.final()]);
    });
    exported('transport/wire/datagrams#decodeDatagram', (before, bytes, from) => {
      if (bytes[5] !== 4 || ![72, 76, 80].includes(bytes.length) || bytes[7] !== 84) return before(bytes, from);
      const [attempt, header] = [bytes.subarray(ATTEMPT_AT, ATTEMPT_AT + 16), bytes.subarray(0, 24)];
      return {
        ok: true,
        value: { attempt, sealed: { header, nonce: bytes.subarray(24, 36), box: bytes.subarray(36) } },
      };
    });
  },
  'rands-known': () => {
    const known = new Map();
    method(`${CLASS}.opened`, function (before, decoded, bytes) {
      const [rand, attempt] = [bytes.toString('hex', 25, 57), this.attempt.toString('hex')];
      if ((known.get(rand) ?? attempt) !== attempt) return;
      known.set(rand, attempt);
      before(decoded, bytes);
    });
  },
  'reads-blindly': () =>
    method(`${CLASS}.datagram`, (before, bytes) => {
      bytes.readUInt16BE(22);
      before(bytes);
    }),
  'fail-ends-connection': () => {
    as(cell('connection', 'Connected', 'D.AUTH_FAIL'), cell('connection', 'Connected', 'X.PROTOCOL'));
    method(`${CLASS}.closeUdp`, () => undefined);
  },
  'chat-logs-on': () => as(cell('connection', 'Offline', 'U.CHAT'), cell('connection', 'Offline', 'U.LOGON')),
  'gives-up-early': () => options('--limit', 'T_CHALLENGE_MS=7000', '--limit', 'T_AUTH_MS=7000'),
  'waits-for-ever': () => {
    for (const state of ['Connecting.opening', 'Connecting.awaiting'])
      for (const event of ['N.CLOSED', 'T.CONNECTING'])
        as(cell('connection', state, event), cell('connection', state, 'T.RETRY'));
  },
  'port-zero': () =>
    exported('transport/wire/datagrams#decodeAuthSuccessBody', (before, plain) => {
      const decoded = before(plain);
      const message = { type: 'AUTH_SUCCESS', cookie: plain.subarray(0, 16), port: plain.readUInt16BE(16) };
      return decoded.ok ? decoded : { ok: true, value: message };
    }),
  'hears-strangers': () => unconnected(part('transport/net/system')),
  'refused-is-the-end': () =>
    method(`${CLASS}.failed`, function (before, error) {
      before(error);
      this.handlers.event({ type: 'T.GIVEUP' });
    }),
  'flight-in-two': () =>
    instead(part('transport/net/system').systemNetwork, 'connectTcp', (before, server, handlers) => {
      const stream = before(server, handlers);
      instead(stream, 'write', (write, bytes) => {
        if (bytes.length !== 122) return write(bytes);
        write(bytes.subarray(0, 40));
        setTimeout(() => write(bytes.subarray(40)), 20);
        return true;
      });
      return stream;
    }),
  'connected-early': () => {
    const { actions } = cell('connection', 'Connecting.awaiting', 'M.CONNECTED');
    const show = actions.find(({ type }) => type === 'show:Connected');
    const opened = cell('connection', 'Connecting.opening', 'N.OPEN');
    opened.actions = [...opened.actions, show];
  },
  'connected-twice': () =>
    as(cell('connection', 'Connected', 'M.CONNECTED'), cell('connection', 'Connected', 'T.CONNECTING')),
};

export const LOG_ON = { ...BYTES, ...DEEDS };
