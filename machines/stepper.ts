/**
 * The one small interface through which machines are stepped (P7), and what a watcher sees of it. Must never be here: how a step
 * is taken (engine.ts), what a machine does.
 */
import type { AnyEvent, Machine } from './define';
import type { Effect } from './effects';

/** A machine that runs: an event goes in, what it asks for comes out, and the state has moved. */
export interface Actor<C, E, S, F> {
  readonly state: S;
  readonly context: C;
  send(event: E): readonly F[];
  /** No more events will come; releases whatever runs it. */
  stop(): void;
}
export interface StartOptions<C, S> {
  /** Name under which an inspector shows it. */
  readonly name: string;
  /** Serial number of the attempt on a server; absent on a client. */
  readonly serial?: number;
  readonly context: C;
  /** Start here instead of in the initial state. */
  readonly state?: NoInfer<S>;
}
/** How machines are run: by the engine (engine.ts); by XState's own ways where tests compare. */
export interface Stepper {
  start<C, E extends AnyEvent, S extends string, F extends Effect>(
    machine: Machine<C, E, S, F>,
    options: StartOptions<C, S>,
  ): Actor<C, E, S, F>;
}

/** A running machine as a watcher sees it. */
export interface Watched {
  readonly machine: Machine<object, AnyEvent, string>;
  readonly name: string;
  readonly serial: number;
  readonly sessionId: string;
}
/** One step: what was sent, and what came of it. Everything is immutable, so it may be kept. */
export interface WatchedStep {
  readonly event: AnyEvent;
  readonly from: string;
  readonly to: string;
  readonly context: object;
  /** Which alternative of its cell was taken, from 0; -1 if none. */
  readonly alternative: number;
  /** Names of its actions. */
  readonly actions: readonly string[];
}
/** Sees every machine that runs; it must not throw and must not send. */
export interface Watcher {
  started(actor: Watched, state: string, context: object): void;
  stepped(actor: Watched, step: WatchedStep): void;
  stopped(actor: Watched): void;
}
