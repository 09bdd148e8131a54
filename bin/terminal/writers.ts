/** What a client writes for a program: plain lines, or every event as a line of JSON (docs/client.md). Must never be here: input. */
import type { ChatClient, ClientEvent } from '../../transport/client';
import { sourceText } from '../../transport/log';
import { lineOf, statusLines, whomLineOf, type Style } from './display';

/** `write` and `complain` take lines without their ends. */
export interface Outputs {
  readonly write: (lines: readonly string[]) => void;
  /** Standard error: why something failed and what to do. */
  readonly complain: (line: string) => void;
}
export interface Writer {
  event(event: ClientEvent): void;
  /** The events of one moment are over. */
  settled(): void;
  status(client: ChatClient): void;
  help(lines: readonly string[]): void;
  end(code: number): void;
}

/** One line each, all of a moment in one write. */
export class PlainWriter implements Writer {
  private lines: string[] = [];

  constructor(
    private readonly o: Outputs,
    private readonly style: Style,
  ) {}

  event(event: ClientEvent): void {
    for (const line of [lineOf(event, this.style), whomLineOf(event, this.style)])
      if (line !== undefined) this.lines.push(line);
    if (event.event === 'chatEnded' && event.reason !== undefined) this.o.complain(`${event.line}: ${event.reason}`);
    const failed = event.event === 'logOnFailed' || event.event === 'disconnected';
    if (!failed || event.code === 'log-off' || event.code === 'cancelled') return;
    if (event.advice !== '') this.o.complain(`${event.line || 'Closed by the server'}: ${event.advice}`);
  }

  settled(): void {
    if (this.lines.length > 0) this.o.write(this.lines.splice(0));
  }

  status(client: ChatClient): void {
    this.o.write(statusLines(client));
  }

  help(lines: readonly string[]): void {
    this.o.write(lines);
  }

  end(): void {
    this.settled();
  }
}

/** Times are ISO 8601 with milliseconds, UTC. */
export class JsonWriter implements Writer {
  private lines: string[] = [];

  constructor(
    private readonly o: Outputs,
    private readonly wall: () => number,
    { id, server }: ChatClient,
  ) {
    this.put({ event: 'start', id, server: sourceText(server) });
    this.settled();
  }

  event(event: ClientEvent): void {
    this.put({ ...event });
  }

  settled(): void {
    if (this.lines.length > 0) this.o.write(this.lines.splice(0));
  }

  status(client: ChatClient): void {
    const { id, server, state, status, activityLeft } = client;
    const { session, peer, want, history } = status;
    this.put({
      event: 'status',
      id,
      server: sourceText(server),
      state,
      session,
      peer,
      want,
      history: history === 'Receiving',
      activityLeft: activityLeft === null ? null : Math.round(activityLeft),
    });
    this.settled();
  }

  help(lines: readonly string[]): void {
    this.put({ event: 'help', lines });
    this.settled();
  }

  end(code: number): void {
    this.put({ event: 'end', code });
    this.settled();
  }

  private put({ event, ...fields }: { readonly event: string; readonly [field: string]: unknown }): void {
    this.lines.push(JSON.stringify({ at: new Date(this.wall()).toISOString(), event, ...fields }));
  }
}
