/** Anybody's XState 4 machine as a picture: what is in it, and in which words. */
import { actions, assign, createMachine, send } from 'xstate';
import { foreignPicture } from '../../diagrams/draw/foreign';
import { place } from '../../diagrams/draw/layout';
import type { Picture } from '../../diagrams/draw/picture';
import { svgOf } from '../../diagrams/draw/svg';
import type { AnyStateNode } from '../../diagrams/draw/xstate-types';
import { faultsOf } from './faults';

// Layouts are long computations, and the processor may be shared.
jest.setTimeout(60_000);

function pictureOf(config: object): Picture {
  return foreignPicture(
    createMachine({ predictableActionArguments: true, ...config } as never) as unknown as AnyStateNode,
  );
}

const CHECKOUT = {
  id: 'checkout',
  initial: 'cart',
  context: { n: 0 },
  on: { HELP: '.help' },
  states: {
    cart: {
      entry: 'load',
      exit: ['save', () => undefined],
      on: {
        ADD: { actions: assign({ n: 1 }) },
        PAY: [{ target: 'payment', cond: 'hasItems' }, { actions: 'showEmpty' }],
        CLEAR: 'cart',
        '*': { actions: [send('PING', { to: 'log' }), actions.raise('AGAIN'), actions.log('x', 'why')] },
      },
    },
    payment: {
      initial: 'method',
      onDone: 'shipped',
      states: {
        method: { on: { CARD: 'card' }, always: { target: 'done', cond: (): boolean => false } },
        card: {
          invoke: { id: 'charge', src: 'chargeCard', onDone: 'done', onError: 'method' },
          after: { 30000: { target: 'method', actions: 'tooLate' }, 250: 'method', SLOW: 'method' },
        },
        done: { type: 'final' },
        back: { type: 'history', target: 'method' },
      },
    },
    help: { on: { BACK: 'payment.back' } },
    shipped: { type: 'final' },
  },
};

const PLAYER = {
  id: 'player',
  type: 'parallel',
  states: {
    video: {
      initial: 'stopped',
      states: { stopped: { on: { PLAY: 'playing' } }, playing: { on: { STOP: 'stopped' } } },
    },
    sound: {
      initial: 'on',
      states: { on: { on: { MUTE: 'off' } }, off: { on: { MUTE: 'on' } }, last: { type: 'history', history: 'deep' } },
    },
  },
};

/** `from: trigger / actions -> to`. */
function lines({ edges }: Picture): string[] {
  return edges.map(
    ({ from, trigger, actions: done, to }) => `${from}: ${trigger.join()} / ${done.join(', ')} -> ${to}`,
  );
}

test('every transition is there once, in plain words', () => {
  expect(lines(pictureOf(CHECKOUT))).toEqual([
    '(machine): HELP /  -> help',
    'cart: ADD, staying / Set n -> cart',
    'cart: PAY [hasItems] /  -> payment',
    'cart: PAY, staying / showEmpty -> cart',
    'cart: CLEAR /  -> cart',
    'cart: Any other event, staying / Send PING to log, Raise AGAIN, Log why -> cart',
    'payment: payment is finished /  -> shipped',
    'payment.method: CARD /  -> payment.card',
    'payment.method: Always [a condition] /  -> payment.done',
    'payment.card: charge is done /  -> payment.done',
    'payment.card: charge fails /  -> payment.method',
    'payment.card: After 250 ms /  -> payment.method',
    'payment.card: After 30 s / tooLate -> payment.method',
    'payment.card: After SLOW /  -> payment.method',
    'payment.back: The first time /  -> payment.method',
    'help: BACK /  -> payment.back',
  ]);
});

test('states: nested, initial, final, history, with what they do', () => {
  const states = new Map(pictureOf(CHECKOUT).states.map((state) => [state.id, state]));
  expect(states.get('(machine)')).toEqual({ id: '(machine)', label: 'checkout' });
  expect(states.get('cart')).toMatchObject({
    initial: true,
    entry: ['load'],
    exit: ['save', 'Run a function'],
    parent: '(machine)',
  });
  expect(states.get('payment.card')).toMatchObject({ invokes: ['charge'], parent: 'payment' });
  expect(states.get('payment.card')).not.toHaveProperty('entry');
  expect(states.get('payment.back')).toMatchObject({ kind: 'shallow history' });
  expect(states.get('shipped')).toMatchObject({ final: true });
});

