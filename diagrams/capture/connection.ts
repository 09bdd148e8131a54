/**
 * One TCP connection out of a capture: prefaces, records, and what the keys open (protocol 1.5, 2.6). Where bytes are missing
 * it finds the next record again, by trying the key, for only the right place and number verify. Must never be here: whose
 * connection it is.
 */
import { WIRE } from '../../machines/limits';
import type { Role } from '../../machines/messages';
import { ByteQueue } from '../../transport/wire/bytes';
import { prefaceStartFault, tagIn } from '../../transport/wire/prefaces';
import { decodeRecord, recordLengthFault } from '../../transport/wire/records';
import type { Entry } from './entries';
import type { Keys } from './keys';

const LENGTH_BYTES = 2;
const RECORD_MIN_BYTES = LENGTH_BYTES + WIRE.RECORD_STEP_BYTES + WIRE.TAG_BYTES;
const RECORD_MAX_BYTES = LENGTH_BYTES + WIRE.RECORD_MAX_STEPS * WIRE.RECORD_STEP_BYTES + WIRE.TAG_BYTES;
/** So much of the server's may wait for the client's preface. */
const WAITING_MAX_BYTES = RECORD_MAX_BYTES;
/** So many records may be missing between two that are there. */
const LOST_MAX_RECORDS = 20_000;

/** preface, records, searching for the next record, given up. */
type Phase = 'preface' | 'records' | 'searching' | 'over';

interface Way {
  readonly from: Role;
  phase: Phase;
  queue: ByteQueue;
  seq: number;
  /** Bytes still to come of a record that is lost. */
  skip: number;
  /** Records at most that were in the bytes missing. */
  lost: number;
}

type Untold<E> = E extends Entry ? Omit<E, 'ms' | 'client'> : never;

export interface ConnectionOptions {
  readonly number: number;
  readonly keys: Keys;
  /** Whether what is encrypted was meant to be opened. */
  readonly hasKeyLog: boolean;
  /** Called with the lookup tag before the first entry. */
  readonly began: (tag: Buffer) => void;
  readonly tell: (entry: Untold<Entry>, ms: number) => void;
}

export class ParleyConnection {
  private readonly ways: Readonly<Record<Role, Way>> = { client: way('client'), server: way('server') };
  private tag: Buffer | undefined;
  /** The client's preface says which key it is; captures may have the server's bytes before it. */
  private awaiting: 'tag' | 'nothing' = 'tag';

  constructor(private readonly o: ConnectionOptions) {}

  data(from: Role, bytes: Buffer, ms: number): void {
    const on = this.ways[from];
    const fresh = bytes.subarray(on.skip);
    on.skip -= bytes.length - fresh.length;
    if (on.phase === 'over' || fresh.length === 0) return;
    on.queue.push(fresh);
    while (this.step(on, ms));
    if (from === 'client' && this.tag) this.goOn(ms);
  }

  /** What the server has said so far is read, with or without a tag. */
  private goOn(ms: number): void {
    if (this.awaiting === 'nothing') return;
    this.awaiting = 'nothing';
    const { server } = this.ways;
    if (!this.tag && server.queue.length > 0) {
      this.note('server', "the client's preface is not in the capture: nobody knows which key opens this", ms);
    }
    while (this.step(server, ms));
  }

  private step(on: Way, ms: number): boolean {
    if (on.from === 'server' && this.awaiting === 'tag') {
      if (on.queue.length > WAITING_MAX_BYTES) this.goOn(ms);
      return false;
    }
    if (on.phase === 'preface') return this.preface(on, ms);
    if (on.phase === 'searching') return this.search(on, ms, false);
    return on.phase === 'records' && this.record(on, ms);
  }

  private preface(on: Way, ms: number): boolean {
    const size = on.from === 'client' ? WIRE.CLIENT_PREFACE_BYTES : WIRE.SERVER_PREFACE_BYTES;
    const preface = on.queue.take(size);
    if (!preface) return false;
    const fault = prefaceStartFault(preface);
    if (fault) return this.over(on, `a preface of ${String(size)} B that is none: ${fault}`, ms);
    if (on.from === 'client') {
      this.tag = tagIn(preface);
      this.o.began(this.tag);
    }
    this.tell({ kind: 'preface', from: on.from, connection: this.o.number, preface }, ms);
    if (on.from === 'client') this.complainOfKeys(this.tag, ms);
    on.phase = 'records';
    return true;
  }

  private complainOfKeys(tag: Buffer | undefined, ms: number): void {
    if (!tag || !this.o.hasKeyLog || this.o.keys.hasRecords(tag, 'c2s', 0)) return;
    this.note('client', `the key log has no key for tag=${tag.toString('hex', 0, 4)}..: its records stay closed`, ms);
  }

  private record(on: Way, ms: number): boolean {
    const length = on.queue.peek(LENGTH_BYTES);
    if (!length) return false;
    const n = length.readUInt16BE();
    const fault = recordLengthFault(n);
    if (fault) return this.over(on, `record #${String(on.seq)} of ${String(n)} B: ${fault}`, ms);
    const record = on.queue.take(LENGTH_BYTES + n);
    if (!record) return false;
    this.opened(on, record, ms);
    return true;
  }

