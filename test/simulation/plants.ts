/**
 * Bugs, to see whether the checkers find them: each is put into the real program by changing one of its objects. Must never be
 * here: a bug that the program has.
 */
import type { AcceptedRun, Store } from '../../machines/ports';
import type { ServerDriver } from '../../transport/server-driver';
import type { KeyStore } from '../../transport/security/keystore';
import type { User } from '../support/user';
import type { Chance } from './chance';
import type { Plant } from './plant';
import type { Town } from './town';

export interface PlantedBug {
  /** What the program does wrong. */
  readonly bug: string;
  /** By which rules it may be found: what is seen first depends on the run. */
  readonly foundBy: readonly string[];
  /** Within so many seeds, from 1 on. */
  readonly within: number;
  readonly plant: Plant;
}

type Method = (...args: unknown[]) => unknown;

/** Replaces a method of one object; `old` is what it did. */
function change<A extends unknown[]>(object: object, name: string, method: (old: Method, ...args: A) => unknown): void {
  const methods = object as Record<string, Method>;
  const before = methods[name];
  if (!before) throw new Error(`there is no ${name} to change`);
  const old = before.bind(object);
  methods[name] = (...args) => method(old, ...(args as A));
}

const server = (plant: (driver: ServerDriver, town: Town) => void): Plant => ({ server: plant });
const tablesOf = (driver: ServerDriver): ServerDriver['switchboard']['tables'] => driver['switchboard'].tables;
const keysOf = (town: Town): KeyStore => {
  if (!town.server) throw new Error('no server');
  return town.server.keys;
};

/** The server's messages of one kind, changed on their way out. */
function outgoing(
  type: string,
  method: (send: (messages: readonly object[]) => void, message: { type: string }) => void,
): Plant {
  return server((driver) =>
    change(driver['links'], 'send', (old, at: object, messages: readonly { type: string }[]) => {
      for (const message of messages) {
        if (message.type === type) method((m) => old(at, m), message);
        else old(at, [message]);
      }
    }),
  );
}

/** The client as one object, and its driver. */
function clientPlant(plant: (client: User['driver']['client'], driver: User['driver']) => void): Plant {
  return { client: (user) => plant(user['driver']['client'], user['driver']) };
}

const store = (changed: (store: Store) => Partial<Store>): Plant => ({
  store: (real) => ({ ...real, ...changed(real) }),
});

