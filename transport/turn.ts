/**
 * What a server does at the end of a turn, in this order: commit the turn's texts, start the lists that were asked for,
 * seal and write every queue, wipe the keys that are condemned (protocol P1, P2). A turn is all reads until setImmediate.
 */
import { PairFullError, StoreError, type AcceptedRun, type Clock, type History } from '../machines/ports';
import type { Channel } from './channel';
import { type HistoryPump } from './history-pump';

export interface TurnPorts {
  /** The turn's texts of these sessions are not stored and must not be seen. */
  unstored(sessions: ReadonlySet<number>, error: StoreError, texts: number): void;
  pumpDone(pump: HistoryPump): void;
}
interface Asked {
  /** undefined: nobody is there any more to read it. */
  readonly pump: (length: number) => HistoryPump | undefined;
  readonly a: string;
  readonly b: string;
  /** How many runs of the batch were accepted before the request. */
  readonly position: number;
}

export class Turn {
  private phase: 'idle' | 'due' = 'idle';
  private batch: AcceptedRun[] = [];
  private asked: Asked[] = [];
  private readonly dirty = new Set<Channel>();
  private readonly pumps = new Set<HistoryPump>();
  private condemned: (() => void)[] = [];

  constructor(
    private readonly ports: TurnPorts,
    private readonly history: History,
    private readonly clock: Clock,
  ) {}

  /** To be flushed at the end of this turn. */
  touch(channel: Channel): void {
    this.dirty.add(channel);
    this.schedule();
  }

  add(run: AcceptedRun): void {
    this.batch.push(run);
    this.schedule();
  }

  /** A list of the pair, as it is now: stored texts and those of this turn accepted so far. */
  ask(a: string, b: string, pump: Asked['pump']): void {
    this.asked.push({ a, b, pump, position: this.batch.length });
    this.schedule();
  }

  /** The socket of this pump has drained. */
  resume(): void {
    this.schedule();
  }

  stop(pump: HistoryPump): void {
    this.pumps.delete(pump);
  }

  /** Runs when everything queued has been sealed. */
  afterwards(wipe: () => void): void {
    this.condemned.push(wipe);
    this.schedule();
  }

  private schedule(): void {
    if (this.phase === 'due') return;
    this.phase = 'due';
    this.clock.setImmediate(() => this.end());
  }

  /** The end of the turn. */
  end(): void {
    const batch = this.batch;
    this.batch = [];
    const lost = this.commit(batch);
    this.startPumps(batch, lost);
    this.runPumps();
    this.flush();
    for (const wipe of this.condemned.splice(0)) wipe();
    this.phase = 'idle';
    if (this.hasMore()) this.schedule();
  }

  /** A flush may close a slow reader, and so queue something for his correspondent. */
  private flush(): void {
    while (this.dirty.size > 0) {
      const channels = [...this.dirty];
      this.dirty.clear();
      for (const channel of channels) channel.flush();
    }
  }

  private hasMore(): boolean {
    const { batch, asked, condemned, pumps } = this;
    return batch.length + asked.length + condemned.length > 0 || [...pumps].some((pump) => !pump.waits);
  }

  /** A pair that is full loses its own texts only. @returns the sessions that lost theirs */
  private commit(batch: readonly AcceptedRun[]): ReadonlySet<number> {
    const lost = new Set<number>();
    for (let left = batch; left.length > 0; left = stored(batch, lost)) {
      try {
        this.history.append(left);
        break;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        const theirs = error instanceof PairFullError ? error.sessions : new Set(left.map(({ session }) => session));
        for (const session of theirs) lost.add(session);
        this.ports.unstored(theirs, error, textsOf(left, theirs));
      }
    }
    return lost;
  }

  private startPumps(batch: readonly AcceptedRun[], lost: ReadonlySet<number>): void {
    for (const { a, b, pump, position } of this.asked.splice(0)) {
      const later = countOfPair(stored(batch.slice(position), lost), a, b);
      const started = pump(this.length(a, b) - later);
      if (started) this.pumps.add(started);
    }
  }

  /** Of a store that cannot be read: one more than there can be, so that the list ends as incomplete. */
  private length(a: string, b: string): number {
    try {
      return this.history.count(a, b);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return Infinity;
    }
  }

  private runPumps(): void {
    for (const pump of this.pumps) {
      pump.run();
      if (!pump.done) continue;
      this.pumps.delete(pump);
      this.ports.pumpDone(pump);
    }
  }
}

function textsOf(runs: readonly AcceptedRun[], sessions: ReadonlySet<number>): number {
  return runs.reduce((count, { session, texts }) => count + (sessions.has(session) ? texts.length : 0), 0);
}
function stored(runs: readonly AcceptedRun[], lost: ReadonlySet<number>): readonly AcceptedRun[] {
  return lost.size === 0 ? runs : runs.filter(({ session }) => !lost.has(session));
}
function countOfPair(runs: readonly AcceptedRun[], a: string, b: string): number {
  return runs
    .filter(({ sender, recipient }) => (sender === a && recipient === b) || (sender === b && recipient === a))
    .reduce((count, { texts }) => count + texts.length, 0);
}
