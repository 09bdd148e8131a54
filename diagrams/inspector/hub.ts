/**
 * One page for processes that come and go: its link stays, and it is told the links of the processes there are. Must never be
 * here: what they are.
 */
import { readFile } from 'node:fs/promises';
import type { Random } from '../../machines/ports';
import type { LinksMessage } from './protocol';
import { acceptViewers, servePage } from './serve';

export interface Hub {
  /** What to open in a browser. */
  readonly link: string;
  /** @param act another one than before: what was shown of the processes before is forgotten */
  show(act: number, links: readonly string[]): void;
  close(): void;
}

/** @throws Error with a `code` if the port cannot be bound, or the page cannot be read */
export async function serveHub(o: {
  readonly page: string;
  readonly port: number;
  readonly random: Random;
}): Promise<Hub> {
  const { link, http, token } = await servePage(await readFile(o.page, 'utf8'), o.port, o.random);
  http.unref();
  let shown: LinksMessage = { type: 'service.links', parley: { act: 0, links: [] } };
  const sockets = acceptViewers(http, token, (socket) => {
    socket.on('error', () => undefined);
    socket.send(JSON.stringify(shown));
  });
  return {
    link,
    show(act, links) {
      shown = { type: 'service.links', parley: { act, links } };
      for (const socket of sockets.clients) socket.send(JSON.stringify(shown));
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      http.closeAllConnections();
    },
  };
}
