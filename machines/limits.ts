/**
 * Every number of the protocol and of the program's bounds, with its unit in the name and the reason beside it
 * (protocol appendix A, 3.2, 3.6, 4.1 to 4.4, 4.11). Anything that is configurable is configured here and nowhere else.
 */
import type { Role } from './messages';

export const LIMITS = {
  // Log-on, client (3.2)
  /** Distances between transmissions; five steps make six transmissions. Each is stretched by a random factor up to RETRY_JITTER. */
  T_RETRY_MS: [500, 1000, 1000, 1500, 1500] as readonly number[],
  /** A crowd that lost its server together must not ask again in the same instant. */
  RETRY_JITTER: 1.25,
  /** Give up in Wait for Challenge: after six chances: with five a network that loses 30 % would end 7 log-ons of 100 (3.2). */
  T_CHALLENGE_MS: 8_000,
  /** Give up in Wait for AUTH_SUCCESS; also bounds the answering of further CHALLENGEs. */
  T_AUTH_MS: 8_000,
  /** AUTH_FAIL is clear text: it takes effect only after this time, unless an AUTH_SUCCESS verifies (3.8). 0 is the diagram to the letter. */
  T_FAIL_HOLD_MS: 400,
  /** TCP open and CONNECTED together. */
  T_CONNECTING_MS: 10_000,
  /** With --reconnect: before the n-th try a random time below this times 2^n, and below the bound (4.10). */
  T_RECONNECT_MS: 1_000,
  T_RECONNECT_MAX_MS: 30_000,

  // Log-on, server (3.2, 3.6)
  /** Life of a pending attempt: an honest client has given up before. */
  T_RESPONSE_MS: 20_000,
  /** Life of an unused cookie: an honest client has given up before. */
  T_COOKIE_MS: 20_000,
  /** Attempts in Wait for RESPONSE. When the table is full a HELLO needs a token, and takes the place of the oldest. */
  PENDING_ATTEMPTS: 16_384,
  /** Attempts in Wait for RESPONSE of one source; the same holds when it is full. */
  PENDING_PER_SOURCE: 256,
  /** Attempts in Connecting of one client; the oldest leaves. More than relayed answers can fill (3.6): CANDIDATES at least. */
  CONNECTING_PER_CLIENT: 4,
  /** New HELLOs of one source (IPv4 address, IPv6 /64) that are served at once; as many more with a token. 0 = no limit. */
  HELLOS_PER_SECOND: 50,
  HELLO_BURST: 200,
  /** New HELLOs of all sources, and as many more with a token: a new one costs up to 0.1 ms. 0 = no limit. */
  NEW_ATTEMPTS_PER_SECOND: 2_000,
  /** The key of the tokens changes so often, and the last one counts too: a token is good for this long at least. */
  T_TOKEN_MS: 10_000,
  /** AUTH_FAIL in total, 0 = no limit. */
  AUTH_FAIL_PER_SECOND: 200,
  /** Sources remembered for the buckets above; the one unused longest is forgotten. */
  SOURCES: 65_536,
  /** Wrong RESPONSEs of one Client-ID in an hour that raise a warning (3.11). */
  WRONG_RESPONSES_PER_HOUR_WARN: 20,

  // TCP before CONNECT (4.1)
  /** One deadline for all 122 bytes of a client's first flight, not one a byte. */
  T_PREFACE_MS: 5_000,
  /** Sockets before CONNECT; the oldest is destroyed, since an honest one needs milliseconds. */
  UNBOUND_SOCKETS: 512,
  UNBOUND_PER_SOURCE: 32,

  // Connections (4.2 to 4.4, 4.9, 4.11)
  /** 0 = no limit. */
  CONNECTED_CLIENTS: 10_000,
  /** Nothing written for so long: KEEPALIVE. 0 = off. */
  T_KEEPALIVE_MS: 15_000,
  /** No record verified for so long: the connection is dead. 0 = off, as it must be when no KEEPALIVE is sent. */
  T_DEAD_MS: 45_000,
  /** How long the side that closes waits for the other's FIN. */
  T_LINGER_MS: 2_000,
  /** Activity timer of the client and how long before its end the warning comes. */
  T_ACTIVITY_MS: 300_000,
  T_GUARD_MS: 30_000,
  /** Messages of one connection, 0 = no limit (4.3, P4). */
  MESSAGES_PER_SECOND: 20,
  MESSAGE_BURST: 60,
  /** Calls of one client to the same other, 0 = no limit: who ends a chat with a caller is free for everybody else (4.5). */
  CALLS_PER_MINUTE: 6,
  /** At once: nobody who calls back, or was cut off, notices the limit. */
  CALL_BURST: 5,
  /** Pairs remembered for the limit above; the one unused longest is forgotten. */
  CALL_PAIRS: 65_536,
  /** Output waiting for one connection, sealed or not; a reader behind it is too slow: 250 texts of the largest size. */
  OUTPUT_QUEUE_BYTES: 1_048_576,
  /** The history pump of a connection stops above this and goes on when it has drained (4.8, P11); below 17 full records a turn. */
  PUMP_QUEUE_BYTES: 65_536,
  /** Texts read from the store at a time: half a MiB if each has the largest size. */
  PUMP_PAGE_TEXTS: 128,

  // Storage (P2, P10)
  /** Session numbers reserved at a time: at most so many are lost by a crash. */
  SESSION_BLOCK: 1_000,
  /** How often the server looks whether another process has changed the subscribers. */
  T_SUBSCRIBERS_MS: 500,
  /** How often a store that failed is tried again. */
  T_STORE_RETRY_MS: 5_000,
  /** How long graceful shutdown waits for output to leave (4.10). */
  T_FLUSH_MS: 2_000,
} as const;

