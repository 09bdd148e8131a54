/**
 * Whom a person at a terminal means with a line that is begun now (docs/client.md, "To whom texts go"): not simply whoever is
 * there at this moment. Must never be here: sending, the line itself.
 */
import type { Begun } from './screen';

/** So long after somebody else has called, a line that is begun is not for them: nobody notices faster. */
const NOTICED_MS = 2_000;

export class Meant {
  /** Whom the user has asked for, or has sent a text to, last. What others do changes nothing in it. */
  private inMind: string | null = null;
  /** Whom lines are for until that chat starts: the `Chat ID` for it was refused. */
  private owed: string | null = null;
  /** Before this moment (ms of the clock) the user cannot have noticed that somebody else has called. */
  private noticeable = 0;
  /** In this run. */
  private chats: 'none' | 'some' = 'none';

  /** @param now ms of the clock */
  constructor(private readonly now: () => number) {}

  /** The user has typed `Chat ID`. @param outcome refused: that chat does not start; current: it is the one of this moment */
  asks(id: string, outcome: 'sent' | 'refused' | 'current'): void {
    this.inMind = id;
    this.owed = outcome === 'refused' ? id : null;
    if (outcome === 'current') this.noticeable = 0;
  }
  /** A text of the user has been sent. */
  said(peer: string): void {
    this.inMind = peer;
  }

  started({ peer, asked }: { readonly peer: string; readonly asked: boolean }): void {
    if (this.owed === peer) this.owed = null;
    // The first of a run may be answered at once: there is nobody else for whom a line could be.
    const isFirst = this.inMind === null && this.chats === 'none';
    this.noticeable = asked || peer === this.inMind || isFirst ? 0 : this.now() + NOTICED_MS;
    this.chats = 'some';
  }

  /** @param current the chat of this moment @returns where a line belongs that is begun now */
  begins({ session, peer, want }: Begun): Begun {
    if (this.owed !== null) return { session: null, peer: null, want: this.owed };
    // Whoever types on when somebody else calls has not seen it yet.
    if (this.now() < this.noticeable) return { session: null, peer: null, want: null };
    return { session, peer, want };
  }

  /**
   * Why a line is not sent. A second Enter brings only this again: the line has to be cleared before it can be begun in another chat.
   * @param now whom the chat of this moment is with
   */
  keptBack({ session, peer, want }: Begun, now: string | null): string {
    const why =
      session !== null
        ? `This line was begun in the chat with ${peer ?? ''}, which has ended`
        : want !== null && want === this.owed
          ? `This line is for ${want}, whom you asked for last`
          : 'This line was begun before the chat';
    if (now === null) return `${why}. Nothing was sent: Ctrl-U clears it.`;
    const then = this.owed === null ? 'and then Up make it a line' : `and then Chat ${now} make the next one a line`;
    return `${why}. Nothing was sent: Ctrl-U clears it; Ctrl-U ${then} for ${now}.`;
  }
}
