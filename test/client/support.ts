/** What the tests of the programming interface share: a real server with subscribers, clients in this process that are always closed. */
import { join } from 'node:path';
import { Stage } from '../../bin/demo/stage';
import { ChatClient, type ChatClientOptions, type ClientEvent } from '../../transport/client';

const TEST_MS = 90_000;

export interface House {
  readonly stage: Stage;
  /** A client of the server of this stage, with its own key file. */
  client(id: string, more?: Partial<ChatClientOptions>): ChatClient;
}

/** @returns how the tests of a file open their houses; everything in them is closed after the test */
export function houses(): (subscribers: readonly string[], ...serverArgs: readonly string[]) => Promise<House> {
  jest.setTimeout(TEST_MS);
  const clients: ChatClient[] = [];
  const stages: Stage[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await Promise.all(stages.splice(0).map((stage) => stage.close()));
  });
  return async (subscribers, ...serverArgs) => {
    const stage = await Stage.open();
    stages.push(stage);
    await stage.subscribe(...subscribers);
    await stage.startServer(...serverArgs);
    return {
      stage,
      client(id, more) {
        const server = `127.0.0.1:${String(stage.server.udp)}`;
        const client = new ChatClient({ id, server, key: join(stage.folder, `${id}.key`), ...more });
        clients.push(client);
        return client;
      },
    };
  };
}

/** Everything a client tells from now on. */
export function record(client: ChatClient): ClientEvent[] {
  const events: ClientEvent[] = [];
  client.on('event', (event) => events.push(event));
  return events;
}

/** What a promise was broken with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it was kept');
    },
    (error: unknown) => error,
  );
}
