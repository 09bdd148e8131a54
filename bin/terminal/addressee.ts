/**
 * For which chat the texts of a pipe or script are (docs/client.md): the one that the last `Chat ID` asked for; where none was
 * asked for, the one that a program has been waiting for. Never simply the chat of the moment. Must never be here: sending.
 */
import { NO_SESSION } from '../../machines/messages';

export interface ChatLine {
  readonly session: number;
  readonly peer: string;
  /** The line tells the end of the chat. */
  readonly over: boolean;
}

export class Addressee {
  /** waiting: no `Chat ID` yet; called: by whom this program waited for; asked: with `Chat ID`; done: the program ended that chat. */
  private how: 'waiting' | 'called' | 'asked' | 'done' = 'waiting';
  private peer: string | null = null;
  private session: number | null = null;

  /** @param kind a script says with `@wait` which chat it has seen; a pipe that waits to be called takes the first */
  constructor(private readonly kind: 'pipe' | 'script') {}

  /** @param current the chat of this moment: whoever is talking to `peer` already need not ask */
  asks(peer: string, current: { readonly session: number | null; readonly peer: string | null }): void {
    this.how = 'asked';
    this.peer = peer;
    this.session = current.peer === peer ? current.session : null;
  }

  started(session: number, peer: string): void {
    const awaited = this.how === 'asked' ? this.session === null && this.peer === peer : this.waits;
    if (awaited) this.is(session, peer);
  }
  private get waits(): boolean {
    return this.how === 'waiting' && this.kind === 'pipe';
  }

  /** A script has waited for a notice of this chat that names the other, or for its end. */
  saw({ session, peer, over }: ChatLine): void {
    if (over && session === this.session) this.ended();
    // A program that has begun to talk to somebody is not moved to another by what that one says.
    else if (!over && this.how !== 'asked' && (this.peer === null || this.peer === peer)) {
      this.how = 'called';
      this.is(session, peer);
    }
  }

  /** The connection is over: a later chat may have the number of this one (protocol 4.10), and is another. */
  disconnected(): void {
    if (this.session !== null) this.session = NO_SESSION;
  }

  /** The program has ended its chat. A script says with `@wait` whom it is called by next; a pipe talks to one that calls, and no more. */
  ended(): void {
    if (this.how === 'called') this.how = this.kind === 'pipe' ? 'done' : 'waiting';
    else if (this.how === 'asked') this.how = 'done';
    this.peer = this.session = null;
  }

  /** Whether the chat of this moment is the one that was asked for. */
  isFor(current: { readonly session: number | null }): boolean {
    return this.how === 'asked' && this.session !== null && this.session === current.session;
  }

  /** @returns the session for a text; null: there is none, and nobody takes the text; or why it must not be sent */
  of(current: {
    readonly session: number | null;
    readonly peer: string | null;
  }): number | null | { readonly why: string } {
    const { session, peer } = this;
    if (session !== null && session === current.session) return session;
    if (session !== null) return { why: `the chat with ${peer ?? ''} has ended` };
    if (current.peer === null)
      return this.how === 'asked' ? { why: `the chat with ${peer ?? ''} has not started` } : null;
    if (peer !== null) return { why: `the chat with ${peer} has not started, and ${current.peer} has called` };
    return { why: `nobody said that they are for ${current.peer}: the line "Chat ${current.peer}" does` };
  }

  private is(session: number, peer: string): void {
    if (this.how === 'waiting') this.how = 'called';
    this.session = session;
    this.peer = peer;
  }
}
