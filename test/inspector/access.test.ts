/** Who gets in, and what is served to him: nobody without the link, and nothing but the page, the feed and the record. */
import type { Recorder } from '../../diagrams/inspector/recorder';
import { serveInspector } from '../../diagrams/inspector/serve';
import { systemRandom } from '../../transport/security/random';
import { ask, HANDSHAKE, raw, scene } from './scene';
import { actorOf, recorderOf, serve, stepOf, TestViewer, type Served } from './support';

const VIEWERS_MAX = 16;

/** Status of a refused upgrade; 101 if it was let in. */
async function status(served: Served, path: string, headers: readonly string[] = []): Promise<number> {
  const { socket, head } = raw(served);
  socket.write(HANDSHAKE(path, headers));
  const [, code] = (await head()).split(' ');
  socket.destroy();
  return Number(code);
}

describe('who gets in', () => {
  const WRONG: readonly (readonly [string, (token: string) => string])[] = [
    ['no token', () => '/'],
    ['an empty one', () => '/?token='],
    ['a wrong one', (token) => `/?token=${token.replace(/./, (c) => (c === '0' ? '1' : '0'))}`],
    ['a part of it', (token) => `/?token=${token.slice(0, -1)}`],
    ['more than it', (token) => `/?token=${token}0`],
    ['in capitals', (token) => `/?token=${token.replace(/[a-f]/g, (c) => c.toUpperCase())}&x`],
    ['as another parameter', (token) => `/?Token=${token}`],
    ['as the second one', (token) => `/?token=0&token=${token}`],
    ['in the path', (token) => `/${token}`],
    ['after #', (token) => `/#token=${token}`],
    ['not UTF-8', () => '/?token=%ff%fe%zz'],
    ['very long', () => `/?token=${'0'.repeat(10_000)}`],
  ];
  test.each(WRONG)('not with %s', async (_, path) => {
    const served = await scene();
    // A token may consist of digits only, which have no capitals.
    const wrong = path(/[a-f]/.test(served.token) ? served.token : '0'.repeat(32));
    expect(await status(served, wrong)).toBe(403);
    const { status: code, body } = await ask(served, wrong);
    expect([code, body.includes(served.token)]).toEqual([403, false]);
  });

  test.each([
    ['evil.example', undefined],
    ['127.0.0.1.evil.example', undefined],
    ['127.0.0.1', 'http://evil.example'],
    ['127.0.0.1', 'null'],
    ['127.0.0.1', 'http://127.0.0.1.evil.example'],
  ])('not from elsewhere, even with the token: host %s, origin %s', async (host, origin) => {
    const served = await scene();
    const path = `/?token=${served.token}`;
    const headers = [`Host: ${host}`, ...(origin === undefined ? [] : [`Origin: ${origin}`])];
    expect(await status(served, path, headers)).toBe(403);
    expect((await ask(served, path, 'GET', { host, ...(origin === undefined ? {} : { origin }) })).status).toBe(403);
  });

  test('the page itself, and pages of other processes on this machine', async () => {
    const served = await scene();
    const path = `/?token=${served.token}`;
    expect(await status(served, path)).toBe(101);
    for (const origin of [`http://127.0.0.1:${String(served.port)}`, 'http://localhost:1']) {
      expect(await status(served, path, [`Origin: ${origin}`])).toBe(101);
    }
  });

  test(`not more than ${String(VIEWERS_MAX)} viewers; one who leaves makes room`, async () => {
    const { goesOn, feed } = await scene();
    const crowd = await Promise.all(Array.from({ length: VIEWERS_MAX - 1 }, () => TestViewer.open(feed)));
    await expect(TestViewer.open(feed)).rejects.toThrow('403');
    const [first] = crowd;
    first?.socket.close();
    await first?.closed;
    await expect(TestViewer.inspecting(feed)).resolves.toBeDefined();
    await goesOn();
  });

  test('only what is there, only with GET', async () => {
    const served = await scene();
    const query = `?token=${served.token}`;
    const page = await ask(served, `/${query}`);
    expect([page.status, page.body]).toEqual([200, '<!doctype html><title>page</title>']);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    for (const path of ['/x', '/../package.json', '/%2e%2e/package.json', '/constructor', '/__proto__', '/Recording']) {
      expect([path, (await ask(served, `${path}${query}`)).status]).toEqual([path, 404]);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE']) {
      expect([method, (await ask(served, `/${query}`, method)).status]).toEqual([method, 405]);
    }
    await served.goesOn();
  });

  test('a tunnel and another protocol are refused', async () => {
    const served = await scene();
    for (const text of [
      'CONNECT evil.example:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
      HANDSHAKE(`/?token=${served.token}`).replace('websocket', 'h2c'),
      HANDSHAKE(`/?token=${served.token}`).replace('Version: 13', 'Version: 7'),
      HANDSHAKE(`/?token=${served.token}`).replace('dGhl', 'x'),
    ]) {
      const { socket, ended } = raw(served);
      socket.write(text);
      expect(await ended).not.toMatch(/ (101|200) /);
    }
    await served.goesOn();
  });
});

