/**
 * Bytes and keys of the second client (docs/protocol.md, chapters 1 and 2), written from that document alone. Must not
 * import anything from the project; must never be here: a socket, a timer, what state the client is in.
 */
import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { TextDecoder } from 'node:util';

// ---- 1.3, 1.7: fields and extensions

export const EMPTY = Buffer.alloc(0);
export const CLIENT_ID = /^[A-Za-z][A-Za-z0-9._-]{0,31}$/;
// eslint-disable-next-line no-control-regex -- these are the forbidden ones
export const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** The server broke the rules: a drop on UDP, a protocol error on TCP. */
export class Wrong extends Error {}

export function uint(size, value) {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
}
export const idField = (id) => Buffer.concat([uint(1, id.length), Buffer.from(id, 'ascii')]);
export const textField = (text) => Buffer.concat([uint(2, Buffer.byteLength(text)), Buffer.from(text)]);

/** Takes fields off the front of some bytes. */
class Reader {
  constructor(bytes) {
    this.rest = bytes;
  }
  take(size) {
    if (size > this.rest.length) throw new Wrong('field beyond the end');
    const taken = this.rest.subarray(0, size);
    this.rest = this.rest.subarray(size);
    return taken;
  }
  uint(size) {
    return this.take(size).readUIntBE(0, size);
  }
  positive(size) {
    const value = this.uint(size);
    if (value === 0) throw new Wrong('zero');
    return value;
  }
  session = () => this.positive(4);
  count = () => this.uint(4);
  status = () => this.uint(1);
  reason = () => this.uint(1);
  id() {
    const id = this.take(this.uint(1)).toString('latin1');
    if (!CLIENT_ID.test(id)) throw new Wrong('Client-ID');
    return id;
  }
  text() {
    const bytes = this.take(this.positive(2));
    if (bytes.length > 4096) throw new Wrong('text too long');
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      if (!CONTROL.test(text)) return text;
    } catch {
      throw new Wrong('text is not UTF-8');
    }
    throw new Wrong('control character in a text');
  }
  /** Reads the extension block. @param known length of each registered type @returns values by type */
  extensions(known = {}, filled = false) {
    const entries = {};
    while (this.rest.length > 0) {
      if (filled && this.rest.every((byte) => byte === 0)) break;
      const type = this.positive(1);
      if (type in entries) throw new Wrong('extension twice');
      entries[type] = this.take(this.uint(1));
      if (type in known ? entries[type].length !== known[type] : type >= 0x80) throw new Wrong('extension');
    }
    return entries;
  }
}

// ---- 2: hashes, keys, sealing

export const hash = (name, ...parts) => createHash(name).update(Buffer.concat(parts)).digest();
function hkdf(key, label, context, size) {
  const info = Buffer.concat([Buffer.from(label), uint(1, 0), context]);
  return Buffer.from(hkdfSync('sha256', key, 'SBC/1', info, size));
}
function seal(key, nonce, associated, plain) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).setAAD(associated);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}
function open(key, nonce, associated, box) {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).setAAD(associated);
  const plain = decipher.setAuthTag(box.subarray(-16)).update(box.subarray(0, -16));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** Everything that follows from one CHALLENGE (2.2, 2.4). */
export function candidateOf(key, id, hello, challenge, rand) {
  const ck = hash('sha3-256', rand, key);
  const res = hash('sha256', rand, key);
  const th = hash('sha256', hello, challenge);
  const response = datagram(3, hello.subarray(8, 24), idField(id), res, rand);
  return { rand, ck, th, response, success: hkdf(ck, 'auth success', th, 32), tag: hkdf(ck, 'lookup tag', th, 16) };
}
export const secretOf = ({ ck, th }, label, ...prefaces) => hkdf(ck, label, Buffer.concat([th, ...prefaces]), 32);

