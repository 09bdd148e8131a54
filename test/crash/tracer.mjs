/**
 * A server under strace: what it did to the files of its database and what it wrote on standard output, one after the other,
 * as the kernel saw it. Must never be here: what a disk makes of it.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { basename, dirname } from 'node:path';

/** Everything by which a file or a folder changes or is made to last; `mmap` to see that no file is changed through memory. */
const CALLS = [
  ...[
    'open',
    'openat',
    'creat',
    'write',
    'writev',
    'pwrite64',
    'pwritev',
    'pwritev2',
    'ftruncate',
    'truncate',
    'fallocate',
  ],
  ...[
    'fsync',
    'fdatasync',
    'sync_file_range',
    'msync',
    'mmap',
    'unlink',
    'unlinkat',
    'rename',
    'renameat',
    'renameat2',
  ],
  ...['copy_file_range', 'sendfile', 'link', 'linkat'],
];
/** Longer than any write. */
const STRING_MAX = 4_000_000;

export const hasStrace = () => spawnSync('strace', ['-V']).status === 0;

/** The command that runs another and writes its trace into this file. */
export function straceCommand(trace) {
  return [
    'strace',
    '-f',
    '-y',
    '-xx',
    '-s',
    String(STRING_MAX),
    '--seccomp-bpf',
    '-e',
    `trace=${CALLS.join(',')}`,
    '-o',
    trace,
  ];
}

const bytesOf = (text) => Buffer.from(text.replaceAll('\\x', ''), 'hex');

/**
 * What happened, in order, to the files whose name begins with that of `data`, to their folder, and on standard output:
 * `create`, `unlink`, `rename` `{ name }`, `write` `{ name, offset, bytes }`, `truncate` `{ name, size }`, `sync` `{ name }`,
 * `syncFolder`, `output` `{ bytes }`.
 * @throws Error for a call that the model of the disk does not know
 */
export async function readTrace(trace, data) {
  const happened = [];
  const unfinished = new Map();
  for await (const line of createInterface({ input: createReadStream(trace), crlfDelay: Infinity })) {
    const [, pid, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest === undefined) continue;
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(pid, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const [, resumed] = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest) ?? [];
    const whole = resumed === undefined ? rest : `${unfinished.get(pid) ?? ''}${resumed}`;
    const event = eventOf(whole, data);
    if (event) happened.push(event);
  }
  return happened;
}

function eventOf(line, data) {
  const [, call, given = '', result] = /^(\w+)\((.*)\) += (-?\d+)/.exec(line) ?? [];
  // A call that was put together of its halves has a blank before the bracket.
  const args = given.trimEnd();
  if (call === undefined || Number(result) < 0) return undefined;
  const [, fd, path] = /^(\d+)<([^>]*)>/.exec(args) ?? [];
  if (call === 'write' && fd === '1') return { type: 'output', bytes: strings(args)[0].subarray(0, Number(result)) };
  const file = path === undefined ? '' : bytesOrText(path);
  if (file === dirname(data)) return /^f(data)?sync$/.test(call) ? { type: 'syncFolder' } : undefined;
  const names = [file, ...strings(args).map(String)].filter((name) => ours(name, data));
  if (names.length === 0 || names[0].endsWith('-shm')) return undefined;
  return (TO_EVENT[call] ?? unknown(call, line))({
    name: basename(names[0]),
    args,
    result: Number(result),
    line,
    names,
  });
}

const ours = (name, data) => name.startsWith(data);
const bytesOrText = (path) => (path.includes('\\x') ? bytesOf(path).toString() : path);
const strings = (args) => [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex]) => bytesOf(hex));

const unknown = (call, line) => () => {
  throw new Error(`the model of the disk does not know ${call}: ${line.slice(0, 200)}`);
};
const nothing = () => undefined;

const TO_EVENT = {
  openat: ({ name, args }) =>
    args.includes('O_CREAT') ? { type: 'create', name, truncated: args.includes('O_TRUNC') } : undefined,
  pwrite64: ({ name, args, result }) => ({
    type: 'write',
    name,
    offset: Number(/, (\d+)$/.exec(args)[1]),
    bytes: strings(args)[0].subarray(0, result),
  }),
  ftruncate: ({ name, args }) => ({ type: 'truncate', name, size: Number(/, (\d+)$/.exec(args)[1]) }),
  fsync: ({ name }) => ({ type: 'sync', name }),
  fdatasync: ({ name }) => ({ type: 'sync', name }),
  unlink: ({ name }) => ({ type: 'unlink', name }),
  unlinkat: ({ name }) => ({ type: 'unlink', name }),
  /** Read only, or a copy of one's own. */
  mmap: ({ args, line }) => (/PROT_WRITE.*MAP_SHARED/.test(args) ? unknown('mmap', line)() : nothing()),
};
