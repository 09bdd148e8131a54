/**
 * Servers with one thing changed, over real sockets: what they are made of, what they are inside, a cell of their machines, or
 * how they decode. Must never be here: which fault, who catches it.
 */
import { LIMITS, type Limits } from '../../../machines/limits';
import type { TcpMessage } from '../../../machines/messages';
import type { Random } from '../../../machines/ports';
import type { Instance, Order, Switchboard } from '../../../machines/server/switchboard';
import { memoryStore, type MemoryStore } from '../../../storage/memory';
import { Scene, type Person } from '../../../bin/conform/server/scene';
import type { Site } from '../../../bin/conform/server/sockets';
import type { ServerAuthenticator } from '../../../transport/authenticator';
import { systemClock } from '../../../transport/clock';
import type { Run } from '../../../transport/inbound';
import { silentLog } from '../../../transport/log';
import type { Network, Stream } from '../../../transport/net/network';
import { systemNetwork } from '../../../transport/net/system';
import { KeyStore } from '../../../transport/security/keystore';
import { systemRandom } from '../../../transport/security/random';
import { ServerDriver } from '../../../transport/server-driver';
import type { ServerLinks } from '../../../transport/server-links';
import { mutated } from './mutant';

/** What a server is made of. */
export interface Parts {
  keys: KeyStore;
  random: Random;
  network: Network;
  store: MemoryStore;
  limits: Limits;
}
/** What a driver has inside, as far as it is changed here. */
export interface Inside {
  readonly switchboard: Pick<Switchboard, 'tables' | 'request' | 'hello' | 'inject' | 'protocolError'> & {
    isFree: (caller: Instance, id: string) => boolean;
  };
  readonly authenticator: ServerAuthenticator;
  readonly links: ServerLinks;
  readonly answers: { answer: (at: Instance, effect: Extract<Order['effect'], { type: 'answer' }>) => void };
  message: (at: Instance, run: Run) => void;
  perform: (orders: readonly Order[]) => void;
}

export type ChangeParts = (parts: Parts) => void;
export type ChangeInside = (inside: Inside) => void;

export interface Broken {
  readonly name: string;
  /** What is wrong with it, as a sentence without a full stop. */
  readonly fault: string;
  /** Name of the check that must catch it. */
  readonly caughtBy: string;
  /** Changes parts before the server starts. */
  readonly parts?: ChangeParts;
  /** Changes the server before anybody comes. */
  readonly inside?: ChangeInside;
  /** A single changed cell of its machines, by its name. */
  readonly mutant?: string;
  /** Changes what all servers of this process share. @returns what takes it back */
  readonly shared?: () => () => void;
}

const HOST = '127.0.0.1';
export const PEOPLE = ['ann', 'ben', 'cleo', 'dan'] as const;
/** As in a chat on one machine; what does not come within it does not come. */
const PATIENCE_MS = 700;
const UNLIMITED = {
  HELLOS_PER_SECOND: 0,
  AUTH_FAIL_PER_SECOND: 0,
  MESSAGES_PER_SECOND: 0,
  CALLS_PER_MINUTE: 0,
  UNBOUND_PER_SOURCE: 0,
};

export interface Running {
  readonly scene: () => Scene;
  readonly stop: () => Promise<void>;
}

/** @returns a server with this fault, or none */
export async function start(broken?: Broken): Promise<Running> {
  const mutant = broken?.mutant;
  const undo = mutant === undefined ? broken?.shared?.() : mutated(mutant);
  const people = PEOPLE.map((id): Person => ({ id, key: systemRandom.bytes(32) }));
  const store = memoryStore();
  for (const { id, key } of people) store.subscribers.add({ id, key, stretched: false });
  const sockets: Stream[] = [];
  const parts: Parts = {
    keys: new KeyStore(),
    random: systemRandom,
    network: kept(sockets),
    store,
    limits: { ...LIMITS, ...UNLIMITED, T_FLUSH_MS: 50 },
  };
  broken?.parts?.(parts);
  const driver = await ServerDriver.start({
    ...parts,
    host: HOST,
    udpPort: 0,
    tcpPort: 0,
    decoy: false,
    clock: systemClock,
    log: silentLog,
  });
  broken?.inside?.(driver as unknown as Inside);
  const site: Site = {
    network: systemNetwork,
    server: { address: HOST, port: driver.ports.udp },
    patienceMs: PATIENCE_MS,
    againMs: [],
    pace: () => Promise.resolve(),
  };
  return {
    scene: () => new Scene(site, people),
    stop: async () => {
      await driver.stop();
      for (const destroy of sockets) destroy.destroy();
      undo?.();
    },
  };
}

/** The real network; what it accepts is kept, for a server that forgets it. */
function kept(sockets: Stream[]): Network {
  return {
    ...systemNetwork,
    listenTcp: (local, accept) =>
      systemNetwork.listenTcp(local, (stream) => {
        sockets.push(stream);
        accept(stream);
      }),
  };
}

/** Every stream the server accepts is this one instead. */
export function withStreams(parts: Parts, change: (stream: Stream) => Partial<Stream>): void {
  const { network } = parts;
  parts.network = {
    ...network,
    listenTcp: (local, accept) => network.listenTcp(local, (stream) => accept(overlaid(stream, change(stream)))),
  };
}

/** The same object, but for these properties. */
export function overlaid<T extends object>(object: T, change: Partial<T>): T {
  return new Proxy(object, {
    get: (target, name) => {
      if (Object.hasOwn(change, name)) return change[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/** Every message that the server sends over a link goes through this. */
export function sending(
  inside: Inside,
  change: (
    at: Instance,
    messages: readonly TcpMessage[],
    send: (at: Instance, messages: readonly TcpMessage[]) => void,
  ) => void,
): void {
  const { links } = inside;
  const send = links.send.bind(links);
  links.send = (at, messages) => change(at, messages, send);
}
