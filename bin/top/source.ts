/** Asks a running server for its figures, on the socket that it serves with --status. Must never be here: what they look like. */
import { request } from 'node:http';
import { codeOf, UserError } from '../failure';
import type { Status } from '../watching/status';

const PATIENCE_MS = 5_000;
/** A full server has 10,000 clients with some 200 bytes each. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'start the server with --status SOCKET, and name the same SOCKET here',
  ECONNREFUSED: 'the server has gone; start it with --status SOCKET',
  EACCES: "it belongs to another user; run this as the server's user",
  EPERM: "it belongs to another user; run this as the server's user",
};

/** @throws UserError nobody answers; the sentence says what to do */
export async function askStatus(socket: string): Promise<Status> {
  try {
    return JSON.parse(await read(socket)) as Status;
  } catch (error) {
    const code = codeOf(error);
    throw new UserError(`no figures from ${socket} (${code}): ${REMEDIES[code] ?? 'is it the socket of a server?'}`);
  }
}

function read(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/status', timeout: PATIENCE_MS }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > ANSWER_MAX_BYTES) asked.destroy(new Error('too long an answer'));
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`answer ${String(response.statusCode)}`));
      });
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.end();
  });
}
