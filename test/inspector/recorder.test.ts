/** The record: bounded, complete, in order, forgets who has stopped, and costs no JSON until somebody reads it. */
import { rowFor } from '../../diagrams/spec';
import type { FeedMessage, RegisterMessage, StateMessage } from '../../diagrams/inspector/protocol';
import { Reading } from '../../diagrams/inspector/viewer';
import { serverChat } from '../../machines/server/chat';
import { serverConnection } from '../../machines/server/connection';
import { engineFor } from '../../machines/engine';
import { clientConnection } from '../../machines/client/connection';
import { machines } from '../spec/machines';
import { examplesOf } from '../spec/steps';
import { actorOf, entriesOf, of, recorderOf, seqOf, standing, stepOf, steps } from './support';

/** Entries in all maps, sets and arrays that the recorder itself has. */
function held(recorder: object): { readonly collected: number; readonly slots: number } {
  const values: unknown[] = Object.values(recorder);
  const collections = values.filter((value) => value instanceof Map || value instanceof Set);
  const slots = values.reduce<number>((n, value) => n + (Array.isArray(value) ? value.length : 0), 0);
  return { collected: collections.reduce((n, { size }) => n + size, 0), slots };
}

describe('the ring', () => {
  test('is empty at first', () => {
    const recorder = recorderOf();
    expect([recorder.first, recorder.last, recorder.entry(0), recorder.entry(1)]).toEqual([1, 0, undefined, undefined]);
    expect([...recorder.before(1)]).toEqual([]);
  });

  test('holds as many entries as it may, the newest, and does not grow', () => {
    const recorder = recorderOf({ limit: 100 });
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    const { slots } = held(recorder);
    steps(recorder, actor, 5000);
    expect([recorder.first, recorder.last]).toEqual([9902, 10_001]);
    expect(held(recorder).slots).toBe(slots);
    expect(entriesOf(recorder).map(seqOf)).toEqual(Array.from({ length: 100 }, (_, i) => 9902 + i));
    expect(recorder.entry(recorder.last + 1)).toBeUndefined();
    expect(recorder.entry(recorder.oldest - 1)).toBeUndefined();
    expect(recorder.entry(recorder.oldest)).toBeDefined();
  });

  test('tells listeners of new entries until they have had enough', () => {
    const recorder = recorderOf();
    const heard: number[] = [];
    const silence = recorder.listen(() => void heard.push(recorder.last));
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    recorder.stepped(actor, stepOf());
    silence();
    recorder.stopped(actor);
    expect(heard).toEqual([1, 3]);
  });
});

describe('machines that are older than the record', () => {
  const states = (registers: readonly RegisterMessage[]): unknown[] =>
    registers.map(({ id, parent, parley: { client, state, seq } }) => ({ id, parent, client, state, seq }));

  test('are described as they were when it begins', () => {
    const recorder = recorderOf({ limit: 12 });
    const connection = actorOf(serverConnection, 5, '#5 connection');
    const idle = actorOf(serverChat, 5, '#5 chat');
    const busy = actorOf(serverChat, 5, '#5 other');
    const gone = actorOf(serverConnection, 6, '#6 connection');
    recorder.started(connection, 'Wait for HELLO', {});
    recorder.stepped(connection, stepOf({ from: 'Wait for HELLO', to: 'Connected', context: { id: 'alice' } }));
    recorder.started(idle, 'Wait for CHAT_REQUEST', { id: 'alice' });
    recorder.started(busy, 'Active Chat', { id: 'alice' });
    recorder.started(gone, 'Wait for RESPONSE', { id: 'bob' });
    steps(recorder, busy, 1000);
    recorder.stepped(busy, stepOf({ from: 'Active Chat', to: 'Gone', context: { id: 'alice' } }));
    recorder.stopped(gone);
    const fresh = actorOf(serverConnection, 7, '#7 connection');
    recorder.started(fresh, 'Wait for HELLO', {});

    const { first } = recorder;
    const parent = connection.sessionId;
    expect(states([...recorder.before(first)])).toEqual([
      { id: '#5 other', parent, client: '', state: 'Offline', seq: first },
      { id: '#6 connection', parent: undefined, client: 'bob', state: 'Wait for RESPONSE', seq: first },
      { id: '#5 connection', parent: undefined, client: 'alice', state: 'Connected', seq: first },
      { id: '#5 chat', parent, client: 'alice', state: 'Wait for CHAT_REQUEST', seq: first },
    ]);
    // Whoever reads from the beginning ends where everything is now.
    const all = [...recorder.before(first), ...entriesOf(recorder)];
    expect([...standing(all)].sort()).toEqual(
      [
        [connection.sessionId, 'Connected'],
        [idle.sessionId, 'Wait for CHAT_REQUEST'],
        [busy.sessionId, 'Gone'],
        [fresh.sessionId, 'Wait for HELLO'],
      ].sort(),
    );
  });

  test('an entry between event and answer begins with the state before', () => {
    const recorder = recorderOf({ limit: 1 });
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    recorder.stepped(actor, stepOf({ from: 'Offline', to: 'Wait for Challenge' }));
    const [register] = recorder.before(recorder.first);
    expect(register?.parley.state).toBe('Offline');
    expect((recorder.entry(recorder.last) as StateMessage).parley.to).toBe('Wait for Challenge');
  });

  test('their connection is known also when it has ended before they are read', () => {
    const recorder = recorderOf();
    const connection = actorOf(serverConnection, 3, '#3 connection');
    const chat = actorOf(serverChat, 3, '#3 chat');
    recorder.started(connection, 'Connected', { id: 'alice' });
    recorder.started(chat, 'Wait for CHAT_REQUEST', { id: 'alice' });
    recorder.stopped(chat);
    recorder.stopped(connection);
    const [, second] = of(entriesOf(recorder), 'service.register');
    expect(second).toMatchObject({
      id: '#3 chat',
      parent: connection.sessionId,
      parley: { client: 'alice', serial: 3 },
    });
  });
});

