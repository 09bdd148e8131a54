/**
 * @xstate/inspect's own server and ours are shown the same machines and the same events, and the package's receiver must
 * understand the same from both. Where it does not, that is a defect of the package's server: each is listed here with the row
 * of the findings that reports it.
 */
import { createWebSocketReceiver } from '@xstate/inspect';
import { inspect } from '@xstate/inspect/lib/server';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { createMachine, interpret } from 'xstate';
import { engineFor } from '../../machines/engine';
import { clientChat } from '../../machines/client/chat';
import { clientConnection } from '../../machines/client/connection';
import { serverChat } from '../../machines/server/chat';
import { serverHistory } from '../../machines/server/history';
import type { AnyEvent, AnyMachine } from '../spec/machines';
import { recorderOf, serve } from './support';

/** One machine's life: where it begins, and what it is sent; then it is stopped. */
interface Life {
  readonly name: string;
  readonly machine: AnyMachine;
  readonly context: object;
  readonly events: readonly AnyEvent[];
}
const LIVES = [
  {
    name: 'alice connection',
    machine: clientConnection,
    context: clientConnection.context,
    events: [
      { type: 'U.TEXT', text: 'too early', session: null },
      { type: 'U.LOGON' },
      { type: 'T.RETRY' },
      { type: 'D.CHALLENGE', rand: 'ab' },
      { type: 'D.AUTH_FAIL' },
      { type: 'D.AUTH_SUCCESS', rand: 'ab', port: 4390 },
      { type: 'N.OPEN' },
      { type: 'M.CONNECTED' },
      { type: 'D.AUTH_FAIL' },
      { type: 'N.CLOSED', cause: 'clean', reason: 3 },
    ],
  },
  {
    name: 'alice chat',
    machine: clientChat,
    context: { ...clientChat.context, id: 'alice' },
    events: [
      { type: 'U.CHAT', id: 'alice' },
      { type: 'U.CHAT', id: 'bob' },
      { type: 'M.CHAT_STARTED', session: 7, id: 'carol', blocked: false },
      { type: 'M.CHAT', session: 7, texts: ['Grüße ☕', '</script>'] },
      { type: 'U.END' },
    ],
  },
  {
    name: '#4 chat',
    machine: serverChat,
    context: { ...serverChat.context, id: 'bob' },
    events: [
      { type: 'M.CHAT_REQUEST', id: 'alice', free: true, session: 9 },
      { type: 'M.CHAT', session: 8, texts: ['ignored'] },
      { type: 'R.ENDED', session: 9, why: 0 },
    ],
  },
  { name: '#4 history', machine: serverHistory, context: { id: '' }, events: [{ type: 'M.HISTORY_REQ', id: 'bob' }] },
] as unknown as readonly Life[];

/** What a receiver hands on, without what differs from run to run. */
type Understood = Readonly<Record<string, unknown>>;
interface Received {
  readonly type: string;
  readonly sessionId: string;
  readonly id?: string;
  readonly machine?: { readonly definition: unknown };
  readonly state?: Readonly<Record<string, unknown>>;
  readonly event?: { readonly name: string; readonly data: unknown; readonly $$type: string; readonly type: string };
}

const closing: (() => void)[] = [];
let errors: jest.SpyInstance;
beforeEach(() => {
  (globalThis as { WebSocket?: unknown }).WebSocket = WebSocket;
  // The receiver complains here about what it cannot read (row 20).
  errors = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  jest.restoreAllMocks();
  delete (globalThis as { __xstate__?: unknown }).__xstate__;
});

class Receiver {
  readonly got: Received[] = [];
  private look: () => void = () => undefined;
  private readonly receiver;

  constructor(server: string) {
    this.receiver = createWebSocketReceiver({ server, serialize: undefined });
    this.receiver.subscribe((message) => {
      this.got.push(message as unknown as Received);
      this.look();
    });
  }
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.look = () => void (condition() && resolve());
      this.look();
    });
  }
  count(type: string): number {
    return this.got.filter((message) => message.type === type).length;
  }
}

function understood({ got }: Receiver): Understood[] {
  const names = new Map<string, string>();
  return got.flatMap(({ type, sessionId, id, machine, state, event }): Understood[] => {
    if (!['service.register', 'service.event', 'service.state', 'service.stop'].includes(type)) return [];
    if (id !== undefined) names.set(sessionId, id);
    return [
      {
        type,
        of: names.get(sessionId),
        ...(machine && { machine: JSON.parse(JSON.stringify(machine.definition)) as unknown }),
        ...(state && {
          value: state['value'],
          context: state['context'],
          event: state['event'],
          name: (state['_event'] as { name: string }).name,
          done: state['done'],
        }),
        ...(event && { name: event.name, data: event.data, $$type: event.$$type, kind: event.type }),
      },
    ];
  });
}