/** The same names with any numbers: what a configuration yields. */
export type Limits = {
  readonly [K in keyof typeof LIMITS]: (typeof LIMITS)[K] extends number ? number : readonly number[];
};

/** Fixed by the wire format (1.4, 1.5, 2.6) and by words of the state tables; not configurable. */
export const WIRE = {
  UDP_PORT: 4390,
  VERSION: 1,
  CLIENT_DATAGRAM_MIN_BYTES: 128,
  CLIENT_DATAGRAM_MAX_BYTES: 512,
  SERVER_DATAGRAM_MAX_BYTES: 128,
  CLIENT_PREFACE_BYTES: 40,
  SERVER_PREFACE_BYTES: 24,
  /** Plaintext of a record is a multiple of this, so that lengths tell little. */
  RECORD_STEP_BYTES: 64,
  RECORD_MAX_STEPS: 65,
  /** What a socket takes before it says `wait`; only then it says when it has room again. Versions of Node differ in theirs. */
  SOCKET_QUEUE_BYTES: 16_384,
  TAG_BYTES: 16,
  TOKEN_BYTES: 16,
  TEXT_MAX_BYTES: 4096,
  REKEY_RECORDS: 65_536,
  /** rands answered per attempt, one genuine and three of somebody on the path; and the newest CHALLENGEs kept for them (3.8). */
  CANDIDATES: 4,
  /** RETRYs answered per retry step: one genuine and two forged by somebody on the path (3.8). */
  RETRIES: 3,
  /** Wrong RESPONSEs per rand; the last one closes the attempt (3.8). */
  WRONG_RESPONSES: 3,
  /** Steps of T_RETRY: six transmissions in all (P9). */
  RETRY_STEPS: 5,
} as const;

type Name = keyof Limits;

