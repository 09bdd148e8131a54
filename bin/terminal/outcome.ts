/** With what number a client ends that a program started (docs/client.md): the first thing that went wrong decides. */
import type { ClientEvent, FaultCode } from '../../transport/client';

export const OUTCOME = {
  ok: 0,
  /** No connection came about: nobody there, no such name, no answer. */
  noConnection: 3,
  wrongKey: 4,
  /** The connection ended, and this client did not end it. */
  disconnected: 5,
  elsewhere: 6,
  noActivity: 7,
  /** Nothing was done with a line, or a list came in part. */
  refused: 8,
  /** A `@wait` of a script waited in vain. */
  vain: 9,
} as const;
export type OutcomeCode = (typeof OUTCOME)[keyof typeof OUTCOME];

const OF: Readonly<Partial<Record<FaultCode, OutcomeCode>>> = {
  cancelled: OUTCOME.ok,
  'log-off': OUTCOME.ok,
  'wrong-key': OUTCOME.wrongKey,
  elsewhere: OUTCOME.elsewhere,
  'no-activity': OUTCOME.noActivity,
  'already-logged-on': OUTCOME.ok,
};

export class Outcome {
  code: OutcomeCode = OUTCOME.ok;
  /** The code before the last failure: a connection that is made again has not failed. */
  private before: OutcomeCode = OUTCOME.ok;

  note(event: ClientEvent): void {
    switch (event.event) {
      case 'logOnFailed':
        return this.fail(OF[event.code] ?? OUTCOME.noConnection);
      case 'disconnected':
        return this.fail(OF[event.code] ?? OUTCOME.disconnected);
      case 'refused':
        return this.fail(OF[event.code] ?? OUTCOME.refused);
      case 'historyEnd':
        return this.fail(event.complete ? OUTCOME.ok : OUTCOME.refused);
      case 'reconnecting':
        this.code = this.before;
        return;
      default:
        return;
    }
  }

  fail(code: OutcomeCode): void {
    this.before = this.code;
    if (this.code === OUTCOME.ok) this.code = code;
  }
}
