/** parley-client for programs: scripts that wait, events as JSON, exit codes (docs/client.md). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from '../../bin/demo/stage';
import { asked, freePort, HASTY, limits, logOn, stages } from './support';

const open = stages();

async function served(...ids: readonly string[]): Promise<Stage> {
  const stage = await open();
  await stage.subscribe(...ids);
  await stage.startServer();
  return stage;
}
function script(stage: Stage, name: string, ...lines: readonly string[]): string {
  writeFileSync(join(stage.folder, name), `${lines.join('\n')}\n`);
  return name;
}
async function ends(
  actor: Actor,
): Promise<{ code: number | string; lines: readonly string[]; errors: readonly string[] }> {
  return { code: await actor.exit, lines: actor.lines, errors: actor.errors };
}

test('two scripts play V1 with each other', async () => {
  const stage = await served('alice', 'bob');
  const bob = stage.client(
    'bob',
    '--script',
    script(
      stage,
      'b',
      '# V1, the one who is called',
      'Log on',
      '@wait alice has called you',
      '@wait alice: hello',
      'hello alice',
      '@wait Chat ended',
      'Log off',
    ),
  );
  await bob.shows('Connected');
  const alice = stage.client(
    'alice',
    '--script',
    script(
      stage,
      'a',
      'Log on',
      'Chat bob',
      '@within 20',
      'hello',
      '\\@wait is a text',
      '@wait /^bob: HELLO/i',
      'End chat',
      'History bob',
      'Log off',
    ),
  );
  expect(await ends(alice)).toEqual({
    code: 0,
    errors: [],
    lines: [
      'Connected',
      ...asked('bob'),
      'bob: hello alice',
      'Chat ended',
      '<1> <from: alice> <hello>',
      '<1> <from: alice> <@wait is a text>',
      '<1> <from: bob> <hello alice>',
      'End of history (3 messages)',
      'Disconnected',
    ],
  });
  expect(await ends(bob)).toMatchObject({ code: 0, errors: [] });
});

test('a script from standard input', async () => {
  const stage = await served('alice');
  const alice = stage.client('alice', '--script', '-');
  for (const line of ['# comment', 'Log on', '@wait Connected', 'Quit']) alice.type(line);
  expect(await ends(alice)).toEqual({ code: 0, lines: ['Connected', 'Disconnected'], errors: [] });
});

test('every event is a line of JSON', async () => {
  const stage = await served('alice', 'bob');
  const bob = stage.client('bob');
  await logOn(bob);
  const alice = stage.client('alice', '--json');
  for (const line of ['Status', 'Log on', 'Chat bob', 'hello', 'End chat', 'History bob', 'hello', 'Chat carol'])
    alice.type(line);
  alice.end();
  expect(await alice.exit).toBe(8);
  const events = alice.lines.map((line) => JSON.parse(line) as { at: string; event: string });
  for (const { at } of events) expect(new Date(at).toISOString()).toBe(at);
  const server = `127.0.0.1:${String(stage.server.udp)}`;
  const idle = { session: null, peer: null, want: null, history: false, activityLeft: null };
  expect(events.filter(({ event }) => event !== 'state').map((event) => ({ ...event, at: 'then' }))).toEqual(
    [
      { event: 'start', id: 'alice', server },
      { event: 'status', id: 'alice', server, state: 'Offline', ...idle },
      { event: 'connected', line: 'Connected' },
      { event: 'chatStarted', line: 'Chat started', session: 1, peer: 'bob', asked: true },
      { event: 'confirmed', texts: 1, complete: true },
      { event: 'chatEnded', line: 'Chat ended', session: 1, peer: 'bob' },
      { event: 'history', session: 1, from: 'alice', text: 'hello', time: expect.any(Number) as number },
      {
        event: 'historyEnd',
        line: 'End of history (1 message)',
        peer: 'bob',
        count: 1,
        complete: true,
        code: 'complete',
      },
      { event: 'refused', code: 'no-chat', line: 'Not in a chat: type Chat <Client-ID>', advice: '' },
      {
        event: 'unreachable',
        code: 'unreachable',
        line: 'Correspondent unreachable',
        advice: expect.any(String) as string,
        peer: 'carol',
      },
      { event: 'disconnected', code: 'log-off', line: 'Disconnected', advice: '' },
      { event: 'end', code: 8 },
    ].map((event) => ({ at: 'then', ...event })),
  );
  expect(alice.errors).toEqual([]);
});

test('a reordering character stands in JSON as it was written', async () => {
  const stage = await served('alice', 'bob');
  const [alice, bob] = [stage.client('alice'), stage.client('bob', '--json')];
  bob.type('Log on');
  await bob.shows(/"event":"connected"/);
  await logOn(alice);
  alice.type('Chat bob');
  await alice.shows('Chat started');
  alice.type('a\u202eb');
  expect(JSON.parse(await bob.shows(/"event":"text"/))).toMatchObject({ text: 'a\u202eb', from: 'alice', session: 1 });
});

describe('exit codes, and one line that says what to do', () => {
  const logOnScript = (stage: Stage): readonly string[] => ['--script', script(stage, 's', 'Log on', 'Log off')];

  test('3: nothing listens there', async () => {
    const stage = await open();
    await stage.subscribe('alice');
    const port = String(await freePort());
    const alice = stage.client('alice', '--server', `127.0.0.1:${port}`, ...HASTY, ...logOnScript(stage));
    const { code, lines, errors } = await ends(alice);
    expect([code, lines[0]]).toEqual([
      3,
      `No answer from the server (nothing listens on UDP 127.0.0.1:${port}: is the server running there?)`,
    ]);
    expect(errors).toEqual(['parley-client: s:2: Not connected: Log on first']);
  });

  test('3: an ID that the server does not know', async () => {
    const stage = await served('alice');
    const alice = stage.client('stranger', '--key', 'alice.key', ...HASTY, '--script', script(stage, 's', 'Log on'));
    expect(await ends(alice)).toEqual({
      code: 3,
      lines: ['No answer from the server'],
      errors: [expect.stringMatching(/^parley-client: No answer from the server: it may not know this Client-ID /)],
    });
  });

  test('4: the wrong key', async () => {
    const stage = await served('alice', 'bob');
    const bob = stage.client('bob', '--key', 'alice.key', ...HASTY, '--script', script(stage, 's', 'Log on'));
    expect(await ends(bob)).toEqual({
      code: 4,
      lines: ['Authentication failed'],
      errors: [expect.stringMatching(/^parley-client: Authentication failed: the key file is not the one /)],
    });
  });

  test('5: the server is gone, and what was waited for will not come', async () => {
    const stage = await served('alice');
    const alice = stage.client('alice', '--script', script(stage, 's', 'Log on', '@wait Chat started'));
    await alice.shows('Connected');
    stage.server.process.kill('SIGKILL');
    expect(await ends(alice)).toEqual({
      code: 5,
      lines: ['Connected', 'Connection lost'],
      errors: [
        expect.stringMatching(/^parley-client: Connection lost: the server or the network went away without a word; /),
        expect.stringMatching(/^parley-client: s:2: waited in vain for Chat started: the connection ended; /),
      ],
    });
  });

  test('6: logged on from elsewhere', async () => {
    const stage = await served('alice');
    const alice = stage.client('alice', '--script', script(stage, 's', 'Log on', '@wait Chat started'));
    await alice.shows('Connected');
    await logOn(stage.client('alice'));
    const { code, errors } = await ends(alice);
    expect([code, errors[0]]).toEqual([
      6,
      expect.stringMatching(/^parley-client: Logged on from elsewhere: the newer connection counts; /),
    ]);
  });

  test('7: the activity timer, after its warning', async () => {
    const stage = await served('alice');
    const times = limits({ T_ACTIVITY_MS: 1200, T_GUARD_MS: 1000 });
    const alice = stage.client('alice', ...times, '--script', script(stage, 's', 'Log on', '@wait Chat started'));
    const { code, lines } = await ends(alice);
    expect([code, lines]).toEqual([7, ['Connected', 'You will be logged off in 1 s', 'Logged off: no activity']]);
  });

  test('8: a text that is too long', async () => {
    const stage = await served('alice', 'bob');
    await logOn(stage.client('bob'));
    const alice = stage.client('alice', '--script', script(stage, 's', 'Log on', 'Chat bob', 'x'.repeat(4097)));
    const { code, errors } = await ends(alice);
    expect(code).toBe(8);
    expect(errors).toEqual(['parley-client: s:3: Message too long: 4097 bytes, at most 4096: send it in parts']);
  });

  test('9: what is waited for does not come', async () => {
    const stage = await served('alice');
    const alice = stage.client(
      'alice',
      '--script',
      script(stage, 's', 'Log on', '@within 0.2', '@wait Chat started', 'Chat bob'),
    );
    expect(await ends(alice)).toEqual({
      code: 9,
      lines: ['Connected', 'Disconnected'],
      errors: [
        expect.stringMatching(/^parley-client: s:3: waited in vain for Chat started: nothing came for 0\.2 s; /),
      ],
    });
  });

  test.each([
    ['there is none', [], 'nowhere', 1, /^parley-client: nowhere cannot be read \(ENOENT\); check --script$/],
    ['a directory', [], '.', 1, /^parley-client: \. is a directory; name a script$/],
    [
      'another directive',
      ['Log on', '@sleep 3'],
      's',
      1,
      /^parley-client: s:2: there is no @sleep: there are @wait LINE/,
    ],
    ['a pattern that is none', ['@wait /(/'], 's', 1, /^parley-client: s:1: Invalid regular expression/],
    ['no time', ['@within soon'], 's', 1, /^parley-client: s:1: @within takes a number of seconds above 0/],
  ])('a script that cannot be played: %s', async (_, lines, name, code, what) => {
    const stage = await served('alice');
    if (lines.length > 0) script(stage, 's', ...lines);
    const alice = stage.client('alice', '--script', name);
    expect(await ends(alice)).toEqual({ code, lines: [], errors: [expect.stringMatching(what)] });
  });

  test('JSON and a dump cannot share standard output', async () => {
    const stage = await served('alice');
    const { code, errors } = await ends(stage.client('alice', '--json', '--dump', '-'));
    expect([code, errors]).toEqual([1, [expect.stringMatching(/--json and --dump - both want standard output/)]]);
  });

  test('docs/client.md has them all', () => {
    const text = readFileSync(join(__dirname, '../../docs/client.md'), 'utf8');
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      expect(text).toMatch(new RegExp(`^\\| ${String(code)} +\\|`, 'm'));
  });
});
