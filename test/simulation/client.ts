/**
 * A client process of a simulated run, and what its user knows from the screen. Must never be here: what the user does next,
 * and what anybody ought to see.
 */
import type { User } from '../support/user';

export class SimulatedClient {
  /** Session and correspondent as of what was shown so far. */
  session: number | null = null;
  peer: string | null = null;
  /** When it was last not in Offline, ms; a process that has never been elsewhere counts from its start. */
  activeAt: number;
  /** When it left Offline or Connected for a log-on. */
  loggingOnSince: number | undefined;
  /** Time this process did not run, while logging on. */
  frozenUntil = 0;
  /** A line that its user has begun and not finished. */
  line: { readonly text: string; readonly begun: number | null } | undefined;
  private read = 0;

  constructor(
    readonly user: User,
    /** The user's Client-ID, and which of his clients it is. */
    readonly name: string,
    /** honest: has the right key; otherwise nobody must ever let it in. */
    readonly kind: 'honest' | 'impostor',
    now: number,
  ) {
    this.activeAt = now;
  }

  get id(): string {
    return this.user.id;
  }
  get lives(): boolean {
    return !this.user.loop.isDead;
  }
  get isOffline(): boolean {
    return this.user.isOffline;
  }

  /** Lines shown since the last call. */
  news(): string[] {
    const { lines } = this.user;
    if (lines.length === this.read) return [];
    const news = lines.slice(this.read);
    this.read = lines.length;
    return news;
  }

  /** What follows from the step that has just been taken. */
  follow(): void {
    const { session, peer } = this.user.status;
    this.session = session;
    this.peer = peer;
  }
}
