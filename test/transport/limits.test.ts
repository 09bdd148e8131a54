/** The conditions between the numbers (appendix A), and the tables of messages and faults by themselves. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS, limitFaults, limitsTaken, limitsWith, WIRE, type Limits } from '../../machines/limits';
import {
  CLOSE_REASON,
  END_WHY,
  HISTORY_STATUS,
  isClientId,
  MESSAGES,
  rowOf,
  type MessageName,
  type Role,
} from '../../machines/messages';
import { encodedSize } from '../../transport/wire/records';
import { FAULTS } from '../../machines/faults';

describe('limits', () => {
  test('the defaults hold', () => {
    expect(limitFaults(LIMITS)).toEqual([]);
  });

  test('are those of appendix A', () => {
    expect(LIMITS).toMatchObject({
      T_RETRY_MS: [500, 1_000, 1_000, 1_500, 1_500],
      RETRY_JITTER: 1.25,
      T_CHALLENGE_MS: 8_000,
      T_AUTH_MS: 8_000,
      T_FAIL_HOLD_MS: 400,
      T_CONNECTING_MS: 10_000,
      T_RESPONSE_MS: 20_000,
      T_COOKIE_MS: 20_000,
      T_PREFACE_MS: 5_000,
      T_ACTIVITY_MS: 300_000,
      T_GUARD_MS: 30_000,
      T_KEEPALIVE_MS: 15_000,
      T_DEAD_MS: 45_000,
      T_LINGER_MS: 2_000,
      PENDING_ATTEMPTS: 16_384,
      PENDING_PER_SOURCE: 256,
      HELLOS_PER_SECOND: 50,
      HELLO_BURST: 200,
      NEW_ATTEMPTS_PER_SECOND: 2_000,
      T_TOKEN_MS: 10_000,
      UNBOUND_SOCKETS: 512,
      UNBOUND_PER_SOURCE: 32,
      MESSAGES_PER_SECOND: 20,
      MESSAGE_BURST: 60,
      CALLS_PER_MINUTE: 6,
      CALL_BURST: 5,
      CALL_PAIRS: 65_536,
      OUTPUT_QUEUE_BYTES: 1_048_576,
      CONNECTED_CLIENTS: 10_000,
    });
    expect([WIRE.CANDIDATES, WIRE.WRONG_RESPONSES, WIRE.REKEY_RECORDS]).toEqual([4, 3, 65_536]);
  });

  test.each<[Partial<Limits>, string]>([
    [{ T_FAIL_HOLD_MS: 500 }, 'T_FAIL_HOLD_MS (500) must be shorter than the first step of T_RETRY_MS (500,'],
    [{ T_RETRY_MS: [500, 1_000, 1_000, 1_500] }, 'T_RETRY_MS (500,1000,1000,1500) must have 5 steps: give '],
    [{ RETRY_JITTER: 0.9 }, 'RETRY_JITTER (0.9) must be at least 1: raise it'],
    [
      { T_RESPONSE_MS: 16_000 },
      'T_RESPONSE_MS (16000) must be longer than T_CHALLENGE_MS (8000) and T_AUTH_MS (8000) ',
    ],
    [{ T_COOKIE_MS: 18_000 }, 'T_COOKIE_MS (18000) must be longer than T_AUTH_MS (8000) and T_CONNECTING_MS (10000) '],
    [{ T_CHALLENGE_MS: 6_875 }, 'T_CHALLENGE_MS (6875) must be longer than the steps of T_RETRY_MS (500,1000,'],
    [{ T_AUTH_MS: 6_875 }, 'T_AUTH_MS (6875) must be longer than the steps of T_RETRY_MS (500,1000,'],
    [{ CONNECTING_PER_CLIENT: 3 }, 'CONNECTING_PER_CLIENT (3) must be at least 4, or 0'],
    [{ T_DEAD_MS: 44_999 }, 'T_DEAD_MS (44999) must be at least three times T_KEEPALIVE_MS (15000), or 0'],
    [{ T_KEEPALIVE_MS: 0 }, 'T_DEAD_MS (45000) must be at least three times T_KEEPALIVE_MS (0), or 0'],
    [{ T_GUARD_MS: 0 }, 'T_GUARD_MS (0) must be above 0 and below T_ACTIVITY_MS (300000): lower T_GUARD_MS, '],
    [{ T_GUARD_MS: 300_000 }, 'T_GUARD_MS (300000) must be above 0 and below T_ACTIVITY_MS (300000): lower '],
    [{ PUMP_QUEUE_BYTES: 1_048_576 - 4_177 }, 'PUMP_QUEUE_BYTES (1044399) must be below OUTPUT_QUEUE_BYTES (1048576) '],
    [{ PUMP_QUEUE_BYTES: 16_383 }, 'PUMP_QUEUE_BYTES (16383) must be at least 16384, '],
    [{ SESSION_BLOCK: 0 }, 'SESSION_BLOCK (0) must be a whole number above 0'],
    [{ SESSION_BLOCK: 1.5 }, 'SESSION_BLOCK (1.5) must be a whole number above 0'],
    [{ MESSAGE_BURST: 0 }, 'MESSAGE_BURST (0) must be '],
    [{ CALL_BURST: 0 }, 'CALL_BURST (0) must be '],
    [{ PUMP_QUEUE_BYTES: 16_384.5 }, 'PUMP_QUEUE_BYTES (16384.5) must be a whole number'],
    [{ PUMP_PAGE_TEXTS: 0 }, 'PUMP_PAGE_TEXTS (0) must be '],
    [{ T_LINGER_MS: 2 ** 31 }, 'T_LINGER_MS (2147483648) must be at most 2147483647 ms'],
  ])('%j is refused, with one sentence that has every value', (change, sentence) => {
    const faults = limitFaults({ ...LIMITS, ...change });
    expect(faults).toEqual([expect.stringContaining(sentence)]);
    expect(faults[0]).toMatch(new RegExp(`^${sentence.split(' ', 1)[0] ?? ''}`));
  });

  test('just on the right side of each condition', () => {
    const edges: Partial<Limits> = {
      T_FAIL_HOLD_MS: 499,
      T_RESPONSE_MS: 16_001,
      T_COOKIE_MS: 18_001,
      T_DEAD_MS: 45_000,
      T_GUARD_MS: 1,
      CONNECTING_PER_CLIENT: 4,
      PUMP_QUEUE_BYTES: 16_384,
      OUTPUT_QUEUE_BYTES: 16_384 + 4_178,
    };
    expect(limitFaults({ ...LIMITS, ...edges })).toEqual([]);
    expect(limitFaults({ ...LIMITS, T_KEEPALIVE_MS: 0, T_DEAD_MS: 0 })).toEqual([]);
    expect(limitFaults({ ...LIMITS, T_FAIL_HOLD_MS: 0 })).toEqual([]);
  });
});

describe('T_GUARD follows T_ACTIVITY unless it is given', () => {
  test.each([
    [300_000, 30_000],
    [120_000, 30_000],
    [119_999, 29_999.75],
    [20_000, 5_000],
    [1, 0.25],
  ])('T_ACTIVITY %d: %d', (activity, guard) => {
    const limits = limitsWith({ T_ACTIVITY_MS: activity });
    expect(limits.T_GUARD_MS).toBe(guard);
    expect(limitFaults(limits)).toEqual([]);
  });
  test('a T_GUARD that is given stays, right or wrong', () => {
    expect(limitsWith({ T_ACTIVITY_MS: 20_000, T_GUARD_MS: 19_000 }).T_GUARD_MS).toBe(19_000);
    expect(limitFaults(limitsWith({ T_ACTIVITY_MS: 20_000, T_GUARD_MS: 30_000 }))).toEqual([
      expect.stringContaining('T_GUARD_MS (30000) must be above 0 and below T_ACTIVITY_MS (20000)'),
    ]);
  });
  test('nothing changed are the defaults', () => {
    expect(limitsWith({})).toEqual(LIMITS);
  });
});

describe('whose a limit is', () => {
  /** Files that a program of one role runs alone; what both run is looked for in neither. */
  const RUN_BY: Readonly<Record<Role, readonly string[]>> = {
    client: ['client-driver.ts', 'client/reconnect.ts', 'client/client.ts'],
    server: [
      'server-driver.ts',
      'server-links.ts',
      'server-answers.ts',
      'admission.ts',
      'acceptor.ts',
      'history-pump.ts',
    ],
  };
  const read = (file: string): string => readFileSync(join(__dirname, '../../transport', file), 'utf8');

  test.each(['client', 'server'] as const)('a %s takes every limit that it reads', (role) => {
    const source = RUN_BY[role].map(read).join('\n');
    const names = Object.keys(LIMITS).filter((name) => new RegExp(`\\b${name}\\b`).test(source));
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !limitsTaken(role).includes(name as keyof Limits))).toEqual([]);
  });
  test('each belongs to somebody, and what both take is read by both or tied by a condition', () => {
    const [client, server] = [limitsTaken('client'), limitsTaken('server')];
    expect(Object.keys(LIMITS).filter((name) => ![...client, ...server].includes(name as keyof Limits))).toEqual([]);
    expect(client.filter((name) => server.includes(name))).toEqual([
      ...['T_CHALLENGE_MS', 'T_AUTH_MS', 'T_CONNECTING_MS', 'T_RESPONSE_MS', 'T_COOKIE_MS'],
      ...['T_KEEPALIVE_MS', 'T_DEAD_MS', 'T_LINGER_MS', 'OUTPUT_QUEUE_BYTES', 'PUMP_QUEUE_BYTES'],
    ]);
  });
  test('a program is not told of conditions between numbers that it does not take', () => {
    const wrong = { ...LIMITS, T_GUARD_MS: 0, SESSION_BLOCK: 0 };
    expect(limitFaults(wrong, 'client')).toEqual([expect.stringContaining('T_GUARD_MS (0)')]);
    expect(limitFaults(wrong, 'server')).toEqual([expect.stringContaining('SESSION_BLOCK (0)')]);
  });
});

