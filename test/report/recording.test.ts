/** A recording as asciicast and as a moving picture: played, it shows what was recorded. */
import { castOf } from '../../diagrams/report/play/cast';
import { movingSvg, stillSvg } from '../../diagrams/report/play/moving';
import { PACE, panesOf, Recorder, sizeOfPanes, type Recording } from '../../diagrams/report/play/recording';
import { Emulator } from '../../diagrams/report/screen/emulator';
import { markupOf } from './xml';

const PANES = panesOf({ columns: 41, rows: 3 }, { columns: 20, rows: 4 }, ['alice', 'bob']);

async function recorded(): Promise<Recording> {
  const recorder = new Recorder(PANES, () => 0);
  const screens = new Map(PANES.map(({ name, columns, rows }) => [name, new Emulator({ columns, rows })]));
  const write = async (name: string, data: string, why: 'key' | 'line' | 'output' = 'output'): Promise<void> => {
    const screen = screens.get(name);
    if (!screen) throw new Error(name);
    await screen.write(data);
    recorder.add(name, why, screen.snapshot());
  };
  await write('server', 'ready\r\n');
  await write('alice', 'alice> ');
  await write('bob', 'bob> ');
  await write('alice', 'h', 'line');
  await write('alice', 'i', 'key');
  await write('alice', '\r\nalice> ');
  await write('bob', '\r\u001b[2K\u001b[1;31malice\u001b[0m: hi ☕\r\nbob> ');
  await write('server', '\u001b[38;5;208m<wire>\u001b[0m\r\nmore');
  // Nothing changes: nothing is recorded.
  await write('server', '');
  return recorder.recording;
}

test('the time scale: at once until somebody types, then a pace that can be followed', async () => {
  const { changes, length } = await recorded();
  const steps = changes.map(({ at }, i) => at - (changes[i - 1]?.at ?? 0));
  expect(steps).toEqual([0, 0, 0, PACE.line, PACE.key, PACE.output, PACE.output, PACE.output]);
  expect(length).toBe(PACE.line + PACE.key + 3 * PACE.output + PACE.end);
});

test('the asciicast, played, shows every pane as it was', async () => {
  const recording = await recorded();
  const [head = '', ...lines] = castOf(recording, 'a title', 7).trimEnd().split('\n');
  const { columns, rows } = sizeOfPanes(PANES);
  expect(JSON.parse(head)).toEqual({
    version: 2,
    width: columns,
    height: rows,
    timestamp: 7,
    title: 'a title',
    env: { TERM: 'xterm-256color' },
  });
  const player = new Emulator({ columns, rows });
  let last = 0;
  for (const text of lines) {
    const [at, kind, data] = JSON.parse(text) as [number, string, string];
    expect(kind).toBe('o');
    expect(at).toBeGreaterThanOrEqual(last);
    last = at;
    await player.write(data);
  }
  expect(last).toBeCloseTo(recording.length / 1000);
  const { cells } = player.snapshot();
  for (const pane of PANES) {
    const screen = recording.changes.findLast((change) => change.pane === pane.name)?.screen;
    screen?.cells.forEach((row, y) => {
      const seen = cells[pane.y + y]?.slice(pane.x, pane.x + pane.columns) ?? [];
      const look = (all: typeof row): unknown => all.map(({ text, bold, ink }) => [text.trim(), bold, ink]);
      expect(look(seen)).toEqual(look(row));
    });
  }
});

test('the moving picture is well formed, has no script, and rests on the last moment', async () => {
  const recording = await recorded();
  const svg = movingSvg(recording, 'a <label>');
  const { elements, text } = markupOf(svg);
  expect(elements.map(({ name }) => name)).not.toContain('script');
  expect(svg).not.toMatch(/href|url\(|@import/);
  expect(text).toContain('<wire>');
  const names = new Set([...svg.matchAll(/@keyframes (\w+)/g)].map(([, name]) => name));
  const used = [...svg.matchAll(/animation-name:(\w+)/g)].map(([, name]) => name);
  expect(new Set(used)).toEqual(names);
  // What is not hidden without movement is the last moment.
  const resting = svg.replace(/<style>.*?<\/style>/, '').replace(/<g class="s" style="[^"]*hidden">.*?<\/g>/g, '');
  expect(markupOf(resting).text).toBe(markupOf(stillSvg(recording, 'a <label>')).text);
});

test('a still of the beginning has not yet what comes later', async () => {
  const recording = await recorded();
  expect(markupOf(stillSvg(recording, 'x', 0.05)).text).not.toContain('<wire>');
});
