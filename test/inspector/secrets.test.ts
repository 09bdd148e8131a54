/** No key, no cookie and nothing of a key log stands in a feed or a recording (protocol 2.10), in memory and with the real commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '../../bin/demo/stage';
import { both, logOn, readLines, say, stages, startChat } from '../binaries/support';
import { entriesOf, smallStory, TestViewer } from './support';

const open = stages();

/** So many bytes of a secret are looked for: of public values a dump shows 4. */
const PART_BYTES = 8;

/** Where in the output a secret, or the beginning of one, stands in any of the usual forms. */
function leaks(output: Buffer, secrets: readonly Buffer[]): string[] {
  const lower = Buffer.from(output.toString('latin1').toLowerCase(), 'latin1');
  return secrets.flatMap((secret) => {
    const part = secret.subarray(0, PART_BYTES);
    // Six bits a character: the last one of a part is not sure.
    const base64 = ['base64', 'base64url'] as const;
    const forms = [part, ...base64.map((form) => Buffer.from(part.toString(form).replace(/=+$/, '').slice(0, -1)))];
    const numbers = Buffer.from([...part].join(','));
    const found = [...forms, numbers].some((form) => output.includes(form)) || lower.includes(part.toString('hex'));
    return found ? [secret.toString('hex')] : [];
  });
}

test('what would be found', () => {
  const secret = Buffer.from('8d969eef6ecad3c29a3a629280e686cf', 'hex');
  for (const form of [
    secret.toString('hex'),
    secret.toString('hex').toUpperCase(),
    secret.toString('base64'),
    secret.toString('base64url'),
    JSON.stringify(secret),
    secret.subarray(0, 9).toString('hex'),
  ]) {
    expect(leaks(Buffer.from(`x${form}y`), [secret])).toHaveLength(1);
  }
  expect(leaks(Buffer.concat([Buffer.from('x'), secret]), [secret])).toHaveLength(1);
  expect(leaks(Buffer.from(secret.subarray(0, 4).toString('hex')), [secret])).toEqual([]);
});

test('keys, traffic keys, IVs and cookies of a story in memory', async () => {
  const world = await smallStory();
  const recorders = [world.server, world.client('alice'), world.client('bob')].map(({ recorder }) => recorder);
  const output = Buffer.from(JSON.stringify(recorders.map(entriesOf)));
  // Two subscribers; the key of AUTH_SUCCESS, key and IV of both directions, as both ends of each connection log them.
  expect(world.secrets).toHaveLength(2 + 2 * 2 * (1 + 2 * 2));
  const cookies = world.serverRandom.filter(({ length }) => length === 16);
  expect(cookies.length).toBeGreaterThanOrEqual(2);
  expect(leaks(output, [...world.secrets, ...cookies])).toEqual([]);
  // A rand is public, and in it.
  const rands = world.serverRandom.filter(({ length }) => length === 32);
  expect(leaks(output, rands).length).toBeGreaterThan(0);
});

test('keys and key logs of real processes: feeds, recordings, what is served, what is printed', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  const options = (name: string): string[] => [
    ...['--inspect', '0', '--record', `${name}.record`, '--keylog', `${name}.keys`, '--dump', `${name}.dump`],
  ];
  const { process: server } = await stage.startServer(...options('server'), '--inspect-control');
  const [alice, bob] = [stage.client('alice', ...options('alice')), stage.client('bob', ...options('bob'))];
  const viewers: TestViewer[] = [];
  const served: string[] = [];
  const linkOf = async (actor: Actor): Promise<string> =>
    /http\S+/.exec(await actor.complains(/inspector: http/))?.[0] ?? '';
  const links = [linkOf(alice), linkOf(bob)];
  links.unshift(Promise.resolve(/http\S+/.exec(server.errors.join('\n'))?.[0] ?? ''));
  for (const link of await Promise.all(links)) {
    viewers.push(await TestViewer.inspecting(link.replace('http', 'ws')));
  }
  await logOn(alice, bob);
  await startChat(alice, bob);
  await say(alice, bob, 'Shall we meet at nine?');
  bob.type('End chat');
  await both(alice, bob, 'Chat ended');
  for (const link of await Promise.all(links)) {
    served.push(await (await fetch(link)).text());
    served.push(await (await fetch(link.replace('/?', '/recording?'))).text());
  }
  const [atServer, atAlice] = viewers;
  await atServer?.gets((message) => message.type === 'service.message' && message.parley.name === 'END_NOTIF');
  await atAlice?.gets((message) => message.type === 'service.state' && message.parley.event === 'M.END_NOTIF');
  await stage.finish();

  const names = ['server', 'alice', 'bob'];
  const keyFiles = ['alice', 'bob'].map((id) =>
    Buffer.from(readFileSync(join(stage.folder, `${id}.key`), 'utf8').trim(), 'hex'),
  );
  const logged = names.flatMap((name) => readLines(stage, `${name}.keys`)).flatMap((line) => line.split(' ').slice(4));
  const secrets = [...keyFiles, ...logged.map((hex) => Buffer.from(hex, 'hex'))];
  expect(secrets.map(({ length }) => length)).toEqual(expect.arrayContaining([32, 12]));
  expect(secrets).toHaveLength(2 + 4 * (1 + 4));
  const recordings = names.map((name) => readFileSync(join(stage.folder, `${name}.record`), 'utf8'));
  for (const recording of [...recordings, ...served]) expect(recording.length).toBeGreaterThan(1000);
  const feeds = viewers.map(({ got }) => JSON.stringify(got));
  for (const text of [...recordings, ...feeds]) expect(text).toContain('Shall we meet at nine?');
  const printed = [server, alice, bob].flatMap(({ bytes }) => bytes.map((bytes) => bytes.toString('latin1')));
  const output = Buffer.from([...feeds, ...recordings, ...served, ...printed].join('\n'), 'latin1');
  expect(leaks(output, secrets)).toEqual([]);
  // The key logs themselves are where they belong.
  expect(leaks(readFileSync(join(stage.folder, 'server.keys')), secrets).length).toBeGreaterThan(0);
});