test('a reader who is left behind is told how much he missed, and is not behind again at the next event', () => {
  const recorder = recorderOf({ limit: 100 });
  const actor = actorOf();
  recorder.started(actor, 'Offline', {});
  const reading = new Reading(recorder);
  expect([reading.take()?.type, reading.take()?.type, reading.take()]).toEqual([
    'service.process',
    'service.register',
    undefined,
  ]);
  steps(recorder, actor, 3000);
  expect(reading.take()).toEqual({
    type: 'service.gap',
    parley: { missed: recorder.first - 2, next: recorder.first },
  });
  expect(reading.take()?.type).toBe('service.register');
  steps(recorder, actor, 400);
  const rest: FeedMessage[] = [];
  for (let message = reading.take(); message; message = reading.take()) rest.push(message);
  expect(of(rest, 'service.gap')).toEqual([]);
  expect(seqOf(rest.at(-1) as FeedMessage)).toBe(recorder.last);
});

test('forgets machines that have stopped: 5,000 of them leave nothing but their entries', () => {
  const recorder = recorderOf({ limit: 200 });
  const stepper = engineFor(recorder);
  const empty = held(recorder);
  for (let serial = 1; serial <= 5000; serial++) {
    const connection = stepper.start(serverConnection, {
      name: `#${String(serial)} connection`,
      serial,
      context: serverConnection.context,
    });
    const chat = stepper.start(serverChat, { name: 'chat', serial, context: serverChat.context });
    connection.send({ type: 'T.COOKIE' });
    chat.stop();
    connection.stop();
  }
  expect(recorder.last).toBe(5000 * 6);
  expect(held(recorder)).toEqual(empty);
  expect([...recorder.before(recorder.last + 1)]).toEqual([]);
  // A machine that is stopped twice, and one that was never started, do no harm.
  const actor = actorOf();
  recorder.stopped(actor);
  recorder.stepped(actor, stepOf());
  expect(recorder.last).toBe(5000 * 6);
});

describe('which alternative of its cell a step took', () => {
  const cells = machines.flatMap((machine) =>
    machine.leaves
      .filter((leaf) => leaf !== 'Gone')
      .flatMap((leaf) => machine.events.map((event) => [machine, leaf, event] as const)),
  );
  const several = cells.filter(([{ id }, leaf, event]) => rowFor(id, leaf, event).length > 1);

  test.each(machines.map((machine) => [machine.id, machine] as const))('%s', (id, machine) => {
    for (const [, leaf, event] of cells.filter(([{ id: other }]) => other === id)) {
      rowFor(id, leaf, event).forEach((_, alternative) => {
        for (const { context, event: sent } of examplesOf(id).of(leaf, event, alternative)) {
          const recorder = recorderOf();
          engineFor(recorder).start(machine, { name: id, context, state: leaf }).send(sent);
          const [state] = of(entriesOf(recorder), 'service.state');
          expect([leaf, event, state?.parley.alternative]).toEqual([leaf, event, alternative]);
        }
      });
    }
  });

  test('there are cells with several', () => expect(several.length).toBeGreaterThan(10));

  test('none, of an event that the state does not know', () => {
    const recorder = recorderOf();
    const actor = engineFor(recorder).start(clientConnection, { name: 'x', context: clientConnection.context });
    actor.send({ type: 'X.NO_SUCH' } as never);
    expect(of(entriesOf(recorder), 'service.state')[0]?.parley.alternative).toBe(-1);
  });
});

describe('costs nothing until it is read', () => {
  test('no event, context or message is made into JSON or text before', () => {
    let made = 0;
    const counted = { type: 'T.RETRY', toJSON: () => ({ type: 'T.RETRY', made: ++made }) };
    const context = { toJSON: () => ({ made: ++made }) };
    const message = Object.defineProperty({ type: 'UNREACHABLE' as const, id: '' }, 'id', {
      enumerable: true,
      get: () => `read${String(++made)}`,
    });
    const recorder = recorderOf();
    const actor = actorOf();
    recorder.started(actor, 'Offline', context);
    recorder.stepped(actor, stepOf({ event: counted, context }));
    recorder.channel('alice').record('server', 3, 40, [message]);
    recorder.stopped(actor);
    expect([recorder.last, made]).toEqual([5, 0]);
    entriesOf(recorder);
    expect(made).toBeGreaterThan(2);
  });

  test('an event that cannot be made into JSON harms nobody', () => {
    const circular: Record<string, unknown> = { type: 'T.RETRY', big: 5n, map: new Map([['a', new Set([1])]]) };
    circular['self'] = circular;
    circular['bytes'] = Buffer.alloc(9);
    circular['error'] = new TypeError('no');
    const recorder = recorderOf();
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    recorder.stepped(actor, stepOf({ event: circular as never }));
    const [event] = of(entriesOf(recorder), 'service.event');
    expect(JSON.parse(event?.event ?? '')).toMatchObject({
      name: 'T.RETRY',
      data: { self: '[circular]', map: { a: [1] }, bytes: '[9 bytes]', error: { name: 'TypeError', message: 'no' } },
    });
  });

  test('nor one whose toJSON throws', () => {
    const bad = {
      type: 'T.RETRY',
      toJSON: () => {
        throw new Error('no JSON');
      },
    };
    const recorder = recorderOf();
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    recorder.stepped(actor, stepOf({ event: bad }));
    expect(() => entriesOf(recorder)).not.toThrow();
  });
});
