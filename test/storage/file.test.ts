/**
 * What a file that is written has to be (SECURITY.md, "Files"): links, FIFOs, devices, files of others and open modes, each
 * real, each for every worth and opening.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { StoreError } from '../../machines/ports';
import { closeFile, openFile, writeAll, writeFile, type Opening, type Worth } from '../../storage/file';
import { readKeyFile } from '../../storage/keyfile';
import { openStore } from '../../storage/sqlite';
import { modeOf, scratch } from './files';

const path = scratch();
const WORTHS: readonly Worth[] = ['secret', 'private', 'plain'];
const OPENINGS: readonly Opening[] = ['new', 'append', 'replace'];
const EVERY = WORTHS.flatMap((worth) => OPENINGS.map((opening) => [opening, worth] as const));
const OVER = EVERY.filter(([opening]) => opening !== 'new');

function refusal(name: string, opening: Opening, worth: Worth): string {
  try {
    const file = openFile(name.startsWith('/') ? name : path(name), opening, worth);
    closeFile(name, file);
    return 'opened';
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.message.replaceAll(`${path()}/`, '');
  }
}
function put(name: string, opening: Opening, worth: Worth, text: string): void {
  const file = openFile(path(name), opening, worth);
  writeAll(file, text);
  closeFile(path(name), file);
}

describe.each(EVERY)('%s, %s', (opening, worth) => {
  test('makes a file', () => {
    const before = process.umask(0o022);
    try {
      put('f', opening, worth, 'text');
    } finally {
      process.umask(before);
    }
    expect(readFileSync(path('f'), 'utf8')).toBe('text');
    expect(modeOf(path('f'))).toBe(worth === 'plain' ? '644' : '600');
  });

  test.each(['of ours', 'to nothing'])('a link %s is not followed', (where) => {
    if (where === 'of ours') writeFileSync(path('target'), 'before', { mode: 0o600 });
    symlinkSync(path('target'), path('link'));
    const sentence =
      opening === 'new' ? 'exists already; name another file' : 'is a link; name the file that it leads to';
    expect(refusal('link', opening, worth)).toContain(`link ${sentence}`);
    expect(existsSync(path('target')) ? readFileSync(path('target'), 'utf8') : 'nothing').toBe(
      where === 'of ours' ? 'before' : 'nothing',
    );
  });

  test('a directory, and one that is missing', () => {
    mkdirSync(path('d'));
    expect(refusal('d', opening, worth)).toMatch(
      /^d (is a directory; name a file in it|exists already; name another file)$/,
    );
    expect(refusal('no/f', opening, worth)).toBe('no/f cannot be written (ENOENT); make its directory first');
  });
});

test.each(WORTHS)('new, %s: what is there stays as it is', (worth) => {
  writeFileSync(path('f'), 'before');
  expect(refusal('f', 'new', worth)).toBe('f exists already; name another file');
  expect(readFileSync(path('f'), 'utf8')).toBe('before');
});

test.each(WORTHS)('append, %s: after what is there; replace: instead of it', (worth) => {
  put('f', 'append', worth, 'a long beginning');
  put('f', 'append', worth, ', end');
  expect(readFileSync(path('f'), 'utf8')).toBe('a long beginning, end');
  put('f', 'replace', worth, 'short');
  expect(readFileSync(path('f'), 'utf8')).toBe('short');
});

describe('a FIFO', () => {
  const fifo = (mode: string): void => void execFileSync('mkfifo', ['-m', mode, path('p')]);
  const reading = (): number => openSync(path('p'), constants.O_RDONLY | constants.O_NONBLOCK);

  test.each(EVERY.filter(([opening]) => opening !== 'new'))(
    'without a reader never holds us up: %s, %s',
    (opening, worth) => {
      fifo('600');
      expect(refusal('p', opening, worth)).toBe('p has no reader; start what reads it first, or name a regular file');
    },
  );

  test('is no place for keys, nor for a file that is replaced', () => {
    fifo('600');
    const reader = reading();
    expect(refusal('p', 'append', 'secret')).toBe('p is not a regular file: keys are written to nothing else');
    for (const worth of ['private', 'plain'] as const)
      expect(refusal('p', 'replace', worth)).toContain('p is not a regular file; name another');
    closeSync(reader);
  });

  test('of ours alone gets lines', () => {
    fifo('600');
    const reader = reading();
    put('p', 'append', 'private', 'line\n');
    const bytes = Buffer.alloc(10);
    expect(bytes.toString('utf8', 0, readSync(reader, bytes))).toBe('line\n');
    closeSync(reader);
  });

  test('that others can read gets none', () => {
    fifo('666');
    chmodSync(path('p'), 0o666);
    const reader = reading();
    expect(refusal('p', 'append', 'private')).toMatch(/^p is open to others \(mode 0666\)/);
    closeSync(reader);
  });
});

test.each(OVER)('a device: %s, %s', (opening, worth) => {
  const sentence = '/dev/null is not a regular file: keys are written to nothing else';
  expect(refusal('/dev/null', opening, worth)).toBe(worth === 'secret' ? sentence : 'opened');
});

test('what whoever started us has opened is written without looking it up', () => {
  const file = openSync(path('f'), 'w');
  writeFile(`/dev/fd/${String(file)}`, 'replace', 'plain', 'text');
  expect(readFileSync(path('f'), 'utf8')).toBe('text');
  // It is still theirs.
  closeSync(file);
  expect(openFile('/dev/stdout', 'append', 'private')).toBe(1);
  expect(refusal('/dev/stdout', 'append', 'secret')).toContain('is a link');
});

test.each(['append', 'replace'] as const)('a secret file that others could have opened: %s', (opening) => {
  writeFileSync(path('f'), 'before');
  chmodSync(path('f'), 0o640);
  expect(refusal('f', opening, 'secret')).toBe(
    'f is open to others (mode 0640): remove it, or chmod 600 it if nobody has it open',
  );
  expect([readFileSync(path('f'), 'utf8'), modeOf(path('f'))]).toEqual(['before', '640']);
  chmodSync(path('f'), 0o600);
  linkSync(path('f'), path('g'));
  expect(refusal('f', opening, 'secret')).toContain('has a second name (hard link)');
});

test('a private file is made ours alone, a plain one keeps its mode', () => {
  writeFileSync(path('f'), 'before');
  chmodSync(path('f'), 0o664);
  put('f', 'append', 'plain', '');
  expect(modeOf(path('f'))).toBe('664');
  put('f', 'append', 'private', '');
  expect(modeOf(path('f'))).toBe('600');
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot.each(OVER)('a file of another user (skipped unless root): %s, %s', (opening, worth) => {
  writeFileSync(path('f'), 'before', { mode: 0o600 });
  chownSync(path('f'), 12_345, 12_345);
  expect(refusal('f', opening, worth)).toBe('f belongs to another user (uid 12345); name another file, or remove it');
  expect([readFileSync(path('f'), 'utf8'), statSync(path('f')).uid]).toEqual(['before', 12_345]);
});

test('a new file that cannot be finished is taken away, an old one is said to be incomplete', () => {
  const sentence = /\/dev\/full cannot be written \(ENOSPC\); it is not complete$/;
  expect(() => writeFile('/dev/full', 'replace', 'plain', 'text')).toThrow(sentence);
});

describe('a system without modes and owners', () => {
  const { platform, getuid } = process;
  beforeEach(() => {
    Object.defineProperty(process, 'platform', { value: 'win32' });
    Object.defineProperty(process, 'getuid', { value: undefined, configurable: true });
  });
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
    Object.defineProperty(process, 'getuid', { value: getuid });
  });

  test.each(OVER)('%s, %s: what seems open to everybody is used as it is', (opening, worth) => {
    writeFileSync(path('old'), '', { mode: 0o666 });
    chmodSync(path('old'), 0o666);
    expect(refusal('old', opening, worth)).toBe('opened');
    expect(modeOf(path('old'))).toBe('666');
  });

  test('so are a key file and a database', () => {
    writeFileSync(path('alice.key'), `${'ab'.repeat(32)}\n`, { mode: 0o644 });
    expect(readKeyFile(path('alice.key'))).toBe('ab'.repeat(32));
    openStore(path('parley.db'), { create: true, durability: 'normal' }).close();
    chmodSync(path('parley.db'), 0o644);
    openStore(path('parley.db'), { create: false, durability: 'normal' }).close();
    expect(modeOf(path('parley.db'))).toBe('644');
  });
});
