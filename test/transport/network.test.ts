/**
 * What the drivers rely on of a network, checked on the real one and on the one in memory, so that stories are played on
 * something that behaves as the system does. Nothing sleeps: every step waits for what it expects.
 */
import type { Address } from '../../machines/ports';
import type { Listener, Network, Stream, StreamHandlers } from '../../transport/net/network';
import { systemNetwork } from '../../transport/net/system';
import { MemoryNetwork } from '../support/memory-network';
import { VirtualTime } from '../support/virtual-clock';

interface Ground {
  readonly network: Network;
  readonly local: Address;
  /** Lets things happen until the condition holds. */
  until(condition: () => boolean): Promise<void>;
  /** Lets everything happen that can happen now. */
  settle(): Promise<void>;
}

function inMemory(): Ground {
  const time = new VirtualTime();
  const local = { address: '127.0.0.1', port: 0 };
  const settle = (): Promise<void> => {
    time.advance(100);
    return Promise.resolve();
  };
  const until = async (condition: () => boolean): Promise<void> => {
    for (let n = 0; n < 1_000 && !condition(); n++) await settle();
    expect(condition()).toBe(true);
  };
  return { network: new MemoryNetwork(time).host(local.address, time.loop('test')), local, settle, until };
}

function real(): Ground {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    network: systemNetwork,
    local: { address: '127.0.0.1', port: 0 },
    settle: async () => {
      for (let n = 0; n < 50; n++) await turn();
    },
    until: async (condition) => {
      while (!condition()) await turn();
    },
  };
}

/** One end of a connection, and what it heard. */
class End {
  readonly heard: string[] = [];
  readonly chunks: Buffer[] = [];
  readonly handlers: StreamHandlers = {
    open: () => void this.heard.push('open'),
    data: (chunk) => {
      this.chunks.push(chunk);
      this.whenData();
    },
    end: () => void this.heard.push('end'),
    close: () => void this.heard.push('close'),
    drain: () => void this.heard.push('drain'),
  };
  whenData: () => void = () => undefined;
  stream!: Stream;

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }
  get size(): number {
    return this.chunks.reduce((n, { length }) => n + length, 0);
  }
}

