/** A trace of a whole server: too much for one chart is refused at once, and what is chosen of it is drawn. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../storage/files';

const path = scratch();
const CHART = join(__dirname, '../../dist/bin/parley-chart.js');

/** The first two messages of each of so many clients, as a server writes them. */
function traceOf(clients: number): string {
  const header = { format: 'parley-trace', version: 1, name: 'server', role: 'server', started: 1_700_000_000_000 };
  const lines = Array.from({ length: clients }, (_, n) => {
    const common = { kind: 'message', client: `c${String(n)}`, over: 'udp', sealed: false, size: 128 };
    const id = `${n.toString(16).padStart(16, '0')}`;
    return [
      { ...common, t: n, way: 'received', from: 'client', to: 'server', name: 'HELLO', id: `${id}.1`, fields: {} },
      { ...common, t: n, way: 'sent', from: 'server', to: 'client', name: 'CHALLENGE', id: `${id}.2`, fields: {} },
    ];
  });
  writeFileSync(path('server.trace'), [header, ...lines.flat()].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path('server.trace');
}

function drawn(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHART, ...args], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

test('a chart of 5,000 clients is refused in one line; of those who are chosen it is drawn', () => {
  const trace = traceOf(5_000);
  expect(drawn(trace)).toEqual({
    code: 1,
    out: '',
    err: 'parley-chart: the traces are of 5000 clients, a chart is of 200 at most: choose some with --client ID, or a time with --from and --to\n',
  });
  const chosen = drawn(trace, '--client', 'c7', '--client', 'c4999');
  expect(chosen).toMatchObject({ code: 0, err: '' });
  expect(chosen.out).toMatch(/c7[^]*c4999/);
});

test('200 are drawn', () => {
  expect(drawn(traceOf(200), '--format', 'mermaid')).toMatchObject({ code: 0, err: '' });
  expect(drawn(traceOf(201), '--format', 'mermaid')).toMatchObject({ code: 1, out: '' });
});
