/**
 * What the server holds between two turns: I-1, I-4, I-19, I-23. It looks into the server, and nowhere else. Must never be here: what
 * clients see.
 */
import { WIRE } from '../../../machines/limits';
import type { Instance } from '../../../machines/server/switchboard';
import type { KeyStore } from '../../../transport/security/keystore';
import type { Checker } from '../checker';
import type { Town } from '../town';

const LARGEST = WIRE.RECORD_MAX_STEPS * WIRE.RECORD_STEP_BYTES;
/** What filling and seal add to plaintext. */
const SEALED = 1.05;
const RECORD = 256;

export class TableChecks implements Checker {
  constructor(private readonly town: Town) {}

  between(): void {
    const { server } = this.town;
    if (!server) return;
    const { driver } = server;
    this.connections([...driver['switchboard'].tables.all]);
    this.subscribed([...driver['switchboard'].tables.all], server.keys);
    this.sessions(driver['switchboard'].tables.connected);
    this.bounds(driver);
  }

  private connections(all: readonly Instance[]): void {
    const connected = all.filter(({ connection }) => connection.state === 'Connected').map(({ id }) => id);
    const twice = connected.filter((id, n) => connected.indexOf(id) !== n);
    if (twice.length > 0) this.town.violate('I-1', `connected twice: ${twice.join()}`);
  }

  private subscribed(all: readonly Instance[], keys: KeyStore): void {
    for (const { id, connection } of all) {
      const decoyed = this.town.c.decoy && connection.state === 'Wait for RESPONSE';
      if (!keys.has(id) && !decoyed) this.town.violate('I-23', `${id}, no subscriber, is in ${connection.state}`);
    }
  }

  private sessions(connected: ReadonlyMap<string, Instance>): void {
    const seen = new Map<number, number>();
    for (const [id, { chat }] of connected) {
      const { session = null, peer = null } = chat?.context ?? {};
      const inChat = chat?.state === 'Active Chat';
      if (inChat !== (session !== null))
        this.town.violate('I-4', `${id} is in ${chat?.state ?? 'nothing'}, session ${String(session)}`);
      if (!inChat || session === null) continue;
      seen.set(session, (seen.get(session) ?? 0) + 1);
      const other = peer === null || peer === id ? undefined : connected.get(peer)?.chat;
      if (other?.state !== 'Active Chat' || other.context.session !== session || other.context.peer !== id) {
        this.town.violate('I-4', `${id} is in session ${String(session)} with ${String(peer)}, who is not`);
      }
    }
    for (const [session, n] of seen) {
      if (n !== 2) this.town.violate('I-4', `session ${String(session)} has ${String(n)} members`);
    }
  }

  private bounds(driver: NonNullable<Town['server']>['driver']): void {
    const { limits } = this.town.c;
    const { tables } = driver['switchboard'];
    const acceptor = driver['acceptor'];
    const within = (what: string, size: number, bound: number): void => {
      if (size > bound) this.town.violate('I-19', `${what}: ${String(size)}, at most ${String(bound)}`);
    };
    within('pending attempts', tables['pending'].size, limits.PENDING_ATTEMPTS);
    for (const { size } of tables['pendingOf']['sets'].values()) {
      within('pending attempts of a source', size, limits.PENDING_PER_SOURCE);
    }
    for (const { size } of tables['connectingOf']['sets'].values()) {
      within('attempts in Connecting of a client', size, limits.CONNECTING_PER_CLIENT);
    }
    within('sockets before CONNECT', acceptor.size, limits.UNBOUND_SOCKETS);
    for (const size of acceptor['perSource'].values()) within('sockets of a source', size, limits.UNBOUND_PER_SOURCE);
    within('connected clients', tables.connected.size, limits.CONNECTED_CLIENTS);
    for (const channel of driver['links']['sockets']) {
      within('output', channel.outgoing, limits.OUTPUT_QUEUE_BYTES * SEALED + RECORD);
      within('input', channel['input'].length, 65_536 + LARGEST + 2 + WIRE.TAG_BYTES);
    }
  }
}
