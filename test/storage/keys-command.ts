/** The command parley-keys as its user runs it: a process in a directory of its own, and what it leaves there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Subscriber } from '../../machines/ports';
import { readKeyFile } from '../../storage/keyfile';
import { openStore } from '../../storage/sqlite';
import { scratch } from './files';

const COMMAND = join(__dirname, '../../dist/bin/parley-keys.js');

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
interface KeysCommand {
  /** The path of a name in the directory of the test. */
  readonly path: (name?: string) => string;
  /** Runs the command with the words of `line`, and with `input` on its standard input. */
  readonly keys: (line: string, input?: string) => Promise<Outcome>;
  /** The subscribers in a database. */
  readonly stored: (data?: string) => Subscriber[];
  /** The key in a key file. */
  readonly keyIn: (file: string) => Buffer;
}

/** As good as random, and the same every time. */
export const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * i * 7 + 13 * i + 5) & 0xff));

/** After every test of the file that calls this, all that the command has written is searched for keys. */
export function keysCommand(): KeysCommand {
  let written = '';
  afterEach(() => {
    const secrets = [KEY, ...(existsSync(path('parley.db')) ? stored().map(({ key }) => Buffer.from(key)) : [])];
    const found = secrets.filter((secret) =>
      (['hex', 'base64', 'latin1'] as const).some((encoding) => written.includes(secret.toString(encoding))),
    );
    written = '';
    expect(found).toHaveLength(0);
  });
  // The directory goes after the search.
  const path = scratch();

  const keys = async (line: string, input = ''): Promise<Outcome> => {
    const words = line.split(' ').filter((word) => word !== '');
    const child = spawn(process.execPath, [COMMAND, ...words], { cwd: path() });
    // A command that is done may not have read all.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const closed = once(child, 'close') as Promise<[code: number]>;
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    written += out + err;
    return { code, out, err };
  };
  const stored = (data = 'parley.db'): Subscriber[] => {
    const store = openStore(path(data), { create: false, durability: 'normal' });
    try {
      return store.subscribers.all();
    } finally {
      store.close();
    }
  };
  return { path, keys, stored, keyIn: (file) => Buffer.from(readKeyFile(path(file)), 'hex') };
}

/** One line that begins with the name of the command, and nothing on standard output. */
export function refused(code: number, sentence: RegExp): Outcome {
  const err = expect.stringMatching(new RegExp(`^parley-keys: [^\\n]*${sentence.source}[^\\n]*\\n$`)) as string;
  return { code, out: '', err };
}
