/**
 * Serves the inspector on loopback: the page over HTTP, the feed over a WebSocket on the same port.
 *
 * The server part of @xstate/inspect is not used, because its faults cannot be guarded from outside: it patches every service
 * and writes every event and state as JSON though nobody is looking (47 microseconds an event), never forgets a service that
 * has stopped, throws into the caller on a BigInt or a circular context, and sends everything to everybody, raw. What is used
 * of the package: its wire messages, and in the page its `createWebSocketReceiver`; any other viewer of it can attach here.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Random } from '../../machines/ports';
import { Token } from '../../transport/security/token';
import { isLocal, parseViewerMessage, parseWanted, type Refusal, type Wanted } from './guard';
import { FRAME_MAX_BYTES } from './protocol';
import type { Recorder } from './recorder';
import { MESSAGES_PER_TURN, Reading, Viewer } from './viewer';

export interface InspectorOptions {
  readonly recorder: Recorder;
  /** 0: chosen by the system. */
  readonly port: number;
  /** File of the bundled page. */
  readonly page: string;
  readonly random: Random;
  /** Sends an event into a live machine; absent: viewers only look. @returns why it was not carried out */
  readonly control?: ((wanted: Wanted) => Refusal | undefined) | undefined;
  readonly refused?: (why: Refusal) => void;
}
export interface Inspector {
  /** What to open in a browser. */
  readonly link: string;
  close(): void;
}

const HOST = '127.0.0.1';
const VIEWERS_MAX = 16;
/** With those that ask for the page, or say nothing: sockets are needed for the chats. */
const SOCKETS_MAX = 64;
/** So long a request may take to arrive. */
const REQUEST_MS = 10_000;

/** What is served under a path, besides `/`. */
type Resource = () => { readonly type: string; readonly body: string | AsyncIterable<string> };

/** A page on loopback, for whoever has its link. @throws Error with a `code` if the port cannot be bound */
export async function servePage(
  page: string,
  port: number,
  random: Random,
  resources: Readonly<Record<string, Resource>> = {},
): Promise<{ readonly link: string; readonly http: Server; readonly token: Token }> {
  const token = new Token(random);
  const all: Record<string, Resource> = { ...resources, '/': () => ({ type: 'text/html; charset=utf-8', body: page }) };
  const times = { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: 1000 };
  const http = createServer(times, (request, response) => answer(request, response, token, all));
  http.maxConnections = SOCKETS_MAX;
  const bound = await listen(http, port);
  return { link: `http://${HOST}:${String(bound)}/?token=${token.text}`, http, token };
}

/** @throws Error with a `code` if the port cannot be bound, or the page cannot be read */
export async function serveInspector(options: InspectorOptions): Promise<Inspector> {
  const { recorder, random } = options;
  const { link, http, token } = await servePage(await readFile(options.page, 'utf8'), options.port, random, {
    '/recording': () => ({ type: 'application/x-ndjson', body: recording(recorder) }),
  });
  // A process is there for its chats: a server that cannot bind its ports ends, inspected or not.
  http.unref();
  const viewers = new Set<Viewer>();
  const sockets = acceptViewers(http, token, (socket) => attach(socket, options, viewers));
  const silence = options.recorder.listen(() => {
    for (const viewer of viewers) viewer.wake();
  });
  return {
    link,
    close() {
      silence();
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      http.closeAllConnections();
    },
  };
}

/** Lets whoever has the link attach, not more than there may be. */
export function acceptViewers(http: Server, token: Token, attached: (socket: WebSocket) => void): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_MAX_BYTES });
  http.on('upgrade', (request, socket, head) => {
    if (!admitted(request, token) || sockets.clients.size >= VIEWERS_MAX) return refuse(socket);
    sockets.handleUpgrade(request, socket, head, attached);
  });
  return sockets;
}

function listen(http: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, HOST, () => {
      http.off('error', reject);
      http.on('error', () => undefined);
      const address = http.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function urlOf(request: IncomingMessage): URL | undefined {
  return URL.canParse(request.url ?? '', `http://${HOST}`) ? new URL(request.url ?? '', `http://${HOST}`) : undefined;
}

function admitted(request: IncomingMessage, token: Token): boolean {
  return isLocal(request) && token.matches(urlOf(request)?.searchParams.get('token') ?? '');
}

function refuse(socket: Duplex): void {
  socket.on('error', () => undefined);
  // Whoever never closes his end must not keep ours open.
  socket.once('finish', () => socket.destroy());
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: Token,
  resources: Readonly<Record<string, Resource>>,
): void {
  const end = (status: number, type: string, body: string | AsyncIterable<string>): void => {
    response.writeHead(status, { 'content-type': type, ...HEADERS });
    if (typeof body === 'string') response.end(body);
    // Whoever has gone has not failed.
    else void pipeline(Readable.from(body), response).catch(() => undefined);
  };
  if (!admitted(request, token)) return end(403, 'text/html; charset=utf-8', REFUSED);
  if (request.method !== 'GET') return end(405, 'text/plain', 'Only GET.\n');
  const path = urlOf(request)?.pathname ?? '';
  const resource = Object.hasOwn(resources, path) ? resources[path]?.() : undefined;
  if (resource) end(200, resource.type, resource.body);
  else end(404, 'text/plain', 'There is nothing here.\n');
}
/** For whoever typed the address, or opened it from a history that does not know what comes after the `?`. */
const REFUSED = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley inspector: the link is not complete</title>
<h1>Use the link that the process printed</h1>
<p>It begins with <code>http://127.0.0.1:PORT/?token=</code> and goes on with a secret word, which is new each time the process is
started. It stands in the terminal of the process, after <code>inspector:</code>. Copy all of it.</p>
</html>
`;
const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Everything the record holds now, a line each, some in a turn: it may be larger than a string can be. */
async function* recording(recorder: Recorder): AsyncGenerator<string> {
  const { last } = recorder;
  const reading = new Reading(recorder);
  for (let lines: string[] = []; ; lines = []) {
    for (let message; lines.length < MESSAGES_PER_TURN && (message = reading.take(last));) {
      lines.push(`${JSON.stringify(message)}\n`);
    }
    if (lines.length === 0) return;
    yield lines.join('');
    await turn();
  }
}

function attach(socket: WebSocket, options: InspectorOptions, viewers: Set<Viewer>): void {
  const viewer = new Viewer(
    {
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (data, sent) => socket.send(data, (error) => !error && sent?.()),
    },
    options.recorder,
    (callback) => setImmediate(callback),
  );
  viewers.add(viewer);
  socket.on('close', () => viewers.delete(viewer));
  // A frame that is too long, or is none: the socket is closed, and that is all.
  socket.on('error', () => undefined);
  socket.on('message', (data, isBinary) => {
    const why = isBinary ? 'binary frame' : heard(textOf(data), viewer, options);
    if (why === undefined) return;
    options.refused?.(why);
    viewer.refuse(why);
  });
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString();
}

function heard(text: string, viewer: Viewer, { control }: InspectorOptions): Refusal | undefined {
  const message = parseViewerMessage(text);
  if (typeof message === 'string') return message;
  if (message.type === 'xstate.inspecting') {
    viewer.begin();
    return undefined;
  }
  if (!control) return 'control is off';
  const wanted = parseWanted(message);
  return typeof wanted === 'string' ? wanted : control(wanted);
}
