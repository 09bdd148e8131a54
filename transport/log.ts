/**
 * What may be logged: a closed list of fields, so that no secret can slip in (protocol 2.10). Nobody logs an arbitrary object.
 */
import type { ClosedCause } from '../machines/messages';
import type { Transition } from '../machines/observer';
import type { Address } from '../machines/ports';

export interface LogFields {
  readonly machine?: string;
  readonly client?: string;
  readonly serial?: number;
  readonly event?: string;
  readonly from?: string;
  readonly to?: string;
  /** Name of a fault (machines/faults.ts) and how often it happened so far. */
  readonly fault?: string;
  readonly count?: number;
  /** IP address and port a datagram or connection came from. */
  readonly source?: string;
  readonly session?: number;
  readonly peer?: string;
  readonly cause?: string;
  /** A word for the number in CLOSE or END_NOTIF. */
  readonly reason?: string;
  readonly udp_port?: number;
  readonly tcp_port?: number;
  readonly file?: string;
  /** Text of a system error or a StoreError; these never hold what users wrote. */
  readonly error?: string;
}

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Whether debug lines are written: transitions are not even described otherwise. */
  readonly debugging: boolean;
}

/** The names of all fields: a log writer drops every other. */
export const LOG_FIELDS = [
  'machine',
  'client',
  'serial',
  'event',
  'from',
  'to',
  'fault',
  'count',
  'source',
  'session',
  'peer',
  'cause',
  'reason',
  'udp_port',
  'tcp_port',
  'file',
  'error',
] as const satisfies readonly (keyof LogFields)[];

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debugging: false,
};

/** One line for a transition. */
export function logTransition(log: Log): (transition: Transition) => void {
  return (transition) => log.debug('transition', { ...transition });
}

/** Why a connection ended, as it is written in logs: an end without CLOSE proves nothing about what is missing (P21). */
export function causeText(cause: ClosedCause): string {
  return cause === 'lost' ? 'truncated' : cause;
}

/** The word for a number in CLOSE (`CLOSE_REASON`) or END_NOTIF (`END_WHY`): `logged-off`; a peer may send others. */
export function reasonText(words: Readonly<Record<string, number>>, code: number): string {
  const [word = `other (${String(code)})`] = Object.entries(words).find(([, known]) => known === code) ?? [];
  return word.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** An address as it is written in logs: `127.0.0.1:4390`, `[::1]:4390`. */
export function sourceText({ address, port }: Address): string {
  return address.includes(':') ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;
}
