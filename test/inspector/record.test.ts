/** The page's record: order, steps, moments, bounds, and what a hostile feed can do to it. */
import fc from 'fast-check';
import { readMessage } from '../../diagrams/inspector/page/model/feed';
import { exported, imported } from '../../diagrams/inspector/page/model/files';
import {
  concerns,
  groupsOf,
  lastSteps,
  playing,
  positionOf,
  standing,
  stepped,
} from '../../diagrams/inspector/page/model/moment';
import { compare, Recording, type Machine } from '../../diagrams/inspector/page/model/record';
import { feedOf, loggedOn, put, recordOf } from './feed';

function machine(record: Recording, session: string): Machine {
  const found = [...record.machines.values()].find((one) => one.session === session);
  if (!found) throw new Error(`no machine ${session}`);
  return found;
}

test('an event and its answer are one step, with payload, state and context', () => {
  const record = recordOf(feedOf('alice', 'client'), loggedOn(feedOf('alice', 'client')));
  expect(record.entries.map(({ kind }) => kind)).toEqual(['born', 'step', 'step', 'born']);
  expect(lastSteps(machine(record, 'x:0'), undefined, 9)).toMatchObject([
    {
      event: 'D.CHALLENGE',
      data: { rand: 'ab' },
      from: 'Wait for Challenge',
      state: 'Wait for AUTH_SUCCESS.answering',
    },
    { event: 'U.LOGON', data: {}, from: 'Offline', context: { step: 1 } },
  ]);
});

test('at every moment each machine stands as it stood then', () => {
  const feed = feedOf('alice', 'client');
  const record = recordOf(feed, loggedOn(feed));
  const states = record.entries.map((moment) => standing(machine(record, 'x:0'), moment)?.state);
  expect(states).toEqual([
    'Offline',
    'Wait for Challenge',
    'Wait for AUTH_SUCCESS.answering',
    'Wait for AUTH_SUCCESS.answering',
  ]);
  const chat = record.entries.map((moment) => standing(machine(record, 'x:1'), moment)?.state);
  expect(chat).toEqual([undefined, undefined, undefined, 'Connected']);
});

test('steps go through all entries, and beyond the newest is now', () => {
  const feed = feedOf('alice', 'client');
  const { entries } = recordOf(feed, loggedOn(feed));
  expect(stepped(entries, undefined, -1)).toBe(entries[2]);
  expect(stepped(entries, entries[2], -1)).toBe(entries[1]);
  expect(stepped(entries, entries[0], -1)).toBe(entries[0]);
  expect(stepped(entries, entries[2], 1)).toBe(entries[3]);
  expect(stepped(entries, entries[3], 1)).toBeUndefined();
});

test('what concerns a client is what its own process says, though sessions are counted alike in each', () => {
  const record = new Recording();
  for (const feed of [feedOf('alice', 'client'), feedOf('bob', 'client', 2000)]) put(record, feed, loggedOn(feed));
  const group = groupsOf(record).find(({ process }) => process.name === 'bob');
  const own = record.entries.filter((entry) => group && concerns(entry, group));
  expect(own.map(({ process, kind }) => `${process.name} ${kind}`)).toEqual([
    'bob born',
    'bob step',
    'bob step',
    'bob born',
  ]);
});

test('connected again: what the process has dropped meanwhile is a gap, what it still has is none', () => {
  const feed = feedOf('alice', 'client');
  const record = recordOf(feed, loggedOn(feed));
  put(record, feed, [feed.wire('alice', 'S', 'HELLO', true)]);
  expect(record.entries.map(({ kind }) => kind)).not.toContain('gap');
  feed.gap(20);
  put(record, feed, [feed.wire('S', 'alice', 'CHALLENGE', false)]);
  expect(record.entries.slice(-2)).toMatchObject([{ kind: 'gap', missed: 20 }, { kind: 'wire' }]);
  expect(record.processes[0]?.missed).toBe(20);
});

test('an event without an answer is a step that was not taken', () => {
  const feed = feedOf('alice', 'client');
  const record = recordOf(feed, [...loggedOn(feed), feed.event('x:0', 'T.RETRY'), feed.stop('x:0')]);
  expect(record.entries.slice(-2)).toMatchObject([
    { kind: 'step', event: 'T.RETRY', alternative: -1 },
    { kind: 'stop' },
  ]);
  expect(standing(machine(record, 'x:0'), undefined)).toMatchObject({
    stopped: true,
    state: 'Wait for AUTH_SUCCESS.answering',
  });
});

test('the chat machine of a moment is the one begun last by then', () => {
  const feed = feedOf('alice', 'client');
  const first = loggedOn(feed);
  const again = [feed.stop('x:1'), feed.register('x:2', 'client chat', 'Active Chat', { parent: 'x:0' })];
  const record = recordOf(feed, [...first, ...again]);
  const [group] = groupsOf(record);
  if (!group) throw new Error('no group');
  expect(group.inner).toHaveLength(2);
  expect(playing(group, 'chat', undefined)?.machine.session).toBe('x:2');
  expect(playing(group, 'history', undefined)).toBeUndefined();
});

test('two processes come into one order by their wall clocks', () => {
  const record = new Recording();
  const [alice, bob] = [feedOf('alice', 'client', 1000), feedOf('bob', 'client', 1005)];
  alice.at(7);
  put(record, alice, [alice.register('x:0', 'client connection', 'Offline')]);
  bob.at(1);
  put(record, bob, [bob.register('x:0', 'client connection', 'Offline')]);
  expect(record.entries.map(({ process }) => process.name)).toEqual(['bob', 'alice']);
});

