/**
 * Pasted lines that a person has said yes to, carried out one after the other, each when it can be answered (P5): texts in a chat, or
 * commands with the texts between them. What cannot be carried out any more is told. Must never be here: the question, keys.
 */
import type { Clock } from '../../machines/ports';
import type { ChatClient, ClientError, ClientEvent } from '../../transport/client';
import { Addressee } from './addressee';
import { endsChat, parseLine, type Command, type Line } from './commands';
import { takesLines } from './ready';
import type { Begun } from './screen';
import type { Unconfirmed } from './unconfirmed';

export interface PastedOptions {
  readonly client: ChatClient;
  readonly unconfirmed: Unconfirmed;
  readonly clock: Clock;
  /** A line is carried out now. */
  readonly echo: (line: string, kind: 'command' | 'text') => void;
  readonly perform: (event: Command) => ClientError | undefined;
  /** A text has been sent. */
  readonly said: (text: string, peer: string) => void;
  /** What is neither a text nor an event of the machines. */
  readonly command: (line: Exclude<Line, { kind: 'text' | 'event' }>) => void;
  readonly tell: (line: string) => void;
  /** Keeps lines that are not carried out for the user. @returns what is told of that */
  readonly kept: (lines: readonly string[]) => string;
}
interface Batch {
  /** texts: all of them are for the chat in which they were pasted. */
  readonly kind: 'texts' | 'lines';
  readonly lines: readonly string[];
  readonly addressee: Addressee;
  next: number;
}

export class Pasted {
  private batches: Batch[] = [];
  private phase: 'idle' | 'busy' | 'resting' = 'idle';

  constructor(private readonly o: PastedOptions) {
    const { client } = o;
    client.on('event', (event) => this.event(event));
    client.on('settled', () => this.step());
  }

  get waiting(): boolean {
    return this.batches.some(({ lines, next }) => next < lines.length);
  }

  add(kind: Batch['kind'], lines: readonly string[], begun: Begun): void {
    // A script takes no caller for the one its texts are for.
    const addressee = new Addressee('script');
    const whom = begun.peer ?? begun.want;
    if (whom !== null) addressee.asks(whom, kind === 'texts' ? begun : this.o.client.status);
    this.batches.push({ kind, lines, addressee, next: 0 });
    this.step();
  }

  /** What is not carried out yet is not, for this reason. @param user where the user is afterwards */
  drop(why: string, user: 'here' | 'gone'): void {
    for (const batch of this.batches.splice(0)) this.tell(batch, why, user);
  }

  private event(event: ClientEvent): void {
    for (const { addressee } of this.batches) {
      if (event.event === 'chatStarted') addressee.started(event.session, event.peer);
      if (event.event === 'disconnected') addressee.disconnected();
    }
  }

  private step(): void {
    if (this.phase !== 'idle') return;
    this.phase = 'busy';
    for (let [batch] = this.batches; batch && this.goesOn(batch); [batch] = this.batches) {
      const line = batch.lines[batch.next];
      if (line === undefined) this.batches.shift();
      else this.take(batch, line);
    }
    if (this.phase === 'busy') this.phase = 'idle';
  }

  private goesOn(batch: Batch): boolean {
    if (this.phase !== 'busy') return false;
    return this.isVain(batch) || (this.isReady() && !this.mustConfirm(batch));
  }

  /** Texts whose chat has ended wait for nothing. */
  private isVain({ kind, addressee }: Batch): boolean {
    return kind === 'texts' && typeof addressee.of(this.o.client.status) !== 'number';
  }

  private take(batch: Batch, line: string): void {
    batch.next += 1;
    const why = this.carryOut(batch, line);
    if (why === undefined) return;
    batch.next -= 1;
    this.batches.shift();
    this.tell(batch, why);
  }

  /** What a command has brought is told before the next line. */
  private rest(): void {
    this.phase = 'resting';
    this.o.clock.setImmediate(() => {
      this.phase = 'idle';
      this.step();
    });
  }

  /** And the connection takes more, after what the server has confirmed. */
  private isReady(): boolean {
    const { client, unconfirmed } = this.o;
    if (!takesLines(client)) return false;
    if (client.status.connection === 'Offline') return true;
    if (unconfirmed.full) unconfirmed.ask();
    return !client.congested && !unconfirmed.full;
  }

  /** Whether the server has to be asked before the chat ends or the connection is closed. */
  private mustConfirm({ kind, lines, next }: Batch): boolean {
    const { unconfirmed } = this.o;
    const leaves = kind === 'lines' && unconfirmed.isOpen && endsChat(parseLine(lines[next] ?? '', false));
    if (leaves) unconfirmed.ask();
    return leaves;
  }

  /** @returns why it was not, nor will be what follows */
  private carryOut({ kind, addressee }: Batch, line: string): string | undefined {
    const parsed = kind === 'texts' ? ({ kind: 'text', text: line } as const) : parseLine(line, false);
    switch (parsed.kind) {
      case 'text':
        return this.say(addressee, parsed.text);
      case 'event':
        return this.perform(addressee, parsed.event, line);
      default:
        this.o.echo(line, 'command');
        if (parsed.kind === 'quit') this.drop('they came after Quit', 'gone');
        this.o.command(parsed);
        this.rest();
        return undefined;
    }
  }

  private perform(addressee: Addressee, event: Command, line: string): string | undefined {
    this.o.echo(line, 'command');
    const before = this.o.client.status;
    const refusal = this.o.perform(event);
    if (refusal && refusal.code !== 'already-logged-on') return `"${line.trim()}" was refused`;
    if (event.type === 'U.CHAT') addressee.asks(event.id, before);
    if (event.type === 'U.END' || event.type === 'U.LOGOFF') addressee.ended();
    this.rest();
    return undefined;
  }

  private say(addressee: Addressee, text: string): string | undefined {
    const { client, said, echo } = this.o;
    const session = addressee.of(client.status);
    if (typeof session === 'object' && session !== null) return session.why;
    if (session === null) return client.status.connection === 'Connected' ? 'there is no chat' : 'not connected';
    if (client.perform({ type: 'U.TEXT', text, session })) return 'the first of them was refused';
    said(text, client.status.peer ?? '');
    echo(text, 'text');
    return undefined;
  }

  private tell({ kind, lines, next }: Batch, why: string, user: 'here' | 'gone' = 'here'): void {
    const left = lines.length - next;
    if (left === 0) return;
    const done = kind === 'texts' ? 'sent' : 'carried out';
    const whole = `${String(lines.length)} pasted lines`;
    const which =
      next === 0 ? `${whole} were not ${done}` : `Of ${whole} ${String(next)} were ${done}, ${String(left)} were not`;
    const kept = user === 'here' ? this.o.kept(lines.slice(next)) : '';
    this.o.tell(`${which}: ${why}${kept}`);
  }
}