export const PLANTED: readonly PlantedBug[] = [
  {
    bug: 'a text is relayed before it is stored',
    foundBy: ['I-9'],
    within: 5,
    plant: server((driver) =>
      change(driver['turn'], 'end', (old) => {
        driver['turn']['flush']();
        old();
      }),
    ),
  },
  {
    bug: 'END_NOTIF is not sent to a correspondent whose partner has gone',
    foundBy: ['I-6', 'I-7', 'I-8'],
    within: 20,
    plant: outgoing('END_NOTIF', (send, message) => (message as { why?: number }).why === 2 || send([message])),
  },
  {
    bug: 'a text is relayed twice',
    foundBy: ['I-9'],
    within: 5,
    plant: outgoing('CHAT', (send, message) => send([message, message])),
  },
  {
    bug: 'a history list is one text short',
    foundBy: ['I-10', 'L-6'],
    within: 5,
    plant: store((real) => ({ count: (a, b) => Math.max(0, real.count(a, b) - 1) })),
  },
  {
    bug: 'a history list may be read by others',
    foundBy: ['I-10'],
    within: 20,
    plant: store((real) => ({
      count: (a, b) => (a === b ? real.count('A', 'B') : real.count(a, b)),
      page: (a, b, after, limit) => (a === b ? real.page('A', 'B', after, limit) : real.page(a, b, after, limit)),
    })),
  },
  {
    bug: 'texts of one turn are stored in another order',
    foundBy: ['I-9'],
    within: 10,
    plant: store((real) => ({
      append: (runs: readonly AcceptedRun[]) =>
        real.append(runs.map((run) => ({ ...run, texts: [...run.texts].reverse() })).reverse()),
    })),
  },
  {
    bug: 'session-IDs begin again after a restart',
    foundBy: ['I-5'],
    within: 60,
    plant: server((driver) =>
      change(driver['switchboard']['ports'].sessions, 'reserve', () =>
        Object.assign(driver['switchboard']['ports'].sessions, { next: 1, end: 1_000 }),
      ),
    ),
  },
  {
    bug: 'a restarted server makes the same random numbers again',
    foundBy: ['I-3', 'I-17', 'I-18'],
    within: 40,
    plant: { chance: (town): Chance => town.chance.for('server 1') },
  },
  {
    bug: 'a repeated HELLO is answered with a new rand',
    foundBy: ['I-18'],
    within: 10,
    plant: server((driver, town) =>
      change(driver['authenticator'], 'answer', (old, serial: number, name: string) => {
        const answer = old(serial, name) as { bytes: Buffer } | undefined;
        if (name !== 'CHALLENGE' || !answer) return answer;
        const bytes = Buffer.from(answer.bytes);
        Buffer.from(town.chance.bytes(32)).copy(bytes, 25);
        return { ...answer, bytes };
      }),
    ),
  },
  {
    bug: 'a RESPONSE is believed whatever it says',
    foundBy: ['I-2'],
    within: 40,
    plant: server((_, town) => change(keysOf(town), 'verify', () => true)),
  },
  {
    bug: 'the tag of a used cookie is still known',
    foundBy: ['exception'],
    within: 60,
    plant: server((driver) => change(tablesOf(driver), 'unpublishTag', () => undefined)),
  },
  {
    bug: 'the server repeats its answers unasked',
    foundBy: ['I-16'],
    within: 3,
    plant: server((driver) =>
      change(driver['answers'], 'send', (old, ...args) => {
        old(...args);
        old(...args);
      }),
    ),
  },
  {
    bug: 'a new log-on ends newer connections too',
    foundBy: ['I-15'],
    within: 200,
    plant: server((driver) =>
      change(tablesOf(driver), 'overtake', (_, instance: { id: string; serial: number }) => {
        const { id, serial } = instance;
        return [...tablesOf(driver).all].filter((other) => other.id === id && other.serial !== serial);
      }),
    ),
  },
  {
    bug: 'a new log-on does not end the older connection',
    foundBy: ['I-1', 'I-4', 'I-6', 'I-7', 'I-15'],
    within: 40,
    plant: server((driver) => change(tablesOf(driver), 'overtake', () => [])),
  },
  {
    bug: 'the activity timer runs out in a chat',
    foundBy: ['I-14'],
    within: 200,
    plant: clientPlant((client) =>
      change(client, 'connectionStep', (old, event: { type: string }, orders: unknown) => {
        const { chat } = client as unknown as { chat?: object };
        // The guard is told what the chat machine says of itself.
        const looksIdle = chat && (Object.create(chat, { state: { value: 'Connected' } }) as object);
        if (event.type === 'T.ACT_EXPIRED') Object.assign(client, { chat: looksIdle });
        old(event, orders);
      }),
    ),
  },
  {
    bug: 'clients send no KEEPALIVE',
    foundBy: ['L-1', 'I-6'],
    within: 5,
    plant: {
      client: (user) =>
        Object.assign(user['driver']['o'], { limits: { ...user['driver']['o'].limits, T_KEEPALIVE_MS: 0 } }),
    },
  },
  {
    bug: 'a client does not close its UDP socket',
    foundBy: ['I-22'],
    within: 3,
    plant: { client: ({ host }) => change(host, 'closeUdp', () => undefined) },
  },
  {
    bug: 'the server does not wipe the keys of a closed connection',
    foundBy: ['I-22'],
    within: 3,
    plant: server((driver) => change(driver['authenticator'], 'forget', () => undefined)),
  },
  {
    bug: 'pending attempts of a source are not bounded',
    foundBy: ['I-19'],
    within: 100,
    plant: server((driver) => change(tablesOf(driver), 'oldestPendingOf', () => undefined)),
  },
  {
    bug: 'a key stands in the log',
    foundBy: ['I-20'],
    within: 3,
    plant: server((_, town) =>
      town.logs.at(-1)?.info('connected', { client: town.secrets.get('A')?.toString('hex') ?? '' }),
    ),
  },
  {
    bug: 'a record is sealed under a number that was used',
    foundBy: ['I-17'],
    within: 5,
    plant: server((_, town) =>
      change(keysOf(town), 'serverSealer', (old, ...args) => {
        const sealer = old(...args) as { epochs: object; seq: number };
        let skipped = false;
        change(sealer.epochs, 'advance', (advance) => {
          if (sealer.seq !== 2 || skipped) advance();
          else skipped = true;
        });
        return sealer;
      }),
    ),
  },
  {
    bug: 'a text is sent to a third client too',
    foundBy: ['I-9', 'I-8'],
    within: 20,
    plant: server((driver) =>
      change(driver['links'], 'send', (old, at: object, messages: { type: string }[]) => {
        old(at, messages);
        if (messages[0]?.type !== 'CHAT') return;
        for (const other of tablesOf(driver).connected.values())
          if (other.id === 'C' && other !== at) old(other, messages);
      }),
    ),
  },
  {
    bug: 'a text that could not be stored is relayed all the same',
    foundBy: ['I-9'],
    within: 100,
    plant: server((driver) => change(driver['links'], 'dropTexts', () => undefined)),
  },
  {
    bug: 'nobody looks after what a slow reader has not taken',
    foundBy: ['I-19'],
    within: 300,
    plant: server((driver) =>
      change(driver['links'], 'bind', (old, ...args) => {
        old(...args);
        for (const channel of driver['links']['sockets']) Object.assign(channel, { tooSlow: () => undefined });
      }),
    ),
  },
  {
    bug: 'the end of a chat is shown twice',
    foundBy: ['I-11'],
    within: 5,
    plant: clientPlant((_, driver) =>
      change(driver['o'], 'show', (old, display: { text?: string }) => {
        old(display);
        if (display.text === 'Chat ended') old(display);
      }),
    ),
  },
  {
    bug: 'a text goes to whoever is the correspondent when its line is finished',
    foundBy: ['I-24'],
    within: 40,
    plant: clientPlant((client) =>
      change(client, 'chatStep', (old, event: { type: string }, orders: unknown) =>
        old(event.type === 'U.TEXT' ? { ...event, session: client.status.session } : event, orders),
      ),
    ),
  },
  {
    bug: 'AUTH_FAIL ends a log-on at once',
    foundBy: ['I-12'],
    within: 60,
    plant: clientPlant((client) =>
      change(client['connection'], 'send', (old, event: { type: string }) =>
        event.type === 'D.AUTH_FAIL' ? [old(event), old({ type: 'T.HOLD' })].flat() : old(event),
      ),
    ),
  },
  {
    bug: 'the first wrong RESPONSE ends an attempt',
    foundBy: ['I-13'],
    within: 60,
    plant: server((driver) =>
      change(driver['switchboard'], 'newInstance', (old, state) => {
        const instance = old(state) as { connection: object };
        // Three that differ: copies count as one.
        change(instance.connection, 'send', (send, event: { type: string; hash?: string }) =>
          event.type === 'D.RESPONSE_BAD'
            ? ['', '-', '--'].flatMap((more) => send({ ...event, hash: `${event.hash ?? ''}${more}` }))
            : send(event),
        );
        return instance;
      }),
    ),
  },
  {
    bug: 'the connection of a removed subscriber goes on',
    foundBy: ['I-23'],
    within: 60,
    plant: server((driver) => change(driver['switchboard'], 'removed', () => [])),
  },
  {
    bug: 'pending attempts live for ever',
    foundBy: ['L-9', 'I-22'],
    within: 60,
    plant: server((driver) => change(driver, 'arm', () => undefined)),
  },
  {
    bug: 'a client never gives up',
    foundBy: ['L-2', 'L-1'],
    within: 60,
    plant: clientPlant((_, driver) =>
      change(driver, 'armed', (old, timer, ms, event) => (timer === 'GIVEUP' ? undefined : old(timer, ms, event))),
    ),
  },
  {
    bug: 'a store that has failed is never tried again',
    foundBy: ['L-4'],
    within: 60,
    plant: server((driver) => change(driver['health'], 'probe', () => undefined)),
  },
];
