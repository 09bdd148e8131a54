/**
 * The image, which cannot be built where no container engine runs: its file is read by a linter, and what the container would run is
 * run here, by the same words.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { scratch } from '../storage/files';

const ROOT = join(__dirname, '../..');
const text = readFileSync(join(ROOT, 'docs/operations/Dockerfile'), 'utf8');
const file = DockerfileParser.parse(text);
const path = scratch();
const running: ChildProcess[] = [];
afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

/** Instructions of this name, those of the last stage only. */
function last(name: string): Instruction[] {
  const all = file.getInstructions();
  const from = all.findLastIndex((one) => one.getInstruction() === 'FROM');
  return all.slice(from).filter((one) => one.getInstruction() === name);
}
/** What such an instruction runs, in its form with brackets. */
function command(name: string): string[] {
  const [, words = '[]'] = /(\[.*\])\s*$/s.exec(last(name)[0]?.getArgumentsContent() ?? '') ?? [];
  return JSON.parse(words) as string[];
}
/** Runs it where `/app` is here, and the container's own name stands for this machine. */
function run([program = '', ...args]: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  writeFileSync(path('hostname'), '#!/bin/sh\necho 127.0.0.1\n');
  chmodSync(path('hostname'), 0o755);
  const here = args.map((arg) => arg.replaceAll('/app/', `${ROOT}/`));
  const PATH = `${path()}:${process.env['PATH'] ?? ''}`;
  const child = spawn(program, here, { cwd: path(), env: { ...process.env, ...env, PATH }, stdio: 'pipe' });
  running.push(child);
  return child;
}
async function says(child: ChildProcess, wanted: RegExp, output: 'stdout' | 'stderr'): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: child[output] as NodeJS.ReadableStream })) {
    lines.push(line);
    const [, found] = wanted.exec(line) ?? [];
    if (found !== undefined) return found;
  }
  throw new Error(`it ended without ${String(wanted)}: ${lines.join(' | ')}`);
}

test('a linter finds nothing', () => {
  expect(
    validate(text).map(({ message, range }) => `${String(range.start.line + 1)}: ${JSON.stringify(message)}`),
  ).toEqual([]);
  // It does find something.
  expect(validate(text.replace('WORKDIR /src', 'WORKDIR src\nCOPPY . .'))).not.toEqual([]);
});

test('two stages; the last one runs as nobody who has rights', () => {
  expect(file.getFROMs()).toHaveLength(2);
  const [user] = last('USER').map((one) => one.getArgumentsContent());
  expect(text).toContain(`useradd --uid 10001 --gid ${user ?? ''} `);
  expect(last('USER').length).toBe(1);
});

test('every command that it links is there', () => {
  const [, names = ''] = /for command in ([^;]*);/.exec(text) ?? [];
  const missing = names.split(' ').filter((name) => !existsSync(join(ROOT, `dist/bin/parley-${name}.js`)));
  expect([names.split(' ').length > 2, missing]).toEqual([true, []]);
});

test('what it runs is a server that is well, and that a signal ends in good order', async () => {
  const ports = ['--udp-port', '0', '--tcp-port', '0', '--metrics', '127.0.0.1:0'];
  const server = run([...command('ENTRYPOINT'), ...ports]);
  const [, figures] = await Promise.all([
    says(server, /^parley-server (ready): UDP 127\.0\.0\.1:\d+/, 'stdout'),
    says(server, /(127\.0\.0\.1:\d+)/, 'stderr'),
  ]);
  const check = command('HEALTHCHECK').map((word) => word.replace('127.0.0.1:9464', figures));
  expect(check.join(' ')).toContain(figures);
  const [well] = (await once(run(check), 'exit')) as [number];
  server.kill('SIGTERM');
  const [code] = (await once(server, 'exit')) as [number];
  const [gone] = (await once(run(check), 'exit')) as [number];
  expect([well, code, gone]).toEqual([0, 0, 1]);
});
