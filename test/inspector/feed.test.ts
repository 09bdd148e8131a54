/** What viewers are sent: everything, in order, each at the speed at which it reads; and who is too slow ends up right all the same. */
import { WebSocket } from 'ws';
import type { FeedMessage } from '../../diagrams/inspector/protocol';
import type { Recorder } from '../../diagrams/inspector/recorder';
import { Viewer } from '../../diagrams/inspector/viewer';
import { serverChat } from '../../machines/server/chat';
import { serverConnection } from '../../machines/server/connection';
import { serverHistory } from '../../machines/server/history';
import { actorOf, recorderOf, seqOf, serve, standing, stepOf, steps, TestViewer } from './support';

const BUFFERED_BYTES = 4 << 20;

/** A socket that takes nothing until it is told to. */
class SlowSocket {
  readonly sent: string[] = [];
  bufferedAmount = 0;
  most = 0;
  private waiting: { size: number; sent: () => void }[] = [];

  send(data: string, sent: () => void): void {
    this.sent.push(data);
    this.waiting.push({ size: data.length, sent });
    this.bufferedAmount += data.length;
    this.most = Math.max(this.most, this.bufferedAmount);
  }
  /** Everything that waits goes out. */
  drain(): void {
    for (const { size, sent } of this.waiting.splice(0)) {
      this.bufferedAmount -= size;
      sent();
    }
  }
  get messages(): FeedMessage[] {
    return this.sent.map((text) => JSON.parse(text) as never);
  }
}
class Turns {
  private due: (() => void)[] = [];
  count = 0;
  readonly later = (callback: () => void): void => void this.due.push(callback);
  run(): void {
    for (let callback = this.due.shift(); callback; callback = this.due.shift(), this.count++) callback();
  }
}
function slowViewer(recorder: Recorder) {
  const socket = new SlowSocket();
  const turns = new Turns();
  const viewer = new Viewer(socket, recorder, turns.later);
  recorder.listen(() => viewer.wake());
  return { socket, turns, viewer };
}
/** What every machine is in now. */
function now(recorder: Recorder): Map<string, string> {
  return standing([...recorder.before(recorder.last + 1)]);
}

