/** Command lines of the documents, carried out in a folder of a server that has been used. Must never be here: an expectation. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Stage } from '../../bin/demo/stage';
import { both, logOn, say, startChat } from '../binaries/support';
import { filled, linesIn, scriptsOf, type Place } from './checks';
import { NOT_RUN } from './exceptions';
import type { Document } from './reader';
import { commandsOf } from './shell';

/** A command of ours in a document. */
export interface Told {
  readonly where: string;
  readonly place: 'block' | 'text';
  readonly name: string;
  readonly args: readonly string[];
}

/** Those that are carried out: each once, however often it is told. */
export function toRun(documents: readonly Document[], place: Place): Told[] {
  const scripts = scriptsOf(place);
  const told = documents.flatMap((document) =>
    linesIn(document).flatMap(({ where, place: stands, text: line }) =>
      commandsOf(line, scripts)
        .filter(({ name }) => /^(?:parley-|demo$|report$)/.test(name))
        .map(({ name, args }) => ({ where, place: stands, name, args: filled(args, place.root) })),
    ),
  );
  const lineOf = ({ name, args }: Told): string => [name, ...args].join(' ');
  return told.filter(
    (one, at) =>
      told.findIndex((other) => lineOf(other) === lineOf(one)) === at &&
      !NOT_RUN.some(({ line }) => line.test(lineOf(one))),
  );
}

/** A folder as an operator has it: two subscribers who have chatted, the traces of it, a capture, a machine of somebody's own. */
export async function usedFolder(root: string): Promise<string> {
  const stage = await Stage.open();
  try {
    await stage.subscribe('alice', 'bob');
    await stage.startServer('--trace', 'server.trace');
    const [alice, bob] = [stage.client('alice', '--trace', 'alice.trace'), stage.client('bob', '--trace', 'bob.trace')];
    await logOn(alice, bob);
    await startChat(alice, bob);
    await say(alice, bob, 'hello bob');
    alice.type('End chat');
    await both(alice, bob, 'Chat ended');
    await stage.finish();
    const folder = mkdtempSync(join(tmpdir(), 'parley-used-'));
    cpSync(stage.folder, folder, { recursive: true });
    copyFileSync(join(root, 'docs/wireshark/example.pcap'), join(folder, 'CAPTURE.pcap'));
    copyFileSync(join(root, 'docs/wireshark/example.keys'), join(folder, 'FILE'));
    writeFileSync(
      join(folder, 'machine.js'),
      "exports.name = { id: 'door', initial: 'open', states: { open: { on: { SHUT: 'shut' } }, shut: {} } };\n",
    );
    return folder;
  } finally {
    await stage.close();
  }
}

/** Who makes subscribers begins with none. */
const BEGINS = /^parley-keys (?:add|import)(?!.*--force)/;

/** @returns how it ended; the folder is as it was */
export async function carriedOut(
  { name, args }: Told,
  root: string,
  used: string,
): Promise<{ code: number; err: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-told-'));
  try {
    if (!BEGINS.test([name, ...args].join(' '))) cpSync(used, folder, { recursive: true });
    const traces = readdirSync(folder).filter((file) => file.endsWith('.trace'));
    const words = args.flatMap((arg) => (arg === '*.trace' ? traces : [arg.replace(/^\/var\/lib\/parley\//, './')]));
    const child = spawn(process.execPath, [join(root, 'dist/bin', `${name}.js`), ...words], {
      cwd: folder,
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: '' },
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end();
    const [err, , [code]] = await Promise.all([
      text(child.stderr),
      text(child.stdout),
      once(child, 'close') as Promise<[number]>,
    ]);
    return { code, err };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