describe('the record as a file', () => {
  const lines = (body: string): { type: string }[] =>
    body
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { type: string });
  const load = async (recorder: Recorder): Promise<{ type: string; parley: { seq: number } }[]> => {
    const served = await serve(recorder);
    return lines((await ask(served, `/recording?token=${served.token}`)).body) as never;
  };

  test('is all that a viewer is sent', async () => {
    const recorder = recorderOf();
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    for (let i = 0; i < 700; i++) recorder.stepped(actor, stepOf());
    const loaded = await load(recorder);
    expect(loaded[0]?.type).toBe('service.process');
    expect(loaded.slice(1, 3).map(({ type }) => type)).toEqual(['service.register', 'service.event']);
    expect(loaded.slice(2).map(({ parley }) => parley.seq)).toEqual(
      Array.from({ length: 1000 }, (_, i) => recorder.first + i),
    );
  });

  test('of an empty record is the process alone', async () => {
    expect(await load(recorderOf())).toEqual([expect.objectContaining({ type: 'service.process' })]);
  });

  test('may be larger than one string, and does not stop the process while it is made', async () => {
    const recorder = recorderOf({ limit: 4000 });
    const actor = actorOf();
    recorder.started(actor, 'Offline', {});
    for (let i = 0; i < 2000; i++) recorder.stepped(actor, stepOf());
    const served = await serve(recorder);
    const asked = ask(served, `/recording?token=${served.token}`);
    let turns = 0;
    const count = (): void => {
      turns++;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    await asked;
    clearImmediate(counting);
    expect(turns).toBeGreaterThan(4000 / 200);
  });

  test('a reader who goes in the middle harms nobody', async () => {
    const served = await scene();
    for (let i = 0; i < 1000; i++) served.recorder.stepped(served.actor, stepOf({ context: { x: 'x'.repeat(3000) } }));
    await served.other.upTo(served.recorder.last);
    const { socket, head } = raw(served);
    socket.write(`GET /recording?token=${served.token} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    await head();
    socket.resetAndDestroy();
    await expect(ask(served, `/?token=${served.token}`)).resolves.toMatchObject({ status: 200 });
  });
});

test('a port in use is an error with its code', async () => {
  const { port } = await scene();
  const again = serveInspector({ recorder: recorderOf(), port, page: __filename, random: systemRandom });
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('closing ends every viewer, and the port is free', async () => {
  const { close, other, ...served } = await scene();
  close();
  expect(await other.closed).toBe(1006);
  await expect(TestViewer.open(served.feed)).rejects.toThrow('ECONNREFUSED');
  // Nobody is written to any more.
  served.recorder.stepped(served.actor, stepOf());
});
