/** A program, or a reader of our output, that is slower than the server (protocol P11; 7, number 101). */
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Stage } from '../../bin/demo/stage';
import { openFront } from '../../bin/terminal/front';
import { openStore } from '../../storage/sqlite';
import { ChatClient, type HistoryLine } from '../../transport/client';
import { Reading } from '../../transport/client/reading';
import { systemClock } from '../../transport/clock';

jest.setTimeout(90_000);
const line = (n: number): HistoryLine => ({ session: 1, from: 'bob', text: String(n), time: null });

describe('what is done with past texts', () => {
  test('one after the other; the connection is held while one is being worked on, and only then', async () => {
    const [done, holds]: [string[], string[]] = [[], []];
    const steps: (() => void)[] = [];
    const each = (text: HistoryLine): void | Promise<void> => {
      done.push(text.text);
      if (Number(text.text) % 2 === 1) return new Promise((resolve) => steps.push(resolve));
    };
    const hold = (): (() => void) => {
      holds.push('held');
      return () => holds.push('free');
    };
    const reading = new Reading(each, hold);
    for (let n = 0; n < 5; n++) reading.take(line(n));
    expect({ done, holds }).toEqual({ done: ['0', '1'], holds: ['held'] });
    const end = reading.done();
    while (steps.length > 0) {
      steps.shift()?.();
      await Promise.resolve();
    }
    await end;
    expect({ done, holds }).toEqual({ done: ['0', '1', '2', '3', '4'], holds: ['held', 'free'] });
  });

  test.each(['throws', 'rejects'])('what %s ends it, and the connection is read on', async (how) => {
    const done: string[] = [];
    let held = 0;
    const wrong = new Error('no room');
    const each = ({ text }: HistoryLine): void | Promise<void> => {
      done.push(text);
      if (text !== '1') return;
      if (how === 'throws') throw wrong;
      return Promise.reject(wrong);
    };
    const reading = new Reading(each, () => (held++, () => held--));
    for (let n = 0; n < 5; n++) reading.take(line(n));
    await expect(reading.done()).rejects.toBe(wrong);
    expect({ done, held }).toEqual({ done: ['0', '1'], held: 0 });
  });
});

describe('a long list from a real server', () => {
  const TEXTS = 20_000;
  const texts = Array.from({ length: TEXTS }, (_, n) => `${String(n)} ${'x'.repeat(100)}`);
  let stage: Stage;
  let alice: ChatClient;
  beforeEach(async () => {
    stage = await Stage.open();
    await stage.subscribe('alice', 'bob', 'carol');
    const store = openStore(join(stage.folder, 'parley.db'), { create: false, durability: 'normal' });
    for (let i = 0; i < TEXTS; i += 1000)
      store.append([{ session: 1, sender: 'bob', recipient: 'alice', time: 1, texts: texts.slice(i, i + 1000) }]);
    store.close();
    const { udp } = await stage.startServer();
    alice = new ChatClient({ id: 'alice', server: `127.0.0.1:${String(udp)}`, key: join(stage.folder, 'alice.key') });
  });
  afterEach(async () => {
    await alice.close();
    await stage.close();
  });
  /** Something real that takes the time of many reads. */
  async function meanwhile(): Promise<void> {
    const carol = stage.client('carol');
    for (let i = 0; i < 5; i++) {
      carol.type('Log on');
      await carol.shows('Connected');
      carol.type('Log off');
      await carol.shows('Disconnected');
    }
  }

  test('a program that takes its time gets every text, in order', async () => {
    await alice.logOn();
    const seen: string[] = [];
    const count = await alice.readHistory('bob', async ({ text }) => {
      seen.push(text);
      if (seen.length === 100) await meanwhile();
    });
    expect(count).toBe(TEXTS);
    expect(seen).toEqual(texts);
  });

  test.each([false, true])('a pipe that is not read holds the list back at the server (json: %s)', async (json) => {
    const output = new PassThrough({ highWaterMark: 16_384 });
    const input = new PassThrough();
    const streams = {
      input: input as unknown as NodeJS.ReadStream,
      output: output as unknown as NodeJS.WriteStream,
      clock: systemClock,
      complain: () => undefined,
    };
    const style = { timestamps: false, historyJson: false, contact: [], bell: true, confirming: 'on' } as const;
    const left = new Promise((resolve) => openFront(alice, { ...streams, ...style, json }, resolve));
    const full = new Promise((resolve) =>
      alice.on('settled', () => {
        if (output.writableNeedDrain) resolve(undefined);
      }),
    );
    input.end('Log on\nHistory bob\nQuit\n');
    await full;
    await meanwhile();
    // One read of the socket, as lines.
    const waiting = output.writableLength + output.readableLength;
    expect(waiting).toBeLessThan(300_000);
    let all = '';
    output.setEncoding('utf8').on('data', (text: string) => (all += text));
    await left;
    output.end();
    await new Promise((resolve) => output.on('end', resolve));
    const lines = all.split('\n');
    const shown = lines.filter((one) => (json ? one.includes('"event":"history"') : one.startsWith('<1> ')));
    expect(shown).toHaveLength(TEXTS);
    expect(shown.findIndex((one, n) => !one.includes(texts[n] ?? ''))).toBe(-1);
  });
});
