/**
 * Nobody is failed for what the protocol allows: a server and a client that do all of it, at every moment, pass every check.
 * They send KEEPALIVE with whatever they send, optional messages, extensions that are not critical, several messages in a
 * record. The client also asks for its history with itself before it closes, says more than it must to its user, and sends
 * from another port than before.
 */
import { runChecks } from '../../bin/conform/run';
import { textOf } from '../../bin/conform/report';
import { SERVER_CHECKS } from '../../bin/conform/server/checks/all';
import { framed, messageBytes, entriesOf } from '../../bin/conform/plaintexts';
import * as records from '../../transport/wire/records';
import { start, type Running } from './broken/server';
import { failures, judgedByMany, everyCheck, UNUSUAL } from './client-support';

jest.setTimeout(240_000);

const [CONNECTED, CLOSE] = [0x11, 0x41];
/** The most that a record takes. */
const MOST_BYTES = 4160;
const EXTENSION = Buffer.of(0x41, 2, 7, 7);

/** With all that may be in a record beside what must. */
function enriched(plaintext: Buffer): Buffer {
  const entries = entriesOf(plaintext);
  if (entries.some(([type]) => type === CONNECTED)) return plaintext;
  const more = [
    messageBytes({ type: 'KEEPALIVE' }),
    Buffer.of(0x9a, 1, 2, 3),
    ...entries.map((entry) => Buffer.concat([entry, EXTENSION])),
  ];
  // CLOSE is the last message.
  if (!entries.some(([type]) => type === CLOSE)) more.push(messageBytes({ type: 'KEEPALIVE' }));
  const size = more.reduce((sum, { length }) => sum + 2 + length, 0);
  return size > MOST_BYTES ? plaintext : framed(more);
}

describe('a server that does all that it may', () => {
  let running: Running | undefined;
  afterEach(async () => running?.stop());

  test('passes every check', async () => {
    const right = records.packRecords;
    const spy = jest
      .spyOn(records, 'packRecords')
      .mockImplementation((messages) =>
        right(messages).map(({ plaintext, count }) => ({ plaintext: enriched(plaintext), count })),
      );
    running = await start();
    const { scene } = running;
    const verdicts = await runChecks(
      SERVER_CHECKS.filter(({ needs }) => needs === undefined),
      { open: () => Promise.resolve(scene()), close: (one) => one.close(), tell: () => undefined, now: () => 0 },
    );
    expect(verdicts.filter(({ outcome }) => outcome !== 'passed').map(textOf)).toEqual([]);
    expect(spy.mock.calls.length).toBeGreaterThan(500);
    spy.mockRestore();
  });
});

test('a client that does all that it may passes every check', async () => {
  const verdicts = await judgedByMany(UNUSUAL, everyCheck());
  expect(failures(verdicts)).toEqual([]);
  expect(verdicts.length).toBeGreaterThan(100);
});
