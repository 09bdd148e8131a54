/** What the tests of the page share on the stage: the processes of a lecture, with their links. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from '../../bin/demo/stage';
import { ASSIGNMENT_ONLY } from '../../diagrams/report/play/assignment';
import { both, history, logOn, PATIENT, say, startChat } from '../binaries/support';
import type { Browsing } from './browser';
import { linkOf, together, type Inspector } from './inspector';

export interface Inspected {
  readonly stage: Stage;
  readonly alice: Actor;
  readonly bob: Actor;
  /** Of server, alice, bob. */
  readonly links: readonly [string, string, string];
}

/** A server and two clients that write their traffic keys down; none has done anything yet. @param args for all three */
export async function threeProcesses(stage: Stage, ...args: readonly string[]): Promise<Inspected> {
  await stage.subscribe('alice', 'bob');
  // Nothing is sent that nobody has asked for, so what is recorded stands still between two lines.
  const options = (name: string): string[] => ['--keylog', `${name}.keys`, '--inspect', ...ASSIGNMENT_ONLY, ...args];
  const { process: server } = await stage.startServer('--dump', '-', ...options('server'));
  const client = (id: string): Actor => stage.client(id, ...PATIENT, ...options(id));
  const [alice, bob] = [client('alice'), client('bob')];
  const links = await Promise.all([linkOf(server), linkOf(alice), linkOf(bob)]);
  return { stage, alice, bob, links };
}

/** They log on, chat, read their history, and alice logs off: every machine has been in all its ordinary states. */
export async function story({ stage, alice, bob }: Inspected): Promise<void> {
  await logOn(alice);
  await logOn(bob);
  await startChat(alice, bob);
  await say(alice, bob, TEXTS[0]);
  await say(bob, alice, TEXTS[1]);
  alice.type('End chat');
  await both(alice, bob, 'Chat ended');
  await history(alice, 'bob');
  alice.type('Log off');
  await alice.shows('Disconnected');
  await stage.server.process.shows(/ alice>S .*CLOSE/);
}
export const TEXTS = ['Hello bob, this is alice', 'Grüße ☕ <b>&amp;'] as const;

/** Everything that must stay inside the processes: the keys of the subscribers and all traffic keys, as hexadecimal digits. */
export function secretsOf(stage: Stage): string[] {
  const read = (file: string): string => readFileSync(join(stage.folder, file), 'utf8');
  const subscribers = ['alice.key', 'bob.key'].map((file) => read(file).trim());
  // A line of a key log (protocol 1.9): SBC1, tag, direction, epoch, key, IV; or SBC1, tag, auth, attempt-ID, key.
  const lines = ['server.keys', 'alice.keys', 'bob.keys'].flatMap((file) => read(file).trim().split('\n'));
  const traffic = lines.flatMap((line) => line.split(' ').slice(4));
  return [...new Set([...subscribers, ...traffic])];
}

/** Alice's page with the others added by its address, once everything is there. */
export async function openStory(inspect: Browsing['inspect'], { links }: Inspected): Promise<Inspector> {
  const [server, alice, bob] = links;
  const inspector = await inspect(together([alice, server, bob]));
  await inspector.caughtUp(...links);
  await inspector.chooseClient('alice');
  return inspector;
}

/** Opens a recording with parley-inspect, which is no process that is inspected. @returns its link */
export async function inspectFile(stage: Stage, file: string): Promise<string> {
  const shown = await stage.start('parley-inspect', 'parley-inspect.js', [file]).shows(/^parley-inspect: http/);
  return shown.replace('parley-inspect: ', '');
}
