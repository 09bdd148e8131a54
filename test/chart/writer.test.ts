/** What a trace holds, and what it must not. */
import type { Watcher } from '../../machines/stepper';
import { rowOf } from '../../machines/messages';
import { VirtualTime } from '../support/virtual-clock';
import { parseTraces, type Trace } from '../../diagrams/trace/reader';
import { everyWatcher } from '../../diagrams/trace/watchers';
import { TraceWriter } from '../../diagrams/trace/writer';
import { playLossy, playV1, type Play } from './play';

// Slow only where the machine is busy with other things.
jest.setTimeout(60_000);

const V1_TEXTS = ['a text of alice', 'another of bob'];

/** 16 bytes and more as anything prints them. */
const LONG_BYTES = /[0-9a-fA-F]{24,}|[A-Za-z0-9+/]{22,}/;

test.each([
  ['V1', playV1],
  ['a lossy run', playLossy],
])('%s: no text, no key, no byte string', async (_, run) => {
  const play = await run();
  const all = [...play.written.keys()].map((name) => play.content(name)).join('');
  expect(V1_TEXTS.filter((text) => all.includes(text))).toEqual([]);
  expect(play.secrets.length).toBe(3);
  for (const secret of play.secrets) {
    for (const form of [secret.toString('hex'), secret.toString('base64').slice(0, 40)])
      expect(all).not.toContain(form);
  }
  expect(all).not.toMatch(LONG_BYTES);
});

test('every message of the wire is there at both ends, under one id, with what may be known of it', async () => {
  const play = await playV1();
  const messages = play
    .traces()
    .flatMap(({ entries }) => entries.flatMap((entry) => (entry.kind === 'message' ? entry : [])));
  const ends = new Map<string, string[]>();
  for (const { id, from, way } of messages) ends.set(`${from} ${id}`, [...(ends.get(`${from} ${id}`) ?? []), way]);
  expect(new Set([...ends.values()].map((ways) => ways.sort().join()))).toEqual(new Set(['received,sent']));
  const chat = messages.find(({ name, way, from }) => name === 'CHAT' && way === 'sent' && from === 'client');
  expect(chat).toMatchObject({ client: 'alice', over: 'tcp', sealed: true, fields: { session: 1, text: 15 } });
  for (const { name, over, sealed, size, fields } of messages) {
    expect({ over, sealed }).toEqual({ over: rowOf(name).over, sealed: rowOf(name).sealed });
    expect(size).toBeGreaterThan(20);
    expect(Object.keys(fields)).not.toEqual(expect.arrayContaining(['rand']));
  }
});

test('steps of machines: alternatives, and the timers that were armed', async () => {
  const [trace] = (await playLossy()).traces('alice');
  const steps = trace?.entries.flatMap((entry) => (entry.kind === 'transition' ? entry : [])) ?? [];
  expect(steps.map(({ event, from, alternative, armed }) => [event, from, alternative, ...(armed ?? [])])).toEqual([
    ['U.LOGON', 'Offline', 0, 'RETRY', 'GIVEUP'],
    ['T.RETRY', 'Wait for Challenge', 0, 'RETRY'],
    ['T.RETRY', 'Wait for Challenge', 0, 'RETRY'],
    ['D.CHALLENGE', 'Wait for Challenge', 0, 'RETRY', 'GIVEUP'],
    ['T.RETRY', 'Wait for AUTH_SUCCESS.answering', 0, 'RETRY'],
    ['D.CHALLENGE', 'Wait for AUTH_SUCCESS.answering', 0],
    ['D.AUTH_SUCCESS', 'Wait for AUTH_SUCCESS.answering', 0, 'CONNECTING'],
    ['N.OPEN', 'Connecting.opening', 0],
    ['M.CONNECTED', 'Connecting.awaiting', 0, 'ACTIVITY'],
  ]);
});

test('after the last step of the back-off no timer is said to be armed', async () => {
  const play: Play = await playV1();
  play.network.fate = () => [];
  const bob = play.client('carol');
  bob.type('Log on');
  play.advance(60_000);
  const [trace] = play.traces('carol');
  const retries = trace?.entries.flatMap((entry) =>
    entry.kind === 'transition' && entry.event === 'T.RETRY' ? (entry.armed?.length ?? 0) : [],
  );
  expect(retries?.length).toBeGreaterThan(2);
  expect(retries?.slice(0, -1).every((armed) => armed === 1)).toBe(true);
  expect(retries?.at(-1)).toBe(0);
});

test('a record that cannot be opened is an entry of its own', () => {
  const lines: string[] = [];
  const clock = new VirtualTime().loop('here');
  const writer = new TraceWriter({ name: 'alice', role: 'client', clock, write: (line) => void lines.push(line) });
  const channel = writer.channel('alice');
  channel.preface('client', Buffer.alloc(40, 1));
  channel.preface('server', Buffer.alloc(24, 2));
  channel.record('server', 3, 82, undefined);
  const [trace]: Trace[] = parseTraces('f', lines.join('\n'));
  expect(trace?.entries).toEqual([
    {
      t: 0,
      kind: 'refused',
      from: 'server',
      to: 'client',
      client: 'alice',
      over: 'tcp',
      size: 82,
      id: '020202020202.server.3',
    },
  ]);
});

test('watchers together: each sees everything; none is nothing', () => {
  const seen: string[] = [];
  const watcher = (name: string): Watcher => ({
    started: () => void seen.push(`${name} started`),
    stepped: () => void seen.push(`${name} stepped`),
    stopped: () => void seen.push(`${name} stopped`),
  });
  const [a, b] = [watcher('a'), watcher('b')];
  expect(everyWatcher(undefined, undefined)).toBeUndefined();
  expect(everyWatcher(undefined, a)).toBe(a);
  const both = everyWatcher(a, undefined, b);
  both?.started({} as never, '', {});
  both?.stepped({} as never, {} as never);
  both?.stopped({} as never);
  expect(seen).toEqual(['a started', 'b started', 'a stepped', 'b stepped', 'a stopped', 'b stopped']);
});
