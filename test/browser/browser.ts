/**
 * A browser for the tests of a file: pages are opened in a fresh context each, watched from the first request on, and closed
 * after the test, which fails if a page complained or asked for anything outside this machine. Where there is no browser the
 * tests are skipped, and it is said how to get one.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium';
import { Inspector, PATIENCE_MS } from './inspector';

const TEST_MS = 90_000;

const found = findChromium() !== undefined;
/** `describe` where there is a browser. */
export const describeInBrowser = found ? describe : describe.skip;
if (!found) process.stderr.write(`The tests of the page are skipped: ${NO_CHROMIUM}.\n`);

/** What a page did that it must not do. */
export class Watch {
  /** Lines of the console and errors of scripts. */
  readonly complaints: string[] = [];
  /** Addresses of everything that was asked for. */
  readonly requests: string[] = [];
  /** Text of everything that came over a WebSocket. */
  readonly frames: string[] = [];

  constructor(context: BrowserContext) {
    context.on('console', (message) => this.complaints.push(`${message.type()}: ${message.text()}`));
    context.on('weberror', (error) => this.complaints.push(String(error.error())));
    context.on('request', (request) => this.requests.push(request.url()));
    context.on('page', (page) =>
      page.on('websocket', (socket) => {
        this.requests.push(socket.url());
        socket.on('framereceived', ({ payload }) => this.frames.push(payload.toString()));
      }),
    );
  }

  /** Requests that left this machine. */
  get foreign(): string[] {
    return this.requests.filter((url) => !/^(data:|blob:|(http|ws):\/\/127\.0\.0\.1:\d+\/)/.test(url));
  }
}

type OpenPage = (options?: BrowserContextOptions) => Promise<{ readonly page: Page; readonly watch: Watch }>;
export interface Browsing {
  /** An empty page that may do what it wants: nothing is expected of it afterwards. */
  readonly unwatched: OpenPage;
  /** The inspector at this address. */
  readonly inspect: (address: string, options?: BrowserContextOptions) => Promise<Inspector>;
}

/** Starts the browser before the tests of the `describe` around, and stops it after them. */
export function browsing(): Browsing {
  jest.setTimeout(TEST_MS);
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];
  const watched: Watch[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    for (const { complaints, foreign } of watched.splice(0))
      expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] });
  });
  afterAll(() => browser?.close());
  const open: OpenPage = async (options) => {
    if (!browser) throw new Error('the browser has not been started');
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    contexts.push(context);
    context.setDefaultTimeout(PATIENCE_MS);
    const watch = new Watch(context);
    return { page: await context.newPage(), watch };
  };
  return {
    unwatched: open,
    async inspect(address, options) {
      const { page, watch } = await open(options);
      watched.push(watch);
      await page.goto(address);
      return new Inspector(page, watch);
    },
  };
}
