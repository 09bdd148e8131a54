/**
 * Where the server finds its instances: by the hash of a HELLO, by rand, by lookup tag, by client; and in order of age, so
 * that the oldest leaves when a table is full (protocol 3.4, 3.6). Plain maps, no machine is stepped here.
 */
import type { ConnectionState } from './connection';
import type { Instance } from './switchboard';

const PROVED: ReadonlySet<ConnectionState> = new Set(['Connecting', 'Connected']);

export class Tables {
  /** Every instance but the one that waits for HELLO, in order of age. */
  readonly all = new Set<Instance>();
  readonly byHash = new Map<string, Instance>();
  readonly byRand = new Map<string, Instance>();
  readonly byTag = new Map<string, Instance>();
  /** The one connected instance of a client (I-1). */
  readonly connected = new Map<string, Instance>();
  private readonly pending = new Set<Instance>();
  private readonly pendingOf = new Groups();
  private readonly connectingOf = new Groups();
  /** In Connecting or Connected: few, for they needed K_A. */
  private readonly provedOf = new Groups();
  /** Of each client that has instances: the newest that was connected. Whatever is older is over (3.10). */
  private readonly newest = new Map<string, { readonly serial: number }>();
  private readonly byClient = new Groups();
  /** Live instances by Client-ID and attempt-ID: for the rule on stray RESPONSEs (3.4). */
  private readonly byAttempt = new Groups();

  /** Keeps the tables by state in step with the connection machine. */
  moved(instance: Instance, from: ConnectionState, to: ConnectionState): void {
    if (from === 'Wait for RESPONSE') {
      this.pending.delete(instance);
      this.pendingOf.delete(instance.source, instance);
    }
    if (from === 'Connecting') this.connectingOf.delete(instance.id, instance);
    if (from === 'Connected' && this.connected.get(instance.id) === instance) this.connected.delete(instance.id);
    if (to === 'Wait for RESPONSE') {
      this.pending.add(instance);
      this.pendingOf.add(instance.source, instance);
    }
    if (to === 'Connecting') this.connectingOf.add(instance.id, instance);
    if (to === 'Connected') this.connected.set(instance.id, instance);
    if (PROVED.has(to)) this.provedOf.add(instance.id, instance);
    else if (PROVED.has(from)) this.provedOf.delete(instance.id, instance);
  }

  publish(instance: Instance): void {
    this.byHash.set(instance.hash, instance);
    if (instance.rand !== undefined) this.byRand.set(instance.rand, instance);
    this.byClient.add(instance.id, instance);
    this.byAttempt.add(attemptKey(instance.id, instance.attempt), instance);
  }

  publishTag(instance: Instance, tag: string): void {
    instance.tag = tag;
    this.byTag.set(tag, instance);
  }

  unpublishTag(instance: Instance): void {
    if (instance.tag !== undefined) this.byTag.delete(instance.tag);
    delete instance.tag;
  }

  unpublish(instance: Instance): void {
    this.unpublishTag(instance);
    this.byHash.delete(instance.hash);
    if (instance.rand !== undefined) this.byRand.delete(instance.rand);
    this.byClient.delete(instance.id, instance);
    if (!this.byClient.has(instance.id)) this.newest.delete(instance.id);
    this.byAttempt.delete(attemptKey(instance.id, instance.attempt), instance);
    this.all.delete(instance);
  }

  bySerial(serial: number): Instance | undefined {
    for (const instance of this.all) if (instance.serial === serial) return instance;
    return undefined;
  }

  isAlive(id: string, attempt: string): boolean {
    return this.byAttempt.has(attemptKey(id, attempt));
  }

  /** Every attempt and connection of a client, whatever its state. */
  of(id: string): Instance[] {
    return [...this.byClient.of(id)];
  }

  /**
   * The instance is connected, and every older one of the client is over: those that wait for RESPONSE are found out when one
   * comes, for anybody can make thousands of them and all would wait while they are ended.
   * @returns the others, which have proved themselves
   */
  overtake({ id, serial }: Instance): Instance[] {
    this.newest.set(id, { serial });
    return [...this.provedOf.of(id)].filter((other) => other.serial < serial);
  }
  /** Whether a newer attempt of the client has been connected. */
  isOver({ id, serial }: Instance): boolean {
    return serial < (this.newest.get(id)?.serial ?? 0);
  }

  oldestPending(limit: number): Instance | undefined {
    return isFull(this.pending.size + 1, limit) ? first(this.pending) : undefined;
  }
  oldestPendingOf(source: string, limit: number): Instance | undefined {
    const group = this.pendingOf.of(source);
    return isFull(group.size + 1, limit) ? first(group) : undefined;
  }
  /** The oldest by its HELLO, not by its RESPONSE, which may have been held back on the way (3.6). */
  oldestConnectingOf(id: string, limit: number): Instance | undefined {
    const group = this.connectingOf.of(id);
    if (!isFull(group.size, limit)) return undefined;
    return [...group].reduce((oldest, other) => (other.serial < oldest.serial ? other : oldest));
  }
}

/** A limit of 0 is none (P4). */
function isFull(size: number, limit: number): boolean {
  return limit > 0 && size > limit;
}

/** Client-IDs hold no blank, so the pair is unambiguous. */
function attemptKey(id: string, attempt: string): string {
  return `${id} ${attempt}`;
}

function first<T>(set: ReadonlySet<T>): T | undefined {
  return set.values().next().value;
}

const NONE: ReadonlySet<Instance> = new Set();

/** Instances under a key, oldest first; a key with none takes no memory. */
class Groups {
  private readonly sets = new Map<string, Set<Instance>>();

  of(key: string): ReadonlySet<Instance> {
    return this.sets.get(key) ?? NONE;
  }
  has(key: string): boolean {
    return this.sets.has(key);
  }
  add(key: string, instance: Instance): void {
    const set = this.sets.get(key);
    if (set) set.add(instance);
    else this.sets.set(key, new Set([instance]));
  }
  delete(key: string, instance: Instance): void {
    const set = this.sets.get(key);
    if (set?.delete(instance) && set.size === 0) this.sets.delete(key);
  }
}