/** What only a client reads; its operator is the user (4.4). */
const OF_CLIENT = [
  'T_RETRY_MS',
  'RETRY_JITTER',
  'T_CHALLENGE_MS',
  'T_AUTH_MS',
  'T_FAIL_HOLD_MS',
  'T_CONNECTING_MS',
  'T_RECONNECT_MS',
  'T_RECONNECT_MAX_MS',
  'T_ACTIVITY_MS',
  'T_GUARD_MS',
] as const satisfies readonly Name[];
/** What each side reads for itself. What stands in neither list is the server's. */
const OF_BOTH = [
  'T_KEEPALIVE_MS',
  'T_DEAD_MS',
  'T_LINGER_MS',
  'OUTPUT_QUEUE_BYTES',
  'PUMP_QUEUE_BYTES',
] as const satisfies readonly Name[];
/** What the other side has is a condition for what this side has (appendix A): both take these, so that each can check them. */
const TIED = [
  'T_CHALLENGE_MS',
  'T_AUTH_MS',
  'T_CONNECTING_MS',
  'T_RESPONSE_MS',
  'T_COOKIE_MS',
] as const satisfies readonly Name[];

/** The limits that a client takes. */
export type ClientLimits = Pick<Limits, (typeof OF_CLIENT | typeof OF_BOTH | typeof TIED)[number]>;

/** The limits that a program of this role takes, in the order in which they stand above. */
export function limitsTaken(role: Role): Name[] {
  const shared: readonly Name[] = [...OF_BOTH, ...TIED];
  const clients: readonly Name[] = OF_CLIENT;
  return (Object.keys(LIMITS) as Name[]).filter(
    (name) => shared.includes(name) || clients.includes(name) === (role === 'client'),
  );
}

/** All limits when these are changed. T_GUARD follows T_ACTIVITY unless it is given: the warning comes in its last quarter at most (4.4). */
export function limitsWith(changed: Partial<Limits>): Limits {
  const limits: Limits = { ...LIMITS, ...changed };
  if (changed.T_GUARD_MS !== undefined) return limits;
  return { ...limits, T_GUARD_MS: Math.min(LIMITS.T_GUARD_MS, limits.T_ACTIVITY_MS / 4) };
}

/** What must hold, between which numbers, and what to do where it does not. */
interface Condition {
  readonly of: readonly Name[];
  readonly holds: (l: Limits) => boolean;
  /** Behind the first of the numbers; `@NAME` is a number with its value. */
  readonly must: string;
}

