/**
 * What the tests with the real commands share: stages that are always closed, limits for a test, seeds, ports. Must never be
 * here: an expectation, a fixed port, a wait for time.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage, type Actor, type Happening } from '../../bin/demo/stage';

/** A process may be silent for 30 s before its stage gives up, so a test that fails tells its story first. */
const TEST_MS = 90_000;

type Open = (watch?: (happening: Happening) => void, clientArgs?: readonly string[]) => Promise<Stage>;

/** @returns how the tests of a file open their stages; each is closed after its test, also after one that failed */
export function stages(): Open {
  jest.setTimeout(TEST_MS);
  const open: Stage[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((stage) => stage.close()));
  });
  return async (watch, clientArgs) => {
    const stage = await Stage.open(watch, clientArgs);
    open.push(stage);
    return stage;
  };
}

/** `--limit` for each. */
export function limits(changed: Readonly<Record<string, number | string>>): string[] {
  return Object.entries(changed).flatMap(([name, value]) => ['--limit', `${name}=${String(value)}`]);
}

/** A client that says only what the assignment has, and repeats nothing within a test: what is on the wire is not the load's doing. */
export const PATIENT = limits({
  T_KEEPALIVE_MS: 0,
  T_DEAD_MS: 0,
  T_RETRY_MS: '5000,5000,5000,5000,5000',
  T_CHALLENGE_MS: 32_000,
  T_AUTH_MS: 32_000,
  T_RESPONSE_MS: 70_000,
  T_COOKIE_MS: 50_000,
});
/** A client that gives up after two seconds. */
export const HASTY = limits({
  T_RETRY_MS: '100,100,100,100,100',
  T_FAIL_HOLD_MS: 50,
  T_CHALLENGE_MS: 2000,
  T_AUTH_MS: 2000,
});
/** A server that takes texts as fast as they come (protocol 4.3). */
export const UNSLOWED = limits({ MESSAGES_PER_SECOND: 0, CALLS_PER_MINUTE: 0 });

export async function logOn(...clients: readonly Actor[]): Promise<void> {
  for (const client of clients) client.type('Log on');
  await Promise.all(clients.map((client) => client.shows('Connected')));
}
export async function startChat(caller: Actor, called: Actor): Promise<void> {
  caller.type(`Chat ${called.name}`);
  await both(caller, called, 'Chat started');
}
/** What is shown at the start of a chat that was asked for, and of one that was not. */
export const asked = (peer: string): string[] => ['Chat started', `In a chat with ${peer}, as you asked`];
export const called = (peer: string): string[] => ['Chat started', `${peer} has called you`];
/** Says it, and waits until the other reads it. */
export async function say(from: Actor, to: Actor, text: string): Promise<void> {
  from.type(text);
  await to.shows(`${from.name}: ${text}`);
}
export async function both(a: Actor, b: Actor, line: string): Promise<void> {
  await Promise.all([a.shows(line), b.shows(line)]);
}

/** A line of a list: session-ID, sender and text as they are displayed (spec Y3). */
export interface HistoryLine {
  readonly session: number;
  readonly from: string;
  readonly text: string;
}
/** Asks for the list and reads it to its end. */
export async function history(client: Actor, peer: string): Promise<HistoryLine[]> {
  const before = client.lines.length;
  client.type(`History ${peer}`);
  const end = await client.shows(/^(End of history \(\d+ messages?\)|No history with .*|History incomplete)$/);
  const list = client.lines.slice(before).flatMap((line) => {
    const [, session, from, text] = /^<(\d+)> <from: (\S+)> <(.*)>$/.exec(line) ?? [];
    return session === undefined ? [] : [{ session: Number(session), from: from ?? '', text: text ?? '' }];
  });
  const count = /\((\d+)/.exec(end)?.[1] ?? '0';
  if (list.length !== Number(count)) throw new Error(`${String(list.length)} lines, and then: ${end}`);
  return list;
}

/** A UDP port that was free a moment ago, so that a server can come later, or never. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  const { port } = socket.address();
  await new Promise<void>((closed) => socket.close(closed));
  return port;
}

/** Fresh seeds, to stand in the titles of tests; PARLEY_SEED=n plays a failure again. */
export function seeds(count: number): number[] {
  const given = process.env['PARLEY_SEED'];
  if (given !== undefined) return [Number(given)];
  return Array.from({ length: count }, () => Math.floor(Math.random() * 2 ** 32));
}
/** @returns numbers in [0, 1), the same for the same seed (mulberry32) */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A message or preface out of a readable dump (protocol 1.9). */
export interface Sent {
  readonly from: string;
  readonly to: string;
  /** `preface`, or the name of the message. */
  readonly name: string;
  /** Whether it is encrypted: what the assignment's chart underlines. */
  readonly sealed: boolean;
  readonly fields: Readonly<Record<string, string>>;
  /** Both ends, name, and the fields that are the same in every run. */
  readonly brief: string;
}

const LINE = /^\d\d:\d\d\.\d{3} (\S+)>(\S+) +(?:udp|tcp) (\S+) +(.*?) +(?:\d+ B|\+)$/;
const FIELD = /(\w+)=("(?:[^"\\]|\\.)*"|\S+)/g;
/** Different in every run, or of no account. */
const PASSING: readonly string[] = ['att', 'ver', 'res', 'rand', 'cookie', 'port', 'tag', 'salt', 'time'];

/** What went over the wire, without KEEPALIVE, which the load decides. @throws Error for a line that is no dump line */
export function wireOf(lines: readonly string[]): Sent[] {
  return lines.map(sent).filter(({ name }) => name !== 'KEEPALIVE');
}
export function readWire(stage: Stage, file: string): Sent[] {
  return wireOf(readLines(stage, file));
}
export function readLines(stage: Stage, file: string): string[] {
  return readFileSync(join(stage.folder, file), 'utf8').split('\n').slice(0, -1);
}

function sent(line: string): Sent {
  const [, from = '', to = '', what = '', content = ''] = LINE.exec(line) ?? [];
  if (from === '') throw new Error(`not a line of a dump: ${line}`);
  const sealed = content.includes('{');
  const inside = content.replace('{', '').replace(/\}$/, '');
  const name = what.startsWith('#') ? (/^\w+/.exec(inside)?.[0] ?? '') : what;
  const pairs = [...inside.matchAll(FIELD)].map(([, key = '', value = '']) => [key, value] as const);
  const kept = pairs.filter(([key]) => !PASSING.includes(key)).map(([key, value]) => `${key}=${value}`);
  const fields = Object.fromEntries(
    pairs.map(([key, value]) => [key, value.startsWith('"') ? unquoted(value) : value]),
  );
  return { from, to, name, sealed, fields, brief: [`${from}>${to}`, name, ...kept].join(' ') };
}
function unquoted(json: string): string {
  return JSON.parse(json) as string;
}
