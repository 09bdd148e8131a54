/**
 * What the server consists of in exploration: the product's switchboard, its ports, connections, timers, and the turn in
 * progress. Must never be here: what is done with it (server.ts).
 */
import type { Limits } from '../../machines/limits';
import { Switchboard } from '../../machines/server/switchboard';
import type { Stepper } from '../../machines/stepper';
import type { Link, PumpChannel } from './server-links';
import { ModelPorts, ModelStore, type AcceptedText } from './server-ports';
import type { FirstFlight, Out } from './symbols';

/** What stays the same in all worlds of a scenario; frozen. */
export interface ServerSetup {
  readonly stepper: Stepper;
  readonly limits: Limits;
  readonly subscribers: readonly string[];
  /** Messages that the history pump writes in one turn. */
  readonly pumpRoom: number;
}
/** A list that was asked for in this turn, after so many texts of it. */
export interface Asked {
  readonly conn: string;
  readonly id: string;
  readonly position: number;
}

export class ServerState {
  board: Switchboard;
  ports: ModelPorts;
  readonly store = new ModelStore();
  readonly links: Record<string, Link> = {};
  /** `rand TIMER` of every armed timer. */
  readonly timers = new Set<string>();
  /** Clients of each session, for I-9. */
  readonly members: Record<string, readonly string[]> = {};
  /** First flights that were accepted, for I-3. */
  readonly accepted: FirstFlight[] = [];
  phase: 'off' | 'on' | 'stopped' = 'off';
  batch: AcceptedText[] = [];
  asked: Asked[] = [];
  condemned: number[] = [];
  channels: Record<string, PumpChannel> = {};
  out: Out[] = [];

  constructor(readonly setup: ServerSetup) {
    this.ports = this.newPorts();
    this.board = this.newBoard();
  }

  /** The process dies: what is in memory is gone. */
  crash(): void {
    const { made } = this.ports.authenticator;
    this.ports = this.newPorts();
    Object.assign(this.ports.authenticator.made, made);
    this.board = this.newBoard();
    for (const conn of Object.keys(this.links)) delete this.links[conn];
    this.timers.clear();
    Object.assign(this, { batch: [], asked: [], condemned: [], channels: {}, phase: 'off' });
    this.store.writable = true;
  }

  /** A list is being sent. */
  get hasPump(): boolean {
    return Object.keys(this.channels).length > 0;
  }
  /** Something waits for the end of the turn. */
  get hasPending(): boolean {
    const { batch, asked, condemned } = this;
    return (
      batch.length + asked.length + condemned.length > 0 || Object.values(this.links).some((link) => link.hasPending)
    );
  }

  /** What an earlier step left in the switchboard and nobody reads any more. */
  tidy(): void {
    this.board.unstored(new Set());
    this.ports.authenticator.current = '';
    // Who was in a session matters as long as texts of it can be read.
    const active = [...this.board.tables.all].map(({ chat }) => chat?.context.session);
    for (const name of Object.keys(this.members)) {
      const session = Number(name.slice(1));
      const isOver =
        !active.includes(session) && ![...this.store.texts, ...this.batch].some((text) => text.session === session);
      if (isOver) delete this.members[name];
    }
  }

  protected say(...out: readonly Out[]): void {
    this.out.push(...out);
  }
  private newPorts(): ModelPorts {
    return new ModelPorts(this.store, this.setup.subscribers, this.setup.limits.SESSION_BLOCK);
  }
  private newBoard(): Switchboard {
    return new Switchboard(this.setup.stepper, this.ports, this.setup.limits);
  }
}