describe.each([
  ['in memory', inMemory],
  ['of the system', real],
])('the network %s', (_, make) => {
  let ground: Ground;
  const closers: (() => void)[] = [];
  beforeEach(() => {
    ground = make();
  });
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  async function pair(): Promise<{ client: End; server: End; listener: Listener }> {
    const [client, server] = [new End(), new End()];
    const listener = await ground.network.listenTcp(ground.local, (stream) => {
      server.stream = stream;
      stream.handle(server.handlers);
    });
    client.stream = ground.network.connectTcp(listener.local, client.handlers);
    closers.push(
      () => listener.close(),
      () => client.stream.destroy(),
      () => server.stream.destroy(),
    );
    await ground.until(() => client.heard.includes('open') && 'stream' in server);
    return { client, server, listener };
  }

  test('bytes arrive in order, both ways', async () => {
    const { client, server } = await pair();
    client.stream.write(Buffer.from('one '));
    client.stream.write(Buffer.from('two'));
    server.stream.write(Buffer.from('three'));
    await ground.until(() => server.text === 'one two' && client.text === 'three');
  });

  test('half-open: after FIN the other direction goes on; with the second FIN both are closed', async () => {
    const { client, server } = await pair();
    client.stream.write(Buffer.from('last words'));
    client.stream.end();
    await ground.until(() => server.heard.includes('end'));
    expect([server.text, server.heard]).toEqual(['last words', ['end']]);
    server.stream.write(Buffer.from('still here'));
    await ground.until(() => client.text === 'still here');
    expect(client.heard).toEqual(['open']);
    server.stream.end();
    await ground.until(() => client.heard.includes('close') && server.heard.includes('close'));
    expect([client.heard, server.heard]).toEqual([
      ['open', 'end', 'close'],
      ['end', 'close'],
    ]);
  });

  test('destroyed: the other end hears of it once it has read; this end hears close', async () => {
    const { client, server } = await pair();
    client.stream.destroy();
    await ground.until(() => client.heard.includes('close'));
    await ground.until(() => server.heard.length > 0);
    expect(server.heard[0]).toBe('end');
    client.stream.destroy();
    await ground.settle();
    expect(client.heard.filter((what) => what === 'close')).toHaveLength(1);
  });

  test('destroyed with unread input: a reset', async () => {
    const { client, server } = await pair();
    client.stream.pause();
    server.stream.write(Buffer.alloc(200_000));
    await ground.settle();
    client.stream.destroy();
    await ground.until(() => server.heard.includes('close'));
  });

  test('writing to who is gone ends in close, never in an exception', async () => {
    const { client, server } = await pair();
    client.stream.destroy();
    await ground.until(() => server.heard.length > 0);
    server.stream.write(Buffer.from('hello?'));
    await ground.until(() => {
      if (!server.heard.includes('close')) server.stream.write(Buffer.from('hello?'));
      return server.heard.includes('close');
    });
    expect(server.stream.writableLength).toBe(0);
  });

  test('paused, nothing is read, and the sender notices in the end', async () => {
    const { client, server } = await pair();
    server.stream.pause();
    let written = 0;
    while (client.stream.writableLength < 100_000) {
      client.stream.write(Buffer.alloc(50_000));
      written += 50_000;
      await ground.settle();
    }
    expect([server.size < written, client.heard]).toEqual([
      true,
      ['open', ...client.heard.slice(1).map(() => 'drain')],
    ]);
    const drained = client.heard.length;
    server.stream.resume();
    await ground.until(() => server.size === written);
    await ground.until(() => client.heard.length > drained);
    expect([client.stream.writableLength, client.heard.at(-1)]).toEqual([0, 'drain']);
  });

  test('FIN is told even to who has paused when everything before it was read', async () => {
    const { client, server } = await pair();
    server.whenData = () => server.stream.pause();
    client.stream.write(Buffer.from('all'));
    await ground.until(() => server.text === 'all');
    client.stream.end();
    await ground.until(() => server.heard.includes('end'));
  });

  test('write returns true as long as the kernel takes everything, then false, and drain follows', async () => {
    const { client } = await pair();
    expect(client.stream.write(Buffer.alloc(10))).toBe(true);
    expect([client.stream.writableLength, client.heard]).toEqual([0, ['open']]);
    while (client.stream.write(Buffer.alloc(200_000))) expect(client.stream.writableLength).toBeLessThan(16_384);
    expect(client.stream.writableLength).toBeGreaterThanOrEqual(16_384);
    await ground.until(() => client.heard.includes('drain'));
    expect(client.stream.writableLength).toBe(0);
  });

  test('nobody listens: close, without open', async () => {
    const { listener } = await pair();
    listener.close();
    await ground.settle();
    const end = new End();
    end.stream = ground.network.connectTcp(listener.local, end.handlers);
    await ground.until(() => end.heard.includes('close'));
    expect(end.heard).toEqual(['close']);
  });

  test('given up before it is open: close, and nothing else', async () => {
    const listener = await ground.network.listenTcp(ground.local, (stream) => stream.handle(new End().handlers));
    closers.push(() => listener.close());
    const end = new End();
    end.stream = ground.network.connectTcp(listener.local, end.handlers);
    end.stream.destroy();
    await ground.until(() => end.heard.includes('close'));
    expect(end.heard).toEqual(['close']);
  });

  test('an address that is taken', async () => {
    const tcp = await ground.network.listenTcp(ground.local, () => undefined);
    const udp = await ground.network.listenUdp(ground.local, { datagram: () => undefined, error: () => undefined });
    closers.push(
      () => tcp.close(),
      () => udp.close(),
    );
    const handlers = { datagram: () => undefined, error: () => undefined };
    await expect(ground.network.listenTcp(tcp.local, () => undefined)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(ground.network.listenUdp(udp.local, handlers)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('datagrams there and back; a connected socket hears its server only', async () => {
    const heard: string[] = [];
    const server = await ground.network.listenUdp(ground.local, {
      datagram: (bytes, from) => {
        heard.push(`server: ${bytes.toString()}`);
        stranger.send(Buffer.from('forged'), from);
        server.send(Buffer.from('answer'), from);
      },
      error: () => undefined,
    });
    const stranger = await ground.network.listenUdp(ground.local, {
      datagram: () => undefined,
      error: () => undefined,
    });
    const client = ground.network.connectUdp(server.local, {
      datagram: (bytes, from) =>
        heard.push(`client: ${bytes.toString()} from ${String(from.port === server.local.port)}`),
      error: () => undefined,
    });
    // Sent before the socket is ready: it waits.
    client.send(Buffer.from('first'));
    await ground.until(() => heard.length === 2);
    client.send(Buffer.from('second'));
    await ground.until(() => heard.length === 4);
    expect(heard).toEqual(['server: first', 'client: answer from true', 'server: second', 'client: answer from true']);
    expect(client.remote).toEqual(server.local);
    for (const socket of [client, server, stranger]) socket.close();
  });

  test('nobody listens on the UDP port: a hint, and the socket stays usable', async () => {
    const heard: string[] = [];
    const first = await ground.network.listenUdp(ground.local, { datagram: () => undefined, error: () => undefined });
    first.close();
    await ground.settle();
    const client = ground.network.connectUdp(first.local, {
      datagram: () => undefined,
      error: (error) => heard.push((error as NodeJS.ErrnoException).code ?? ''),
    });
    client.send(Buffer.from('anybody?'));
    await ground.until(() => heard.includes('ECONNREFUSED'));
    const server = await ground.network.listenUdp(first.local, {
      datagram: (bytes) => heard.push(bytes.toString()),
      error: () => undefined,
    });
    client.send(Buffer.from('now?'));
    await ground.until(() => heard.includes('now?'));
    client.close();
    server.close();
  });

  test('closed while its name is being resolved: silence', async () => {
    const client = ground.network.connectUdp({ address: '127.0.0.1', port: 9 }, { datagram: fail, error: fail });
    client.send(Buffer.from('never sent'));
    client.close();
    client.send(Buffer.from('neither'));
    await ground.settle();
    expect(client.remote).toBeUndefined();
  });
});

function fail(): void {
  throw new Error('nothing may be heard');
}
