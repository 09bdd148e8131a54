/**
 * Serves figures over HTTP: without names on an address for Prometheus, with the Client-IDs on a unix socket that its owner
 * alone can open, for parley-top. Must never be here: what the figures are.
 */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { codeOf, UserError } from '../failure';

/** What is served under a path. */
export type Page = () => Answer | Promise<Answer>;
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}
export type Pages = Readonly<Record<string, Page>>;

export interface Listening {
  close(): void;
}

/** Sockets are needed for the chats. */
const SOCKETS_MAX = 16;
/** So long a request may take to arrive. */
const REQUEST_MS = 10_000;
const PRIVATE_UMASK = 0o177;

/** @throws UserError the address cannot be bound */
export async function servePort(pages: Pages, address: string, port: number): Promise<Listening & { port: number }> {
  const http = httpOf(pages, /^(127\.|::1$|localhost$)/.test(address));
  await bound(http, () => http.listen(port, address)).catch((error: unknown) => {
    const why = codeOf(error) === 'EADDRINUSE' ? 'is in use' : `cannot be bound (${codeOf(error)})`;
    throw new UserError(`--metrics ${address}:${String(port)} ${why}; choose another address or port`);
  });
  const local = http.address();
  return { port: typeof local === 'object' && local ? local.port : port, close: () => end(http) };
}

/** A socket in the file system with mode 0600. @throws UserError it cannot be made, or another server has it */
export async function serveSocket(pages: Pages, path: string): Promise<Listening> {
  await clear(path);
  const http = httpOf(pages);
  await bound(http, () => {
    // A socket is made with the mode that the mask leaves: there is no moment in which others could open it.
    const mask = process.umask(PRIVATE_UMASK);
    try {
      http.listen(path);
    } finally {
      process.umask(mask);
    }
  }).catch((error: unknown) => {
    throw new UserError(`--status ${path} cannot be made (${codeOf(error)}); name another file`);
  });
  chmodSync(path, 0o600);
  return { close: () => end(http) };
}

/** Takes away a socket that a server left when it was killed. @throws UserError what is there is something else, or in use */
async function clear(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new UserError(`--status ${path} is there already and no socket; name another file`);
  if (await answers(path)) throw new UserError(`--status ${path} is in use by another server; name another file`);
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: path, path: '/healthz', timeout: REQUEST_MS });
    asked.on('response', (response) => {
      response.resume();
      resolve(true);
    });
    asked.on('timeout', () => {
      asked.destroy();
      resolve(true);
    });
    asked.on('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED'));
    asked.end();
  });
}

/** @param mustBeHere on loopback: then no page of elsewhere may ask by a name of its own */
function httpOf(pages: Pages, mustBeHere = false): Server {
  const times = { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: 1000 };
  const http = createServer(times, (asked, response) => void answer(pages, asked, response, mustBeHere));
  http.maxConnections = SOCKETS_MAX;
  // The chats keep the process, not those who watch.
  http.unref();
  return http;
}

async function answer(
  pages: Pages,
  asked: IncomingMessage,
  response: ServerResponse,
  mustBeHere: boolean,
): Promise<void> {
  const { method, url = '', headers } = asked;
  // A page of elsewhere whose name was made to lead here (DNS rebinding) asks with that name.
  if (mustBeHere && !isHere(headers.host))
    return say(response, { status: 421, type: 'text/plain', body: 'ask 127.0.0.1, [::1] or localhost\n' });
  const [path = ''] = url.split('?', 1);
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (!page)
    return say(response, { status: 404, type: 'text/plain', body: `here are ${Object.keys(pages).join(', ')}\n` });
  if (method !== 'GET' && method !== 'HEAD')
    return say(response, { status: 405, type: 'text/plain', body: 'GET only\n' });
  say(response, await page());
}

/** Loopback by its address or as localhost; without a Host it is no browser. */
function isHere(host = 'localhost'): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/.test(host);
}

function say(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  // For HEAD Node leaves the body out itself.
  response.end(body);
}

function bound(http: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.once('listening', () => {
      http.off('error', reject);
      http.on('error', () => undefined);
      resolve();
    });
    listen();
  });
}

function end(http: Server): void {
  http.close();
  http.closeAllConnections();
}
