/** The demo as a person has it: what it writes, in what order and how wide; and a lecture in which somebody talks for long. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { cellsOf } from '../../diagrams/report/screen/widths';
import { TALK_MS, TALKING } from '../../bin/demo/lecture';
import { View } from '../../bin/demo/view';
import { fitted, wireLine } from '../../bin/demo/wire';

const DEMO = join(__dirname, '../../dist/bin/demo.js');
const IDS = ['V1', 'V2', 'V3', 'V4', 'V5', 'V6'];
jest.setTimeout(600_000);

interface Ran {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly err: string;
}
const running: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [DEMO, ...args], { env: { ...process.env, ...env } });
  running.push(child);
  return child;
}
function ended(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
  return new Promise((resolve) =>
    child.on('close', (code) =>
      resolve({ code, lines: Buffer.concat(out).toString().trimEnd().split('\n'), err: Buffer.concat(err).toString() }),
    ),
  );
}
const width = (line: string): number =>
  Array.from(line).reduce((sum, character) => sum + cellsOf(character.codePointAt(0) ?? 0), 0);
const tooWide = (lines: readonly string[]): string[] => lines.filter((line) => width(line) > 80);

test('all six scenarios, in 80 columns, two or three screens each; then what to try next, and the results', async () => {
  const { code, lines, err } = await ended(start([]));
  expect([code, err, tooWide(lines)]).toEqual([0, '', []]);
  expect(lines.slice(-6)).toEqual(IDS.map((id) => `${id} passed`));
  const next = lines.indexOf('What to try next:');
  expect(lines.slice(next + 1, next + 4).every((line) => line.startsWith('  npm run '))).toBe(true);
  const starts = IDS.map((id) => lines.findIndex((line) => line.startsWith(`${id}  `)));
  const parts = starts.map((from, i) => lines.slice(from, (starts[i + 1] ?? next) - 1));
  for (const part of parts) {
    // More on a busy machine, where datagrams are repeated.
    expect(part.length).toBeLessThan(72);
    expect(part.at(-1)).toMatch(/^ {6}as expected \(\d+ users, \d+ messages\)$/);
  }
  // Nobody typed End chat in V4: the chat ends because everybody's input does, and that is written before.
  const [, , , v4 = []] = parts;
  expect(v4.join('\n')).toMatch(/all 3 > \(end of input: leaves\)[^]*Chat ended[^]*all 3 \| Disconnected\n/);
  expect(v4.join('\n')).not.toContain('> End chat');
});

test('one scenario by its name, with every message and its fields', async () => {
  const { code, lines } = await ended(start(['v3', '--verbose']));
  expect([code, tooWide(lines), lines.filter((line) => line.endsWith('passed'))]).toEqual([0, [], ['V3 passed']]);
  const messages = lines.filter((line) => / (udp|tcp) /.test(line));
  expect(messages.filter((line) => !/^ {4}\d\d:\d\d\.\d{3} \w+>\w+ +(udp|tcp) .* \d+ B$/.test(line))).toEqual([]);
  for (const name of ['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_SUCCESS']) {
    expect(messages.filter((line) => line.includes(` udp ${name} `))).toHaveLength(2);
  }
});

test('a scenario that there is not is one line', async () => {
  const { code, lines, err } = await ended(start(['V9']));
  expect({ code, lines, err }).toEqual({
    code: 2,
    lines: [''],
    err: expect.stringMatching(/^demo: .*'V9'.* The scenarios are V1, V2, V3, V4, V5, V6\. .*\n$/) as string,
  });
});

describe('what is written of a step', () => {
  const view = (
    more: { readonly verbose?: true; readonly keepalives?: true } = {},
  ): { lines: string[]; view: View } => {
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    const o = { verbose: false, keepalives: false, columns: 80, paint: (_: string, text: string) => text, say };
    return { lines, view: new View({ ...o, ...more }) };
  };
  const dump = (from: string, to: string, content: string, n = 1): string =>
    `00:01.000 ${from}>${to} tcp #${String(n)}           {${content}}                    82 B`;
  const keep = Array.from({ length: 12 }, (_, i) =>
    i % 2 === 0 ? dump('alice', 'S', 'KEEPALIVE', i) : dump('S', 'alice', 'KEEPALIVE', i),
  );

  test.each([{}, { verbose: true as const }])('the cause, the messages, and then who reads: %p', (more) => {
    const { lines, view: demo } = view(more);
    demo.happened({ who: 'alice', kind: 'typed', line: 'Log off' });
    demo.happened({ who: 'alice', kind: 'shown', line: 'Disconnected' });
    demo.happened({ who: 'server', kind: 'shown', line: dump('alice', 'S', 'CLOSE reason=0') });
    demo.write();
    const text = lines.join('\n');
    const places = ['> Log off', 'CLOSE', '| Disconnected'].map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.includes(-1)).toBe(false);
  });

  test.each([
    [{}, ['alice<>S {KEEPALIVE} × 12']],
    [{ verbose: true as const }, ['00:01.000 alice>S tcp KEEPALIVE × 12']],
  ])('KEEPALIVE is one line with its number: %p', (more, expected) => {
    const { lines, view: demo } = view(more);
    for (const line of keep) demo.happened({ who: 'server', kind: 'shown', line });
    demo.write();
    expect(lines.map((line) => line.trim())).toEqual(expected);
  });

  test('every KEEPALIVE, where it is wanted', () => {
    const { lines, view: demo } = view({ verbose: true, keepalives: true });
    for (const line of keep) demo.happened({ who: 'server', kind: 'shown', line });
    demo.write();
    expect(lines).toHaveLength(12);
  });

  test('a line that is cut says so, and not through the middle of an escape', () => {
    const text = '\\u00fc'.repeat(40);
    const long = dump('alice', 'S', `CHAT session=1 text="${text}"`);
    const cut = fitted(long, 76);
    expect(cut.length).toBeLessThanOrEqual(76);
    expect(cut).toMatch(/text="(\\u00fc)+"\.\.\} 82 B$/);
    expect(wireLine(long)).toMatchObject({ from: 'alice', to: 'S', name: 'CHAT', sealed: true });
    for (let columns = 20; columns < 120; columns++) expect(fitted(long, columns).length).toBeLessThanOrEqual(columns);
  });
});

test('in a lecture nobody is logged off for being silent, and KEEPALIVE does not fill the screen', async () => {
  expect(TALK_MS).toBeGreaterThan(2 * 3_600_000);
  expect(TALKING).toEqual(['--limit', `T_ACTIVITY_MS=${String(TALK_MS)}`]);
  // As if half a minute were a tenth of a second: who is silent for a second is logged off, were it not for the lecture.
  const limits = { T_ACTIVITY_MS: 1000, T_GUARD_MS: 100, T_KEEPALIVE_MS: 100, T_DEAD_MS: 600_000 };
  const hasty = Object.fromEntries(Object.entries(limits).map(([name, ms]) => [`PARLEY_LIMIT_${name}`, String(ms)]));
  const child = start(['V1', '--inspect'], hasty);
  const result = ended(child);
  const seen = reader(child);
  child.stdin.write('\n');
  await seen(/alice \| Connected/);
  const link = /http:\S+/.exec(await seen(/token=/))?.[0] ?? '';
  expect(await (await fetch(link)).text()).toContain('<title>Parley inspector</title>');
  // Somebody talks: for thirty KEEPALIVEs, which is longer than a second.
  const alice = await linkOfAlice(link);
  let kept = 0;
  while (kept < 30) kept = (await (await fetch(alice)).text()).split('"name":"KEEPALIVE"').length - 1;
  child.stdin.end('\n'.repeat(40));
  const { code, lines } = await result;
  expect([code, lines.at(-1)]).toEqual([0, 'V1 passed']);
  expect(lines.filter((line) => line.includes('http:'))).toHaveLength(1);
  // All that came while somebody talked, of which the record has thirty, is one line.
  const talked = lines.map((line) => Number(/ \{KEEPALIVE\} × (\d+)/.exec(line)?.[1] ?? 0));
  expect(Math.max(...talked)).toBeGreaterThan(10);
  expect(tooWide(lines)).toEqual([]);
});

/** @returns waits for a line that matches, from the beginning */
function reader(child: ChildProcessWithoutNullStreams): (wanted: RegExp) => Promise<string> {
  let text = '';
  const looks = new Set<() => void>();
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    for (const look of looks) look();
  });
  return (wanted) =>
    new Promise((resolve) => {
      const look = (): void => {
        const line = text.split('\n').find((one) => wanted.test(one));
        if (line === undefined) return;
        looks.delete(look);
        resolve(line);
      };
      looks.add(look);
      look();
    });
}

/** Where alice's record is read, as the page is told. */
function linkOfAlice(hub: string): Promise<string> {
  const socket = new WebSocket(hub.replace('http:', 'ws:'));
  return new Promise((resolve) =>
    socket.on('message', (data: Buffer) => {
      const { parley } = JSON.parse(data.toString()) as { readonly parley: { readonly links: readonly string[] } };
      const [, alice] = parley.links;
      if (alice === undefined) return;
      socket.close();
      resolve(alice.replace('/?', '/recording?'));
    }),
  );
}
