/**
 * Reads what comes over the feed, as the receiver of @xstate/inspect hands it on (machine and state parsed) or as a line of a
 * recording has it (both still JSON). Nothing in it is believed: what does not have the right form is undefined, and counted
 * by the caller. Must never be here: the DOM, a socket.
 */

/** Values of the wire, as JSON has them. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Position in the record of a process: `seq` from 1, `time` in ms since its record began. */
interface Stamped {
  readonly seq: number;
  readonly time: number;
}
export interface ProcessItem {
  readonly kind: 'process';
  readonly name: string;
  readonly role: 'server' | 'client';
  /** Wall clock at the beginning of the record, ms since 1970. */
  readonly started: number;
  readonly control: boolean;
}
export interface RegisterItem extends Stamped {
  readonly kind: 'register';
  readonly session: string;
  readonly name: string;
  readonly machine: string;
  readonly client: string;
  readonly serial: number;
  readonly parent: string | undefined;
  readonly state: string;
  readonly context: Json;
  /** JSON of the machine's definition, made when asked for: all clients share six. */
  readonly definition: () => string;
}
export interface EventItem extends Stamped {
  readonly kind: 'event';
  readonly session: string;
  readonly name: string;
  readonly data: Json;
}
export interface StateItem extends Stamped {
  readonly kind: 'state';
  readonly session: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly alternative: number;
  readonly client: string;
  readonly context: Json;
}
export interface StopItem extends Stamped {
  readonly kind: 'stop';
  readonly session: string;
}
export interface WireItem extends Stamped {
  readonly kind: 'wire';
  readonly from: string;
  readonly to: string;
  readonly over: 'udp' | 'tcp';
  readonly name: string;
  readonly sealed: boolean;
  readonly sent: boolean;
  readonly line: string;
}
export interface GapItem {
  readonly kind: 'gap';
  readonly missed: number;
  readonly next: number;
}
export interface LinksItem {
  readonly kind: 'links';
  readonly act: number;
  readonly links: readonly string[];
}
export interface RefusedItem {
  readonly kind: 'refused';
  readonly why: string;
}
/** The recording ends here, and why. */
export interface EndItem {
  readonly kind: 'end';
  readonly why: string;
}
export type EntryItem = RegisterItem | EventItem | StateItem | StopItem | WireItem;
export type Item = ProcessItem | EntryItem | GapItem | RefusedItem | EndItem | LinksItem;

type Fields = Readonly<Record<string, unknown>>;

/** Longer strings than this are no names; they would only spoil the page. */
const NAME_MAX = 200;
const LINE_MAX = 10_000;
const LINKS_MAX = 64;

class Malformed extends Error {}

/** @returns undefined if the message is not one of the feed's, or not whole */
export function readMessage(message: unknown): Item | undefined {
  try {
    return itemOf(fields(message));
  } catch (fault) {
    if (fault instanceof Malformed || fault instanceof SyntaxError) return undefined;
    throw fault;
  }
}

function itemOf(message: Fields): Item {
  const parley = fields(message['parley']);
  switch (message['type']) {
    case 'service.process':
      return {
        kind: 'process',
        name: name(parley['name']),
        role: oneOf(parley['role'], ['server', 'client']),
        started: number(parley['started']),
        control: parley['control'] === true,
      };
    case 'service.register':
      return register(message, parley);
    case 'service.event':
      return { kind: 'event', ...stamp(parley), session: name(message['sessionId']), ...event(message['event']) };
    case 'service.state':
      return state(message, parley);
    case 'service.stop':
      return { kind: 'stop', ...stamp(parley), session: name(message['sessionId']) };
    case 'service.message':
      return wire(parley);
    case 'service.gap':
      return { kind: 'gap', missed: count(parley['missed']), next: count(parley['next']) };
    case 'service.links':
      return { kind: 'links', act: count(parley['act']), links: links(parley['links']) };
    case 'service.refused':
      return { kind: 'refused', why: text(parley['why'], LINE_MAX) };
    case 'service.end':
      return { kind: 'end', why: text(parley['why'], LINE_MAX) };
    default:
      throw new Malformed();
  }
}

function register(message: Fields, parley: Fields): RegisterItem {
  const parent = message['parent'];
  return {
    kind: 'register',
    ...stamp(parley),
    session: name(message['sessionId']),
    name: name(message['id']),
    machine: name(parley['machine']),
    client: text(parley['client'], NAME_MAX),
    serial: count(parley['serial']),
    parent: parent === undefined || parent === null ? undefined : name(parent),
    state: name(parley['state']),
    context: contextOf(message['state']),
    definition: () => definitionOf(message['machine']),
  };
}

function state(message: Fields, parley: Fields): StateItem {
  const alternative = parley['alternative'];
  if (!Number.isSafeInteger(alternative)) throw new Malformed();
  return {
    kind: 'state',
    ...stamp(parley),
    session: name(message['sessionId']),
    event: name(parley['event']),
    from: name(parley['from']),
    to: name(parley['to']),
    alternative: alternative as number,
    client: text(parley['client'], NAME_MAX),
    context: contextOf(message['state']),
  };
}

function wire(parley: Fields): WireItem {
  return {
    kind: 'wire',
    ...stamp(parley),
    from: name(parley['from']),
    to: name(parley['to']),
    over: oneOf(parley['over'], ['udp', 'tcp']),
    name: name(parley['name']),
    sealed: parley['sealed'] === true,
    sent: parley['sent'] === true,
    line: text(parley['line'], LINE_MAX),
  };
}

/** An SCXML event; its data without the type, which is its name. */
function event(given: unknown): { readonly name: string; readonly data: Json } {
  const scxml = fields(parsed(given));
  const data = scxml['data'];
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return { name: name(scxml['name']), data: {} };
  const payload = Object.entries(data as Record<string, Json>).filter(([key]) => key !== 'type');
  return { name: name(scxml['name']), data: Object.fromEntries(payload) };
}

function contextOf(given: unknown): Json {
  return (fields(parsed(given))['context'] ?? {}) as Json;
}

/** The receiver has made a machine of it, which holds its definition; a recording has the JSON. */
function definitionOf(given: unknown): string {
  if (typeof given === 'string') return given;
  const machine = given as { readonly config?: unknown } | null | undefined;
  return JSON.stringify(machine?.config ?? {});
}

function parsed(given: unknown): unknown {
  return typeof given === 'string' ? (JSON.parse(given) as unknown) : given;
}
function fields(given: unknown): Fields {
  if (typeof given !== 'object' || given === null) throw new Malformed();
  return given as Fields;
}
function stamp(parley: Fields): Stamped {
  return { seq: count(parley['seq']), time: number(parley['time']) };
}
function number(given: unknown): number {
  if (typeof given !== 'number' || !Number.isFinite(given)) throw new Malformed();
  return given;
}
function count(given: unknown): number {
  if (!Number.isSafeInteger(given) || (given as number) < 0) throw new Malformed();
  return given as number;
}
function text(given: unknown, max: number): string {
  if (typeof given !== 'string' || given.length > max) throw new Malformed();
  return given;
}
function name(given: unknown): string {
  const found = text(given, NAME_MAX);
  if (found === '') throw new Malformed();
  return found;
}
function links(given: unknown): string[] {
  if (!Array.isArray(given) || given.length > LINKS_MAX) throw new Malformed();
  return given.map(name);
}
function oneOf<const T extends string>(given: unknown, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === given);
  if (found === undefined) throw new Malformed();
  return found;
}
