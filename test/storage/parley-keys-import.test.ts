/** parley-keys import (protocol 2.3, protocol 7, number 117). */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { modeOf } from './files';
import { KEY, keysCommand, refused } from './keys-command';

const { path, keys, stored, keyIn } = keysCommand();
const HEX = KEY.toString('hex');

describe('import', () => {
  test.each([
    ['hexadecimal digits', `${HEX}\n`],
    ['upper-case digits without a line end', HEX.toUpperCase()],
    ['44 base64 characters', `${KEY.toString('base64')}\n`],
    ['43 base64 characters', `${KEY.toString('base64').slice(0, 43)}\r\n`],
  ])('reads %s, from a file or from standard input, and writes the key file', async (_, line) => {
    writeFileSync(path('given'), line, { mode: 0o600 });
    expect(await keys('import alice given')).toMatchObject({ code: 0, err: '' });
    expect(stored()).toEqual([{ id: 'alice', key: KEY, stretched: false }]);
    expect(readFileSync(path('alice.key'), 'latin1')).toBe(`${HEX}\n`);
    expect(modeOf(path('alice.key'))).toBe('600');
    for (const args of ['import alice - --force', 'import alice --force']) {
      expect(await keys(args, line)).toMatchObject({ code: 0, err: '' });
      expect(stored()).toEqual([{ id: 'alice', key: KEY, stretched: false }]);
    }
  });

  test('a key file in its place stays, so that a lost subscriber can be put back', async () => {
    await keys('add alice');
    const key = keyIn('alice.key');
    await keys('remove alice');
    expect((await keys('import alice ./alice.key')).out).toBe(
      'alice is in ./parley.db; the key stays in ./alice.key\n',
    );
    expect(stored()).toEqual([{ id: 'alice', key, stretched: false }]);
    expect(keyIn('alice.key')).toEqual(key);
  });

  const BAD: readonly (readonly [what: string, line: string, sentence: RegExp])[] = [
    ['31 bytes', HEX.slice(2), /must be 32 bytes/],
    ['33 bytes', `${HEX}00`, /must be 32 bytes/],
    ['a password', 'correct horse battery staple', /must be 32 bytes/],
    ['32 printable characters', Buffer.from('correct horse battery staple 123').toString('hex'), /printable/],
    ['zeroes', '0'.repeat(64), /arithmetic sequence/],
    ['a sequence', Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('hex'), /arithmetic sequence/],
    ['few different bytes', 'a1b2c3d4e5f60718'.repeat(4), /fewer than 16 different/],
    ['nothing', '', /is empty/],
    ['an empty line', '\n', /is empty/],
    ['two lines', `${HEX}\n${HEX}\n`, /must have one line/],
    ['a blank', `${HEX} \n`, /must be 32 bytes/],
    ['a novel', 'It was a dark and stormy night. '.repeat(1000), /too long/],
  ];
  test.each(BAD)('%s: refused in a sentence that does not quote it', async (_, line, sentence) => {
    const outcome = await keys('import alice', line);
    expect(outcome).toEqual(refused(1, sentence));
    if (line.trim() !== '') expect(outcome.err).not.toContain(line.slice(0, 12));
    expect(readdirSync(path())).toEqual([]);
  });

  test('bytes that are no text', async () => {
    writeFileSync(path('given'), Buffer.from([0xff, 0xfe, 0xc0, 0x0a]), { mode: 0o600 });
    expect(await keys('import alice given')).toEqual(refused(1, /given is not UTF-8 text/));
  });

  test('the key of another subscriber: refused, and no key file is left', async () => {
    await keys('import alice', HEX);
    expect(await keys('import bob', HEX)).toEqual(refused(1, /another subscriber has the same key; give bob/));
    expect(await keys('import bob --force', HEX)).toEqual(refused(1, /same key/));
    expect(readdirSync(path()).filter((name) => name.startsWith('bob'))).toEqual([]);
  });

  test('a file that others can read, that is missing, or that is a directory', async () => {
    writeFileSync(path('given'), HEX);
    chmodSync(path('given'), 0o644);
    expect(await keys('import alice given')).toEqual(refused(1, /given can be read by others; run "chmod 600 given"/));
    expect(await keys('import alice missing')).toEqual(refused(1, /missing does not exist/));
    expect(await keys('import alice .')).toEqual(refused(1, /\. is not a regular file/));
  });

  test('--stretch makes a key of a passphrase, marks it, and says that it is weaker', async () => {
    const passphrase = 'correct horse battery staple';
    const { code, out, err } = await keys('import alice --stretch', `${passphrase}\n`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/stretched from a passphrase: weaker than a random one/);
    expect(out).not.toContain(passphrase);
    expect(stored()).toEqual([{ id: 'alice', key: keyIn('alice.key'), stretched: true }]);
    expect((await keys('list')).out).toMatch(/^alice {6}stretched$/m);
    // The same passphrase gives another user another key.
    expect((await keys('import bob --stretch', passphrase)).code).toBe(0);
    expect(keyIn('bob.key')).not.toEqual(keyIn('alice.key'));
  });

  test('--stretch refuses a short passphrase without quoting it', async () => {
    const outcome = await keys('import alice --stretch', 'hunter2\n');
    expect(outcome).toEqual(refused(1, /at least 16 characters/));
    expect(outcome.err).not.toContain('hunter2');
  });
});
