/** Events out of the page: only of the machine's alphabet, only with a payload that a driver can carry out; and they really happen. */
import fc from 'fast-check';
import { controlBy } from '../../diagrams/inspector/control';
import type { Refusal, Wanted } from '../../diagrams/inspector/guard';
import { formOf, scxml, type Field } from '../../diagrams/inspector/page/model/payloads';
import type { Recorder } from '../../diagrams/inspector/recorder';
import { WIRE } from '../../machines/limits';
import { machines } from '../spec/machines';
import { actorOf, RecordedWorld, recorderOf, serve, standing, TestViewer, type RecordedClient } from './support';

const CAN_BE_MADE_UP = /^([UTMS]\..*|X\.(PROTOCOL|SUPERSEDED|EVICTED))$/;

function tried(machine: object): {
  readonly send: (event: unknown) => Refusal | undefined;
  readonly injected: unknown[];
} {
  const recorder = recorderOf();
  const actor = actorOf(machine);
  recorder.started(actor, 'Offline', {});
  const injected: unknown[] = [];
  const control = controlBy(recorder, (_, event) => void injected.push(event));
  return { send: (event) => control({ service: actor.sessionId, event: event as Wanted['event'] }), injected };
}

/** A value that is right for the field. */
function right(key: string, field: Field): unknown {
  switch (field.kind) {
    case 'choice':
      return field.values[0];
    case 'flag':
      return true;
    case 'texts':
      return ['one', 'two'];
    case 'address':
      return { address: '127.0.0.1', port: 4390 };
    case 'number':
    case 'session':
      return 1;
    case 'text':
      return key === 'id' ? 'bob' : 'text';
  }
}
function rightEvent(machine: string, type: string): Record<string, unknown> {
  const fields = Object.entries(formOf(machine, type)).map(([key, field]) => [key, right(key, field)] as const);
  return { type, ...Object.fromEntries(fields) };
}

describe.each(machines.map((machine) => [machine.id, machine] as const))('%s', (id, machine) => {
  test('takes every event of its alphabet that can be made up, with its payload, and no other', () => {
    for (const type of new Set(machines.flatMap(({ events }) => events))) {
      const { send, injected } = tried(machine);
      const event = rightEvent(id, type);
      const why = send(event);
      const expected = !machine.events.includes(type)
        ? 'event of another alphabet'
        : CAN_BE_MADE_UP.test(type)
          ? undefined
          : 'event that cannot be made up';
      expect([type, why, injected]).toEqual([type, expected, expected === undefined ? [event] : []]);
    }
  });

  test('refuses a payload with a field too few, too many, or of another kind', () => {
    for (const type of machine.events.filter((event) => CAN_BE_MADE_UP.test(event))) {
      const { send, injected } = tried(machine);
      const whole = rightEvent(id, type);
      expect(send({ ...whole, extra: 1 })).toBe('malformed payload');
      expect(send(JSON.parse(`${JSON.stringify(whole).slice(0, -1)},"__proto__":1}`))).toBe('malformed payload');
      for (const [key, field] of Object.entries(formOf(id, type))) {
        const without = Object.fromEntries(Object.entries(whole).filter(([other]) => other !== key));
        expect([type, key, send(without)]).toEqual([type, key, 'optional' in field ? undefined : 'malformed payload']);
        const nothing = field.kind === 'session' ? [] : [null];
        for (const wrong of [...nothing, {}, [], [1], ['', 1], -1, 1.5, 2 ** 60, NaN, Symbol.iterator]) {
          expect([type, key, wrong, send({ ...whole, [key]: wrong })]).toEqual([type, key, wrong, 'malformed payload']);
        }
      }
      expect(injected.length).toBeLessThanOrEqual(2);
    }
  });
});

