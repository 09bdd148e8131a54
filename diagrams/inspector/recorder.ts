/**
 * What happened to the machines of this process, and what went over its wire: a bounded record, oldest dropped first. An
 * entry keeps references to immutable values and becomes JSON only when somebody reads it, so recording costs little.
 * Must never be here: sockets, files.
 */
import type { Watched, WatchedStep, Watcher } from '../../machines/stepper';
import type { Clock } from '../../machines/ports';
import { rowOf, type Role, type TcpMessage } from '../../machines/messages';
import { dumpLines } from '../../transport/wire/dump';
import type { WireTrace } from '../../transport/trace';
import type { Entry, ProcessMessage, RegisterMessage } from './protocol';
import { eventJson, leanState, machineJson } from './json';

export interface RecorderOptions {
  /** `server`, or the Client-ID. */
  readonly name: string;
  readonly role: Role;
  /** Entries kept at most. */
  readonly limit: number;
  readonly control: boolean;
  readonly clock: Clock;
}

/** A machine, and the sessionId of the connection machine that it belongs to. */
interface Known {
  readonly actor: Watched;
  readonly parent: string | undefined;
}
interface Standing {
  readonly client: string;
  readonly state: string;
  readonly context: object;
}
interface Running {
  readonly known: Known;
  standing: Standing;
}
interface Stamped {
  readonly seq: number;
  readonly time: number;
}
type Raw = Stamped &
  (
    | { readonly kind: 'started' | 'stopped'; readonly known: Known; readonly standing: Standing }
    /** Stands in two places: the event is entry `seq`, the answer the one after. */
    | { readonly kind: 'step'; readonly known: Known; readonly step: WatchedStep; readonly client: string }
    | { readonly kind: 'wire'; readonly wire: WireEntry }
  );
interface WireEntry {
  readonly from: Role;
  readonly client: string;
  readonly over: 'udp' | 'tcp';
  readonly name: string;
  readonly sealed: boolean;
  readonly line: () => string;
}

/** Beyond the limit so much is kept, so that whoever begins to read at the oldest entry is not behind at the next event. */
const reserveOf = (limit: number): number => Math.max(1000, limit >> 2);

