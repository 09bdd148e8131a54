/**
 * What must be put away, what must end, and who must agree: I-6, I-20, I-22 and the bounds of liveness, L-1 to L-9. Must never
 * be here: what is on the wire.
 */
import type { Transition } from '../../../machines/observer';
import type { Checker } from '../checker';
import type { SimulatedClient } from '../client';
import type { Town } from '../town';

/** For what takes the network's time, the kernels' and a timer's second look. */
const MARGIN_MS = 1_000;
const CHAT_OF = { Connected: 'Wait for CHAT_REQUEST', 'Active Chat': 'Active Chat' } as Readonly<
  Record<string, string>
>;

export class RestChecks implements Checker {
  /** Clients whose connection must not be lost: nothing is wrong with it. */
  private healthy = new Set<SimulatedClient>();

  constructor(private readonly town: Town) {}

  // While things happen

  stepped({ machine, event, to, from }: Transition, client?: SimulatedClient): void {
    if (!client || machine !== 'client connection') return;
    if (from !== 'Offline' || to !== 'Offline') client.activeAt = this.town.time.now;
    const loggingOn = to !== 'Offline' && to !== 'Connected';
    client.loggingOnSince = loggingOn ? (client.loggingOnSince ?? this.town.time.now) : undefined;
    if (from === 'Connected' && to === 'Offline' && event === 'N.CLOSED' && this.healthy.has(client)) {
      this.town.violate('L-1', `${client.name} loses a connection that nothing is wrong with`);
    }
  }

  between(): void {
    if (this.town.watch.opaque > 0) this.town.violate('I-17', 'a record that does not open under its key and number');
    for (const client of this.town.living) {
      if (client.isOffline) this.mustRest(client);
      else client.activeAt = this.town.time.now;
      this.mustEnd(client);
    }
  }

  /** A client in Offline has no socket, no timer and no key; the last connection may linger (protocol 4.9). */
  private mustRest(client: SimulatedClient): void {
    const { T_LINGER_MS } = this.town.c.limits;
    const quietSince = Math.max(client.activeAt, client.frozenUntil);
    if (this.town.time.now - quietSince < T_LINGER_MS + MARGIN_MS) return;
    const { host, loop, keys } = client.user;
    if (host.sockets + loop.armed + keys.size === 0) return;
    const what = `${String(host.sockets)} sockets, ${String(loop.armed)} timers, ${String(keys.size)} keys`;
    this.town.violate('I-22', `${client.name} is off line and has ${what}`);
  }

  private mustEnd(client: SimulatedClient): void {
    const { T_CHALLENGE_MS, T_AUTH_MS, T_CONNECTING_MS } = this.town.c.limits;
    const since = client.loggingOnSince;
    if (since === undefined) return;
    const latest = Math.max(since + T_CHALLENGE_MS + T_AUTH_MS + T_CONNECTING_MS, client.frozenUntil) + MARGIN_MS;
    if (this.town.time.now > latest) this.town.violate('L-2', `${client.name} is still logging on`);
  }

  // When all is calm

  /** From now on nothing goes wrong. */
  watchHealth(): void {
    this.healthy = new Set(this.town.living.filter(({ user }) => user.isConnected));
  }
  unwatchHealth(): void {
    this.healthy.clear();
  }

  calm(): void {
    const { town } = this;
    const connected = town.living.filter(({ user }) => user.isConnected);
    for (const client of town.living) {
      const { connection, chat } = client.user.status;
      if (connection !== 'Offline' && connection !== 'Connected')
        town.violate('L-1', `${client.name} is in ${connection}`);
      if (chat === 'Wait for CHAT_STARTED') town.violate('L-4', `${client.name} waits for CHAT_STARTED`);
    }
    const { driver } = town.server ?? {};
    if (!driver) return;
    const { tables } = driver['switchboard'];
    const ids = (list: Iterable<string>): string => [...list].sort().join();
    if (ids(connected.map(({ id }) => id)) !== ids(tables.connected.keys())) {
      town.violate(
        'I-6',
        `connected are ${ids(connected.map(({ name }) => name))}; for the server ${ids(tables.connected.keys())}`,
      );
    }
    if (tables.all.size !== tables.connected.size)
      town.violate('L-9', `${String(tables.all.size)} attempts, ${String(tables.connected.size)} connected`);
    for (const client of connected) this.mustAgree(client);
  }

  private mustAgree({ name, id, user }: SimulatedClient): void {
    const { town } = this;
    const instance = town.server?.driver['switchboard'].tables.connected.get(id);
    const { chat, history, session, peer } = user.status;
    const there = instance?.chat?.context;
    if (instance?.chat?.state !== CHAT_OF[chat ?? ''] || there?.session !== session || there.peer !== peer) {
      town.violate(
        'I-6',
        `${name}: ${String(chat)}, session ${String(session)} with ${String(peer)}; the server: ${String(instance?.chat?.state)}, ${String(there?.session)} with ${String(there?.peer)}`,
      );
    }
    if (history !== 'Idle' || instance?.history?.state !== 'Wait for HISTORY_REQ') {
      town.violate('L-6', `${name}: history ${String(history)}; the server: ${String(instance?.history?.state)}`);
    }
  }

  // When all is over

  over(): void {
    const output = [
      JSON.stringify([this.town.logs, this.town.clients.map(({ user }) => user.log.lines)]),
      ...this.town.steps,
      ...this.town.tale.lines,
    ].join('\n');
    // Nothing honest is as long as a key, so only what is so long is looked at.
    const suspects = output.match(/[0-9a-f]{64,}|[A-Za-z0-9+/]{43,}/gi) ?? [];
    const secrets = [...this.town.secrets.values()].flatMap((key) => [
      key.toString('hex'),
      key.toString('base64', 0, 30),
    ]);
    const keys = [...secrets, ...this.town.watch.trafficKeys];
    if (suspects.some((found) => keys.some((key) => found.includes(key))))
      this.town.violate('I-20', 'a secret was put out');
  }
}
