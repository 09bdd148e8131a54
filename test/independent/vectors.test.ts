/**
 * The second client, written from docs/protocol.md alone, makes the golden vectors too. It runs as a process of its own, for
 * it must share nothing with the project.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VECTORS = join(__dirname, '../wire/vectors.json');
const golden = JSON.parse(readFileSync(VECTORS, 'utf8')) as Record<string, string>;

const selfTest = (file: string): { status: number | null; lines: string[] } => {
  const run = spawnSync(process.execPath, [join(__dirname, 'client.mjs'), '--self-test', file], { encoding: 'utf8' });
  return { status: run.status, lines: (run.stdout + run.stderr).trim().split('\n') };
};

/** What the self-test says about changed vectors, apart from those that are right. */
const findings = (vectors: Record<string, string>): { status: number | null; lines: string[] } => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-independent-'));
  try {
    const file = join(folder, 'vectors.json');
    writeFileSync(file, JSON.stringify(vectors));
    const { status, lines } = selfTest(file);
    return { status, lines: lines.filter((line) => !line.startsWith('right ')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test('every golden vector, and none is left out', () => {
  const { status, lines } = selfTest(VECTORS);
  const right = Object.keys(golden).map((name) => `right ${name}`);
  expect(lines.slice(0, -1).sort()).toEqual(right.sort());
  expect(lines.at(-1)).toBe('0 wrong, 0 not tested');
  expect(status).toBe(0);
});

test.each(['RESPONSE', 'K_succ', 'AUTH_SUCCESS', 'rec_CONNECTED', 'rec_CHAT_x3', 'rec_seq65536'])(
  'a last bit that is wrong in %s is found',
  (name) => {
    const value = golden[name] ?? '';
    const changed = value.slice(0, -1) + (parseInt(value.slice(-1), 16) ^ 1).toString(16);
    const found = findings({ ...golden, [name]: changed });
    expect(found).toEqual({ status: 1, lines: [`WRONG ${name}`, '1 wrong, 0 not tested'] });
  },
);

test('a vector that nobody tests is found', () => {
  const found = findings({ ...golden, rec_OTHER: '00' });
  expect(found).toEqual({ status: 1, lines: ['NOT TESTED rec_OTHER', '0 wrong, 1 not tested'] });
});

test('it imports nothing from the project', () => {
  const files = readdirSync(__dirname).filter((file) => file.endsWith('.mjs'));
  expect(files).toContain('client.mjs');
  for (const file of files) {
    const source = readFileSync(join(__dirname, file), 'utf8');
    const specifiers = [...source.matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)|\brequire\('([^']+)'\)/g)];
    for (const [, a, b, c] of specifiers)
      expect([file, a ?? b ?? c]).toEqual([file, expect.stringMatching(/^(node:\w+|\.\/[\w-]+\.mjs)$/)]);
  }
});
