/**
 * A client driven by a program: the lines of a pipe or of a script, each taken when the client can answer it (P5). Must never
 * be here: a person, a screen.
 */
import type { Clock } from '../../machines/ports';
import type { ChatClient, ClientError, ClientEvent } from '../../transport/client';
import { HELP, parseLine } from './commands';
import { lineOf } from './display';
import { Outcome, OUTCOME } from './outcome';
import type { PipeLines } from './pipe';
import { parseScriptLine } from './script';
import type { Writer } from './writers';

export interface RunnerOptions {
  readonly client: ChatClient;
  readonly lines: PipeLines;
  readonly writer: Writer;
  readonly clock: Clock;
  /** Name of the script, which may have directives; absent for a pipe, which has none. */
  readonly script?: string | undefined;
  /** Tells the user why the script failed. */
  readonly complain: (line: string) => void;
  /** Called once, when every connection is closed. */
  readonly left: (code: number) => void;
}
/** reading; ended: no more input will come; leaving: quitting. */
type Phase = 'reading' | 'ended' | 'leaving';
interface Waiting {
  readonly text: string;
  readonly matches: (line: string) => boolean;
  readonly timer: unknown;
}

const PATIENCE_MS = 30_000;
/** Lines that no @wait has looked at yet; the oldest go first. */
const UNSEEN_LINES = 10_000;

export class Runner {
  private phase: Phase = 'reading';
  private queue: { readonly n: number; readonly line: string }[] = [];
  /** busy: a line is being carried out, and what it moves comes back to `stepped`. */
  private carrying: 'idle' | 'busy' = 'idle';
  private readonly outcome = new Outcome();
  private read = 0;
  /** Number of the line being carried out. */
  private at = 0;
  private patience = PATIENCE_MS;
  private unseen: string[] = [];
  private waiting: Waiting | undefined;

  constructor(private readonly o: RunnerOptions) {
    const { client, lines, writer } = o;
    client.on('event', (event) => this.event(event));
    client.on('settled', () => {
      writer.settled();
      this.stepped();
    });
    lines.on('line', (line: string) => {
      this.queue.push({ n: ++this.read, line });
      this.stepped();
    });
    lines.on('close', () => {
      if (this.phase === 'reading') this.phase = 'ended';
      this.stepped();
    });
  }

  /** Log off unless off line, wait until the connection is closed, go. */
  leave(): void {
    if (this.phase === 'leaving') return;
    this.phase = 'leaving';
    const { client, clock, lines, writer, left } = this.o;
    if (this.waiting) clock.clearTimeout(this.waiting.timer);
    this.waiting = undefined;
    lines.close();
    void client.close().then(() => {
      writer.end(this.outcome.code);
      left(this.outcome.code);
    });
  }

  private event(event: ClientEvent): void {
    const { writer, script, client } = this.o;
    writer.event(event);
    this.outcome.note(event);
    if (script === undefined) return;
    const line = lineOf(event);
    if (line !== undefined) this.unseen.push(line);
    if (this.unseen.length > UNSEEN_LINES) this.unseen.shift();
    this.look();
    // Whoever is off line and does not come back hears nothing more.
    if (event.event === 'state' && event.state === 'Offline' && !client.willReconnect)
      this.vain('the connection ended');
  }

  private stepped(): void {
    if (this.carrying === 'busy') return;
    this.carrying = 'busy';
    while (this.phase !== 'leaving' && this.isReady()) {
      const next = this.queue.shift();
      if (next === undefined) break;
      this.at = next.n;
      this.take(next.line);
    }
    this.carrying = 'idle';
    if (this.phase === 'ended' && this.queue.length === 0 && this.isReady()) this.leave();
  }

  /** Offline, Connected or Active Chat, and at the end of a list. */
  private isReady(): boolean {
    if (this.waiting) return false;
    const { connection, chat, history } = this.o.client.status;
    if (connection === 'Offline') return !this.o.client.willReconnect;
    return connection === 'Connected' && chat !== 'Wait for CHAT_STARTED' && history !== 'Receiving';
  }

  private take(line: string): void {
    if (this.o.script === undefined) return this.carryOut(line);
    const parsed = parseScriptLine(line);
    switch (parsed.kind) {
      case 'typed':
        return this.carryOut(line);
      case 'nothing':
        return;
      case 'within':
        this.patience = parsed.ms;
        return;
      case 'wait':
        return this.wait(parsed.text, parsed.matches);
      case 'fault':
        this.complain(parsed.why);
        this.outcome.fail(OUTCOME.refused);
        return this.leave();
    }
  }

  private carryOut(line: string): void {
    const { client, writer } = this.o;
    const parsed = parseLine(line, client.status.chat === 'Active Chat');
    switch (parsed.kind) {
      case 'event':
        return this.told(client.perform(parsed.event));
      case 'help':
        return writer.help(HELP);
      case 'status':
        return writer.status(client);
      case 'quit':
        return this.leave();
      case 'nothing':
        return;
    }
  }

  private told(refusal: ClientError | undefined): void {
    if (refusal && this.o.script !== undefined && refusal.code !== 'already-logged-on') this.complain(refusal.message);
  }

  // Waiting

  private wait(text: string, matches: (line: string) => boolean): void {
    const seconds = String(this.patience / 1000);
    const timer = this.o.clock.setTimeout(() => this.vain(`nothing came for ${seconds} s`), this.patience);
    this.waiting = { text, matches, timer };
    this.look();
  }

  private look(): void {
    const { waiting } = this;
    if (!waiting) return;
    const found = this.unseen.findIndex(waiting.matches);
    this.unseen.splice(0, found < 0 ? this.unseen.length : found + 1);
    if (found < 0) return;
    this.o.clock.clearTimeout(waiting.timer);
    this.waiting = undefined;
  }

  private vain(why: string): void {
    if (!this.waiting) return;
    this.complain(`waited in vain for ${this.waiting.text}: ${why}; --dump and --json show what happened`);
    this.outcome.fail(OUTCOME.vain);
    this.leave();
  }

  private complain(what: string): void {
    this.o.complain(`${this.o.script ?? ''}:${String(this.at)}: ${what}`);
  }
}