export class Recorder implements Watcher, WireTrace {
  /** Number of the newest entry; 0 if there is none. */
  last = 0;
  private readonly ring: (Raw | undefined)[];
  private readonly started_: number;
  private readonly startedWall: number;
  private readonly running = new Map<string, Running>();
  /** sessionId of the connection machine of each serial number, for the machines inside it. */
  private readonly parents = new Map<number, string>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly o: RecorderOptions) {
    this.ring = new Array<Raw | undefined>(o.limit + reserveOf(o.limit));
    this.started_ = o.clock.now();
    this.startedWall = o.clock.wall();
  }

  /** Number of the oldest entry of the record. */
  get first(): number {
    return Math.max(1, this.last - this.o.limit + 1);
  }

  /** Number of the oldest entry that can still be read by who began in time. */
  get oldest(): number {
    return Math.max(1, this.last - this.ring.length + 1);
  }

  get process(): ProcessMessage {
    const { name, role, control, limit } = this.o;
    return { type: 'service.process', parley: { name, role, started: this.startedWall, control, limit } };
  }

  /** Called whenever there are new entries. @returns what ends that */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The running machine with this sessionId. */
  actor(sessionId: string): Watched | undefined {
    return this.running.get(sessionId)?.known.actor;
  }

  /** An entry as it is sent; undefined if it is not kept any more. */
  entry(seq: number): Entry | undefined {
    const raw = seq < this.oldest || seq > this.last ? undefined : this.ring[seq % this.ring.length];
    return raw && this.described(raw, seq);
  }

  /** Machines that began before this entry: each as it was then, as far as it is known. Made into JSON one by one. */
  before(seq: number): Iterable<RegisterMessage> {
    const seen = new Set<string>();
    const found: (readonly [time: number, Known, Standing])[] = [];
    for (let i = seq; i <= this.last; i++) {
      const raw = this.ring[i % this.ring.length];
      if (!raw || raw.kind === 'wire' || seen.has(raw.known.actor.sessionId)) continue;
      seen.add(raw.known.actor.sessionId);
      if (raw.kind === 'started') continue;
      const standing = 'standing' in raw ? raw.standing : { client: raw.client, state: raw.step.from, context: {} };
      found.push([raw.time, raw.known, standing]);
    }
    for (const { known, standing } of this.running.values()) {
      if (!seen.has(known.actor.sessionId)) found.push([this.now(), known, standing]);
    }
    return this.registers(seq, found);
  }

  private *registers(seq: number, found: readonly (readonly [number, Known, Standing])[]): Iterable<RegisterMessage> {
    for (const [time, known, standing] of found) yield this.register({ seq, time }, known, standing);
  }

  // Watcher

  started(actor: Watched, state: string, context: object): void {
    const isConnection = actor.machine.id.endsWith('connection');
    if (isConnection) this.parents.set(actor.serial, actor.sessionId);
    const known = { actor, parent: isConnection ? undefined : this.parents.get(actor.serial) };
    const standing = { state, context, client: this.clientOf(context) };
    this.running.set(actor.sessionId, { known, standing });
    this.push({ kind: 'started', seq: this.last + 1, time: this.now(), known, standing });
  }

  stepped(actor: Watched, step: WatchedStep): void {
    const running = this.running.get(actor.sessionId);
    if (!running) return;
    const { known } = running;
    const client = this.clientOf(step.context);
    running.standing = { state: step.to, context: step.context, client };
    this.push({ kind: 'step', seq: this.last + 1, time: this.now(), known, step, client }, 2);
  }

  stopped(actor: Watched): void {
    const running = this.running.get(actor.sessionId);
    if (!running) return;
    this.running.delete(actor.sessionId);
    if (this.parents.get(actor.serial) === actor.sessionId) this.parents.delete(actor.serial);
    const { known, standing } = running;
    this.push({ kind: 'stopped', seq: this.last + 1, time: this.now(), known, standing });
  }

  // WireTrace

  datagram: WireTrace['datagram'] = (from, client, attempt, message, size) => {
    const line = (): string => this.line({ datagram: { attempt, message }, size });
    this.wire({ from, client, over: 'udp', name: message.type, sealed: rowOf(message.type).sealed, line });
  };

  channel(client: string): ReturnType<WireTrace['channel']> {
    return {
      // The preface is the head of record 0 and no message of its own.
      preface: () => undefined,
      record: (from: Role, seq: number, size: number, messages: readonly TcpMessage[] | undefined) => {
        for (const message of messages ?? []) {
          const line = (): string => this.line({ record: { seq, messages: [message] }, size });
          this.wire({ from, client, over: 'tcp', name: message.type, sealed: true, line });
        }
      },
    };
  }

  private wire(wire: WireEntry): void {
    this.push({ kind: 'wire', seq: this.last + 1, time: this.now(), wire });
  }

  /** A dump line without time, names and udp or tcp. */
  private line(what: object): string {
    const [line = ''] = dumpLines({ ms: 0, from: '', to: '', ...what } as Parameters<typeof dumpLines>[0]);
    return line.replace(/^\S+ > +\S+ /, '').replace(/ {2,}/g, ' ');
  }

  private push(raw: Raw, entries = 1): void {
    for (let i = 0; i < entries; i++) this.ring[++this.last % this.ring.length] = raw;
    for (const listener of this.listeners) listener();
  }

  private now(): number {
    return this.o.clock.now() - this.started_;
  }

  /** A client's machines are its own; a server's know their client once HELLO has come. */
  private clientOf(context: object): string {
    if (this.o.role === 'client') return this.o.name;
    return 'id' in context && typeof context.id === 'string' ? context.id : '';
  }

  private described(raw: Raw, seq: number): Entry {
    const { time } = raw;
    switch (raw.kind) {
      case 'started':
        return this.register(raw, raw.known, raw.standing);
      case 'step':
        return seq === raw.seq ? eventOf(raw) : answerOf(raw);
      case 'stopped':
        return { type: 'service.stop', sessionId: raw.known.actor.sessionId, parley: { seq, time } };
      case 'wire': {
        const { from, client, over, name, sealed, line } = raw.wire;
        const [clientName, sent] = [client === '' ? '?' : client, from === this.o.role];
        const names = from === 'client' ? { from: clientName, to: 'S' } : { from: 'S', to: clientName };
        return { type: 'service.message', parley: { seq, time, ...names, over, name, sealed, sent, line: line() } };
      }
    }
  }

  private register({ seq, time }: Stamped, { actor, parent }: Known, standing: Standing): RegisterMessage {
    const { client, state, context } = standing;
    const { machine, name, serial, sessionId } = actor;
    return {
      type: 'service.register',
      id: name,
      sessionId,
      ...(parent === undefined ? {} : { parent }),
      machine: machineJson(machine),
      state: leanState(actor, state, context, { type: 'xstate.init' }),
      parley: { seq, time, machine: machine.id, client, serial, state },
    };
  }
}

type StepRaw = Extract<Raw, { kind: 'step' }>;

function eventOf({ seq, time, known, step }: StepRaw): Entry {
  const { sessionId } = known.actor;
  return { type: 'service.event', sessionId, event: eventJson(step.event), parley: { seq, time } };
}

function answerOf({ seq, time, known, step, client }: StepRaw): Entry {
  const { event, from, to, context, alternative } = step;
  return {
    type: 'service.state',
    sessionId: known.actor.sessionId,
    state: leanState(known.actor, to, context, event),
    parley: { seq: seq + 1, time, event: event.type, from, to, alternative, client },
  };
}
