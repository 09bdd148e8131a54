/**
 * What the page must not do: show or give away a secret, or load anything from elsewhere. That it asks for nothing outside this
 * machine is checked of every page of every test (browser.ts).
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { stages } from '../binaries/support';
import { browsing, describeInBrowser } from './browser';
import { FOREIGN_HOST } from './chromium';
import { PARTS } from './in-page';
import { linkOf } from './inspector';
import { openStory, secretsOf, story, threeProcesses } from './support';

interface Loading {
  src: string;
  href: string;
  rel: string;
  textContent: string;
}
interface Violation {
  readonly effectiveDirective: string;
}
declare const document: {
  readonly body: { append(element: Loading): void };
  createElement(tag: string): Loading;
  addEventListener(type: 'securitypolicyviolation', listener: (violation: Violation) => void): void;
};
declare const WebSocket: new (url: string) => unknown;

/** What is tried: a path to load from elsewhere, and the directive of the page's policy that forbids it. */
const FORBIDDEN = {
  '/image': 'img-src',
  '/script': 'script-src-elem',
  '/style': 'style-src-elem',
  '/frame': 'frame-src',
  '/fetch': 'connect-src',
  '/socket': 'connect-src',
} as const;

/** Tries to load everything, and to run a script of its own. @returns the directives violated, as soon as there are so many */
function tryToLoad([origin, expected]: readonly [string, number]): Promise<string[]> {
  const violated: string[] = [];
  const all = new Promise<string[]>((done) => {
    setTimeout(() => done(violated), expected === 0 ? 0 : 15_000);
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      violated.push(effectiveDirective);
      if (violated.length === expected) done(violated);
    });
  });
  const load = (tag: string, properties: Partial<Loading>): void => {
    document.body.append(Object.assign(document.createElement(tag), properties));
  };
  load('img', { src: `${origin}/image` });
  load('script', { src: `${origin}/script` });
  load('link', { rel: 'stylesheet', href: `${origin}/style` });
  load('iframe', { src: `${origin}/frame` });
  load('script', { textContent: 'window.injected = true' });
  void fetch(`${origin}/fetch`, { mode: 'no-cors' }).catch(() => undefined);
  try {
    new WebSocket(`${origin.replace('http', 'ws')}/socket`);
  } catch {
    // Forbidden, as it must be.
  }
  return all;
}

/** A server elsewhere. @returns what it was asked for so far */
async function elsewhere(): Promise<{ readonly server: Server; readonly origin: string; readonly asked: Set<string> }> {
  const asked = new Set<string>();
  const server = createServer(({ url }, response) => {
    asked.add(url ?? '');
    response.end();
  });
  server.on('upgrade', ({ url }, socket) => {
    asked.add(url ?? '');
    socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { server, origin: `http://${FOREIGN_HOST}:${String(port)}`, asked };
}

describeInBrowser('what the page must not do', () => {
  const { inspect, unwatched } = browsing();
  const open = stages();

  test('load anything from elsewhere, or run a script that is not its own', async () => {
    const stage = await open();
    const link = await linkOf((await stage.startServer('--inspect')).process);
    const { server, origin, asked } = await elsewhere();
    try {
      const { page: without } = await unwatched({ bypassCSP: true });
      await without.goto(link);
      await without.evaluate(tryToLoad, [origin, 0] as const);
      const paths = Object.keys(FORBIDDEN);
      await expectSoon(without, () => paths.every((path) => asked.has(path)));
      expect(await without.evaluate('window.injected')).toBe(true);

      asked.clear();
      const { page } = await unwatched();
      await page.goto(link);
      const directives = [...Object.values(FORBIDDEN), 'script-src-elem'];
      expect((await page.evaluate(tryToLoad, [origin, directives.length] as const)).sort()).toEqual(directives.sort());
      expect(await page.evaluate('window.injected')).toBeUndefined();
      expect([...asked]).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('show a key, send one over the feed, or put one into a file', async () => {
    const inspected = await threeProcesses(await open());
    await story(inspected);
    const inspector = await openStory(inspect, inspected);
    const seen: Record<string, string> = {};
    for (const client of ['alice', 'bob', '#2 bob']) {
      await inspector.chooseClient(client);
      for (const part of PARTS) {
        await inspector.choosePart(part);
        for (const position of [20, 60, 100]) {
          await inspector.goTo(position);
          seen[`page, ${client} ${part} at ${String(position)}`] = await inspector.content();
        }
        await inspector.live();
      }
    }
    for (const button of ['Save the chart as SVG', 'Save the chart as PNG'])
      seen[button] = (await inspector.saved(button)).content.toString('latin1');
    seen['recording'] = (await inspector.savedRecording()).content.toString();
    seen['feed'] = inspector.watch.frames.join('\n');
    for (const [i, link] of inspected.links.entries())
      seen[`recording of process ${String(i)}`] = await (await fetch(link.replace('/?', '/recording?'))).text();

    const secrets = secretsOf(inspected.stage);
    // Of each client: its own key, the key of AUTH_SUCCESS, and key and IV of both directions.
    expect(secrets).toHaveLength(2 * (1 + 1 + 2 * 2));
    expect(seen['feed']).toContain('Hello bob, this is alice');
    for (const [where, text] of Object.entries(seen)) {
      const leaked = secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)));
      expect([where, leaked]).toEqual([where, []]);
    }
    // A recording is given to others: the tokens that open the live pages must not be in it.
    const tokens = inspected.links.map((link) => new URL(link).searchParams.get('token') ?? '');
    expect(tokens.filter((token) => token === '' || seen['recording']?.includes(token))).toEqual([]);
  });
});

/** The same bytes in the ways that text can hold them. */
function formsOf(hex: string): string[] {
  const bytes = Buffer.from(hex, 'hex');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [
    hex,
    hex.toUpperCase(),
    base64,
    bytes.toString('base64url'),
    bytes.toString('latin1'),
    [...bytes].join(','),
    [...bytes].join(', '),
  ];
}

/** Waits, frame by frame, until it is so. */
async function expectSoon(page: Page, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !holds() && Date.now() < end;)
    await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
  expect(holds()).toBe(true);
}
