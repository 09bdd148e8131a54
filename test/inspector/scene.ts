/**
 * An inspector with a machine and a well-behaved viewer, and the ways to reach it by hand: raw bytes, HTTP. Must never be here:
 * what an inspector should answer.
 */
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Watched } from '../../machines/stepper';
import { actorOf, recorderOf, serve, stepOf, TestViewer, type Served } from './support';

export interface Scene extends Served {
  readonly actor: Watched;
  /** A well-behaved viewer. */
  readonly other: TestViewer;
  /** Another step is made, and the other viewer must see it, and nothing that a machine did not do. */
  readonly goesOn: () => Promise<void>;
}

export async function scene(): Promise<Scene> {
  const recorder = recorderOf();
  const actor = actorOf();
  recorder.started(actor, 'Offline', {});
  const served = await serve(recorder);
  const other = await TestViewer.inspecting(served.feed);
  await other.upTo(1);
  const goesOn = async (): Promise<void> => {
    const before = recorder.last;
    recorder.stepped(actor, stepOf({ context: { n: before } }));
    await other.upTo(before + 2);
    expect(recorder.last).toBe(before + 2);
    expect(other.numbers).toEqual(Array.from({ length: before + 2 }, (_, i) => i + 1));
    expect(JSON.stringify(other.got)).not.toContain('SPOOFED');
  };
  return { ...served, actor, other, goesOn };
}

// Raw bytes

export const HANDSHAKE = (path: string, headers: readonly string[] = []): string =>
  [
    `GET ${path} HTTP/1.1`,
    ...(headers.some((header) => /^host:/i.test(header)) ? [] : ['Host: 127.0.0.1']),
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
    '\r\n',
  ].join('\r\n');

export interface Raw {
  readonly socket: Socket;
  readonly ended: Promise<string>;
  readonly head: () => Promise<string>;
}
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
/** A connection on which anything can be written; destroyed after the test. */
export function raw({ port }: Served): Raw {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  let text = '';
  let look: () => void = () => undefined;
  socket.on('data', (data) => {
    text += data.toString('latin1');
    look();
  });
  socket.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    const over = (): void => resolve(text);
    socket.once('end', over);
    socket.once('close', over);
  });
  const head = (): Promise<string> =>
    new Promise((resolve) => {
      look = () => void (text.includes('\r\n\r\n') && resolve(text.split('\r\n', 1)[0] ?? ''));
      look();
    });
  return { socket, ended, head };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export function ask(
  { port }: Served,
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (data: string) => (body += data));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}
