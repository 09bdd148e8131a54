/**
 * Bugs to be planted: for every invariant one change of a cell, a table or a port that breaks it, and the scenario that must
 * find it. Must never be here: how it is found.
 */
import type { AnyEvent } from '../../machines/define';
import type { Effect } from '../../machines/effects';
import type { Instance } from '../../machines/server/switchboard';
import type { Scenario } from './scenario';
import type { ServerModel } from './server';
import type { Plant, Taken } from './stepper';

export interface Planted {
  readonly invariant: string;
  readonly bug: string;
  readonly scenario: Omit<Scenario, 'name' | 'about' | 'budget'>;
  readonly plant?: Plant;
  readonly sabotage?: (server: ServerModel) => void;
}

type Other = (event: AnyEvent, from?: string, before?: object) => Taken;

/** Changes what one machine does on one event, in one state or in all. */
function cell(machine: string, event: string, change: (taken: Taken, as: Other) => Taken, from?: string): Plant {
  return (taken, as) =>
    taken.machine === machine && taken.event.type === event && (from === undefined || taken.from === from)
      ? change(taken, as)
      : taken;
}
/** The same without some effects. */
function lacking(...types: readonly Effect['type'][]): (taken: Taken) => Taken {
  return (taken) => ({ ...taken, effects: taken.effects.filter(({ type }) => !types.includes(type)) });
}
/** The same with more effects. */
function also(more: (taken: Taken) => readonly Effect[]): (taken: Taken) => Taken {
  return (taken) => ({ ...taken, effects: [...taken.effects, ...more(taken)] });
}

const logOns = { users: { A: { on: 2, off: 1 } }, faults: { cut: 1 } } as const;
const chat = { users: { A: { cmd: 2, text: 2 }, B: { cmd: 2, text: 1 } }, connected: ['A', 'B'] } as const;
const three = { users: { A: { cmd: 2 }, B: { cmd: 2 }, C: { cmd: 1 } }, connected: ['A', 'B', 'C'] } as const;