describe('one viewer', () => {
  test('is sent nothing before it says that it is inspecting, and then everything once', () => {
    const recorder = recorderOf();
    const actor = actorOf();
    const { socket, turns, viewer } = slowViewer(recorder);
    recorder.started(actor, 'Offline', {});
    turns.run();
    expect(socket.sent).toEqual([]);
    viewer.begin();
    viewer.begin();
    turns.run();
    recorder.stepped(actor, stepOf());
    turns.run();
    viewer.begin();
    turns.run();
    expect(socket.messages.map(({ type }) => type)).toEqual([
      'service.process',
      'service.register',
      'service.event',
      'service.state',
    ]);
  });

  test('does not stall the process: a long record takes many turns', () => {
    const recorder = recorderOf({ limit: 10_000 });
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    steps(recorder, actor, 4000);
    const { socket, turns, viewer } = slowViewer(recorder);
    viewer.begin();
    turns.run();
    expect(socket.sent.length).toBe(8002);
    expect(turns.count).toBeGreaterThanOrEqual(40);
  });

  test('that reads nothing holds 4 MiB and a message, however much happens', () => {
    const recorder = recorderOf({ limit: 2000 });
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    const { socket, turns, viewer } = slowViewer(recorder);
    viewer.begin();
    for (let i = 0; i < 40; i++) {
      steps(recorder, actor, 500, stepOf({ context: { filling: 'x'.repeat(2000) } }));
      turns.run();
    }
    expect(socket.most).toBeGreaterThan(BUFFERED_BYTES);
    expect(socket.most).toBeLessThan(BUFFERED_BYTES + 4000);
    for (let i = 0; i < 1000; i++) viewer.refuse('not JSON');
    expect(socket.most).toBeLessThan(BUFFERED_BYTES + 4000);
  });

  test('that reads nothing holds no more when there are thousands of machines to describe', () => {
    const recorder = recorderOf({ limit: 100 });
    for (let serial = 1; serial <= 3000; serial++) {
      recorder.started(actorOf(serverConnection, serial, `#${String(serial)} connection`), 'Connected', {});
    }
    const { socket, turns, viewer } = slowViewer(recorder);
    viewer.begin();
    turns.run();
    expect(socket.most).toBeLessThan(BUFFERED_BYTES + 20_000);
    for (let before = -1; before < socket.sent.length;) {
      before = socket.sent.length;
      socket.drain();
      turns.run();
    }
    expect(standing(socket.messages)).toEqual(now(recorder));
    expect(standing(socket.messages).size).toBe(3000);
  });

  test('that was too slow is told of the gap, and ends with every machine as it is', () => {
    const recorder = recorderOf({ limit: 300 });
    const actors = Array.from({ length: 50 }, (_, n) => actorOf(serverChat, n, `#${String(n)} chat`));
    for (const actor of actors) recorder.started(actor, 'Wait for CHAT_REQUEST', {});
    const { socket, turns, viewer } = slowViewer(recorder);
    viewer.begin();
    turns.run();
    // Every machine moves, some only at the beginning, some stop, some are new: all while nothing is read.
    const context = { filling: 'x'.repeat(20_000) };
    for (let round = 0; round < 60; round++) {
      actors.forEach((actor, n) => {
        if (round > n) return;
        const [from, to] =
          round % 2 === 0 ? ['Wait for CHAT_REQUEST', 'Active Chat'] : ['Active Chat', 'Wait for CHAT_REQUEST'];
        recorder.stepped(actor, stepOf({ from, to, context }));
      });
      turns.run();
    }
    for (const actor of actors.slice(0, 5)) recorder.stopped(actor);
    recorder.started(actorOf(serverHistory, 99, '#99 history'), 'Wait for HISTORY_REQ', {});
    expect(socket.bufferedAmount).toBeGreaterThan(BUFFERED_BYTES);
    while (socket.bufferedAmount > 0) {
      socket.drain();
      turns.run();
    }
    const gaps = socket.messages.filter(({ type }) => type === 'service.gap');
    expect(gaps.length).toBeGreaterThan(0);
    // What was not sent is exactly what was said to be missing; the first 50 entries and the last are beginnings.
    const numbers = [...Array.from({ length: 50 }, (_, i) => i + 1), recorder.last];
    for (const message of socket.messages) {
      if (message.type === 'service.gap') {
        const { missed, next } = message.parley;
        numbers.push(...Array.from({ length: missed }, (_, i) => next - missed + i));
      } else if (message.type !== 'service.register' && message.type !== 'service.process')
        numbers.push(seqOf(message));
    }
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: recorder.last }, (_, i) => i + 1));
    const known = standing(socket.messages);
    for (const actor of actors.slice(0, 5)) known.delete(actor.sessionId);
    expect(known).toEqual(now(recorder));
  });

  test('that joins a full record under load is not told over and over that it is behind', () => {
    const recorder = recorderOf({ limit: 1000 });
    const actors = Array.from({ length: 1000 }, (_, n) => actorOf(serverChat, n, `#${String(n)} chat`));
    for (const actor of actors) recorder.started(actor, 'Wait for CHAT_REQUEST', {});
    const [busy] = actors;
    if (!busy) throw new Error('no machine');
    steps(recorder, busy, 2000);
    const socket = new SlowSocket();
    // Each turn brings 50 entries more.
    let turns = 0;
    const due: (() => void)[] = [];
    const viewer = new Viewer(socket, recorder, (callback) => void due.push(callback));
    recorder.listen(() => viewer.wake());
    viewer.begin();
    for (let callback = due.shift(); callback; callback = due.shift()) {
      if (++turns < 40) steps(recorder, busy, 25);
      callback();
    }
    expect(socket.messages.filter(({ type }) => type === 'service.gap')).toEqual([]);
    expect(seqOf(socket.messages.at(-1) as never)).toBe(recorder.last);
    expect(standing(socket.messages)).toEqual(now(recorder));
  });
});

