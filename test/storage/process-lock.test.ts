/** The lock of one process on a database, whatever its file holds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { aloneWithKeys, lockForServer } from '../../storage/process-lock';
import { modeOf, scratch } from './files';
import { refusal } from './support';

const path = scratch();
const MODULE = JSON.stringify(join(__dirname, '../../dist/storage/process-lock.js'));

const RUBBISH: readonly (readonly [what: string, content: Buffer])[] = [
  ['rubbish', Buffer.alloc(9000, 0xa5)],
  ['a short text', Buffer.from('Dear diary')],
  [
    'half a database',
    Buffer.concat([Buffer.from('SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20'), Buffer.alloc(4072, 0xa5)]),
  ],
];

test.each(RUBBISH)('a lock file of %s is made anew', (_, content) => {
  for (const name of ['lock', 'keys-lock']) writeFileSync(path(`parley.db-${name}`), content, { mode: 0o600 });
  expect(aloneWithKeys(path('parley.db'), () => 'done')).toBe('done');
  const lock = lockForServer(path('parley.db'));
  expect(modeOf(path('parley.db-lock'))).toBe('600');
  expect(refusal(() => lockForServer(path('parley.db'))).message).toContain(`process ${String(process.pid)}`);
  lock.release();
});

test.each(RUBBISH)('whoever has the lock keeps it when its file becomes %s', async (_, content) => {
  const file = path('parley.db-lock');
  const body = `const { lockForServer } = require(${MODULE});
    const lock = lockForServer(${JSON.stringify(path('parley.db'))});
    console.log('locked');
    process.stdin.on('end', () => { lock.release(); process.exit(); }).resume();`;
  const child = spawn(process.execPath, ['-e', body], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    expect((await lines.next()).value).toBe('locked');
    writeFileSync(file, content);
    for (let again = 0; again < 2; again++) {
      expect(refusal(() => lockForServer(path('parley.db')))).toMatchObject({
        kind: 'unusable',
        message: expect.stringMatching(
          /is in use by another server \(process (unknown|\d+)\); stop that one/,
        ) as string,
      });
    }
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    lockForServer(path('parley.db')).release();
    expect(readFileSync(file, 'latin1')).toMatch(/^SQLite format 3/);
  } finally {
    child.kill('SIGKILL');
  }
});
