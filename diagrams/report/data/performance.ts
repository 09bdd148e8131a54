/**
 * A short measurement, made for the report with real processes: how long a log-on takes, how long a text is under way, how many
 * texts go through. Must never be here: figures.
 */

/** A command on pipes, as the demo's stage starts it. */
export interface Piped {
  readonly name: string;
  write(input: string): void;
  type(line: string): void;
  shows(wanted: string | RegExp): Promise<string>;
}
export interface PipedStage {
  subscribe(...ids: readonly string[]): Promise<void>;
  startServer(...args: readonly string[]): Promise<unknown>;
  client(id: string, ...args: readonly string[]): Piped;
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Times in milliseconds. */
export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}
export interface Performance {
  readonly logOn: Spread;
  /** From the line typed at one client to the line shown at the other. */
  readonly text: Spread;
  readonly burst: { readonly texts: number; readonly bytes: number; readonly milliseconds: number };
}
export interface Amount {
  readonly logOns: number;
  readonly texts: number;
  readonly burst: number;
}
/** What a text of the burst is made of; its number stands before it. */
const FILLING = 'x'.repeat(58);

export async function measure(open: () => Promise<PipedStage>, { logOns, texts, burst }: Amount): Promise<Performance> {
  const stage = await open();
  try {
    await stage.subscribe('alice', 'bob');
    // Limits against floods would be measured otherwise, and not the program.
    const free = ['--limit', 'MESSAGES_PER_SECOND=0', '--limit', 'HELLOS_PER_SECOND=0'];
    await stage.startServer('--log-level', 'warn', ...free);
    const [alice, bob] = [stage.client('alice'), stage.client('bob')];
    // The first one would measure how long a program takes to start.
    await said(alice, 'Log on', 'Connected');
    const logOn = await times(logOns, async () => {
      await said(alice, 'Log off', 'Disconnected');
      return timed(() => said(alice, 'Log on', 'Connected'));
    });
    await said(bob, 'Log on', 'Connected');
    await Promise.all([said(alice, 'Chat bob', 'Chat started'), bob.shows('Chat started')]);
    const text = await times(texts, (i) =>
      timed(async () => {
        alice.type(`text ${String(i)}`);
        await bob.shows(`alice: text ${String(i)}`);
      }),
    );
    const lines = Array.from({ length: burst }, (_, i) => `${String(i).padStart(5, '0')} ${FILLING}`);
    const milliseconds = await timed(async () => {
      alice.write(lines.map((line) => `${line}\n`).join(''));
      await bob.shows(`alice: ${lines.at(-1) ?? ''}`);
    });
    const bytes = Buffer.byteLength(lines[0] ?? '');
    await stage.finish();
    return { logOn, text, burst: { texts: burst, bytes, milliseconds } };
  } finally {
    await stage.close();
  }
}

async function said(client: Piped, line: string, answer: string): Promise<void> {
  client.type(line);
  await client.shows(answer);
}

async function timed(act: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

async function times(count: number, act: (i: number) => Promise<number>): Promise<Spread> {
  const all: number[] = [];
  for (let i = 0; i < count; i++) all.push(await act(i));
  return spreadOf(all);
}

export function spreadOf(all: readonly number[]): Spread {
  const sorted = [...all].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, median: at(0.5), p95: at(0.95), max: at(1) };
}
