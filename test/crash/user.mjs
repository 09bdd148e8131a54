/**
 * A user with the client program's own driver and real sockets: his connection can be cut, his program can be killed, and a
 * ledger is told what he typed and what he was shown. Must never be here: what he does next, a judgement of what he saw.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { built } from './parts.mjs';

const { LIMITS } = built('machines/limits');
const { ClientDriver } = built('transport/client-driver');
const { systemClock } = built('transport/clock');
const { silentLog } = built('transport/log');
const { systemNetwork } = built('transport/net/system');
const { KeyStore } = built('transport/security/keystore');
const { systemRandom } = built('transport/security/random');

/** Who waits so long for something that must happen has found a fault. */
const PATIENCE_MS = 60_000;

/** The system's network, whose connections one user can lose at once. */
function breakable() {
  const streams = new Set();
  const datagrams = new Set();
  const network = {
    connectUdp(server, handlers) {
      const socket = systemNetwork.connectUdp(server, handlers);
      const own = {
        get remote() {
          return socket.remote;
        },
        send: (bytes) => socket.send(bytes),
        close() {
          if (datagrams.delete(own)) socket.close();
        },
      };
      datagrams.add(own);
      return own;
    },
    connectTcp(server, handlers) {
      const stream = systemNetwork.connectTcp(server, handlers);
      const handle = stream.handle.bind(stream);
      stream.handle = (h) =>
        handle({
          open: () => h.open?.(),
          data: (chunk) => h.data(chunk),
          end: () => h.end(),
          drain: () => h.drain(),
          close() {
            streams.delete(stream);
            h.close();
          },
        });
      stream.handle(handlers);
      streams.add(stream);
      return stream;
    },
  };
  const cut = () => {
    const broken = streams.size;
    for (const stream of [...streams]) stream.destroy();
    return broken;
  };
  const close = () => {
    cut();
    for (const socket of [...datagrams]) socket.close();
  };
  return { network, cut, close };
}

/** The system's clock, whose timers end with the program that set them. */
function mortal() {
  const timers = new Set();
  let alive = true;
  const clock = {
    ...systemClock,
    setTimeout(callback, ms) {
      const timer = systemClock.setTimeout(() => {
        timers.delete(timer);
        callback();
      }, ms);
      timers.add(timer);
      return timer;
    },
    clearTimeout(timer) {
      timers.delete(timer);
      systemClock.clearTimeout(timer);
    },
    setImmediate: (callback) => systemClock.setImmediate(() => alive && callback()),
  };
  const end = () => {
    alive = false;
    for (const timer of timers) systemClock.clearTimeout(timer);
  };
  return { clock, end };
}

/** A user with a client program: real sockets, and a ledger that is told what he typed and what he was shown. */
export class User {
  /** Lines of the list that was asked for. */
  list = [];
  /** Every line that the program showed and that is no text of a chat or list: the last few. */
  notices = [];
  /** How often he has connected. */
  connections = 0;
  /** His connection was cut, and he has not read of it yet. */
  wasCut = false;
  #waiting = [];

  /** @param server `{ address, port }`, looked at for each log-on @param noticed told each notice, one turn later */
  constructor({ id, key, server, ledger, noticed = () => undefined, texted = () => undefined }) {
    Object.assign(this, { id, key, server, ledger, noticed, texted });
    this.start();
  }

  /** Starts the program. */
  start() {
    const keys = new KeyStore();
    keys.setSubscriber(this.id, this.key);
    const { network, cut, close } = breakable();
    const { clock, end } = mortal();
    const life = { cut, close, end, alive: true };
    this.life = life;
    this.wasCut = false;
    this.driver = new ClientDriver({
      id: this.id,
      server: this.server,
      limits: LIMITS,
      keys,
      clock,
      random: systemRandom,
      network,
      log: silentLog,
      show: (display) => life.alive && this.#show(display),
      stepped: () => life.alive && this.#look(),
    });
  }

  /** The program is killed: sockets close, nothing is said. */
  crash() {
    const { life } = this;
    life.alive = false;
    life.end();
    life.close();
    this.ledger.left(this.id);
    this.start();
    this.#look();
  }
  /** The connection breaks under the program. @returns whether there was one */
  cut() {
    return this.life.cut() > 0;
  }

  get status() {
    return this.driver.status;
  }
  get isOffline() {
    return this.status.connection === 'Offline';
  }
  get isConnected() {
    return this.status.connection === 'Connected';
  }
  get isInChat() {
    return this.status.chat === 'Active Chat';
  }

  logOn() {
    this.driver.user({ type: 'U.LOGON' });
  }
  logOff() {
    this.driver.user({ type: 'U.LOGOFF' });
  }
  chat(id) {
    this.driver.user({ type: 'U.CHAT', id });
  }
  endChat() {
    this.ledger.ended(this.status.session, this.id);
    this.driver.user({ type: 'U.END' });
  }
  text() {
    const { session } = this.status;
    this.driver.user({ type: 'U.TEXT', text: this.ledger.typed(session, this.id), session });
  }

  /** Asks for the list. @returns its lines, or undefined if it did not come whole, as when the connection is lost */
  async history(peer) {
    this.list = [];
    this.notices = [];
    this.driver.user({ type: 'U.HISTORY', id: peer });
    const { life } = this;
    await this.until(() => !life.alive || this.status.history !== 'Receiving', `the history with ${peer}`);
    const end = this.notices.findLast((text) => /^(End of history|No history with)/.test(text));
    const [, count = '0'] = /\((\d+) messages?\)/.exec(end ?? '') ?? [];
    return end === undefined || Number(count) !== this.list.length ? undefined : this.list.splice(0);
  }

  /** @throws Error if it does not come true in a time in which it must */
  until(predicate, what) {
    if (predicate()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const { connection, chat } = this.status;
        reject(
          new Error(
            `${this.id} waited for ${what} in vain: ${connection}, ${String(chat)}; ${this.notices.join(' | ')}`,
          ),
        );
      }, PATIENCE_MS);
      this.#waiting.push({ predicate, resolve: () => (clearTimeout(timer), resolve()) });
    });
  }

  #look() {
    for (const waiting of [...this.#waiting]) {
      if (!waiting.predicate()) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.resolve();
    }
  }

  #show(display) {
    if (display.type === 'showHistory') return void this.list.push(display);
    if (display.type === 'showTexts') {
      const { session, from, texts } = display;
      for (const text of texts) this.ledger.shown(session, from, this.id, text);
      return this.#later(() => this.texted(this, texts.length));
    }
    const { text } = display;
    this.notices.push(text);
    if (this.notices.length > 20) this.notices.shift();
    if (text === 'Chat started') {
      const { session, peer } = this.status;
      this.ledger.started(session, this.id, peer);
    }
    if (text === 'Connected') this.connections++;
    if (text === 'Correspondent unreachable') this.ledger.answered(this.id);
    if (this.isOffline) this.ledger.left(this.id);
    else if (text === 'Chat ended') this.ledger.over(this.id);
    this.#later(() => this.noticed(this, text));
  }

  #later(act) {
    const { life } = this;
    setImmediate(() => life.alive && act());
  }
}