test('what goes on to the wire must have a place there', () => {
  const chat = tried(machines[1] ?? {});
  for (const id of ['', '1bob', 'bob bob', 'b'.repeat(33), 'böb', 'bob\n']) {
    expect([id, chat.send({ type: 'U.CHAT', id })]).toEqual([id, 'malformed payload']);
  }
  for (const session of [0, 2 ** 32]) {
    expect(chat.send({ type: 'M.CHAT_STARTED', session, id: 'bob', blocked: false })).toBe('malformed payload');
  }
  for (const text of ['', 'a\u0007', '\ud800', 'x'.repeat(WIRE.TEXT_MAX_BYTES + 1)]) {
    expect(chat.send({ type: 'U.TEXT', text, session: 1 })).toBe('malformed payload');
    expect(chat.send({ type: 'M.CHAT', session: 1, texts: ['fine', text] })).toBe('malformed payload');
  }
  expect(chat.injected).toEqual([]);
  expect(chat.send({ type: 'U.TEXT', text: 'x'.repeat(WIRE.TEXT_MAX_BYTES), session: 1 })).toBeUndefined();
  // Outside a chat.
  expect(chat.send({ type: 'U.TEXT', text: 'hello', session: null })).toBeUndefined();
});

test('a machine that is not there, or no more', () => {
  const recorder = recorderOf();
  const actor = actorOf();
  const control = controlBy(recorder, () => {
    throw new Error('carried out');
  });
  const wanted = { service: actor.sessionId, event: { type: 'U.LOGON' } };
  expect(control(wanted)).toBe('unknown machine');
  recorder.started(actor, 'Offline', {});
  recorder.stopped(actor);
  expect(control(wanted)).toBe('unknown machine');
  for (const service of ['', '__proto__', 'constructor'])
    expect(control({ ...wanted, service })).toBe('unknown machine');
});

/** PARLEY_RUNS=n plays so many. */
const RUNS = Number(process.env['PARLEY_RUNS'] ?? 60);

