/**
 * The whole way out: messages -> queue -> records -> sealed -> one piece of bytes for one write. Queued messages are not
 * sealed before the end of the turn, so a text that could not be stored can still be taken out (P1, P2).
 */
import type { TcpMessage } from '../machines/messages';
import type { RecordSealer } from './security/records';
import { encodedSize, encodeRecords } from './wire/records';

/** Told of every record that leaves. */
export type RecordOut = (seq: number, size: number, messages: readonly TcpMessage[]) => void;

export class RecordWriter {
  private head: Buffer[] = [];
  private queue: TcpMessage[] = [];
  private queued = 0;

  constructor(
    private readonly sealer: RecordSealer,
    private readonly left?: RecordOut,
  ) {}

  /** Plaintext bytes that wait to be sealed. */
  get bytes(): number {
    return this.queued;
  }
  get empty(): boolean {
    return this.queue.length === 0 && this.head.length === 0;
  }
  /** The numbers of this direction come to their end (2.6). */
  get exhausted(): boolean {
    return this.sealer.exhausted;
  }

  /** Preface and record 0, which holds this message alone (1.5). */
  first(preface: Buffer, message: TcpMessage): void {
    this.head.push(preface, ...this.sealed([message]));
  }

  add(messages: readonly TcpMessage[]): void {
    for (const message of messages) {
      this.queue.push(message);
      this.queued += encodedSize(message);
    }
  }

  clear(): void {
    this.queue = [];
    this.queued = 0;
  }

  /** Takes the texts of these sessions out of the queue: they could not be stored, so nobody may see them (P2). */
  dropTexts(sessions: ReadonlySet<number>): void {
    const kept = this.queue.filter((message) => message.type !== 'CHAT' || !sessions.has(message.session));
    if (kept.length === this.queue.length) return;
    this.clear();
    this.add(kept);
  }

  /** Everything queued, sealed, in as few records as fit; undefined if nothing is. */
  take(): Buffer | undefined {
    if (this.empty) return undefined;
    const pieces = [...this.head, ...this.sealed(this.queue)];
    this.head = [];
    this.clear();
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  }

  private sealed(messages: readonly TcpMessage[]): Buffer[] {
    if (messages.length === 0) return [];
    let at = 0;
    return encodeRecords(messages).map((plaintext) => {
      const { seq } = this.sealer;
      const record = this.sealer.seal(plaintext);
      if (this.left) {
        const count = countMessages(plaintext);
        this.left(seq, record.length, messages.slice(at, at + count));
        at += count;
      }
      return record;
    });
  }
}

/** Number of entries in a plaintext of our own making. */
function countMessages(plaintext: Buffer): number {
  let count = 0;
  for (let at = 0; at + 2 <= plaintext.length; count++) {
    const length = plaintext.readUInt16BE(at);
    if (length === 0) break;
    at += 2 + length;
  }
  return count;
}