test('a record that is sent again adds nothing; another life of the process is another one', () => {
  const feed = feedOf('alice', 'client');
  const messages = loggedOn(feed);
  const record = recordOf(feed, messages);
  put(record, feed, messages);
  expect(record.entries).toHaveLength(4);
  const later = feedOf('alice', 'client', 9000);
  put(record, later, loggedOn(later));
  expect(record.processes).toHaveLength(2);
  expect(record.entries).toHaveLength(8);
});

test('machines that are older than what a process holds have stood there from the beginning', () => {
  const feed = feedOf('alice', 'client');
  const all = loggedOn(feed);
  const register = all[0] as Extract<(typeof all)[number], { type: 'service.register' }>;
  const described = { ...register, parley: { ...register.parley, seq: 4, state: 'Wait for Challenge' } };
  const record = recordOf(feed, [described, ...all.slice(3)]);
  expect(record.entries.map(({ kind }) => kind)).toEqual(['step', 'born']);
  expect(record.processes[0]).toMatchObject({ dropped: 3, lastSeq: 5 });
  const read = new Recording();
  imported(read, exported(record));
  expect(standing(machine(read, 'x:0'), undefined)?.state).toBe('Wait for AUTH_SUCCESS.answering');
});

test('a gap is shown, and what goes on after it is taken', () => {
  const feed = feedOf('alice', 'client');
  const record = recordOf(feed, [
    ...loggedOn(feed),
    feed.gap(10),
    feed.event('x:0', 'T.RETRY'),
    feed.state('x:0', 'T.RETRY', 'Offline', 'Offline'),
  ]);
  expect(record.entries.slice(-2)).toMatchObject([
    { kind: 'gap', missed: 10 },
    { kind: 'step', event: 'T.RETRY' },
  ]);
  expect(record.processes[0]?.missed).toBe(10);
});

test('the bound drops the oldest, and keeps what they led to', () => {
  const feed = feedOf('alice', 'client');
  const first = loggedOn(feed);
  const steps = Array.from({ length: 500 }, (_, i) => [
    feed.event('x:0', 'T.RETRY'),
    feed.state('x:0', 'T.RETRY', `s${String(i)}`, `s${String(i + 1)}`),
  ]);
  const record = recordOf(feed, [...first, ...steps.flat()], 100);
  expect(record.entries.length).toBeLessThanOrEqual(106);
  const [process] = record.processes;
  expect((process?.dropped ?? 0) + record.entries.length).toBe(504);
  expect(standing(machine(record, 'x:1'), record.entries[0])?.state).toBe('Connected');
  expect(positionOf(record.entries, record.entries[5] as never)).toBe(6);
});

test('a machine that has ended and whose entries were dropped is forgotten', () => {
  const feed = feedOf('S', 'server');
  const born = Array.from({ length: 400 }, (_, i) => [
    feed.register(`x:${String(i)}`, 'server connection', 'Wait for HELLO'),
    feed.stop(`x:${String(i)}`),
  ]);
  expect(recordOf(feed, born.flat(), 100).machines.size).toBeLessThanOrEqual(54);
});

test('what is exported reads back as the same record', () => {
  const feed = feedOf('alice', 'client');
  const first = loggedOn(feed);
  const wire = [feed.wire('alice', 'S', 'HELLO', true, { over: 'udp' }), feed.event('x:0', 'T.HOLD'), feed.stop('x:1')];
  const record = recordOf(feed, [...first, ...wire]);
  const again = new Recording();
  expect(imported(again, exported(record))).toMatchObject({ wrong: 0 });
  expect(exported(again)).toBe(exported(record));
  expect(again.entries.map(({ kind }) => kind)).toEqual(record.entries.map(({ kind }) => kind));
});

describe('nothing in the feed is believed', () => {
  const feed = feedOf('alice', 'client');
  const whole = [
    feed.process,
    ...loggedOn(feed),
    feed.stop('x:1'),
    feed.wire('alice', 'S', 'HELLO', true),
    feed.gap(3),
  ];

  test('a message with one field of another type is malformed or harmless, and never throws', () => {
    const paths = (value: unknown, at: string[] = []): string[][] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, one]) => [[...at, key], ...paths(one, [...at, key])])
        : [];
    fc.assert(
      fc.property(fc.constantFrom(...whole), fc.nat(), fc.jsonValue(), (message, n, value) => {
        const copy = JSON.parse(JSON.stringify(message)) as Record<string, unknown>;
        const all = paths(copy);
        const path = all[n % all.length] ?? [];
        let inside = copy;
        for (const key of path.slice(0, -1)) inside = inside[key] as Record<string, unknown>;
        inside[path.at(-1) ?? ''] = value;
        const record = recordOf(feed, whole.slice(1));
        imported(record, `${JSON.stringify(feed.process)}\n${JSON.stringify(copy)}\n`);
        for (const entry of record.entries) expect(Number.isFinite(compare(entry, entry))).toBe(true);
      }),
    );
  });

  test.each([
    null,
    5,
    'x',
    [],
    {},
    { type: 'service.stop' },
    { type: 'service.event', sessionId: 'x', event: '{', parley: { seq: 1, time: 1 } },
  ])('%j', (message) => {
    expect(readMessage(message)).toBeUndefined();
  });

  test('lines that are no messages are counted', () => {
    const record = new Recording();
    expect(imported(record, `{oops\n\n"x"\n${JSON.stringify(feed.process)}\n`)).toEqual({ read: 1, wrong: 2 });
    expect(record.malformed).toBe(2);
  });
});