/** Keys and number of the next record of one direction (2.6). */
export class Direction {
  seq = 0;
  constructor(secret) {
    this.secret = secret;
  }
  nonce() {
    if (this.seq % 65536 === 0) {
      if (this.seq > 0) this.secret = hkdf(this.secret, 'next', EMPTY, 32);
      this.key = hkdf(this.secret, 'key', EMPTY, 32);
      this.iv = hkdf(this.secret, 'iv', EMPTY, 12);
    }
    const nonce = Buffer.from(this.iv);
    for (const [i, byte] of uint(6, this.seq++).entries()) nonce[6 + i] ^= byte;
    return nonce;
  }
  /** @returns a whole record with these messages (1.5) */
  seal(...messages) {
    const list = Buffer.concat(messages.flatMap((message) => [uint(2, message.length), message]));
    const plain = Buffer.concat([list, Buffer.alloc(-list.length & 63)]);
    const size = uint(2, plain.length + 16);
    const nonce = this.nonce();
    return Buffer.concat([size, seal(this.key, nonce, size, plain)]);
  }
  open(size, box) {
    const nonce = this.nonce();
    return open(this.key, nonce, size, box);
  }
}

// ---- 1.4 to 1.6: datagrams, records, messages

/** HELLO offering version 1 only. */
export const helloOf = (attempt, id) => datagram(1, attempt, uint(1, 1), uint(1, 1), idField(id));
export function datagram(type, attempt, ...fields) {
  const body = Buffer.concat(fields);
  const size = Math.max(128, 24 + body.length);
  const header = Buffer.concat([Buffer.from('SBCU'), uint(1, 1), uint(1, type), uint(2, size), attempt]);
  return Buffer.concat([header, body], size);
}
/** @returns the type of a datagram whose header is right for this attempt, else undefined */
export function typeOf(bytes, attempt) {
  if (bytes.length < 24 || bytes.length > 128 || bytes.readUInt16BE(6) !== bytes.length) return undefined;
  if (bytes.toString('latin1', 0, 5) !== 'SBCU\x01' || !bytes.subarray(8, 24).equals(attempt)) return undefined;
  return bytes[5];
}
export function randOf(challenge) {
  const reader = new Reader(challenge.subarray(24));
  if (reader.uint(1) !== 1) throw new Wrong('version not offered');
  const rand = Buffer.from(reader.take(32));
  reader.extensions();
  return rand;
}
export function tokenOf(retry) {
  const reader = new Reader(retry.subarray(24));
  const token = Buffer.from(reader.take(16));
  reader.extensions();
  return token;
}
/** @returns cookie and port if the datagram opens under the candidate */
export function openSuccess(bytes, { success }) {
  if (bytes.length !== 84) return undefined;
  const plain = open(success, bytes.subarray(24, 36), bytes.subarray(0, 24), bytes.subarray(36));
  if (plain === undefined) return undefined;
  const reader = new Reader(plain);
  const opened = { cookie: reader.take(16), port: reader.positive(2) };
  reader.extensions({}, true);
  return opened;
}

export const PREFACE = Buffer.from('SBCT\x01\0\0\0', 'latin1');
export const clientPreface = (tag, salt) => Buffer.concat([PREFACE, tag, salt]);

/** Messages of the server by type: name, fields in order, length of registered extensions. */
const FROM_SERVER = {
  0x11: ['CONNECTED', []],
  0x21: ['CHAT_STARTED', ['session', 'id']],
  0x22: ['UNREACHABLE', ['id']],
  0x24: ['END_NOTIF', ['session'], { 1: 1 }],
  0x25: ['CHAT', ['session', 'text']],
  0x31: ['HISTORY_RESP', ['session', 'id', 'text'], { 2: 8 }],
  0x32: ['HISTORY_END', ['id', 'status', 'count']],
  0x40: ['KEEPALIVE', []],
  0x41: ['CLOSE', ['reason']],
};
/** The messages of a record, undecoded; the framing of all of them is checked first (1.8). */
export function entriesOf(plain) {
  const entries = [];
  const reader = new Reader(plain);
  while (reader.rest.length >= 2 && reader.rest.readUInt16BE() !== 0) entries.push(reader.take(reader.uint(2)));
  const wrong = entries.length === 0 || reader.rest.length >= 64 || reader.rest.some((byte) => byte !== 0);
  if (wrong) throw new Wrong('framing');
  return entries;
}
/** @returns the message, or undefined if it is unknown and optional */
export function decode(bytes) {
  const reader = new Reader(bytes);
  const type = reader.uint(1);
  const [name, fields, known] = FROM_SERVER[type] ?? [];
  if (name === undefined && type >= 0x80) return undefined;
  if (name === undefined) throw new Wrong('unknown message');
  const values = Object.fromEntries(fields.map((field) => [field, reader[field]()]));
  return { name, ...values, extensions: reader.extensions(known) };
}
