/**
 * The story that is captured once for a file of tests: two log-ons and one that fails, a chat, a long list, log-offs. Real
 * processes, seen by the tap between them. Must never be here: an expectation.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../../bin/demo/stage';
import { history, logOn, PATIENT, say, startChat } from '../binaries/support';
import type { Packet } from './packets';
import { Wiretap } from './wiretap';

export const TEXTS = ['what alice says to bob is theirs', `long: ${'x'.repeat(3000)}`, 'Grüße, bob ☕'] as const;

export interface Story {
  readonly packets: readonly Packet[];
  readonly keyLog: string;
  /** The server's own dump of the same run. */
  readonly dump: readonly string[];
}

/** @param stage empty; it is finished here */
export async function play(stage: Stage): Promise<Story> {
  await stage.subscribe('alice', 'bob', 'carol');
  const server = await stage.startServer('--keylog', 'server.keys', '--dump', 'server.dump', '--log-level', 'error');
  const tap = await Wiretap.open(server);
  try {
    const client = (id: string) => stage.client(id, ...PATIENT, '--server', tap.address);
    const [alice, bob] = [client('alice'), client('bob')];
    await logOn(alice);
    await logOn(bob);
    await startChat(alice, bob);
    await say(alice, bob, TEXTS[0]);
    await say(bob, alice, TEXTS[1]);
    await say(alice, bob, TEXTS[2]);
    bob.type('End chat');
    await alice.shows('Chat ended');
    alice.type('Chat carol');
    await alice.shows('Correspondent unreachable');
    // Twice: an answer must find its own question.
    await history(alice, 'bob');
    await history(alice, 'bob');
    const wrong = stage.client('carol', ...PATIENT, '--server', tap.address, '--key', 'alice.key');
    wrong.type('Log on');
    await wrong.shows('Authentication failed');
    await stage.finish();
    const read = (file: string): string => readFileSync(join(stage.folder, file), 'utf8');
    return { packets: [...tap.packets], keyLog: read('server.keys'), dump: read('server.dump').trimEnd().split('\n') };
  } finally {
    tap.close();
  }
}
