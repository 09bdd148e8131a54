/**
 * Many users, each of whom does now and then what his client lets him do: logs on and off, calls friends and strangers, types,
 * ends chats, reads histories; connections break and programs are killed. Must never be here: the server, a measurement.
 */
import { performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';
import { below, pick } from '../crash/parts.mjs';
import { User } from '../crash/user.mjs';

/** A user has so many friends on either side: pairs whose histories grow. */
const FRIENDS = 10;
/** A deed that comes so late says that this machine has no time: it is left out, so that the load fits the machine. */
const LATE_MS = 300;
/** Texts typed at once: at most. */
const BURST = 3;
/** What a user never reads unless his own connection was cut. */
const LOST = ['Connection lost', 'Connection failed', 'Connection not accepted'];
/** What a user of this crowd never reads. */
const NEVER = [
  ...['Authentication failed', 'No answer from the server', 'Connection failed (timeout)', 'Protocol error'],
  ...[
    'Server not reading',
    'Connection damaged',
    'Closed by the server',
    'Logged on from elsewhere',
    'Server shut down',
  ],
  ...['Disconnected: too slow', 'Server error', 'Logged off: no activity', 'Server busy, try again'],
];

/** What is done in a state, with its weight. */
const DEEDS = {
  Offline: [['logOn', 1]],
  'Logging on': [
    ['nothing', 20],
    ['logOff', 1],
    ['crash', 1],
  ],
  Connected: [
    ['call', 70],
    ['callStranger', 4],
    ['read', 8],
    ['logOff', 5],
    ['cut', 1],
    ['crash', 1],
  ],
  'Wait for CHAT_STARTED': [
    ['nothing', 40],
    ['cut', 1],
    ['logOff', 1],
  ],
  'Active Chat': [
    ['type', 170],
    ['endChat', 10],
    ['read', 6],
    ['logOff', 1],
    ['cut', 1],
    ['crash', 1],
  ],
};

export class Crowd {
  /** How often each thing was done. */
  done = {};
  #timers = new Map();
  #reading = new Set();

  /** @param pace milliseconds between two deeds of a user, on average */
  constructor({ keys, server, ledger, random, pace }) {
    Object.assign(this, { ledger, random, pace });
    const noticed = (user, text) => this.#noticed(user, text);
    this.users = [...keys].map(([id, key]) => new User({ id, key, server, ledger, noticed }));
  }

  get connected() {
    return this.users.filter((user) => user.isConnected).length;
  }
  get chatting() {
    return this.users.filter((user) => user.isInChat).length;
  }

  start() {
    for (const user of this.users) this.#plan(user);
  }

  /** Nobody does anything any more; resolves when lists that were asked for have ended. */
  async rest() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#reading);
  }

  #plan(user) {
    const wait = -Math.log(1 - this.random()) * this.pace;
    const due = performance.now() + wait;
    this.#timers.set(
      user,
      setTimeout(() => {
        if (performance.now() - due < LATE_MS) this.#act(user);
        else this.#count('left out');
        this.#plan(user);
      }, wait),
    );
  }

  #act(user) {
    const { connection, chat } = user.status;
    const deeds = DEEDS[chat ?? (connection === 'Offline' ? 'Offline' : 'Logging on')];
    let left = this.random() * deeds.reduce((sum, [, weight]) => sum + weight, 0);
    const [deed] = deeds.find(([, weight]) => (left -= weight) < 0) ?? deeds[0];
    this.#count(deed);
    this.#do(deed, user);
  }

  #count(deed) {
    this.done[deed] = (this.done[deed] ?? 0) + 1;
  }

  #do(deed, user) {
    switch (deed) {
      case 'nothing':
        return undefined;
      case 'call':
        return user.chat(this.#friend(user).id);
      case 'callStranger':
        return user.chat(`nobody-${below(this.random, 1e6)}`);
      case 'type':
        for (let i = below(this.random, BURST); i >= 0; i--) user.text();
        return undefined;
      case 'read':
        return this.#read(user, this.#friend(user));
      case 'cut':
        user.wasCut = user.cut();
        return undefined;
      default:
        return user[deed]();
    }
  }

  #friend(user) {
    const { users, random } = this;
    const place = users.indexOf(user);
    const distance = 1 + below(random, Math.min(FRIENDS, users.length - 1));
    return users[(place + pick(random, [-1, 1]) * distance + users.length) % users.length];
  }

  #read(user, friend) {
    if (user.status.history !== 'Idle' || friend === user) return;
    const reading = this.readAndCheck(user, friend.id)
      .catch((error) => this.ledger.fault(error.message))
      .finally(() => this.#reading.delete(reading));
    this.#reading.add(reading);
  }

  /** What had been displayed when he asked must be in the list. @returns whether it came whole */
  async readAndCheck(user, peer) {
    const { connections, life } = user;
    const floor = this.ledger.floor(user.id, peer);
    const list = await user.history(peer);
    if (list) this.ledger.check(user.id, peer, list, floor);
    else if (user.isConnected && user.connections === connections && user.life === life) {
      this.ledger.fault(`${user.id} did not get the whole history with ${peer}`);
    }
    return list !== undefined;
  }

  #noticed(user, text) {
    if (NEVER.includes(text)) this.ledger.fault(`${user.id} read "${text}"`);
    if (LOST.includes(text)) {
      if (!user.wasCut) this.ledger.fault(`${user.id} read "${text}", and nobody had cut his connection`);
      user.wasCut = false;
    }
  }
}
