/** The options of the inspector on the real commands: what is wrong with them is one clear line, and nothing else happens. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Actor, Stage } from '../../bin/demo/stage';
import { stages } from '../binaries/support';

const open = stages();

async function expectRefused(actor: Actor, code: number, sentence: RegExp): Promise<void> {
  expect(await actor.exit).toBe(code);
  expect(actor.errors).toEqual([expect.stringMatching(sentence)]);
  expect(actor.lines).toEqual([]);
}
const commands: readonly (readonly [string, (stage: Stage, args: readonly string[]) => Promise<Actor>])[] = [
  [
    'parley-server',
    async (stage, args) => {
      // Without a subscriber it has something to say about that too.
      await stage.subscribe('alice');
      return stage.start('server', 'parley-server.js', ['--udp-port', '0', ...args]);
    },
  ],
  [
    'parley-client',
    async (stage, args) => {
      await stage.subscribe('alice');
      return stage.start('alice', 'parley-client.js', ['alice', ...args]);
    },
  ],
];

describe.each(commands)('%s', (name, start) => {
  const refused: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['--inspect-control alone', ['--inspect-control'], 1, /: --inspect-control needs --inspect$/],
    ['too few entries', ['--inspect', '--inspect-entries', '1'], 2, /'1' is invalid.* A number from 100 to 1000000\./],
    ['too many', ['--inspect', '--inspect-entries', '1000001'], 2, /A number from 100 to 1000000\./],
    ['no number', ['--inspect', '--inspect-entries', 'many'], 2, /A number from 100 to 1000000\./],
    ['a port that is none', ['--inspect', '65536'], 2, /A port is a number from 0 to 65535\./],
    [
      'a recording that cannot be written',
      ['--record', './nowhere/file'],
      1,
      /nowhere\/file cannot be written \(ENOENT\)/,
    ],
  ];
  test.each(refused)('%s', async (_, args, code, sentence) => {
    await expectRefused(await start(await open(), args), code, sentence);
  });

  test('a port in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1').unref();
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    const sentence = /: the inspector cannot be served \(EADDRINUSE\); choose another port with --inspect PORT$/;
    await expectRefused(await start(await open(), ['--inspect', port]), 1, sentence);
    taken.close();
  });

  test('help tells them', async () => {
    const actor = await start(await open(), ['--help']);
    expect(await actor.exit).toBe(0);
    const help = actor.lines.join('\n');
    for (const option of ['--inspect [port]', '--inspect-control', '--inspect-entries', '--record <file>']) {
      expect(help).toContain(option);
    }
    expect([name, actor.errors]).toEqual([name, []]);
  });
});

test('a server that cannot bind its own port ends, although the inspector is served already', async () => {
  const taken = createSocket('udp4').unref().bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const stage = await open();
  const args = ['--udp-port', String(taken.address().port), '--inspect'];
  const server = stage.start('server', 'parley-server.js', args);
  expect(await server.exit).toBe(1);
  expect(server.errors.at(-1)).toMatch(/^parley-server: UDP .* is in use; choose another with --udp-port or --host$/);
  taken.close();
});

test('the link is printed beside what a command prints anyway, and nothing is printed without the option', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const { process: server } = await stage.startServer('--inspect');
  expect(server.errors.filter((line) => line.includes('http'))).toEqual([
    expect.stringMatching(/^parley-server inspector: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{22}$/),
  ]);
  const alice = stage.client('alice');
  alice.type('Log on');
  await alice.shows('Connected');
  await stage.finish();
  expect([alice.lines, alice.errors].flat().join('\n')).not.toContain('http');
});
