/** The picture of parley-top: it fits, whatever the names, and moves through a crowd. */
import { brief, draw, lasting, type View } from '../../bin/top/view';
import type { Status } from '../../bin/watching/status';
import { newCounters } from '../../transport/server-counters';

const NOW = new Date(2026, 4, 17, 12, 0, 0).getTime();

function status(count: number, name = (i: number): string => `client-${String(i).padStart(4, '0')}`): Status {
  return {
    now: NOW,
    started: NOW - 7_500_000,
    pid: 4711,
    memory: { rss: 85_000_000, heapUsed: 1 },
    census: {
      connectionStates: { 'Wait for RESPONSE': 1, Connecting: 1, Connected: count },
      chatStates: { 'Wait for CHAT_REQUEST': 0, 'Active Chat': count },
      unboundSockets: 0,
      boundSockets: count,
      queuedBytes: 0,
      queuedBytesMost: 0,
      lists: 0,
      timers: 0,
      storeWritable: true,
      usage: null,
      counters: { ...newCounters(), sessions: 3, texts: 1200 },
      faults: { WrongMagic: 2, UnknownTag: 3 },
      ignored: {},
    },
    clients: Array.from({ length: count }, (_, i) => ({
      id: name(i),
      source: '127.0.0.1:40000',
      since: NOW - i * 1000,
      state: 'Active Chat',
      session: 4_294_967_295,
      peer: name(i + 1),
      bytesIn: i * 1000,
      bytesOut: 2_000_000,
      queuedBytes: 0,
    })),
  };
}
const at = (changed: Partial<View> = {}): View => ({
  columns: 80,
  rows: 23,
  sort: 'id',
  offset: 0,
  live: true,
  ...changed,
});

test.each([
  [80, 23],
  [40, 10],
  [200, 50],
])('%i columns and %i rows are enough for every line, with names of 32 letters', (columns, rows) => {
  const crowd = status(300, (i) => `a-name-of-thirty-two-letters-${String(i).padStart(3, '0')}`);
  const lines = draw(crowd, undefined, at({ columns, rows }));
  expect(lines.length).toBeLessThanOrEqual(rows);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(lines.at(-1)).toMatch(/^clients 1 to \d+ of 300; arrows/);
});

test('at 80 columns every column is there, and the names give way', () => {
  const long = (i: number): string => `a-name-of-thirty-two-letters-${String(i).padStart(3, '0')}`;
  const lines = draw(status(2, long), undefined, at());
  expect(lines[4]).toMatch(/^CLIENT +SINCE +STATE +SESSION +WITH +IN +OUT$/);
  expect(lines[5]).toMatch(/^a-name-of-[^ ]*… 12:00:00 Active Chat 4294967295 a-name-of-[^ ]*… +0 2\.0M$/);
});

test('a crowd is moved through, and not past its end', () => {
  const rows = (offset: number): string[] => draw(status(30), undefined, at({ offset })).slice(5);
  expect(rows(0)[0]).toContain('client-0000');
  expect(rows(5)[0]).toContain('client-0005');
  expect(rows(99).at(-1)).toBe('clients 14 to 30 of 30; arrows move, q leaves; 110 columns: WAITS, FROM');
  expect(rows(99).at(-2)).toContain('client-0029');
});

test.each([
  [100, true, ['arrows move, q leaves; 110 columns: WAITS, FROM']],
  [100, false, ['110 columns: WAITS, FROM']],
  [110, true, ['arrows move, q leaves']],
  [110, false, []],
])('at %i columns (keys: %p) it says what is hidden, and its keys', (columns, live, hints) => {
  const lines = draw(status(2), undefined, at({ columns, live }));
  expect(lines.slice(7)).toEqual(hints);
  expect(lines[4]?.includes('WAITS')).toBe(columns >= 110);
  // With them it fits, too: 23 rows, of which the head has four and the table's head one.
  for (const clients of [17, 18, 19]) {
    const all = draw(status(clients), undefined, at({ columns, live }));
    expect(all.length).toBeLessThanOrEqual(23);
    expect(all.at(-1)?.startsWith('clients')).toBe(clients > 18 - hints.length);
  }
});

test('everybody is shown where there is no end of rows', () => {
  expect(draw(status(500), undefined, at({ columns: Infinity, rows: Infinity, live: false }))).toHaveLength(505);
});

test('the head says what the server does, and how much of it in a second', () => {
  const before = status(2);
  const now: Status = {
    ...before,
    now: NOW + 2000,
    census: { ...before.census, storeWritable: false, counters: { ...before.census.counters, texts: 1300 } },
  };
  expect(draw(now, before, at()).slice(0, 3)).toEqual([
    'parley-server 4711   up 2 h 05 min   memory 85MB   STORE FAILED',
    '2 connected   2 in a chat   2 logging on   sessions 3   texts 1300 (50/s)',
    'in 0B (0/s)   out 0B (0/s)   waiting 0B   repeated 0   refused 5',
  ]);
});

test('orders', () => {
  const first = (sort: View['sort']): string | undefined => draw(status(3), undefined, at({ sort }))[5]?.slice(0, 11);
  expect([first('id'), first('since'), first('bytes')]).toEqual(['client-0000', 'client-0002', 'client-0002']);
});

test('control characters do not reach the terminal', () => {
  const lines = draw(
    status(1, () => 'a\x1b[2Jb\u009b'),
    undefined,
    at(),
  );
  expect(lines.join('')).not.toMatch(/\p{Cc}/u);
});

test('numbers and times are short', () => {
  expect([0, 9, 12.34, 0.5, 999, 999.6, 1000, 1234, 99_949, 999_499, 999_500, 5e13].map(brief)).toEqual([
    ...['0', '9', '12', '0.5', '999', '1.0k', '1.0k', '1.2k', '100k', '999k', '1.0M', '50T'],
  ]);
  expect([0, 59_999, 60_000, 3_600_000, 90_000_000].map(lasting)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1 h 00 min',
    '1 d 01 h',
  ]);
});
