/** parley-keys add, list, remove, and wrong usage (protocol 2.3). */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readKeyFile } from '../../storage/keyfile';
import { openStore } from '../../storage/sqlite';
import { modeOf } from './files';
import { keysCommand, refused } from './keys-command';
import { subscriber } from './support';

const { path, keys, stored, keyIn } = keysCommand();

describe('add', () => {
  test('makes the database, and for each ID a random key there and in a file for its owner alone', async () => {
    const { code, out, err } = await keys('add alice bob');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(
      'alice is in ./parley.db; its key is in ./alice.key, for the user alone\n' +
        'bob is in ./parley.db; its key is in ./bob.key, for the user alone\n',
    );
    expect(stored()).toEqual([
      { id: 'alice', key: keyIn('alice.key'), stretched: false },
      { id: 'bob', key: keyIn('bob.key'), stretched: false },
    ]);
    expect(keyIn('alice.key')).not.toEqual(keyIn('bob.key'));
    for (const file of ['parley.db', 'alice.key', 'bob.key']) expect(modeOf(path(file))).toBe('600');
  });

  test('a second time is refused and changes nothing; --force replaces both halves', async () => {
    await keys('add alice');
    const before = keyIn('alice.key');
    expect(await keys('add alice')).toEqual(refused(1, /alice is a subscriber already; --force/));
    expect(keyIn('alice.key')).toEqual(before);
    expect((await keys('add alice --force')).code).toBe(0);
    expect(keyIn('alice.key')).not.toEqual(before);
    expect(stored()).toEqual([{ id: 'alice', key: keyIn('alice.key'), stretched: false }]);
    expect(readdirSync(path()).filter((name) => name.startsWith('alice'))).toEqual(['alice.key']);
  });

  test.each(['', ' --force'])(
    'an ID that differs in case only is refused%s, and so are all beside it',
    async (force) => {
      await keys('add alice');
      expect(await keys(`add bob ALICE carol${force}`)).toEqual(
        refused(1, /ALICE differs only in case from the subscriber alice/),
      );
      expect(await keys(`add bob Bob${force}`)).toEqual(refused(1, /Bob differs only in case from the subscriber bob/));
      expect(stored().map(({ id }) => id)).toEqual(['alice']);
      expect(readdirSync(path()).filter((name) => name.endsWith('.key'))).toEqual(['alice.key']);
    },
  );

  test('a key file that is there already is never overwritten, and no subscriber is made', async () => {
    writeFileSync(path('alice.key'), 'precious');
    expect(await keys('add alice')).toEqual(refused(1, /\.\/alice\.key exists already; .*--force/));
    expect(readFileSync(path('alice.key'), 'latin1')).toBe('precious');
    expect(stored()).toEqual([]);
  });

  test('if the key file cannot be made no subscriber is', async () => {
    expect(await keys('add alice --out missing/alice.key')).toEqual(
      refused(1, /missing\/alice\.key cannot be written/),
    );
    expect(stored()).toEqual([]);
  });

  test('if the database cannot be used no key file is left', async () => {
    expect(await keys('add alice --data missing/parley.db')).toEqual(refused(1, /make the directory missing first/));
    writeFileSync(path('notes.txt'), 'Dear diary, '.repeat(100));
    expect(await keys('add alice --data notes.txt')).toEqual(refused(1, /notes\.txt is not a database/));
    expect(readdirSync(path())).toEqual(['notes.txt']);
  });

  test('--out is a file for one ID, a directory for several', async () => {
    await keys('add alice --out for-alice');
    expect(stored()[0]?.key).toEqual(keyIn('for-alice'));
    await keys('add bob carol --out users');
    expect(modeOf(path('users'))).toBe('700');
    mkdirSync(path('dir'));
    await keys('add dora --out dir');
    expect(stored().map(({ key }) => key)).toEqual(
      ['for-alice', 'users/bob.key', 'users/carol.key', 'dir/dora.key'].map(keyIn),
    );
    expect(await keys('add eve fay --out for-alice')).toEqual(
      refused(1, /for-alice is a file; .*--out names a directory/),
    );
  });

  test('the server may have the database open', async () => {
    const server = openStore(path('parley.db'), { create: true, durability: 'normal' });
    server.reserve(1000);
    expect((await keys('add alice')).code).toBe(0);
    expect(server.subscribers.all().map(({ id }) => id)).toEqual(['alice']);
    expect(server.reserve(1)).toBe(1001);
    server.close();
  });

  test('several at the same moment', async () => {
    const ids = ['alice', 'bob', 'carol', 'dora'];
    const outcomes = await Promise.all(ids.map((id) => keys(`add ${id}`)));
    expect(outcomes.map(({ code, err }) => ({ code, err }))).toEqual(ids.map(() => ({ code: 0, err: '' })));
    expect(stored().map(({ key }) => key)).toEqual(ids.map((id) => keyIn(`${id}.key`)));
    const same = await Promise.all([keys('add eve'), keys('add eve')]);
    expect(same.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(stored().at(-1)).toEqual({ id: 'eve', key: keyIn('eve.key'), stretched: false });
  });
});

describe('list and remove', () => {
  test('list shows IDs and kinds in columns, never a key', async () => {
    const store = openStore(path('parley.db'), { create: true, durability: 'normal' });
    for (const one of [subscriber('bob', 1), subscriber('a-rather-long-Client-ID', 2, true)])
      store.subscribers.add(one);
    store.close();
    expect(await keys('list')).toEqual({
      code: 0,
      err: '',
      out: [
        'Client-ID                Key',
        'a-rather-long-Client-ID  stretched',
        'bob                      random',
        '',
      ].join('\n'),
    });
  });

  test('list of a database without subscribers says so, of none is refused', async () => {
    expect(await keys('list')).toEqual(refused(1, /\.\/parley\.db does not exist; "parley-keys add" makes it/));
    expect(existsSync(path('parley.db'))).toBe(false);
    openStore(path('parley.db'), { create: true, durability: 'normal' }).close();
    expect(await keys('list')).toEqual({ code: 0, out: 'No subscribers in ./parley.db\n', err: '' });
  });

  test('remove takes all or none', async () => {
    await keys('add alice bob carol');
    expect(await keys('remove alice Bob dora')).toEqual(
      refused(1, /no such subscriber: Bob, dora; nothing was removed/),
    );
    expect((await keys('remove alice bob')).code).toBe(0);
    expect(stored().map(({ id }) => id)).toEqual(['carol']);
    expect(readKeyFile(path('alice.key'))).toHaveLength(64);
  });
});

describe('usage', () => {
  test.each([
    ['add', /missing required argument 'ID'/],
    ['add alice 1st', /'1st' is invalid.*A Client-ID is a letter and up to 31/],
    ['add ../alice', /'\.\.\/alice' is invalid/],
    [`add ${'a'.repeat(33)}`, /is invalid/],
    ['import al<ice', /is invalid/],
    ['import alice a b', /too many arguments/],
    ['list --frobnicate', /unknown option '--frobnicate'/],
    ['frobnicate', /unknown command 'frobnicate'/],
    ['addd alice', /unknown command 'addd'.*Did you mean add/],
  ])('%s: exit 2', async (line, sentence) => {
    expect(await keys(line)).toEqual(refused(2, sentence));
    expect(readdirSync(path())).toEqual([]);
  });

  test('no command: the help, exit 2; --help: exit 0', async () => {
    expect(await keys('')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^Usage: parley-keys/) as string,
    });
    expect(await keys('--help')).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/--data <file>/) as string,
    });
  });

  test('--data may stand before or after the command', async () => {
    await keys('--data other.db add alice');
    await keys('add bob --data other.db');
    expect(stored('other.db').map(({ id }) => id)).toEqual(['alice', 'bob']);
  });
});
