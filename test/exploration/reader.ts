/**
 * What one user reads and types, as far as the invariants speak of it: "Chat started" and "Chat ended" alternate (I-11), texts
 * come in order and without a gap (I-9). Must never be here: machines.
 */
import type { ClientEffect } from '../../machines/effects';
import { textName, textParts, type ClientId, type Out } from './symbols';

export class Reader {
  private chat: 'ended' | 'started' = 'ended';
  /** Texts typed and read in the current session. */
  typed = 0;
  seen = 0;
  /** The list that is being read: with whom, and how many lines so far. */
  private asked: ClientId = '';
  private lines = 0;

  constructor(private readonly id: ClientId) {}

  show(text: string, refusal: boolean): readonly Out[] {
    const says: Out = { type: 'says', to: this.id, text };
    if (!refusal && text === 'Chat started') return [says, ...this.changes('started')];
    return !refusal && text === 'Chat ended' ? [says, ...this.changes('ended')] : [says];
  }
  text(from: ClientId, session: number, text: string): readonly Out[] {
    this.seen++;
    const shown: Out = { type: 'shown', to: this.id, from, text };
    if (textParts(text).session !== session) {
      const what = `${this.id} reads ${text} in session ${String(session)}: the line was begun in another chat`;
      return [shown, { type: 'violation', invariant: 'I-24', what }];
    }
    const due = textName(from, session, this.seen);
    if (text === due && this.chat === 'started') return [shown];
    return [shown, { type: 'violation', invariant: 'I-9', what: `${this.id} reads ${text} where ${due} is due` }];
  }
  asks(of: ClientId): void {
    this.asked = of;
    this.lines = 0;
  }
  line({ session, from, text }: Extract<ClientEffect, { type: 'showHistory' }>): readonly Out[] {
    return [{ type: 'listed', to: this.id, of: this.asked, index: this.lines++, session, from, text }];
  }
  /** The connection is over. */
  reset(): void {
    this.typed = this.seen = 0;
    this.asks('');
  }

  private changes(to: 'ended' | 'started'): readonly Out[] {
    const twice = this.chat === to;
    this.chat = to;
    this.typed = this.seen = 0;
    return twice
      ? [{ type: 'violation', invariant: 'I-11', what: `${this.id} reads "Chat ${to}" twice in a row` }]
      : [];
  }
}
