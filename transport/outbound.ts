/**
 * The whole way out: messages -> queue -> records -> sealed -> one piece of bytes for one write. Queued messages are not
 * sealed before the end of the turn, so a text that could not be stored can still be taken out (P1, P2).
 */
import type { TcpMessage } from '../machines/messages';
import type { RecordSealer } from './security/records';
import { packRecords, sized, type Sized } from './wire/records';

/** Told of every record that leaves. */
export type RecordOut = (seq: number, size: number, messages: readonly TcpMessage[]) => void;

export class RecordWriter {
  private head: Buffer[] = [];
  private queue: Sized[] = [];
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
    this.head.push(preface, ...this.sealed([sized(message)]));
  }

  add(messages: readonly TcpMessage[]): void {
    for (const message of messages) {
      const next = sized(message);
      this.queue.push(next);
      this.queued += next.size;
    }
  }

  clear(): void {
    this.queue = [];
    this.queued = 0;
  }

  /** Takes the texts of these sessions out of the queue: they could not be stored, so nobody may see them (P2). */
  dropTexts(sessions: ReadonlySet<number>): void {
    this.queue = this.queue.filter(({ message }) => message.type !== 'CHAT' || !sessions.has(message.session));
    this.queued = this.queue.reduce((bytes, { size }) => bytes + size, 0);
  }

  /** Everything queued, sealed, in as few records as fit; undefined if nothing is. */
  take(): Buffer | undefined {
    if (this.empty) return undefined;
    const pieces = [...this.head, ...this.sealed(this.queue)];
    this.head = [];
    this.clear();
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  }

  private sealed(messages: readonly Sized[]): Buffer[] {
    let at = 0;
    return packRecords(messages).map(({ plaintext, count }) => {
      const { seq } = this.sealer;
      const record = this.sealer.seal(plaintext);
      this.left?.(
        seq,
        record.length,
        messages.slice(at, (at += count)).map(({ message }) => message),
      );
      return record;
    });
  }
}