const logOnBugs: readonly Planted[] = [
  {
    invariant: 'I-1',
    bug: 'an accepted CONNECT does not supersede older connections',
    scenario: logOns,
    plant: cell('server connection', 'K.CONNECT_OK', lacking('supersedeOlder')),
  },
  {
    invariant: 'I-2',
    bug: 'every Res is taken for right',
    scenario: { users: { A: { on: 1 } }, faults: { RESPONSE: 1 } },
    sabotage: ({ ports }) => void (ports.authenticator.verify = () => true),
  },
  {
    invariant: 'I-3',
    bug: 'the lookup tag stays, and a connected instance takes CONNECT again',
    scenario: { users: { A: { on: 1 } }, faults: { replay: 1 } },
    plant: cell('server connection', 'K.CONNECT_OK', ({ event }, as) => as(event, 'Connecting'), 'Connected'),
    sabotage: ({ board }) => {
      board.tables.unpublishTag = function (instance: Instance) {
        if (instance.connection.state !== 'Connected') this.byTag.delete(instance.tag ?? '');
      };
    },
  },
  {
    invariant: 'I-12',
    bug: 'AUTH_FAIL takes effect at once',
    scenario: { users: { A: { on: 1 } }, authFail: true },
    plant: cell('client connection', 'D.AUTH_FAIL', (_, as) => as({ type: 'T.GIVEUP' })),
  },
  {
    invariant: 'I-13',
    bug: 'the first wrong RESPONSE closes the attempt',
    scenario: { users: { A: { on: 1 } }, faults: { RESPONSE: 1 } },
    plant: cell(
      'server connection',
      'D.RESPONSE_BAD',
      ({ event, from, before }, as) => as(event, from, { ...before, wrong: ['a', 'b'] }),
      'Wait for RESPONSE',
    ),
  },
  {
    invariant: 'I-15',
    bug: 'a CONNECT supersedes connected instances only, and younger ones too',
    scenario: { users: { A: { on: 2, off: 1 } } },
    sabotage: ({ board }) => {
      board.tables.overtake = function (instance: Instance) {
        return [...this.all].filter(
          (other) => other.id === instance.id && other !== instance && other.connection.state === 'Connected',
        );
      };
    },
  },
  {
    invariant: 'I-19',
    bug: 'nothing is evicted from a full table',
    scenario: { users: { A: { on: 1 } }, faults: { flood: 2 }, limits: { PENDING_ATTEMPTS: 1 } },
    plant: cell('server connection', 'X.EVICTED', (taken) => ({ ...taken, to: taken.from, effects: [] })),
  },
  {
    invariant: 'L-1',
    bug: 'no timer is armed for an unused cookie',
    scenario: logOns,
    plant: cell('server connection', 'D.RESPONSE_OK', lacking('arm')),
  },
  {
    invariant: 'L-2',
    bug: 'T.CONNECTING is ignored, and what was sent to open TCP is lost',
    scenario: { users: { A: { on: 1 } }, faults: { cut: 1 } },
    plant: cell('client connection', 'T.CONNECTING', (taken) => ({ ...taken, to: taken.from, effects: [] })),
  },
  {
    invariant: 'L-2',
    bug: 'no timer is armed when TCP is being opened',
    scenario: { users: { A: { on: 1 } } },
    plant: cell('client connection', 'D.AUTH_SUCCESS', lacking('arm')),
  },
  {
    invariant: 'I-22',
    bug: 'nothing is put away when the server has closed the connection',
    scenario: { users: { A: { on: 1 } }, faults: { crash: 1 } },
    plant: cell('client connection', 'N.CLOSED', lacking('reset')),
  },
  {
    invariant: 'I-23',
    bug: 'an attempt whose cookie is out stays when its subscriber is removed',
    scenario: { users: { A: { on: 1 } }, faults: { remove: 1 } },
    plant: cell('server connection', 'S.REMOVED', (_, as) => as({ type: 'S.START' }), 'Connecting'),
  },
  {
    invariant: 'L-3',
    bug: 'a repeated HELLO is not answered',
    scenario: { users: { A: { on: 1 } }, faults: { loss: 1 }, mustConnect: true },
    plant: cell('server connection', 'D.HELLO_DUP', lacking('answer')),
  },
  {
    invariant: 'L-3',
    bug: 'only the first CHALLENGE is answered',
    scenario: { users: { A: { on: 1 } }, faults: { CHALLENGE: 1 }, mustConnect: true },
    plant: cell('client connection', 'D.CHALLENGE', (taken) => {
      const first = taken.from === 'Wait for Challenge';
      return first ? taken : { ...lacking('sendRESPONSE', 'addCandidate')(taken), after: taken.before };
    }),
  },
  {
    invariant: 'L-3',
    bug: 'HELLO is not repeated once a CHALLENGE has come',
    scenario: { users: { A: { on: 1 } }, faults: { CHALLENGE: 1, loss: 1 }, mustConnect: true },
    plant: cell('client connection', 'T.RETRY', (taken) =>
      taken.from === 'Wait for Challenge' ? taken : lacking('sendHELLO')(taken),
    ),
  },
  {
    invariant: 'L-3',
    bug: 'a repeated HELLO is not answered in Connecting',
    scenario: { users: { A: { on: 1 } }, faults: { altered: 1, loss: 1 }, mustConnect: true },
    plant: cell('server connection', 'D.HELLO_DUP', lacking('answer'), 'Connecting'),
  },
  {
    invariant: 'L-3',
    bug: 'a candidate is known by its rand, so that an altered copy keeps the genuine CHALLENGE out',
    scenario: { users: { A: { on: 1 } }, faults: { altered: 1 }, mustConnect: true },
    plant: cell('client connection', 'D.CHALLENGE', (taken) => {
      const { rands } = taken.before as { rands: readonly string[] };
      const { rand } = taken.event as unknown as { rand: string };
      return rands.includes(rand) ? { ...lacking('addCandidate')(taken), after: taken.before } : taken;
    }),
  },
];

