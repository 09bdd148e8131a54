/**
 * When a client that may do so logs on again by itself (protocol 4.10): after a connection that was lost, too slow or ended by
 * a shutdown, and after tries that found no server; never after any other end. Must never be here: the log-on itself.
 */
import type { Limits } from '../../machines/limits';
import type { Clock, Random } from '../../machines/ports';
import type { ClientEvent, EventOf, FaultCode } from './events';

const AFTER_CONNECTION: readonly FaultCode[] = ['lost', 'slow', 'shut-down'];
/** The server is not back yet. */
const AFTER_TRY: readonly FaultCode[] = ['no-server', 'unknown-name', 'no-answer', 'connection-failed'];
/** 2^n beyond this is above every bound anyway. */
const STEPS_MAX = 30;

export interface ReconnectOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Pick<Limits, 'T_RECONNECT_MS' | 'T_RECONNECT_MAX_MS'>;
  readonly logOn: () => void;
}

export class Reconnect {
  /** Tries since the connection ended; undefined if it was not such an end. */
  private tries: number | undefined;
  private timer: unknown;

  constructor(private readonly o: ReconnectOptions) {}

  /** A try will be made. */
  get due(): boolean {
    return this.timer !== undefined;
  }

  /** @returns the event that tells of the next try, if there will be one */
  after(event: ClientEvent): EventOf<'reconnecting'> | undefined {
    switch (event.event) {
      case 'connected':
        this.tries = undefined;
        return undefined;
      case 'disconnected':
        this.tries = AFTER_CONNECTION.includes(event.code) ? 0 : undefined;
        return this.arm();
      case 'logOnFailed':
        if (!AFTER_TRY.includes(event.code)) this.tries = undefined;
        return this.arm();
      default:
        return undefined;
    }
  }

  /** @returns whether one was due */
  cancel(): boolean {
    const { due } = this;
    if (due) this.o.clock.clearTimeout(this.timer);
    this.timer = undefined;
    return due;
  }

  private arm(): EventOf<'reconnecting'> | undefined {
    if (this.tries === undefined) return undefined;
    const { clock, random, limits, logOn } = this.o;
    // Full jitter: a crowd that lost its server together must not come back together.
    const bound = Math.min(limits.T_RECONNECT_MAX_MS, limits.T_RECONNECT_MS * 2 ** Math.min(this.tries, STEPS_MAX));
    const delay = Math.round(random.fraction() * bound);
    const attempt = ++this.tries;
    this.timer = clock.setTimeout(() => {
      this.timer = undefined;
      logOn();
    }, delay);
    const when = delay < 1000 ? 'at once' : `in ${String(Math.ceil(delay / 1000))} s`;
    return { event: 'reconnecting', line: `Logging on again ${when} (try ${String(attempt)})`, attempt, delay };
  }
}
