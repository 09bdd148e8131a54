/**
 * Writes the trace of a process (docs/trace.md): every message of the wire and every step of the machines, a line each, as it
 * happens. Must never be here: files; a text that users wrote, a secret (only what `published` lets through is written).
 */
import { WIRE } from '../../machines/limits';
import { rowOf, type Message, type Role, type TcpMessage } from '../../machines/messages';
import type { Clock } from '../../machines/ports';
import type { Watched, WatchedStep, Watcher } from '../../machines/stepper';
import { datagramHash } from '../../transport/security/hashes';
import type { WireTrace } from '../../transport/trace';
import { saltIn, tagIn } from '../../transport/wire/prefaces';
import { TRACE_FORMAT, TRACE_VERSION, type MachineId, type TraceEntry, type TraceHeader } from './format';

export interface TraceWriterOptions {
  /** `server`, or the Client-ID. */
  readonly name: string;
  readonly role: Role;
  readonly clock: Clock;
  /** Takes each line, without its end. */
  readonly write: (line: string) => void;
}

type Untimed<E> = E extends TraceEntry ? Omit<E, 't'> : never;

const ATTEMPT_SHOWN_BYTES = 4;
const CHANNEL_SHOWN_BYTES = 6;
const HASH_CHARACTERS = 10;
const MICROSECONDS = 1000;

export class TraceWriter implements Watcher, WireTrace {
  private readonly started_: number;
  /** Client-ID of each attempt, for the machines whose context does not name it. */
  private readonly clients = new Map<number, string>();

  constructor(private readonly o: TraceWriterOptions) {
    const { name, role, clock } = o;
    this.started_ = clock.now();
    const header: TraceHeader = {
      format: TRACE_FORMAT,
      version: TRACE_VERSION,
      name,
      role,
      started: clock.wall(),
    };
    o.write(JSON.stringify(header));
  }

  // WireTrace

  datagram: WireTrace['datagram'] = (from, client, attempt, message, size) => {
    this.message(from, client, datagramId(attempt, message), message, size);
  };

  /**
   * The preface seen last names a connection: the client's tag for CONNECT, then the server's salt. Both are public, and both
   * ends see the same of them before the records they name.
   */
  channel(client: string): ReturnType<WireTrace['channel']> {
    let preface = '';
    return {
      preface: (from, bytes) => {
        const value = from === 'client' ? tagIn(bytes) : saltIn(bytes);
        preface = value.toString('hex', 0, CHANNEL_SHOWN_BYTES);
      },
      record: (from, seq, size, messages: readonly TcpMessage[] | undefined) => {
        const record = `${preface}.${from}.${String(seq)}`;
        if (!messages) this.refused(from, client, record, size);
        messages?.forEach((message, i) => this.message(from, client, `${record}.${String(i)}`, message, size));
      },
    };
  }

  // Watcher

  started(actor: Watched, state: string, context: object): void {
    this.entry({ kind: 'start', ...this.machineOf(actor, context), state });
  }

  stepped(actor: Watched, step: WatchedStep): void {
    const { event, from, to, context, alternative } = step;
    const armed = armedBy(step);
    this.entry({
      kind: 'transition',
      ...this.machineOf(actor, context),
      event: event.type,
      from,
      to,
      alternative,
      ...(armed.length > 0 ? { armed } : {}),
    });
  }

  stopped(actor: Watched): void {
    this.entry({ kind: 'stop', ...this.machineOf(actor, {}) });
    if (actor.machine.id === 'server connection') this.clients.delete(actor.serial);
  }

  private message(from: Role, client: string, id: string, message: Message, size: number): void {
    const { over, sealed } = rowOf(message.type);
    this.entry({
      kind: 'message',
      way: from === this.o.role ? 'sent' : 'received',
      from,
      to: otherThan(from),
      client,
      over,
      name: message.type,
      sealed,
      size,
      id,
      fields: published(message),
    });
  }

  private refused(from: Role, client: string, id: string, size: number): void {
    this.entry({ kind: 'refused', from, to: otherThan(from), client, over: 'tcp', size, id });
  }

  /** A client's machines are its own; a server's know their client once HELLO has come. */
  private machineOf(actor: Watched, context: object): { machine: MachineId; client: string; serial: number } {
    const { machine, serial } = actor;
    const named = 'id' in context && typeof context.id === 'string' ? context.id : '';
    if (named !== '') this.clients.set(serial, named);
    const client = this.o.role === 'client' ? this.o.name : (this.clients.get(serial) ?? '');
    return { machine: machine.id as MachineId, client, serial };
  }

  private entry(entry: Untimed<TraceEntry>): void {
    const ms = this.o.clock.now() - this.started_;
    this.o.write(JSON.stringify({ t: Math.round(ms * MICROSECONDS) / MICROSECONDS, ...entry }));
  }
}

function otherThan(role: Role): Role {
  return role === 'client' ? 'server' : 'client';
}

/** What of a message may stand in a trace: names and numbers; of a text its size; no bytes, nothing secret. */
function published(message: Message): Record<string, string | number> {
  const fields: Record<string, string | number> = {};
  for (const [name, value, isText] of valuesOf(message)) {
    if (isText) fields[name] = Buffer.byteLength(value as string);
    else if (typeof value === 'string' || typeof value === 'number') fields[name] = value;
  }
  return fields;
}

/** Names the content of a datagram: the same for the same bytes, at both ends. Every value in it travels in clear. */
function datagramId(attempt: Uint8Array, message: Message): string {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const values = valuesOf(message).map(([, value]) => (value instanceof Uint8Array ? hex(value) : value));
  const content = JSON.stringify([hex(attempt), message.type, values]);
  const hash = datagramHash(Buffer.from(content)).slice(0, HASH_CHARACTERS);
  return `${hex(attempt.subarray(0, ATTEMPT_SHOWN_BYTES))}.${hash}`;
}

/** Every field and extension that is there and not secret, in the order of the table. */
function valuesOf(message: Message): (readonly [name: string, value: unknown, isText: boolean])[] {
  const row = rowOf(message.type);
  const values = message as unknown as Readonly<Record<string, unknown>>;
  return [...Object.keys(row.fields), ...Object.keys(row.extensions ?? {})]
    .filter((name) => values[name] !== undefined && !row.secret?.includes(name))
    .map((name) => [name, values[name], row.fields[name] === 'text'] as const);
}

/** Timers by the names of the actions; after the last step of the back-off none is armed (P9). */
function armedBy({ actions, context }: WatchedStep): string[] {
  const step = 'step' in context && typeof context.step === 'number' ? context.step : 0;
  return actions
    .filter((name) => name.startsWith('start:'))
    .flatMap((name) => name.slice('start:'.length).split(','))
    .filter((timer) => timer !== 'RETRY' || step < WIRE.RETRY_STEPS);
}