const chatBugs: readonly Planted[] = [
  {
    invariant: 'I-4',
    bug: 'END_REQUEST does not end the chat of the correspondent',
    scenario: chat,
    plant: cell('server chat', 'M.END_REQUEST', lacking('toPeer')),
  },
  {
    invariant: 'I-5',
    bug: 'a session number is not used up',
    scenario: chat,
    sabotage: ({ ports }) => void (ports.sessions.take = () => undefined),
  },
  {
    invariant: 'I-5',
    bug: 'the same block of session numbers is reserved again',
    scenario: { ...chat, limits: { SESSION_BLOCK: 1 } },
    sabotage: ({ store }) => void (store.reserve = () => 1),
  },
  {
    invariant: 'I-6',
    bug: 'UNREACHABLE is not sent',
    scenario: three,
    plant: cell('server chat', 'M.CHAT_REQUEST', (taken) =>
      taken.from === 'Active Chat' || taken.to === 'Active Chat' ? taken : lacking('send')(taken),
    ),
  },
  {
    invariant: 'I-6',
    bug: 'the server is not told that a list is sent',
    scenario: { users: { A: { hist: 1 } }, connected: ['A'] },
    plant: cell('server history', 'H.DONE', (taken) => ({ ...taken, to: taken.from })),
  },
  {
    invariant: 'I-7',
    bug: 'a CHAT_REQUEST that crossed CHAT_STARTED is answered UNREACHABLE',
    scenario: three,
    plant: cell(
      'server chat',
      'M.CHAT_REQUEST',
      also(({ event }) => [
        { type: 'send', messages: [{ type: 'UNREACHABLE', id: (event as { id?: string }).id ?? '' }] },
      ]),
      'Active Chat',
    ),
  },
  {
    invariant: 'I-8',
    bug: 'END_NOTIF goes to the one who ended the chat, too',
    scenario: chat,
    plant: cell(
      'server chat',
      'M.END_REQUEST',
      also(({ event }) => [
        { type: 'send', messages: [{ type: 'END_NOTIF', session: (event as { session?: number }).session ?? 0 }] },
      ]),
      'Active Chat',
    ),
  },
  {
    invariant: 'I-9',
    bug: 'a text is relayed twice',
    scenario: chat,
    plant: cell(
      'server chat',
      'R.RELAY',
      also(({ effects }) => effects),
    ),
  },
  {
    invariant: 'I-9',
    bug: 'a text is relayed and not stored',
    scenario: chat,
    plant: cell('server chat', 'M.CHAT', lacking('store')),
  },
  {
    invariant: 'I-9',
    bug: 'texts are stored and not relayed',
    scenario: chat,
    plant: cell('server chat', 'M.CHAT', lacking('toPeer')),
  },
  {
    invariant: 'I-24',
    bug: 'a text goes to whoever is the correspondent when its line is finished',
    scenario: { ...three, users: { A: { cmd: 1, line: 1 }, B: { cmd: 1 }, C: { cmd: 1 } } },
    plant: cell('client chat', 'U.TEXT', ({ event, from, before }, as) =>
      as({ ...event, session: (before as { session: number | null }).session } as AnyEvent, from, before),
    ),
  },
  {
    invariant: 'I-10',
    bug: 'texts are read from the store in the wrong order',
    scenario: { ...chat, users: { A: { cmd: 1, text: 2, hist: 1 }, B: {} } },
    sabotage: ({ store }) => {
      store.page = function (a: string, b: string) {
        return [...this.pair(a, b)].reverse().map(({ session, sender, time, text }, i) => {
          return { n: i + 1, session, sender, time, text };
        });
      };
    },
  },
  {
    invariant: 'I-11',
    bug: 'END_NOTIF is shown though the user has ended the chat himself',
    scenario: chat,
    plant: cell(
      'client chat',
      'M.END_NOTIF',
      also(() => [{ type: 'show', text: 'Chat ended' }]),
      'Connected',
    ),
  },
  {
    invariant: 'I-14',
    bug: 'the activity timer ends a chat',
    scenario: { ...chat, activity: true },
    plant: cell('client connection', 'T.ACT_EXPIRED', (_, as) =>
      as({ type: 'T.ACT_EXPIRED', inChat: false } as AnyEvent),
    ),
  },
  {
    invariant: 'L-1',
    bug: 'a lost connection is not told to its correspondent, and CLOSE ends no instance',
    scenario: { ...chat, users: { A: { off: 1 }, B: {} } },
    plant: cell('server connection', 'N.CLOSED', (taken) => ({
      ...taken,
      to: taken.from,
      after: taken.before,
      effects: [],
    })),
  },
];

export const planted: readonly Planted[] = [...logOnBugs, ...chatBugs];
