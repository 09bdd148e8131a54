/**
 * Virtual time: it jumps from deadline to deadline, so an hour passes in milliseconds and nothing sleeps. Every process has an
 * event loop of its own, in the order of Node's: timers that are due, then all input that can be read, then the immediates.
 * That is one turn (P1); a loop that was frozen finds its timers due before it reads what has come meanwhile (protocol 4.2).
 * Must never be here: the real clock.
 */
import type { Clock } from '../../machines/ports';
import { Heap, type Due } from './heap';

/** More turns at one instant than anything honest needs: somebody schedules himself for ever. */
const MOST_TURNS = 20_000;
/** The wall clock at virtual time 0, ms since 1970. */
const EPOCH = Date.UTC(2024, 0, 1);

interface Timer extends Due {
  callback: (() => void) | undefined;
}
interface Input extends Due {
  readonly read: () => void;
}
interface Wakeup extends Due {
  readonly loop: EventLoop;
}

/** The time that all processes of a test share. */
export class VirtualTime {
  private instant = 0;
  private orders = 0;
  private readonly wakeups = new Heap<Wakeup>();
  private readonly ready = new Set<EventLoop>();

  /** Milliseconds since the test began. */
  get now(): number {
    return this.instant;
  }

  /** The event loop of a new process. */
  loop(name: string): EventLoop {
    return new EventLoop(name, this);
  }

  /** Lets so many milliseconds pass; everything due until then happens in order. */
  advance(ms: number): void {
    const end = this.instant + ms;
    this.settle();
    for (let next = this.wakeups.first; next !== undefined && next.at <= end; next = this.wakeups.first) {
      this.instant = Math.max(this.instant, next.at);
      this.settle();
    }
    this.instant = end;
  }

  /** Runs every loop until nothing is due now. @throws Error somebody never rests */
  settle(): void {
    for (let turns = 0; ; turns++) {
      for (let due = this.wakeups.popDue(this.instant); due; due = this.wakeups.popDue(this.instant)) {
        this.ready.add(due.loop);
      }
      if (this.ready.size === 0) return;
      const loops = [...this.ready];
      this.ready.clear();
      if (turns > MOST_TURNS) throw new Error(`never rests at ${String(this.instant)} ms: ${loops.join(', ')}`);
      for (const loop of loops) loop.turn();
    }
  }

  /** Lets time pass until the condition holds, looking after every instant. @throws Error not within `ms` */
  until(condition: () => boolean, ms: number): void {
    const end = this.instant + ms;
    this.settle();
    while (!condition()) {
      const next = this.wakeups.first;
      if (next === undefined || next.at > end) throw new Error(`did not happen within ${String(ms)} ms`);
      this.advance(Math.max(0, next.at - this.instant));
    }
  }

  /** For loops: a number greater than all before. */
  order(): number {
    return this.orders++;
  }
  /** For loops: `loop` has something to do at `at`. */
  wake(loop: EventLoop, at: number): void {
    if (at <= this.instant) this.ready.add(loop);
    else this.wakeups.push({ at, order: this.order(), loop });
  }
}

/** running; frozen: nothing is run, and everything waits; dead: nothing is ever run again. */
type Phase = 'running' | 'frozen' | 'dead';

/** The clock of one process. */
export class EventLoop implements Clock {
  /** Milliseconds by which somebody has moved the wall clock of this machine. */
  wallOffset = 0;
  private phase: Phase = 'running';
  private readonly timers = new Heap<Timer>();
  private readonly inputs = new Heap<Input>();
  private immediates: (() => void)[] = [];
  private live = 0;

  constructor(
    readonly name: string,
    private readonly time: VirtualTime,
  ) {}

  /** Timers that are armed. */
  get armed(): number {
    return this.live;
  }
  /** Whether something waits for the end of the turn. */
  get hasImmediates(): boolean {
    return this.immediates.length > 0;
  }
  get isDead(): boolean {
    return this.phase === 'dead';
  }

  now(): number {
    return this.time.now;
  }
  wall(): number {
    // Virtual time has fractions of a millisecond, a wall clock has none.
    return Math.floor(EPOCH + this.wallOffset + this.time.now);
  }

  setTimeout(callback: () => void, ms: number): Timer {
    // As Node does: less than a millisecond is a millisecond.
    const timer: Timer = { at: this.now() + Math.max(1, ms), order: this.time.order(), callback };
    if (this.phase === 'dead') return timer;
    this.live++;
    this.timers.push(timer);
    this.time.wake(this, timer.at);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    const known = timer as Timer | undefined;
    if (known?.callback === undefined) return;
    known.callback = undefined;
    this.live--;
  }

  setImmediate(callback: () => void): void {
    if (this.phase === 'dead') return;
    this.immediates.push(callback);
    this.time.wake(this, this.now());
  }

  /** Input that can be read from `at` on. */
  arrive(at: number, read: () => void): void {
    if (this.phase === 'dead') return;
    this.inputs.push({ at, order: this.time.order(), read });
    this.time.wake(this, at);
  }

  /** Stops the process as a debugger or a laptop's lid does; time goes on without it. */
  freeze(): void {
    if (this.phase === 'running') this.phase = 'frozen';
  }
  /** Goes on where it was. */
  thaw(): void {
    if (this.phase !== 'frozen') return;
    this.phase = 'running';
    this.time.wake(this, this.now());
  }
  /** Ends the process: nothing that it was about to do will happen. */
  kill(): void {
    this.phase = 'dead';
    this.timers.clear();
    this.inputs.clear();
    this.immediates = [];
    this.live = 0;
  }

  /** One turn: timers, input, immediates. */
  turn(): void {
    if (this.phase !== 'running') return;
    const now = this.now();
    for (let timer = this.timers.popDue(now); timer; timer = this.timers.popDue(now)) this.expire(timer);
    for (let input = this.inputs.popDue(now); input; input = this.inputs.popDue(now)) this.run(input.read);
    const immediates = this.immediates;
    this.immediates = [];
    for (const callback of immediates) this.run(callback);
    if (this.immediates.length > 0 || this.isDue(now)) this.time.wake(this, now);
  }

  toString(): string {
    return this.name;
  }

  private expire(timer: Timer): void {
    const { callback } = timer;
    if (callback === undefined) return;
    timer.callback = undefined;
    this.live--;
    this.run(callback);
  }

  /** A callback may freeze or kill its own process. */
  private run(callback: () => void): void {
    if (this.phase !== 'dead') callback();
  }

  private isDue(now: number): boolean {
    const [timer, input] = [this.timers.first, this.inputs.first];
    return (timer !== undefined && timer.at <= now) || (input !== undefined && input.at <= now);
  }
}
