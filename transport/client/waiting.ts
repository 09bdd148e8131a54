/** Whoever waits for an event of a client: each promise looks at every event until one decides it. Must never be here: what is asked. */
import { ClientError, type ClientEvent, type ClientEvents } from './events';

/** @returns what the waiting ends with; undefined to wait on */
export type Decide<T> = (event: ClientEvent) => { readonly value: T } | ClientError | undefined;
interface Waiting {
  look(event: ClientEvent): void;
  fail(error: ClientError): void;
}

export class Waitings {
  private readonly all = new Set<Waiting>();

  /** @param ends whether the end of the connection ends the waiting, unless it is what is waited for */
  wait<T>(decide: Decide<T>, ends = () => true): { readonly promise: Promise<T>; stop(): void } {
    let waiting: Waiting | undefined;
    const stop = (): void => void (waiting && this.all.delete(waiting));
    const promise = new Promise<T>((resolve, reject) => {
      const fail = (error: ClientError): void => {
        stop();
        reject(error);
      };
      const look = (event: ClientEvent): void => {
        const end = decide(event) ?? (event.event === 'disconnected' && ends() ? errorOf(event) : undefined);
        if (end === undefined) return;
        if (end instanceof ClientError) return fail(end);
        stop();
        resolve(end.value);
      };
      waiting = { look, fail };
      this.all.add(waiting);
    });
    return { promise, stop };
  }

  look(event: ClientEvent): void {
    for (const waiting of [...this.all]) waiting.look(event);
  }

  fail(error: ClientError): void {
    for (const waiting of [...this.all]) waiting.fail(error);
  }
}

/** What happened, as the error of a promise. */
export function errorOf({ code, line, advice }: ClientEvents['refused']): ClientError {
  return new ClientError(code, line, advice);
}