function conditions(): readonly Condition[] {
  const retries = (l: Limits): number => l.T_RETRY_MS.reduce((sum, step) => sum + step, 0) * l.RETRY_JITTER;
  return [
    {
      of: ['T_RETRY_MS'],
      holds: (l) => l.T_RETRY_MS.length === WIRE.RETRY_STEPS,
      must: `must have ${String(WIRE.RETRY_STEPS)} steps: give so many numbers, separated by commas`,
    },
    {
      of: ['T_FAIL_HOLD_MS', 'T_RETRY_MS'],
      holds: (l) => l.T_FAIL_HOLD_MS < (l.T_RETRY_MS[0] ?? 0),
      must: 'must be shorter than the first step of @T_RETRY_MS: lower T_FAIL_HOLD_MS or raise that step',
    },
    { of: ['RETRY_JITTER'], holds: (l) => l.RETRY_JITTER >= 1, must: 'must be at least 1: raise it' },
    {
      of: ['T_RESPONSE_MS', 'T_CHALLENGE_MS', 'T_AUTH_MS'],
      holds: (l) => l.T_RESPONSE_MS > l.T_CHALLENGE_MS + l.T_AUTH_MS,
      must: 'must be longer than @T_CHALLENGE_MS and @T_AUTH_MS together: raise T_RESPONSE_MS, on the server too, or lower the others',
    },
    {
      of: ['T_COOKIE_MS', 'T_AUTH_MS', 'T_CONNECTING_MS'],
      holds: (l) => l.T_COOKIE_MS > l.T_AUTH_MS + l.T_CONNECTING_MS,
      must: 'must be longer than @T_AUTH_MS and @T_CONNECTING_MS together: raise T_COOKIE_MS, on the server too, or lower the others',
    },
    {
      of: ['CONNECTING_PER_CLIENT'],
      holds: (l) => l.CONNECTING_PER_CLIENT === 0 || l.CONNECTING_PER_CLIENT >= WIRE.CANDIDATES,
      must: `must be at least ${String(WIRE.CANDIDATES)}, or 0 (no limit)`,
    },
    ...(['T_CHALLENGE_MS', 'T_AUTH_MS'] as const).map((name): Condition => ({
      of: [name, 'T_RETRY_MS', 'RETRY_JITTER'],
      holds: (l) => retries(l) < l[name],
      must: `must be longer than the steps of @T_RETRY_MS together, times @RETRY_JITTER: raise ${name} or lower the steps`,
    })),
    {
      of: ['T_DEAD_MS', 'T_KEEPALIVE_MS'],
      holds: (l) => l.T_DEAD_MS === 0 || (l.T_KEEPALIVE_MS > 0 && 3 * l.T_KEEPALIVE_MS <= l.T_DEAD_MS),
      must: 'must be at least three times @T_KEEPALIVE_MS, or 0 (off); it must be off if T_KEEPALIVE_MS is 0',
    },
    {
      of: ['T_GUARD_MS', 'T_ACTIVITY_MS'],
      holds: (l) => 0 < l.T_GUARD_MS && l.T_GUARD_MS < l.T_ACTIVITY_MS,
      must: 'must be above 0 and below @T_ACTIVITY_MS: lower T_GUARD_MS, leave it out (it follows T_ACTIVITY_MS), or raise T_ACTIVITY_MS',
    },
    {
      of: ['PUMP_QUEUE_BYTES'],
      holds: (l) => l.PUMP_QUEUE_BYTES >= WIRE.SOCKET_QUEUE_BYTES,
      must: `must be at least ${String(WIRE.SOCKET_QUEUE_BYTES)}, or a list waits for room for ever`,
    },
    {
      of: ['PUMP_QUEUE_BYTES', 'OUTPUT_QUEUE_BYTES'],
      holds: (l) => l.PUMP_QUEUE_BYTES + LARGEST_RECORD_BYTES <= l.OUTPUT_QUEUE_BYTES,
      must: `must be below @OUTPUT_QUEUE_BYTES by a record of the largest size (${String(LARGEST_RECORD_BYTES)}): lower the first or raise the second`,
    },
    ...(
      ['SESSION_BLOCK', 'MESSAGE_BURST', 'CALL_BURST', 'CALL_PAIRS', 'PUMP_QUEUE_BYTES', 'PUMP_PAGE_TEXTS'] as const
    ).map((name): Condition => ({
      of: [name],
      holds: (l) => Number.isInteger(l[name]) && l[name] > 0,
      must: 'must be a whole number above 0',
    })),
    ...(Object.keys(LIMITS) as Name[])
      .filter((name) => name.startsWith('T_'))
      .map((name): Condition => ({
        of: [name],
        holds: (l) => [l[name]].flat().every((ms) => ms <= TIMER_MAX_MS),
        must: `must be at most ${String(TIMER_MAX_MS)} ms`,
      })),
  ];
}

/**
 * The conditions between the numbers (appendix A); a program checks them when it starts, whatever its configuration says.
 * @param role only the conditions between numbers that a program of this role takes
 * @returns one sentence for each condition that does not hold: both values, and what to do; empty if all do
 */
export function limitFaults(l: Limits, role?: Role): string[] {
  const taken = role === undefined ? undefined : limitsTaken(role);
  const valued = (name: string): string => `${name} (${[l[name as Name]].flat().join(',')})`;
  return conditions()
    .filter(({ of, holds }) => (taken === undefined || of.every((name) => taken.includes(name))) && !holds(l))
    .map(
      ({ of: [first = ''], must }) =>
        `${valued(first)} ${must.replaceAll(/@(\w+)/g, (_, name: string) => valued(name))}`,
    );
}

/** Length, list of messages, tag (1.4). */
const LARGEST_RECORD_BYTES = 2 + WIRE.RECORD_MAX_STEPS * WIRE.RECORD_STEP_BYTES + WIRE.TAG_BYTES;

/** Node lets a timer that is set longer expire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;
