/**
 * What the switchboard is given in exploration: subscribers, an authenticator whose keys are names, the product's session
 * numbers over a store that may fail and that outlives a crash. Must never be here: machines, connections.
 */
import { StoreError, type AcceptedRun, type StoredText } from '../../machines/ports';
import type { Authenticator, Hello, SwitchboardPorts } from '../../machines/server/switchboard';
import { ReservedSessionIds } from '../../transport/session-ids';
import { authSuccess, challenge, keyName, tokenFor, type Datagram } from './symbols';

interface Entry {
  readonly rand: string;
  id: string;
  hello: Datagram;
  success: Datagram | null;
  wiped: boolean;
}

/** Rands are named after the HELLO that they answer, so that a name does not depend on the order of events. */
export class SymbolicAuthenticator implements Authenticator {
  readonly entries = new Map<number, Entry>();
  /** How many attempts each HELLO has made. */
  readonly made: Record<Datagram, number> = {};
  /** The HELLO being processed. */
  current = '';

  makeRand(serial: number): string {
    const n = this.made[this.current] ?? 0;
    this.made[this.current] = n + 1;
    const [, , attempt = '', version] = this.current.split(' ');
    const rand = `${attempt}${version === 'plain' ? '' : '~'}.${String(n)}`;
    this.entries.set(serial, { rand, id: '', hello: '', success: null, wiped: false });
    return rand;
  }
  storeXRES(serial: number, id: string, bytes: Uint8Array): void {
    const entry = this.at(serial);
    entry.id = id;
    entry.hello = Buffer.from(bytes).toString();
  }
  /** RES is named `right:client` after the key that made it. */
  verify(serial: number, res: Uint8Array): boolean {
    return Buffer.from(res).toString() === `right:${this.at(serial).id}`;
  }
  makeCookie(serial: number): string {
    const entry = this.at(serial);
    entry.success = authSuccess(entry.hello.split(' ')[2] ?? '', this.keyOf(serial));
    return `tag:${this.keyOf(serial)}`;
  }
  useCookie(serial: number): void {
    this.at(serial).success = null;
  }
  forget(serial: number): void {
    this.entries.delete(serial);
  }
  keyOf(serial: number): string {
    const { id, rand, hello } = this.at(serial);
    return keyName(id, rand, hello, this.challengeOf(serial));
  }
  challengeOf(serial: number): Datagram {
    const { rand, hello } = this.at(serial);
    return challenge(hello.split(' ')[2] ?? '', rand);
  }
  successOf(serial: number): Datagram | null {
    return this.entries.get(serial)?.success ?? null;
  }
  private at(serial: number): Entry {
    const entry = this.entries.get(serial);
    if (!entry) throw new Error(`no entry for attempt ${String(serial)}`);
    return entry;
  }
}

/** A text as it is stored. */
export type AcceptedText = Omit<AcceptedRun, 'texts'> & { readonly text: string };

/** What outlives a crash, and how the disk is. */
export class ModelStore {
  readonly texts: AcceptedText[] = [];
  private reserved = 0;
  /** Whether a write succeeds. */
  works = true;
  /** Whether the server believes that it does (protocol P2). */
  writable = true;
  /** The last session number handed out, over all restarts (I-5). */
  lastSession = 0;
  /** Subscribers that the operator has removed, in the order of the alphabet. */
  removed: readonly string[] = [];

  append(texts: readonly AcceptedText[]): void {
    if (!this.works) throw new StoreError('full', 'the disk is full');
    this.texts.push(...texts);
  }
  pair(a: string, b: string): readonly AcceptedText[] {
    return this.texts.filter(
      ({ sender, recipient }) => (sender === a && recipient === b) || (sender === b && recipient === a),
    );
  }
  count(a: string, b: string): number {
    return this.pair(a, b).length;
  }
  page(a: string, b: string, after: number, limit: number): StoredText[] {
    return this.pair(a, b)
      .map(({ session, sender, time, text }, i) => ({ n: i + 1, session, sender, time, text }))
      .slice(after, after + limit);
  }
  reserve(count: number): number {
    if (!this.works) throw new StoreError('full', 'the disk is full');
    const first = this.reserved + 1;
    this.reserved += count;
    return first;
  }
}

class KnownSubscribers {
  constructor(
    private readonly ids: readonly string[],
    private readonly store: ModelStore,
  ) {}
  has(id: string): boolean {
    return this.ids.includes(id) && !this.store.removed.includes(id);
  }
}

/** A token is good for the attempt that it names; there is no time, and no address. */
class ModelAdmission {
  /** The server has no room for a HELLO, with a token or without. */
  busy = false;

  admits({ token, attempt }: Hello, full: boolean): boolean {
    return !this.busy && (!full || (token !== undefined && Buffer.from(token).toString() === tokenFor(attempt)));
  }
}

/** Ports without closures: they are copied together with what they hold. */
export class ModelPorts implements SwitchboardPorts {
  readonly subscribers: KnownSubscribers;
  readonly admission = new ModelAdmission();
  readonly authenticator = new SymbolicAuthenticator();
  readonly sessions: ReservedSessionIds;

  constructor(
    readonly store: ModelStore,
    subscribers: readonly string[],
    block: number,
  ) {
    this.subscribers = new KnownSubscribers(subscribers, store);
    this.sessions = new ReservedSessionIds(store, block, reservationFailed);
  }
  writable(): boolean {
    return this.store.writable;
  }
  /** How often somebody has called is a matter of time, and there is none here. */
  mayCall(): boolean {
    return true;
  }
}

/** Called as a method of the session numbers, whose `numbers` is the store. */
function reservationFailed(this: unknown): void {
  (this as { numbers: ModelStore }).numbers.writable = false;
}