test('a machine that is parallel is a state with regions', () => {
  const picture = pictureOf(PLAYER);
  expect(picture.initial).toBe('(machine)');
  expect(picture.states.find(({ id }) => id === '(machine)')).toMatchObject({ kind: 'parallel', label: 'player' });
  expect(picture.states.find(({ id }) => id === 'sound.last')).toMatchObject({ kind: 'deep history' });
});

test('names may hold anything, dots too', () => {
  const picture = pictureOf({
    id: 'm',
    initial: 'a.b',
    states: { 'a.b': { on: { 'x\ny': 'a' } }, a: { initial: 'b', states: { b: {} } } },
  });
  expect(new Set(picture.states.map(({ id }) => id)).size).toBe(3);
  expect(lines(picture)).toEqual(['a\\.b: x y /  -> a']);
});

test('the source of a function is never shown', () => {
  const picture = pictureOf({
    id: 'm',
    initial: 'a',
    states: {
      a: {
        entry: [(c: unknown) => c, (): void => undefined],
        on: { X: { actions: [(c: unknown): unknown => c], cond: (c: unknown): boolean => !c } },
      },
    },
  });
  expect(JSON.stringify(picture)).not.toContain('=>');
});

test.each([
  ['nested', CHECKOUT],
  ['parallel', PLAYER],
  [
    'square letters and a long name',
    {
      id: 'w',
      initial: '日本語の状態',
      states: {
        日本語の状態: { on: { 日本語のイベント: 'a name that is far longer than the one state inside it' } },
        'a name that is far longer than the one state inside it': { initial: 'x', states: { x: {} } },
      },
    },
  ],
])('%s: nothing overlaps and no text leaves its box', async (_, config) => {
  const layout = await place(pictureOf(config));
  expect(faultsOf(layout)).toEqual([]);
  const svg = svgOf(layout);
  expect(svg).toBe(svgOf(await place(pictureOf(config))));
});

test('no line strikes out what stands in a state with others inside: each line of text has its ground above the edges', async () => {
  const edges = { A: '.a', B: '.b', C: '.c' };
  const inside = {
    initial: 'a',
    entry: ['one long entry', 'two'],
    exit: 'out',
    on: edges,
    states: { a: {}, b: {}, c: {} },
  };
  const layout = await place(pictureOf({ id: 'm', initial: 's', states: { s: inside } }));
  const svg = svgOf(layout);
  const [, title = ''] = /<g class="title" data-title="s">(.*?)<\/g>/s.exec(svg) ?? [];
  expect(svg.indexOf('class="title"')).toBeGreaterThan(svg.lastIndexOf('class="edge"'));
  const numbers = (element: string): number[] =>
    [...element.matchAll(/ (?:x|y|width|height)="([\d.]+)"/g)].map(([, n]) => Number(n));
  const grounds = [...title.matchAll(/<rect [^>]*>/g)].map(([rect]) => numbers(rect));
  const texts = [...title.matchAll(/<text ([^>]*)>(?:Entry|Exit)/g)].map(([text]) => numbers(text));
  expect(texts).toHaveLength(3);
  for (const [tx = 0, ty = 0] of texts) {
    const under = grounds.filter(
      ([x = 0, y = 0, w = 0, h = 0]) => x <= tx && tx < x + w && y <= ty - 8 && ty + 2 <= y + h,
    );
    expect(under).toHaveLength(1);
  }
});

test('regions are dashed, and initial states inside have their dot', async () => {
  const svg = svgOf(await place(pictureOf(PLAYER)));
  expect(svg.match(/<rect[^>]*stroke-dasharray/g)).toHaveLength(2);
  expect(svg.match(/<circle/g)).toHaveLength(3);
});
