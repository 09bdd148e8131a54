/**
 * Whether the server has taken what was said. There is no acknowledgement of a text; but the list of a client with itself is
 * always empty, and the server answers in order, so its end says that everything before was taken (protocol 4.8). Must never
 * be here: who wants to know.
 */
import type { ClientEvent } from './events';

export class Confirmation {
  /** Texts of this connection that no answer has confirmed. */
  private open = 0;
  /** How many of them the answer that is waited for will confirm; undefined if none is. */
  private asked: number | undefined;

  get awaited(): boolean {
    return this.asked !== undefined;
  }

  said(): void {
    this.open += 1;
  }
  ask(): void {
    this.asked = this.open;
  }

  /** What a step tells, without the list that nobody has asked to see. */
  told(events: readonly ClientEvent[]): readonly ClientEvent[] {
    if (events.some(({ event }) => event === 'connected')) this.open = 0;
    if (this.asked === undefined) return events;
    const end = events.find((event) => event.event === 'historyEnd');
    if (end === undefined) return events;
    const texts = this.asked;
    this.asked = undefined;
    const others = events.filter((event) => event !== end);
    // Then that is the answer.
    if (others.some(({ event }) => event === 'disconnected')) return others;
    if (end.complete) this.open -= texts;
    return [...others, { event: 'confirmed', texts, complete: end.complete }];
  }
}