/** The package's server. */
async function theirs(): Promise<Receiver> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  inspect({ server });
  const inspecting = new Promise<void>((resolve) => {
    server.on('connection', (socket) => socket.once('message', () => resolve()));
  });
  const receiver = new Receiver(`127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  await inspecting;
  for (const { name, machine, context, events } of LIVES) {
    const { chart } = machine;
    const service = interpret(chart, { id: name, devTools: true });
    service.start(chart.getInitialState(chart.initialState.value, context));
    for (const event of events) service.send(event);
    service.stop();
  }
  await receiver.until(() => receiver.count('service.stop') === LIVES.length);
  return receiver;
}

async function ours(): Promise<Receiver> {
  const recorder = recorderOf();
  const { feed } = await serve(recorder);
  const receiver = new Receiver(feed.replace('ws://', ''));
  await receiver.until(() => receiver.count('service.process') === 1);
  for (const { name, machine, context, events } of LIVES) {
    const actor = engineFor(recorder).start(machine, { name, context });
    for (const event of events) actor.send(event);
    actor.stop();
  }
  await receiver.until(() => receiver.count('service.stop') === LIVES.length);
  return receiver;
}

/** Told at the start of a machine by the package: what the register has said already. */
const isBeginning = ({ type, name }: Understood): boolean => type !== 'service.register' && name === 'xstate.init';

/** The package registers a machine before it has its state (row 9), so with the context of the chart; the beginning has it. */
function corrected(messages: readonly Understood[]): Understood[] {
  return messages.flatMap((message) => {
    if (isBeginning(message)) return [];
    if (message['type'] !== 'service.register') return [message];
    const begun = messages.find((other) => isBeginning(other) && 'context' in other && other['of'] === message['of']);
    return [{ ...message, context: begun?.['context'], value: begun?.['value'] }];
  });
}

test('the receiver understands the same: machines, states, contexts, events, their order', async () => {
  const [package_, parley] = [understood(await theirs()), understood(await ours())];
  expect(parley).toEqual(corrected(package_));
  expect(parley).toHaveLength(LIVES.reduce((n, { events }) => n + 2 + 2 * events.length, 0));
});

test('row 9: the package tells the beginning again, and once without a state, which the receiver cannot read', async () => {
  const received = await theirs();
  expect(understood(received).filter(isBeginning)).toHaveLength(2 * LIVES.length);
  expect(errors).toHaveBeenCalledTimes(LIVES.length);
});

test('and the receiver has nothing to complain about in ours', async () => {
  await ours();
  expect(errors).not.toHaveBeenCalled();
});

test('row 10: a late viewer of ours gets names, parents and the past; one of the package only a state without a name', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  inspect({ server });
  const service = interpret(clientChat.chart, { id: 'alice chat', devTools: true }).start();
  service.send({ type: 'U.CHAT', id: 'bob' });
  const theirs = new Receiver(`127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  await theirs.until(() => theirs.got.length > 0);
  service.stop();
  expect(theirs.got.map(({ type, id }) => [type, id])).toEqual([['service.register', undefined]]);

  const recorder = recorderOf({ role: 'client', name: 'alice' });
  const stepper = engineFor(recorder);
  stepper.start(clientConnection, { name: 'alice connection', context: clientConnection.context });
  stepper.start(clientChat, { name: 'alice chat', context: clientChat.context }).send({ type: 'U.CHAT', id: 'bob' });
  const { feed } = await serve(recorder);
  const ours = new Receiver(feed.replace('ws://', ''));
  await ours.until(() => ours.count('service.state') === 1);
  expect(ours.got.slice(1).map(({ type, id }) => [type, id])).toEqual([
    ['service.register', 'alice connection'],
    ['service.register', 'alice chat'],
    ['service.event', undefined],
    ['service.state', undefined],
  ]);
  const [, connection, chat] = ours.got;
  expect((chat as { parent?: string }).parent).toBe(connection?.sessionId);
});

test('rows 6 and 8: bytes, BigInt, circles, maps: the package shows or chokes on them, ours neither', () => {
  const server = new WebSocketServer({ noServer: true });
  closing.push(() => server.close());
  inspect({ server });
  const circular: Record<string, unknown> = { n: 5n };
  circular['self'] = circular;
  const strange = createMachine({
    predictableActionArguments: true,
    context: circular,
    initial: 'a',
    states: { a: {} },
  });
  expect(() => interpret(strange, { devTools: true }).start()).toThrow();
  const machine = clientChat as unknown as AnyMachine;
  const recorder = recorderOf();
  const context = { circular, secret: Buffer.from('K_A of alice'), map: new Map([['a', 1]]) };
  engineFor(recorder).start(machine, { name: 'x', context });
  const entry = JSON.stringify(recorder.entry(1));
  expect(entry).toContain('[12 bytes]');
  expect(entry).not.toMatch(/K_A|75,95,65/);
});

test('an event that a viewer of the package sends is understood by ours', async () => {
  const recorder = recorderOf();
  const sent: unknown[] = [];
  const { feed } = await serve(recorder, ({ service, event }) => {
    sent.push({ service, event });
    return undefined;
  });
  const receiver = createWebSocketReceiver({ server: feed.replace('ws://', '') } as never);
  await new Promise<void>((resolve) => receiver.subscribe(() => resolve()));
  const scxml = { name: 'U.LOGON', data: { type: 'U.LOGON' }, $$type: 'scxml', type: 'external', origin: 'x:1' };
  receiver.send({ type: 'xstate.event', event: JSON.stringify(scxml) } as never);
  receiver.send({ type: 'xstate.event', event: JSON.stringify(scxml), service: 'x:2' });
  receiver.send({ type: 'not understood' } as never);
  await new Promise<void>((resolve) => {
    receiver.subscribe((message) => void ((message.type as string) === 'service.refused' && resolve()));
  });
  expect(sent).toEqual(['x:1', 'x:2'].map((service) => ({ service, event: { type: 'U.LOGON' } })));
});
