/** The client's key file: its form, who may read it, where it is looked for (protocol 2.3, protocol 7, number 117). */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { findKeyFile, readKeyFile, stageKeyFile, writeKeyFile } from '../../storage/keyfile';
import { modeOf, scratch } from './files';
import { refusal } from './support';

const path = scratch();
const HEX = '00112233445566778899aabbccddeeff'.repeat(2);
const OTHER = 'ffeeddccbbaa99887766554433221100'.repeat(2);
const onUnix = process.platform === 'win32' ? test.skip : test;

function keyFile(name: string, content: string, mode = 0o600): string {
  writeFileSync(path(name), content, { mode });
  chmodSync(path(name), mode);
  return path(name);
}

describe('reading', () => {
  test.each([
    ['with a line end', `${HEX}\n`],
    ['without', HEX],
    ['with a line end of Windows', `${HEX}\r\n`],
  ])('one line of 64 digits, %s', (_, content) => {
    expect(readKeyFile(keyFile('alice.key', content))).toBe(HEX);
    expect(readKeyFile(keyFile('read-only.key', content, 0o400))).toBe(HEX);
  });

  test.each([
    ['empty', ''],
    ['31 bytes', HEX.slice(2)],
    ['33 bytes', `${HEX}00`],
    ['63 digits', HEX.slice(1)],
    ['upper case', HEX.toUpperCase()],
    ['a password', 'correct horse battery staple\n'],
    ['two lines', `${HEX}\n${HEX}\n`],
    ['an empty line after it', `${HEX}\n\n`],
    ['a blank before it', ` ${HEX}\n`],
    ['a blank after it', `${HEX} \n`],
    ['32 bytes as they are', '\u0001'.repeat(32)],
    ['base64', `${Buffer.from(HEX, 'hex').toString('base64')}\n`],
    ['far too long', HEX.repeat(10_000)],
  ])('%s is refused', (_, content) => {
    const { kind, message } = refusal(() => readKeyFile(keyFile('alice.key', content)));
    expect(kind).toBe('unusable');
    expect(message).toBe(
      `${path('alice.key')} is not a key file: it must be one line of 64 lower-case hexadecimal digits`,
    );
  });

  onUnix.each([0o640, 0o604, 0o644, 0o620, 0o601, 0o677])('mode %o is refused', (mode) => {
    const file = keyFile('alice.key', HEX, mode);
    expect(refusal(() => readKeyFile(file))).toEqual({
      kind: 'unusable',
      message: `${file} can be read by others; run "chmod 600 ${file}"`,
    });
    chmodSync(file, 0o600);
    expect(readKeyFile(file)).toBe(HEX);
  });

  test('what is missing or is no file is named', () => {
    expect(refusal(() => readKeyFile(path('alice.key'))).message).toMatch(/alice\.key cannot be read \(ENOENT\)/);
    mkdirSync(path('dir'), { mode: 0o700 });
    expect(refusal(() => readKeyFile(path('dir'))).message).toMatch(/dir is not a regular file/);
  });
});

describe('writing', () => {
  test('makes a file that reads back, for its owner alone', () => {
    writeKeyFile(path('alice.key'), HEX, { force: false });
    expect(readFileSync(path('alice.key'), 'latin1')).toBe(`${HEX}\n`);
    expect(modeOf(path('alice.key'))).toBe('600');
    expect(readKeyFile(path('alice.key'))).toBe(HEX);
  });

  test('never over another file, unless forced', () => {
    const file = keyFile('alice.key', 'something else', 0o644);
    const { kind, message } = refusal(() => writeKeyFile(file, HEX, { force: false }));
    expect(kind).toBe('exists');
    expect(message).toMatch(/alice\.key exists already; .*--force/);
    expect(readFileSync(file, 'latin1')).toBe('something else');
    writeKeyFile(file, HEX, { force: true });
    expect(readKeyFile(file)).toBe(HEX);
    expect(readdirSync(path())).toEqual(['alice.key']);
  });

  test('not through a link to nowhere', () => {
    symlinkSync(path('elsewhere'), path('alice.key'));
    expect(refusal(() => writeKeyFile(path('alice.key'), HEX, { force: false })).kind).toBe('exists');
    expect(existsSync(path('elsewhere'))).toBe(false);
  });

  test('a directory that is missing is named', () => {
    const { kind, message } = refusal(() => writeKeyFile(path('missing/alice.key'), HEX, { force: false }));
    expect(kind).toBe('failed');
    expect(message).toMatch(/missing\/alice\.key cannot be written \(ENOENT\); make its directory first/);
  });

  test('what is staged can be taken back: a new file goes, an old one was never touched', () => {
    stageKeyFile(path('new.key'), HEX, { force: false }).discard();
    const old = keyFile('old.key', OTHER);
    const staged = stageKeyFile(old, HEX, { force: true });
    expect(readKeyFile(old)).toBe(OTHER);
    staged.discard();
    expect(readdirSync(path())).toEqual(['old.key']);
    expect(readKeyFile(old)).toBe(OTHER);
  });

  test('what is staged is published in one step, and a leftover of a process that died is no hindrance', () => {
    const old = keyFile('old.key', OTHER);
    keyFile('old.key.new', 'half a k');
    const staged = stageKeyFile(old, HEX, { force: true });
    expect(modeOf(path('old.key.new'))).toBe('600');
    staged.publish();
    expect(readKeyFile(old)).toBe(HEX);
    expect(readdirSync(path())).toEqual(['old.key']);
  });

  test('a key that cannot be published is not lost: the sentence says where it is, and not what it is', () => {
    const staged = stageKeyFile(path('alice.key'), HEX, { force: true });
    mkdirSync(path('alice.key'));
    const { kind, message } = refusal(() => staged.publish());
    expect(kind).toBe('failed');
    expect(message).toMatch(/the new key is in .*alice\.key\.new .*; move it to .*alice\.key$/);
    expect(message).not.toContain(HEX);
    expect(readKeyFile(path('alice.key.new'))).toBe(HEX);
  });
});

describe('finding', () => {
  const directory = process.cwd();
  const find = (explicit?: string): string => findKeyFile('alice', explicit, path('home'));
  beforeEach(() => {
    mkdirSync(path('here'));
    mkdirSync(path('home/.config/parley'), { recursive: true });
    process.chdir(path('here'));
  });
  afterEach(() => process.chdir(directory));
  const HERE = 'here/alice.key';
  const AT_HOME = 'home/.config/parley/alice.key';

  test('the one named, then here, then at home', () => {
    keyFile(AT_HOME, HEX);
    expect(find()).toBe(path(AT_HOME));
    keyFile(HERE, HEX);
    expect(find()).toBe('./alice.key');
    keyFile('named', HEX);
    expect(find(path('named'))).toBe(path('named'));
  });

  test('none: the sentence names the places and the command', () => {
    keyFile('here/bob.key', HEX);
    const { kind, message } = refusal(() => find());
    expect(kind).toBe('unusable');
    expect(message).toContain(`./alice.key and ${path(AT_HOME)}`);
    expect(message).toContain('"parley-keys add alice"');
  });

  test('one that is named and missing: no other is taken in its place', () => {
    keyFile(HERE, HEX);
    const { message } = refusal(() => find(path('named')));
    expect(message).toContain(`looked for ${path('named')};`);
    rmSync(path(HERE));
    expect(refusal(() => find(path('named'))).message).toBe(message);
  });
});
