/** A server that knows the keys and breaks the rules: the client closes with CLOSE(4), and its user is told once. */
import type { TcpMessage } from '../../machines/messages';
import { encodeRecords } from '../../transport/wire/records';
import { framed, messageBytes } from '../support/plaintexts';
import { RawServer } from '../support/raw-server';
import type { User } from '../support/user';
import { played, type World } from '../support/world';

const options = { users: ['A'], peers: 'hostile', server: 'none' } as const;
const CONNECTED = encodeRecords([{ type: 'CONNECTED' }]);
const STARTED: TcpMessage = { type: 'CHAT_STARTED', session: 7, id: 'B' };
const CLOSE_4 = { type: 'CLOSE', reason: 4 };

function lie(name: string, play: (world: World, server: RawServer, a: User) => void, first?: readonly Buffer[]): void {
  test(name, () =>
    played(options, async (world) => {
      const server = await RawServer.start(world, first ?? CONNECTED);
      const a = world.user('A');
      a.type('Log on');
      world.advance(20);
      if (!first) expect(a.look()).toEqual(['Connected']);
      play(world, server, a);
    }),
  );
}

/** The client has closed, and said why. */
function caught(server: RawServer, a: User, ...shown: readonly string[]): void {
  expect(a.look()).toEqual([...shown, 'Protocol error']);
  expect([a.isOffline, server.heard.at(-1), server.tcp]).toEqual([true, CLOSE_4, 'closed']);
}

describe('before CONNECTED', () => {
  const chats = encodeRecords([STARTED]);
  lie('CHAT_STARTED first', (_, server, a) => caught(server, a), chats);
  lie('CHAT first', (_, server, a) => caught(server, a), encodeRecords([{ type: 'CHAT', session: 7, text: 'x' }]));
  lie('something beside CONNECTED in record 0 (P3)', (_, server, a) => caught(server, a), [
    framed([messageBytes({ type: 'CONNECTED' }), messageBytes({ type: 'KEEPALIVE' })]),
  ]);
  lie('an unknown optional message in record 0 (P20)', (_, server, a) => caught(server, a), [
    framed([Buffer.from([0x80]), messageBytes({ type: 'CONNECTED' })]),
  ]);
  lie('rubbish that verifies', (_, server, a) => caught(server, a), [framed([Buffer.from([0x7e])])]);
  lie(
    'record 0 with N other than 80: cut (P3)',
    (_, server, a) => {
      expect([a.look(), a.isOffline, server.heard]).toEqual([['Connection not accepted'], true, []]);
    },
    [framed([messageBytes({ type: 'CONNECTED' })], 1)],
  );
  lie('CLOSE first', (_, server, a) => caught(server, a), encodeRecords([{ type: 'CLOSE', reason: 3 }]));
});

describe('in Connected', () => {
  lie('CONNECTED twice', (_, server, a) => {
    server.say({ type: 'CONNECTED' });
    caught(server, a);
  });
  lie('a message of the client: CHAT_REQUEST', (_, server, a) => {
    server.say({ type: 'CHAT_REQUEST', id: 'A' });
    caught(server, a);
  });
  lie('HISTORY_RESP that nobody asked for', (_, server, a) => {
    server.say({ type: 'HISTORY_RESP', session: 7, id: 'B', text: 'x' });
    caught(server, a);
  });
  lie('HISTORY_END that nobody asked for', (_, server, a) => {
    server.say({ type: 'HISTORY_END', id: 'B', status: 0, count: 0 });
    caught(server, a);
  });
  lie('END_NOTIF and CHAT without a chat are ignored: they may have crossed END_REQUEST', (_, server, a) => {
    server.say({ type: 'END_NOTIF', session: 7 }, { type: 'CHAT', session: 7, text: 'x' });
    expect([a.look(), a.isConnected]).toEqual([[], true]);
  });
  lie('UNREACHABLE that nobody asked for is shown: it may be late', (_, server, a) => {
    server.say({ type: 'UNREACHABLE', id: 'B' });
    expect([a.look(), a.isConnected]).toEqual([['Correspondent unreachable'], true]);
  });
  lie('a damaged record: Connection damaged, nothing sent', (world, server, a) => {
    const heard = server.heard.length;
    server.stream?.write(Buffer.from([0, 80, ...Array<number>(80).fill(7)]));
    world.advance(20);
    expect([a.look(), server.heard.length]).toEqual([['Connection damaged'], heard]);
  });
  lie('a record of impossible length', (world, server, a) => {
    server.stream?.write(Buffer.from([0, 81]));
    world.advance(20);
    expect(a.look()).toEqual(['Connection damaged']);
  });
  lie('FIN without CLOSE: Connection lost', (world, server, a) => {
    server.stream?.end();
    world.advance(20);
    expect(a.look()).toEqual(['Connection lost']);
  });
});

describe('CLOSE', () => {
  const REASONS = [
    [0, []],
    [1, []],
    [2, ['Logged on from elsewhere']],
    [3, ['Server shut down']],
    [4, ['Protocol error']],
    [5, ['Disconnected: too slow']],
    [6, ['Server error']],
    [99, ['Closed by the server']],
  ] as const;
  for (const [reason, shown] of REASONS) {
    lie(`with reason ${String(reason)}`, (_, server, a) => {
      server.say({ type: 'CLOSE', reason });
      expect([a.look(), a.isOffline, server.heard]).toEqual([shown, true, []]);
    });
  }
  lie('in a chat and in a list: Chat ended first, and the list is incomplete (P21)', (_, server, a) => {
    server.say(STARTED);
    a.type('History B');
    server.say({ type: 'CLOSE', reason: 3 });
    expect(a.look()).toEqual(['Chat started', 'Chat ended', 'History incomplete', 'Server shut down']);
  });
  lie('what follows CLOSE is not read', (_, server, a) => {
    server.say({ type: 'CLOSE', reason: 3 }, STARTED);
    expect(a.look()).toEqual(['Server shut down']);
  });
});

