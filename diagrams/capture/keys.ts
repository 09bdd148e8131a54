/**
 * A key log read back (protocol 1.9): which keys open an AUTH_SUCCESS or the records of a connection, and which attempt a
 * connection belongs to. Must never be here: anything that shows a key.
 */
import type { Direction } from '../../transport/security/keylog';
import { open } from '../../transport/security/aead';
import { writeNonce } from '../../transport/security/records';

interface RecordKey {
  readonly key: Buffer;
  readonly iv: Buffer;
}

/** Lines of one key log; more are not read. */
const LINES_MAX = 1_000_000;
/** One tag has several keys only if several sockets offered it. */
const KEYS_EACH_MAX = 16;
const AUTH = /^SBC1 ([0-9a-f]{32}) auth ([0-9a-f]{32}) ([0-9a-f]{64})$/;
const RECORDS = /^SBC1 ([0-9a-f]{32}) (c2s|s2c) (\d{1,10}) ([0-9a-f]{64}) ([0-9a-f]{24})$/;

export class Keys {
  /** By attempt-ID. */
  private readonly auth = new Map<string, Buffer[]>();
  /** By tag, direction and epoch. */
  private readonly records = new Map<string, RecordKey[]>();
  /** Attempt-ID by tag. */
  private readonly attempts = new Map<string, string>();
  /** Keys that were read. */
  size = 0;

  /** Lines of other kinds are skipped. @param content several key logs may stand in it, one after the other */
  constructor(content = '') {
    for (const line of content.split('\n', LINES_MAX)) {
      const [, tag = '', attempt = '', key = ''] = AUTH.exec(line) ?? [];
      if (tag !== '') {
        this.attempts.set(tag, attempt);
        this.add(this.auth, attempt, Buffer.from(key, 'hex'));
      }
      const [, of = '', direction = '', epoch = '', sealing = '', iv = ''] = RECORDS.exec(line) ?? [];
      if (of === '') continue;
      const name = nameOf(of, direction as Direction, Number(epoch));
      this.add(this.records, name, { key: Buffer.from(sealing, 'hex'), iv: Buffer.from(iv, 'hex') });
    }
  }

  private add<T>(to: Map<string, T[]>, name: string, value: T): void {
    const before = to.get(name) ?? [];
    if (before.length >= KEYS_EACH_MAX) return;
    to.set(name, [...before, value]);
    this.size++;
  }

  /** The attempt-ID in hexadecimal. */
  attemptOf(tag: Buffer): string | undefined {
    return this.attempts.get(tag.toString('hex'));
  }

  /** The plaintext of AUTH_SUCCESS; nothing if no key of this attempt opens it. */
  openAuthSuccess(attempt: Buffer, header: Buffer, nonce: Buffer, box: Buffer): Buffer | undefined {
    return first(this.auth.get(attempt.toString('hex')), (key) => open(key, nonce, header, box));
  }

  hasRecords(tag: Buffer, direction: Direction, epoch: number): boolean {
    return this.records.has(nameOf(tag.toString('hex'), direction, epoch));
  }

  /** The plaintext of record `seq`, given whole; nothing if no key opens it. */
  openRecord(tag: Buffer, direction: Direction, epoch: number, seq: number, record: Buffer): Buffer | undefined {
    return first(this.records.get(nameOf(tag.toString('hex'), direction, epoch)), ({ key, iv }) => {
      const nonce = Buffer.alloc(iv.length);
      writeNonce(nonce, iv, seq);
      return open(key, nonce, record.subarray(0, 2), record.subarray(2));
    });
  }
}

function nameOf(tag: string, direction: Direction, epoch: number): string {
  return `${tag} ${direction} ${String(epoch)}`;
}
function first<T, R>(values: readonly T[] = [], f: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const result = f(value);
    if (result !== undefined) return result;
  }
  return undefined;
}
