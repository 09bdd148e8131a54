/** What a person can do wrong with parley-client alone: its Client-ID, its server, its key file (protocol 2.3). */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expectRefused, file, KEY, key, nothing, type Prepare } from './mistakes';
import { stages } from './support';

const open = stages();

const MISTAKES: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no Client-ID', [], /^parley-client: missing required argument 'ID'/],
  ['two Client-IDs', ['alice', 'bob'], /^parley-client: too many arguments\. Expected 1 argument but got 2\b/],
  ['a Client-ID that begins with a digit', ['9lives'], /A Client-ID is a letter and up to 31 letters, digits, dots/],
  ['a Client-ID of 33 characters', ['a'.repeat(33)], /A Client-ID is a letter and up to 31 letters, digits, dots/],
  ['a Client-ID with a blank', ['al ice'], /A Client-ID is a letter and up to 31 letters, digits, dots/],
  ['a server without a name', ['alice', '--server', ':4390'], /A server is HOST:PORT, such as 127\.0\.0\.1:4390/],
  ['port 0', ['alice', '--server', 'localhost:0'], /A server is HOST:PORT, such as 127\.0\.0\.1:4390/],
  ['port 65536', ['alice', '--server', 'localhost:65536'], /A server is HOST:PORT, such as 127\.0\.0\.1:4390/],
  ['a server with two ports', ['alice', '--server', 'a:1:2'], /A server is HOST:PORT, such as 127\.0\.0\.1:4390/],
];
test.each(MISTAKES)('refuses %s', async (_, wrong, what) => {
  const stage = await open();
  await expectRefused(stage.start('client', 'parley-client.js', wrong), 2, what);
});

const SHAPE = 'is not a key file: it must be one line of 64 lower-case hexadecimal digits$';
const KEYS: readonly (readonly [string, Prepare, RegExp])[] = [
  ['missing', nothing, /^alice\.key does not exist|no key file for alice: looked for alice\.key/],
  [
    'a directory',
    ({ folder }) => mkdirSync(join(folder, 'alice.key')),
    /alice\.key is not a regular file; name the key file$/,
  ],
  [
    'readable by the group',
    file('alice.key', KEY, 0o640),
    /alice\.key can be read by others; run "chmod 600 alice\.key"$/,
  ],
  ['readable by all', file('alice.key', KEY, 0o604), /alice\.key can be read by others; run "chmod 600 alice\.key"$/],
  ['empty', file('alice.key', ''), new RegExp(SHAPE)],
  ['31 bytes', file('alice.key', KEY.slice(2)), new RegExp(SHAPE)],
  ['33 bytes', file('alice.key', `${KEY}00`), new RegExp(SHAPE)],
  ['two lines', file('alice.key', `${KEY}\n${KEY}\n`), new RegExp(SHAPE)],
  ['a password', file('alice.key', 'correct horse battery staple\n'), new RegExp(SHAPE)],
  ['not of hexadecimal digits', file('alice.key', `${KEY.slice(1)}g`), new RegExp(SHAPE)],
  ['all zero', file('alice.key', '0'.repeat(64)), /alice\.key: The key .* can be guessed/],
];
test.each(KEYS)('refuses a key file that is %s, without showing it', async (_, prepare, what) => {
  const stage = await open();
  await prepare(stage);
  const client = stage.start('client', 'parley-client.js', ['alice', '--key', 'alice.key']);
  await expectRefused(client, 1, new RegExp(`^parley-client: .*${what.source.replace(/^\^/, '')}`));
  expect(client.errors.join()).not.toMatch(/[0-9a-f]{16}/);
});

test('says where it looked for a key', async () => {
  const stage = await open();
  await expectRefused(
    stage.start('client', 'parley-client.js', ['alice']),
    1,
    /^parley-client: no key file for alice: looked for \.\/alice\.key and .*\/\.config\/parley\/alice\.key; .*"parley-keys add alice" makes one$/,
  );
});

test('says that a name is not known', async () => {
  const stage = await open();
  await key(stage);
  const times = ['T_RETRY_MS=100,100,100,100,100', 'T_FAIL_HOLD_MS=50', 'T_CHALLENGE_MS=1000', 'T_AUTH_MS=1000'];
  const alice = stage.client('alice', '--server', 'nobody.invalid', ...times.flatMap((time) => ['--limit', time]));
  alice.type('Log on');
  await alice.shows('No answer from the server (the name nobody.invalid is not known: check --server)');
  await stage.finish();
});