  private opened(on: Way, record: Buffer, ms: number): void {
    const { from, seq } = on;
    on.seq++;
    const plaintext = this.open(from, seq, record);
    const { messages, fault } = plaintext ? decodeRecord(plaintext, from) : {};
    this.tell({ kind: 'record', from, connection: this.o.number, seq, size: record.length, messages }, ms);
    if (fault) this.note(from, `record #${String(seq)} goes on wrongly: ${fault}`, ms);
    if (plaintext || !this.hasKey(from, seq)) return;
    this.note(from, `record #${String(seq)} does not verify under its key: altered, or of another connection`, ms);
  }

  private open(from: Role, seq: number, record: Buffer): Buffer | undefined {
    if (!this.tag) return undefined;
    return this.o.keys.openRecord(this.tag, from === 'client' ? 'c2s' : 's2c', epochOf(seq), seq, record);
  }
  private hasKey(from: Role, seq: number): boolean {
    return this.tag !== undefined && this.o.keys.hasRecords(this.tag, from === 'client' ? 'c2s' : 's2c', epochOf(seq));
  }

  // Gaps

  missing(from: Role, bytes: number, ms: number): void {
    const on = this.ways[from];
    this.goOn(ms);
    if (on.phase === 'over') return;
    const skipped = Math.min(on.skip, bytes);
    on.skip -= skipped;
    const gap = bytes - skipped;
    if (gap === 0) return;
    const begun = on.queue.length;
    const whole = begun >= LENGTH_BYTES ? LENGTH_BYTES + (on.queue.peek(LENGTH_BYTES)?.readUInt16BE() ?? 0) : undefined;
    const what = `${String(gap)} B are missing from the capture`;
    if (on.phase === 'preface') {
      this.over(on, `${what}, the preface among them: this direction cannot be read`, ms);
    } else if (on.phase === 'records' && whole !== undefined && begun + gap <= whole) {
      this.note(from, `${what}: record #${String(on.seq)} is lost`, ms);
      on.queue = new ByteQueue();
      on.skip = whole - begun - gap;
      on.seq++;
    } else this.beginSearch(on, what, gap, ms);
  }

  private beginSearch(on: Way, what: string, gap: number, ms: number): void {
    if (!this.hasKey(on.from, on.seq)) {
      this.over(on, `${what}: without a key the next record cannot be found`, ms);
      return;
    }
    const before = on.phase === 'searching' ? on.lost : 0;
    // One more: of a record the capture may have the beginning and the end.
    on.lost = Math.min(LOST_MAX_RECORDS, before + Math.ceil((on.queue.length + gap) / RECORD_MIN_BYTES) + 1);
    on.queue = new ByteQueue();
    on.phase = 'searching';
    this.note(on.from, `${what}, from record #${String(on.seq)} on`, ms);
  }

  /** @param last nothing more comes: a place whose record is not whole is passed over */
  private search(on: Way, ms: number, last: boolean): boolean {
    while (on.queue.length >= RECORD_MIN_BYTES) {
      const n = on.queue.peek(LENGTH_BYTES)?.readUInt16BE() ?? 0;
      const record = recordLengthFault(n) ? undefined : on.queue.peek(LENGTH_BYTES + n);
      if (!record && !recordLengthFault(n) && !last && on.queue.length < RECORD_MAX_BYTES) return false;
      const seq = record && this.numberOf(on, record);
      if (record && seq !== undefined) {
        on.phase = 'records';
        if (seq > on.seq) this.note(on.from, lostWords(on.seq, seq - 1), ms);
        on.seq = seq;
        return true;
      }
      on.queue.take(1);
    }
    return false;
  }

  /** Which record it is, if it is one: none but the right number verifies. */
  private numberOf(on: Way, record: Buffer): number | undefined {
    for (let seq = on.seq; seq <= on.seq + on.lost; seq++) {
      if (this.open(on.from, seq, record)) return seq;
    }
    return undefined;
  }

  end(ms: number): void {
    this.goOn(ms);
    for (const on of Object.values(this.ways)) {
      if (on.phase === 'searching' && this.search(on, ms, true)) while (this.step(on, ms));
      if (on.phase !== 'over' && (on.skip > 0 || on.queue.length > 0)) {
        this.note(
          on.from,
          `the stream ends in the middle of ${on.phase === 'preface' ? 'the preface' : 'a record'}`,
          ms,
        );
      }
    }
  }

  private over(on: Way, words: string, ms: number): false {
    on.phase = 'over';
    on.queue = new ByteQueue();
    this.note(on.from, words, ms);
    return false;
  }
  private note(from: Role, words: string, ms: number): void {
    this.tell({ kind: 'note', from, words: `tcp ${words}` }, ms);
  }
  private tell(entry: Untold<Entry>, ms: number): void {
    this.o.tell(entry, ms);
  }
}

function way(from: Role): Way {
  return { from, phase: 'preface', queue: new ByteQueue(), seq: 0, skip: 0, lost: 0 };
}
function lostWords(first: number, last: number): string {
  return first === last ? `record #${String(first)} is lost` : `records #${String(first)} to #${String(last)} are lost`;
}
function epochOf(seq: number): number {
  return Math.floor(seq / WIRE.REKEY_RECORDS);
}