describe('while waiting for CHAT_STARTED', () => {
  lie('UNREACHABLE of another Client-ID: shown, and the wait goes on', (_, server, a) => {
    a.type('Chat B');
    server.say({ type: 'UNREACHABLE', id: 'C' });
    expect([a.look(), a.status.chat]).toEqual([['Correspondent unreachable'], 'Wait for CHAT_STARTED']);
    server.say({ type: 'UNREACHABLE', id: 'B' });
    expect([a.look(), a.status.chat]).toEqual([['Correspondent unreachable'], 'Connected']);
  });
  lie('CHAT_STARTED of another: it is the answer', (_, server, a) => {
    a.type('Chat C');
    server.say(STARTED);
    const overtaken = 'B called first: your request to C was overtaken';
    expect([a.look(), a.status.peer]).toEqual([['Chat started', overtaken], 'B']);
  });
  lie('a chat is not a list: HISTORY_END while waiting', (_, server, a) => {
    a.type('Chat B');
    server.say({ type: 'HISTORY_END', id: 'B', status: 0, count: 0 });
    caught(server, a);
  });
});

describe('in a chat', () => {
  const begun = (server: RawServer, a: User): void => {
    server.say(STARTED);
    expect(a.look()).toEqual(['Chat started']);
  };
  lie('END_NOTIF and CHAT of another session are ignored', (_, server, a) => {
    begun(server, a);
    server.say({ type: 'END_NOTIF', session: 8 }, { type: 'CHAT', session: 6, text: 'psst' });
    expect([a.look(), a.isInChat]).toEqual([[], true]);
    server.say({ type: 'CHAT', session: 7, text: 'hello' }, { type: 'END_NOTIF', session: 7 });
    expect(a.look()).toEqual(['B: hello', 'Chat ended']);
  });
  lie('CHAT_STARTED', (_, server, a) => {
    begun(server, a);
    server.say({ type: 'CHAT_STARTED', session: 8, id: 'C' });
    caught(server, a, 'Chat ended');
  });
  lie('UNREACHABLE', (_, server, a) => {
    begun(server, a);
    server.say({ type: 'UNREACHABLE', id: 'C' });
    caught(server, a, 'Chat ended');
  });
  lie('texts that a terminal would obey do not get through', (_, server, a) => {
    begun(server, a);
    const escape = Buffer.from([0x25, 0, 0, 0, 7, 0, 3, 0x1b, 0x5b, 0x48]);
    server.records(framed([messageBytes({ type: 'CHAT', session: 7, text: 'fine' }), escape]));
    caught(server, a, 'B: fine', 'Chat ended');
  });
  lie('76: letters that change the direction or break a line are shown escaped', (_, server, a) => {
    begun(server, a);
    server.say({ type: 'CHAT', session: 7, text: 'a\u202eb\u2028c\u061cd' });
    expect(a.look()).toEqual(['B: a\\u{202e}b\\u{2028}c\\u{61c}d']);
  });
});

describe('in a list', () => {
  const resp: TcpMessage = { type: 'HISTORY_RESP', session: 3, id: 'B', text: 'x' };
  const line = '<3> <from: B> <x>';
  const asked = (world: World, a: User): void => {
    a.type('History B');
    world.advance(20);
  };
  lie('HISTORY_END with a wrong count', (world, server, a) => {
    asked(world, a);
    server.say(resp, { type: 'HISTORY_END', id: 'B', status: 0, count: 2 });
    caught(server, a, line, 'History incomplete');
  });
  lie('HISTORY_END of another Client-ID', (world, server, a) => {
    asked(world, a);
    server.say(resp, { type: 'HISTORY_END', id: 'C', status: 0, count: 1 });
    caught(server, a, line, 'History incomplete');
  });
  lie('busy: try again', (world, server, a) => {
    asked(world, a);
    server.say({ type: 'HISTORY_END', id: 'B', status: 1, count: 0 });
    expect([a.look(), a.status.history]).toEqual([['Server busy, try again'], 'Idle']);
  });
  lie('an unknown status is not complete', (world, server, a) => {
    asked(world, a);
    server.say(resp, { type: 'HISTORY_END', id: 'B', status: 77, count: 1 });
    expect(a.look()).toEqual([line, 'History incomplete']);
  });
  lie('without the time and the why of this server all works (P23)', (world, server, a) => {
    asked(world, a);
    server.say(resp, { type: 'HISTORY_END', id: 'B', status: 0, count: 1 });
    expect(a.look()).toEqual([line, 'End of history (1 message)']);
  });
});

test('a server that says nothing after CONNECT: given up after T_CONNECTING', () =>
  played(options, async (world) => {
    const server = await RawServer.start(world, []);
    const a = world.user('A');
    a.type('Log on');
    world.advance(world.limits.T_CONNECTING_MS - 100);
    expect(a.look()).toEqual([]);
    world.advance(200);
    expect([a.look(), server.heard]).toEqual([['Connection failed (timeout)'], []]);
  }));
