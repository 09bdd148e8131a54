/** The ladder: what both sides saw is one arrow, from send to receipt; clocks that disagree are put right. */
import { clockShifts } from '../../diagrams/inspector/page/model/clock';
import { arrowsOf, isLost, ladderOf, lifelines } from '../../diagrams/inspector/page/model/ladder';
import { Recording, timeOf } from '../../diagrams/inspector/page/model/record';
import type { FeedMessage } from '../../diagrams/inspector/protocol';
import { feedOf, put, recordOf } from './feed';

/** alice sends two CHAT, the server receives them `late` ms after; it answers once. */
function both(late: number): Recording {
  const record = new Recording();
  const [alice, server] = [feedOf('alice', 'client'), feedOf('server', 'server')];
  alice.at(10);
  const sent = [alice.wire('alice', 'S', 'CHAT', true), alice.wire('alice', 'S', 'CHAT', true)];
  server.at(10 + late);
  const received = [server.wire('alice', 'S', 'CHAT', false), server.wire('alice', 'S', 'CHAT', false)];
  const answer = server.wire('S', 'alice', 'CHAT', true);
  alice.at(12);
  put(record, alice, [...sent, alice.wire('S', 'alice', 'CHAT', false)]);
  put(record, server, [...received, answer]);
  return record;
}

test('a message seen by both sides is one arrow, in order', () => {
  const arrows = arrowsOf(both(1).entries);
  expect(arrows).toHaveLength(3);
  expect(arrows.every(({ sent, received }) => sent && received)).toBe(true);
  expect(arrows.map(({ sent, received }) => [sent?.seq, received?.seq])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});

test('what only one side saw is an arrow, too', () => {
  const record = new Recording();
  const server = feedOf('server', 'server');
  put(record, server, [server.wire('alice', 'S', 'CHAT', false), server.wire('S', 'bob', 'CHAT', true)]);
  expect(arrowsOf(record.entries)).toMatchObject([
    { from: 'alice', sent: undefined },
    { to: 'bob', received: undefined },
  ]);
});

test('a process that says it both sent and received a message has two of them', () => {
  const record = new Recording();
  const server = feedOf('server', 'server');
  put(record, server, [server.wire('a', 'S', 'CHAT', true), server.wire('a', 'S', 'CHAT', false)]);
  expect(arrowsOf(record.entries)).toHaveLength(2);
});

test('a datagram that was lost and sent again is paired with the second', () => {
  const record = new Recording();
  const [alice, server] = [feedOf('alice', 'client'), feedOf('server', 'server')];
  const first = alice.wire('alice', 'S', 'HELLO', true, { over: 'udp' });
  alice.at(500);
  put(record, alice, [first, alice.wire('alice', 'S', 'HELLO', true, { over: 'udp' })]);
  server.at(501);
  put(record, server, [server.wire('alice', 'S', 'HELLO', false, { over: 'udp' })]);
  const arrows = arrowsOf(record.entries);
  expect(arrows.map(({ received }) => received !== undefined)).toEqual([false, true]);
  expect(arrows.map((arrow) => isLost(record, arrow))).toEqual([true, false]);
});

test('a datagram is only called lost if its receiver would know', () => {
  const record = new Recording();
  const [alice, server] = [feedOf('alice', 'client'), feedOf('server', 'server', 1500)];
  const hello = (at: number): FeedMessage => {
    alice.at(at);
    return alice.wire('alice', 'S', 'HELLO', true, { over: 'udp' });
  };
  // Before the server recorded; while it did; after the last that is known of it; and over TCP, where nothing is lost.
  put(record, alice, [hello(400), hello(550), hello(900), alice.wire('alice', 'S', 'CHAT', true)]);
  server.at(100);
  put(record, server, [server.wire('S', 'bob', 'CHAT', true)]);
  const lost = arrowsOf(record.entries).filter((arrow) => isLost(record, arrow));
  expect(lost.map(({ sent }) => sent?.time)).toEqual([550]);
  expect(arrowsOf(recordOf(feedOf('bob', 'client'), [hello(1)]).entries).some((one) => isLost(record, one))).toBe(
    false,
  );
});

test('messages that say different things are different messages', () => {
  const record = new Recording();
  const [alice, server] = [feedOf('alice', 'client'), feedOf('server', 'server')];
  put(record, alice, [alice.wire('alice', 'S', 'CHAT', true, { line: '#1 a' })]);
  put(record, server, [server.wire('alice', 'S', 'CHAT', false, { line: '#2 b' })]);
  expect(arrowsOf(record.entries)).toHaveLength(2);
});

test('no message arrives before it was sent, when the clocks have been put right', () => {
  const record = both(-5);
  const arrows = arrowsOf(record.entries);
  const early = (): boolean =>
    arrowsOf(record.entries).some(({ sent, received }) => sent && received && timeOf(received) < timeOf(sent) - 0.01);
  expect(early()).toBe(true);
  record.shift(clockShifts(arrows));
  expect(early()).toBe(false);
  expect(clockShifts(arrowsOf(record.entries)).size).toBe(0);
});

test('lifelines: the server second, the chosen client always, and a bound', () => {
  const record = both(1);
  const arrows = arrowsOf(record.entries);
  expect(lifelines(record, arrows, ['alice'], 4)).toEqual({ lines: ['alice', 'S'], hidden: 0 });
  const server = feedOf('server', 'server', 2000);
  const many = Array.from({ length: 50 }, (_, i) => server.wire(`c${String(i)}`, 'S', 'CHAT', false));
  put(record, server, many);
  const { lines, hidden } = lifelines(record, arrowsOf(record.entries), ['c40'], 4);
  expect(lines).toContain('c40');
  expect(lines).toHaveLength(5);
  expect(hidden).toBe(47);
});

test('an arrow takes a second row only if something came between', () => {
  const record = both(1);
  const rows = ladderOf(record, arrowsOf(record.entries), ['alice', 'S']);
  // Two sent one after the other end in later rows; the answer arrives at once.
  expect(rows.map(({ arrow, length }) => (arrow ? length : 'end'))).toEqual([2, 2, 'end', 'end', 0]);
});
