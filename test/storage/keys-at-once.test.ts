/** Two `parley-keys add --force` for one subscriber at the same moment, again and again: file and database always agree. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { databases } from './files';

jest.setTimeout(120_000);
const { path, open } = databases();
const ROUNDS = 50;

/** A process that adds once for every line it reads, and says when it has. */
function adder(): { readonly go: () => Promise<unknown>; readonly end: () => Promise<unknown> } {
  const commands = JSON.stringify(join(__dirname, '../../dist/bin/keys/commands.js'));
  const body = `const { addSubscribers } = require(${commands});
    require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
      addSubscribers(['alice'], { data: 'parley.db', force: true });
      console.log('done');
    });`;
  const child = spawn(process.execPath, ['-e', body], { cwd: path(), stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async go() {
      child.stdin.write('go\n');
      for (let line = await lines.next(); line.value !== 'done'; line = await lines.next()) {
        if (line.done) throw new Error('the process has ended');
      }
    },
    end() {
      const exit = once(child, 'exit');
      child.stdin.end();
      return exit;
    },
  };
}

test(`${String(ROUNDS)} rounds`, async () => {
  const store = open('parley.db');
  const two = [adder(), adder()];
  const keys = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(two.map(({ go }) => go()));
    const [alice] = store.subscribers.all();
    const key = Buffer.from(alice?.key ?? []).toString('hex');
    expect(readFileSync(path('alice.key'), 'utf8')).toBe(`${key}\n`);
    keys.add(key);
  }
  expect(keys.size).toBe(ROUNDS);
  await Promise.all(two.map(({ end }) => end()));
});
