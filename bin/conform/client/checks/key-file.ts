/** The key file (protocol 2.3): what a client must not take for one. */
import { must, pause, type ClientCheck } from '../judge';
import type { KeyFile, Scene } from '../scene';

/** A client with this key file tells its user, and sends nothing. */
async function isRefused(scene: Scene, id: string, what: string, keyFile: KeyFile): Promise<void> {
  const other = await scene.another(id, keyFile);
  other.program.type('Log on');
  await other.program.tells(`that ${what} cannot be used`);
  await pause(100);
  await other.server.caughtUp();
  must(other.server.received.length === 0, `nothing sent with ${what}`, 'a datagram');
}

export const keyFileChecks: readonly ClientCheck[] = [
  {
    name: 'key-file-shared',
    section: '2.3',
    must: 'a key file that group or others can read is refused',
    async play(scene) {
      // Windows has no such bits.
      if (process.platform === 'win32') return;
      await isRefused(scene, 'group', 'a key file that the group can read', { mode: 0o640 });
      await isRefused(scene, 'others', 'a key file that others can read', { mode: 0o604 });
    },
  },
  {
    name: 'key-file-damaged',
    section: '2.3',
    must: 'a key file that does not hold 64 hexadecimal digits is refused',
    async play(scene) {
      await isRefused(scene, 'short', 'a key file of 62 digits', { change: (digits) => digits.slice(2) });
      await isRefused(scene, 'words', 'a key file without digits', { change: () => 'correct horse battery staple' });
    },
  },
];
