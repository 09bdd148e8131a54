/** SCXML runs like the machine: read back by XState's own reader, it takes the same transitions and does the same. */
import fc from 'fast-check';
import { interpret, type AnyInterpreter, type AnyStateMachine } from 'xstate';
import { toMachine } from 'xstate/lib/scxml';
import { eventNames } from '../../diagrams/draw/formats/scxml-events';
import { identifiersOf } from '../../diagrams/draw/formats/outline';
import { scxmlOf } from '../../diagrams/draw/formats/scxml';
import { allPictures } from '../../diagrams/draw/machines';
import type { Picture } from '../../diagrams/draw/picture';
import { anyMachine, EVENTS, GUARDS, machineOf, pictureOf, type Config } from './corpus';

jest.setTimeout(120_000);
// The generated machines may have states without an initial one, of which XState warns.
beforeAll(() => jest.spyOn(console, 'warn').mockImplementation(() => undefined));
afterAll(() => jest.restoreAllMocks());

/** A clock moved by hand. XState's own lets a timer expire that another one of the same moment has cancelled. */
class HandClock {
  private now = 0;
  private last = 0;
  private readonly timers = new Map<number, { readonly at: number; readonly run: () => void }>();

  readonly setTimeout = (run: () => void, ms: number): number => {
    this.timers.set(++this.last, { at: this.now + ms, run });
    return this.last;
  };
  readonly clearTimeout = (id: number): void => void this.timers.delete(id);

  increment(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.now = due[1].at;
      due[1].run();
    }
    this.now = end;
  }
}

/** What a guard says, in both machines. */
type Truth = Readonly<Record<string, boolean>>;
/** An event, or a time to wait. */
type Step = string | number;

/** A machine while it runs: where it is and what it has done since the last look. */
interface Running {
  readonly service: AnyInterpreter;
  readonly clock: HandClock;
  readonly done: string[];
}

function original(config: Config, truth: Truth): Running {
  const done: string[] = [];
  const actions = Object.fromEntries(
    ['entered', 'left', 'beep', 'say "it"', 'blink'].map((name) => [name, () => void done.push(name)]),
  );
  const guards = Object.fromEntries(GUARDS.map((name) => [name, () => truth[name] === true]));
  const services = { work: () => () => undefined };
  return start(machineOf(config, { actions, guards, services }), done);
}

function start(machine: AnyStateMachine, done: string[], logger: (label: string) => void = () => undefined): Running {
  const clock = new HandClock();
  return { service: interpret(machine, { clock, logger, devTools: false }).start(), clock, done };
}

/** The guards of the file are set as its comments name them. */
function readBack(picture: Picture, truth: Truth): Running {
  const xml = scxmlOf(picture).replace(
    /<data id="(guard_\d+)" expr="true"\/><!-- (.*?) -->/g,
    (_, id: string, words: string) => `<data id="${id}" expr="${String(truth[words.replaceAll('- ', '-')] ?? true)}"/>`,
  );
  const done: string[] = [];
  return start(toMachine(xml, { delimiter: '.' }), done, (label) => void done.push(label));
}

function take(step: Step, { service, clock }: Running, named: (event: string) => string): void {
  if (typeof step === 'number') clock.increment(step);
  else service.send({ type: named(step) });
}

/** Names of the states that are active, as in the file. */
function statesOf(config: Running, name: (path: readonly string[], key: string) => string | undefined): string[] {
  const { configuration } = config.service.getSnapshot() as { configuration: { path: string[]; key: string }[] };
  return configuration.flatMap(({ path, key }) => name(path, key) ?? []).sort();
}

function compare(config: Config, truth: Truth, steps: readonly Step[]): void {
  const picture = pictureOf(config);
  const name = identifiersOf(picture);
  const events = eventNames(picture);
  const [a, b] = [original(config, truth), readBack(picture, truth)];
  const escaped = (path: readonly string[]): string =>
    path.length === 0 ? '(machine)' : path.map((key) => key.replace(/[\\.]/g, '\\$&')).join('.');
  const known = new Set(picture.states.map(({ id }) => id));
  const look = (): readonly unknown[] => [
    statesOf(a, (path) => (known.has(escaped(path)) ? name(escaped(path)) : undefined)),
    a.done.splice(0),
  ];
  const lookBack = (): readonly unknown[] => [
    statesOf(b, (path, key) => (path.length === 0 || /^none(_|$)/.test(key) ? undefined : key)),
    b.done.splice(0),
  ];
  expect(lookBack()).toEqual(look());
  for (const step of steps) {
    take(step, a, (event) => event);
    take(step, b, (event) => events.get(event) ?? 'no event of it');
    expect([step, ...lookBack()]).toEqual([step, ...look()]);
  }
  a.service.stop();
  b.service.stop();
}

const anyTruth = fc.record({ yes: fc.constant(true), no: fc.boolean(), 'never & <not>': fc.boolean() });
const anySteps = fc.array(fc.constantFrom<Step>(...EVENTS, ...EVENTS, 100, 150, 1000), { maxLength: 20 });

test('any machine, any events, any guards', () => {
  fc.assert(fc.property(anyMachine, anyTruth, anySteps, compare), { numRuns: 300 });
});

const on = (target: unknown, more: object = {}): Config => ({ on: { GO: { target, ...more } } });
test.each<[string, Config]>([
  [
    'several targets',
    {
      id: 'm',
      initial: 'a',
      states: {
        a: on(['#x2', '#y2']),
        p: {
          type: 'parallel',
          states: {
            x: { initial: 'x1', states: { x1: {}, x2: { id: 'x2' } } },
            y: { initial: 'y1', states: { y1: {}, y2: { id: 'y2' } } },
          },
        },
      },
    },
  ],
  [
    '.child',
    {
      id: 'm',
      initial: 'a',
      entry: 'entered',
      exit: 'left',
      ...on('.b', { actions: 'beep' }),
      states: { a: {}, b: {} },
    },
  ],
  ['a delay, again', { id: 'm', initial: 'a', states: { a: { ...on('a'), after: { 250: 'b' } }, b: on('a') } }],
  ['no initial state', { id: 'm', initial: 'a', states: { a: on('b'), b: { ...on('.d'), states: { c: {}, d: {} } } } }],
])('%s', (_, config) => {
  for (const steps of [
    ['GO', 'GO', 100, 'GO', 200, 50, 'GO', 250],
    ['GO', 1000],
  ])
    compare(config, {}, steps);
});

test('events keep their names where SCXML has them, and are different in any case', () => {
  const config = {
    id: 'm',
    initial: 'a',
    states: { a: { on: { GO: 'a', 'a.b': 'a', 'x y': 'a', x_y: 'a', a: 'a' } } },
  };
  expect([...eventNames(pictureOf(config)).values()]).toEqual(['GO', 'a_u2e_b', 'x_y', 'x_y_2', 'a']);
});

test("Parley's own machines are read", () => {
  for (const { picture } of allPictures()) {
    const machine = toMachine(scxmlOf(picture), { delimiter: '.' });
    expect(Object.keys(machine.states)).toHaveLength(
      picture.states.filter(({ parent }) => parent === undefined).length,
    );
  }
});