describe('on a real socket', () => {
  /** The process's own ends, of viewers that are written to from now on. */
  function serverSockets(): Set<WebSocket> {
    const seen = new Set<WebSocket>();
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its own `this`
    const send = WebSocket.prototype.send as (...what: unknown[]) => void;
    jest.spyOn(WebSocket.prototype, 'send').mockImplementation(function (this: WebSocket, ...what: unknown[]) {
      if ((this as unknown as { _isServer: boolean })._isServer) seen.add(this);
      send.apply(this, what);
    });
    return seen;
  }
  afterEach(() => jest.restoreAllMocks());
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('a paused viewer is bounded, disturbs nobody, and is brought up to date when it reads again', async () => {
    const recorder = recorderOf({ limit: 500 });
    const actor = actorOf(serverChat, 1, '#1 chat');
    const idle = actorOf(serverChat, 2, '#2 chat');
    recorder.started(actor, 'Wait for CHAT_REQUEST', {});
    recorder.started(idle, 'Wait for CHAT_REQUEST', {});
    const { feed } = await serve(recorder);
    const ends = serverSockets();
    const [slow, quick] = [await TestViewer.inspecting(feed), await TestViewer.inspecting(feed)];
    await slow.upTo(2);
    slow.socket.pause();
    let most = 0;
    const context = { filling: 'x'.repeat(20_000) };
    for (let i = 0; i < 1500; i++) {
      const [from, to] =
        i % 2 === 0 ? ['Wait for CHAT_REQUEST', 'Active Chat'] : ['Active Chat', 'Wait for CHAT_REQUEST'];
      recorder.stepped(actor, stepOf({ from, to, context }));
      if (i === 10) recorder.stepped(idle, stepOf({ from: 'Wait for CHAT_REQUEST', to: 'Active Chat' }));
      if (i % 20 === 0) await quick.upTo(recorder.last);
      await turn();
      for (const { bufferedAmount } of ends) most = Math.max(most, bufferedAmount);
    }
    expect(most).toBeGreaterThan(BUFFERED_BYTES);
    expect(most).toBeLessThan(BUFFERED_BYTES + 50_000);
    await quick.upTo(recorder.last);
    expect(quick.of('service.gap')).toEqual([]);
    expect(quick.numbers).toEqual(Array.from({ length: recorder.last }, (_, i) => i + 1));
    slow.socket.resume();
    await slow.upTo(recorder.last);
    expect(slow.of('service.gap').length).toBeGreaterThan(0);
    expect(standing(slow.got)).toEqual(now(recorder));
    expect(standing(slow.got).get(idle.sessionId)).toBe('Active Chat');
  });

  test('who joins late gets the whole record, in order, and so does everybody else only once', async () => {
    const recorder = recorderOf({ limit: 5000 });
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    const { feed } = await serve(recorder);
    const first = await TestViewer.inspecting(feed);
    steps(recorder, actor, 1000);
    await first.upTo(recorder.last);
    const late = await TestViewer.inspecting(feed);
    steps(recorder, actor, 1000);
    await Promise.all([first.upTo(recorder.last), late.upTo(recorder.last)]);
    expect(late.numbers).toEqual(Array.from({ length: 4001 }, (_, i) => i + 1));
    expect(late.got).toEqual(first.got);
  });

  test('one who leaves in the middle of it leaves nothing behind', async () => {
    const recorder = recorderOf({ limit: 5000 });
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    steps(recorder, actor, 2000);
    const { feed } = await serve(recorder);
    const [stays, goes] = [await TestViewer.inspecting(feed), await TestViewer.inspecting(feed)];
    goes.socket.terminate();
    await goes.closed;
    steps(recorder, actor, 100);
    await stays.upTo(recorder.last);
    expect(stays.numbers).toHaveLength(4201);
  });

  test('1,000 clients, 3,000 machines: who joins late finds every one of them', async () => {
    const recorder = recorderOf({ limit: 20_000 });
    const stateOf = new Map<string, string>();
    for (let serial = 1; serial <= 1000; serial++) {
      const context = { id: `user${String(serial)}` };
      const connection = actorOf(serverConnection, serial, `#${String(serial)} connection`);
      recorder.started(connection, 'Wait for HELLO', {});
      for (const state of ['Wait for RESPONSE', 'Connecting', 'Connected']) {
        recorder.stepped(connection, stepOf({ from: 'Wait for HELLO', to: state, context }));
      }
      const chat = actorOf(serverChat, serial, `#${String(serial)} chat`);
      const history = actorOf(serverHistory, serial, `#${String(serial)} history`);
      recorder.started(chat, 'Wait for CHAT_REQUEST', context);
      recorder.started(history, 'Wait for HISTORY_REQ', context);
      steps(recorder, chat, 8, stepOf({ from: 'Wait for CHAT_REQUEST', to: 'Wait for CHAT_REQUEST', context }));
      stateOf.set(connection.sessionId, 'Connected').set(chat.sessionId, 'Wait for CHAT_REQUEST');
      stateOf.set(history.sessionId, 'Wait for HISTORY_REQ');
    }
    const { feed } = await serve(recorder);
    const late = await TestViewer.inspecting(feed);
    await late.upTo(recorder.last);
    expect(standing(late.got)).toEqual(stateOf);
    const chats = late.of('service.register').filter(({ parley }) => parley.machine === 'server chat');
    expect(new Set(chats.map(({ parent }) => parent)).size).toBe(1000);
  });
});