describe('messages', () => {
  const names = Object.keys(MESSAGES) as MessageName[];

  test("are the assignment's fifteen and four more, with the codes of protocol 1.4 and 1.6", () => {
    const codes = Object.fromEntries(names.map((name) => [name, rowOf(name).code]));
    expect(codes).toEqual({
      HELLO: 1,
      CHALLENGE: 2,
      RESPONSE: 3,
      AUTH_SUCCESS: 4,
      AUTH_FAIL: 5,
      RETRY: 6,
      CONNECT: 0x10,
      CONNECTED: 0x11,
      CHAT_REQUEST: 0x20,
      CHAT_STARTED: 0x21,
      UNREACHABLE: 0x22,
      END_REQUEST: 0x23,
      END_NOTIF: 0x24,
      CHAT: 0x25,
      HISTORY_REQ: 0x30,
      HISTORY_RESP: 0x31,
      HISTORY_END: 0x32,
      KEEPALIVE: 0x40,
      CLOSE: 0x41,
    });
    expect(new Set(Object.values(codes)).size).toBe(names.length);
  });

  test('codes stay below the optional ones, extension codes are unique in a message', () => {
    for (const name of names) {
      const { code, extensions = {} } = rowOf(name);
      expect(code).toBeLessThan(0x80);
      const own = Object.values(extensions).map((extension) => extension.code);
      expect([name, new Set(own).size, own.includes(0)]).toEqual([name, own.length, false]);
    }
  });

  test('what is secret is a field, and sealed', () => {
    for (const name of names) {
      const { secret = [], fields, sealed } = rowOf(name);
      for (const field of secret) expect([name, field in fields, sealed]).toEqual([name, true, true]);
    }
  });

  test('every message fits a record: the largest + 2 <= 4160 (P3)', () => {
    const id = 'x'.repeat(32);
    const text = 'x'.repeat(WIRE.TEXT_MAX_BYTES);
    const largest = WIRE.RECORD_STEP_BYTES * WIRE.RECORD_MAX_STEPS;
    expect(encodedSize({ type: 'CHAT', session: 1, text })).toBe(4_103 + 2);
    expect(encodedSize({ type: 'HISTORY_RESP', session: 1, id, text, time: 1 })).toBe(4_146 + 2);
    expect(largest).toBe(4_160);
  });

  test('values that are sent have numbers of their own', () => {
    for (const values of [CLOSE_REASON, HISTORY_STATUS, END_WHY]) {
      const numbers = Object.values(values);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
    expect(CLOSE_REASON).toEqual({
      logoff: 0,
      idle: 1,
      superseded: 2,
      shutdown: 3,
      protocol: 4,
      slow: 5,
      internal: 6,
      removed: 7,
    });
    expect(END_WHY).toEqual({ ended: 0, loggedOff: 1, lost: 2, shutdown: 3, unstored: 4 });
  });

  test.each([
    ['A', true],
    ['Client-ID-A', true],
    ['a.b_c-9', true],
    ['x'.repeat(32), true],
    ['x'.repeat(33), false],
    ['', false],
    ['1a', false],
    ['-a', false],
    ['a b', false],
    ['ä', false],
    ['a\n', false],
    ['<a>', false],
  ])('"%s" is a Client-ID: %s', (id, is) => {
    expect(isClientId(id)).toBe(is);
  });
});

test('every fault has one of three consequences', () => {
  expect([...new Set(Object.values(FAULTS))].sort()).toEqual(['PE', 'cut', 'drop']);
});
