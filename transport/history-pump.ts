/**
 * Writes one list of past texts into a connection, as fast as it is read and no faster (protocol 4.8, P11). A list is a
 * snapshot: it ends at the text that was the last when it was asked for.
 */
import { WIRE, type Limits } from '../machines/limits';
import { HISTORY_STATUS, textFault } from '../machines/messages';
import { StoreError, type History, type StoredText } from '../machines/ports';
import type { Channel } from './channel';

/** What comes from the store is an input like any other. */
function canBeSent(text: string): boolean {
  return textFault(text) === undefined && Buffer.byteLength(text) <= WIRE.TEXT_MAX_BYTES;
}

export class HistoryPump {
  private sent = 0;
  /** Texts read ahead, and how many of them are sent. */
  private ahead: readonly StoredText[] = [];
  private taken = 0;
  private phase: 'running' | 'done' = 'running';

  /** @param length number of texts in the snapshot */
  constructor(
    private readonly store: Pick<History, 'page'>,
    private readonly channel: Channel,
    private readonly limits: Limits,
    private readonly asking: string,
    private readonly id: string,
    private readonly length: number,
    /** Told when the store cannot be read. */
    private readonly unreadable: (error: StoreError) => void = () => undefined,
  ) {}

  get done(): boolean {
    return this.phase === 'done';
  }
  /** The socket has to take more first; `drain` will come. */
  get waits(): boolean {
    return !this.done && this.channel.draining && !this.channel.hasRoom;
  }

  /** One turn's worth: until 64 KiB wait for this connection. */
  run(): void {
    while (!this.done && this.channel.hasRoom) this.step();
  }

  private step(): void {
    if (this.sent === this.length) return this.finish('complete');
    const text = this.ahead[this.taken] ?? this.page();
    // A gap, fewer than there were, or a store that cannot be read: the list is torn, and says so.
    if (text?.n !== this.sent + 1 || !canBeSent(text.text)) return this.finish('incomplete');
    const { session, sender, time } = text;
    // The clock may have stood before 1970 when it was stored; the time is for information (P23).
    const at = Number.isSafeInteger(time) && time >= 0 ? { time } : {};
    this.channel.send([{ type: 'HISTORY_RESP', session, id: sender, text: text.text, ...at }]);
    this.taken++;
    this.sent++;
  }

  private page(): StoredText | undefined {
    try {
      const wanted = Math.min(this.limits.PUMP_PAGE_TEXTS, this.length - this.sent);
      this.ahead = this.store.page(this.asking, this.id, this.sent, wanted);
      this.taken = 0;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.unreadable(error);
      this.ahead = [];
    }
    return this.ahead[0];
  }

  private finish(status: 'complete' | 'incomplete'): void {
    this.phase = 'done';
    this.channel.send([{ type: 'HISTORY_END', id: this.id, status: HISTORY_STATUS[status], count: this.sent }]);
  }
}