describe('on live processes', () => {
  const clientControl = ({ recorder, driver }: RecordedClient) =>
    controlBy(recorder, (_, event) => driver.inject(event as Parameters<typeof driver.inject>[0]));
  const sessionOf = (recorder: Recorder, machine: string): string | undefined =>
    [...recorder.before(recorder.last + 1)].findLast(({ parley }) => parley.machine === machine)?.sessionId;

  test('U.LOGON from a page logs a real client on, and U.CHAT starts its chat', async () => {
    const world = await RecordedWorld.open(['alice', 'bob']);
    const alice = world.client('alice');
    const { feed } = await serve(alice.recorder, clientControl(alice));
    const viewer = await TestViewer.inspecting(feed);
    expect(viewer.of('service.process')[0]?.parley).toMatchObject({ name: 'alice', control: true });
    const send = async (machine: string, type: string, payload: Record<string, string> = {}): Promise<void> => {
      const service = sessionOf(alice.recorder, machine) ?? '';
      viewer.says({ type: 'xstate.event', event: scxml(type, payload, service), service });
      const { last } = alice.recorder;
      await viewer.gets(({ type: got, parley }) => got === 'service.event' && 'seq' in parley && parley.seq > last);
      world.time.advance(50);
    };
    await send('client connection', 'U.LOGON');
    expect(alice.driver.status.connection).toBe('Connected');
    expect(world.server.driver.ports.udp).toBe(4390);
    world.does('bob', { type: 'U.LOGON' });
    await send('client chat', 'U.CHAT', { id: 'bob' });
    expect(world.client('bob').driver.status).toMatchObject({ chat: 'Active Chat', peer: 'alice' });
    await viewer.upTo(alice.recorder.last);
    expect([...standing(viewer.got).values()]).toEqual(['Connected', 'Active Chat', 'Idle']);
    expect(viewer.of('service.refused')).toEqual([]);
  });

  test('only those with the link, and without --inspect-control nobody', async () => {
    const world = await RecordedWorld.open(['alice']);
    const alice = world.client('alice');
    const { feed } = await serve(alice.recorder);
    const viewer = await TestViewer.inspecting(feed);
    const service = sessionOf(alice.recorder, 'client connection') ?? '';
    viewer.says({ type: 'xstate.event', event: scxml('U.LOGON', {}, service), service });
    expect(await viewer.gets(({ type }) => type === 'service.refused')).toMatchObject({
      parley: { why: 'control is off' },
    });
    world.time.advance(1000);
    expect([alice.driver.status.connection, alice.recorder.last]).toEqual(['Offline', 1]);
  });

  /** Values that a page may enter; many are wrong. */
  const value = (key: string, field: Field): fc.Arbitrary<unknown> => {
    const any = fc.oneof(
      { weight: 6, arbitrary: fc.constant(right(key, field)) },
      { weight: 1, arbitrary: fc.jsonValue() },
    );
    switch (field.kind) {
      case 'text':
        return fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom('alice', 'bob', 'carol', 'hello') },
          { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
          any,
        );
      case 'number':
        return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1, 2, 2 ** 32 - 1, 2 ** 32) }, any);
      case 'choice':
        return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...field.values) }, any);
      case 'texts':
        return fc.oneof(fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), any);
      default:
        return any;
    }
  };
  const USER = [
    { type: 'U.LOGON' },
    { type: 'U.CHAT', id: 'bob' },
    { type: 'U.TEXT', text: 'hello', session: 1 },
    { type: 'U.HISTORY', id: 'bob' },
    { type: 'U.END' },
  ] as const;
  /** An event of each alphabet, for whichever machine it will be. */
  const events = fc.record(
    Object.fromEntries(
      machines.map(({ id, events }) => {
        const types = events.filter((type) => CAN_BE_MADE_UP.test(type));
        const event = fc.constantFrom(...types).chain((type) => {
          const entries = Object.entries(formOf(id, type)).map(([key, field]) => [key, value(key, field)] as const);
          return fc.record({ type: fc.constant(type), ...Object.fromEntries(entries) });
        });
        return [id, event];
      }),
    ),
  );
  const deed = fc.record({
    process: fc.constantFrom('server', 'alice', 'bob'),
    which: fc.nat(9),
    wait: fc.constantFrom(0, 0, 5, 50, 3000, 25_000),
    events,
    user: fc.option(fc.constantFrom(...USER)),
  });

  test('whatever is sent to whichever machine, no process throws', async () => {
    let carriedOut = 0;
    const play = async (deeds: readonly (typeof deed extends fc.Arbitrary<infer D> ? D : never)[]): Promise<void> => {
      const world = await RecordedWorld.open(['alice', 'bob']);
      const { driver, recorder } = world.server;
      const controls: Record<string, readonly [Recorder, ReturnType<typeof controlBy>]> = {
        server: [
          recorder,
          controlBy(recorder, ({ serial }, event) =>
            driver.inject(serial, event as Parameters<typeof driver.inject>[1]),
          ),
        ],
        alice: [world.client('alice').recorder, clientControl(world.client('alice'))],
        bob: [world.client('bob').recorder, clientControl(world.client('bob'))],
      };
      for (const id of ['alice', 'bob']) world.does(id, { type: 'U.LOGON' });
      world.does('alice', { type: 'U.CHAT', id: 'bob' });
      for (const { process, which, wait, events, user } of deeds) {
        const [seen, control] = controls[process] ?? [];
        if (!seen || !control) throw new Error('no such process');
        const running = [...seen.before(seen.last + 1)];
        const { sessionId: service = '', parley } = running[which % running.length] ?? {};
        const event = events[parley?.machine ?? ''] as Wanted['event'];
        if (control({ service, event }) === undefined) carriedOut++;
        if (user) world.does('alice', user);
        world.time.advance(wait);
      }
      world.time.advance(60_000);
    };
    await fc.assert(fc.asyncProperty(fc.array(deed, { minLength: 10, maxLength: 80 }), play), { numRuns: RUNS });
    expect(carriedOut).toBeGreaterThan(100);
  });
});
