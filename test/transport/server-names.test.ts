/** A name with several addresses: the client goes on to the next when one refuses, and stays with the one that answered. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Connected, type Resolve } from '../../transport/net/udp';
import { freePort } from '../binaries/support';

const family = (address: string) => ({ address, family: address.includes(':') ? 6 : 4 });
const name =
  (...addresses: readonly string[]): Resolve =>
  (_, found) =>
    found(null, addresses.map(family));

let server: Socket;
beforeEach(async () => {
  server = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('message', (bytes, { port, address }) => server.send(bytes, port, address));
});
afterEach(() => void server.close());

function ask(address: { address: string; port: number }, find: Resolve): Promise<string> {
  return new Promise((resolve) => {
    const client = new Connected(
      address,
      {
        datagram: (bytes, from) => {
          client.close();
          resolve(`${bytes.toString()} from ${from.address}`);
        },
        error: (error) => {
          client.close();
          resolve((error as NodeJS.ErrnoException).code ?? '');
        },
      },
      find,
    );
    client.send(Buffer.from('hello'));
  });
}

test('the second address answers', async () => {
  const { port } = server.address();
  // Nothing listens on this one: the system says so at once.
  expect(await ask({ address: 'both', port }, name('127.0.0.2', '127.0.0.1'))).toBe('hello from 127.0.0.1');
  expect(await ask({ address: 'both', port }, name('::1', '127.0.0.1'))).toBe('hello from 127.0.0.1');
});

test('no address answers: the last reason is told', async () => {
  const port = await freePort();
  expect(await ask({ address: 'both', port }, name('127.0.0.2', '127.0.0.1'))).toBe('ECONNREFUSED');
});
