/**
 * Reading the record: in order from its beginning, and over what it has dropped meanwhile; and one viewer, who is sent what is
 * read as fast as he takes it. A slow one falls behind in the record, not in memory.
 */
import type { FeedMessage, RefusedMessage } from './protocol';
import type { Recorder } from './recorder';

/**
 * The process, then the machines that are older than the record, then its entries. After entries that were dropped before
 * they were read: how many, and all machines once more as they were then.
 */
export class Reading {
  private next = 0;
  private queue: Iterator<FeedMessage, undefined>;

  constructor(private readonly recorder: Recorder) {
    this.queue = this.begin(recorder.process);
  }

  /** @param last where to end @returns undefined: everything up to there has been read */
  take(last = this.recorder.last): FeedMessage | undefined {
    const { oldest, first } = this.recorder;
    if (this.next < oldest) {
      this.queue = this.begin({ type: 'service.gap', parley: { missed: first - this.next, next: first } });
    }
    return this.queue.next().value ?? (this.next <= last ? this.recorder.entry(this.next++) : undefined);
  }

  private begin(message: FeedMessage): Iterator<FeedMessage, undefined> {
    this.next = this.recorder.first;
    return after(message, this.recorder.before(this.next));
  }
}

function* after(first: FeedMessage, rest: Iterable<FeedMessage>): Generator<FeedMessage, undefined> {
  yield first;
  yield* rest;
}

/** What a viewer is written to. */
export interface ViewerSocket {
  readonly bufferedAmount: number;
  send(data: string, sent?: () => void): void;
}

const BUFFERED_BYTES = 4 << 20;
/** Messages made into JSON in one turn: a long record must not delay the chats. */
export const MESSAGES_PER_TURN = 200;

export class Viewer {
  private reading: Reading | undefined;
  private phase: 'silent' | 'idle' | 'due' = 'silent';

  constructor(
    private readonly socket: ViewerSocket,
    private readonly recorder: Recorder,
    private readonly later: (callback: () => void) => void,
  ) {}

  /** The viewer has said that it is inspecting: from now on it is sent everything. Again: nothing. */
  begin(): void {
    if (this.phase !== 'silent') return;
    this.phase = 'idle';
    this.reading = new Reading(this.recorder);
    this.wake();
  }

  /** There may be something new. */
  wake(): void {
    if (this.phase !== 'idle') return;
    this.phase = 'due';
    this.later(() => {
      this.phase = 'idle';
      this.run();
    });
  }

  refuse(why: string): void {
    const message: RefusedMessage = { type: 'service.refused', parley: { why } };
    if (this.socket.bufferedAmount < BUFFERED_BYTES) this.send(message);
  }

  private run(): void {
    for (let count = 0; count < MESSAGES_PER_TURN; count++) {
      // What waits goes out first; its callback wakes us.
      if (this.socket.bufferedAmount >= BUFFERED_BYTES) return;
      const message = this.reading?.take();
      if (!message) return;
      this.send(message);
    }
    this.wake();
  }

  private send(message: FeedMessage): void {
    this.socket.send(JSON.stringify(message), () => this.wake());
  }
}
