/**
 * A user at a terminal, or a script at a pipe: lines in, lines out. From a pipe the next line is taken only when the client
 * can answer it (P5). Must never be here: what a command does.
 */
import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import type { ChatClient } from '../../transport/client';
import { sourceText } from '../../transport/log';
import { HELP, parseLine } from './commands';
import { lineOf, statusLine } from './display';
import { PipeLines } from './pipe';

export interface TerminalOptions {
  readonly client: ChatClient;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Called once, when the user has left and every connection is closed. */
  readonly left: () => void;
}
/** reading; ended: no more input will come; leaving: quitting. */
type Phase = 'reading' | 'ended' | 'leaving';

export class Terminal {
  private phase: Phase = 'reading';
  private waiting: string[] = [];
  /** busy: a line is being carried out, and what it moves comes back to `stepped`. */
  private carrying: 'idle' | 'busy' = 'idle';
  private readonly lines: Interface | PipeLines;
  private readonly interactive: boolean;
  /** Lines of one moment, for one write. */
  private shown: string[] = [];

  constructor(private readonly o: TerminalOptions) {
    const { input, output, client } = o;
    this.interactive = input.isTTY && output.isTTY;
    this.lines = this.interactive ? createInterface({ input, output, prompt: `${client.id}> ` }) : new PipeLines(input);
    this.lines.on('line', (line: string) => this.line(line));
    this.lines.on('close', () => this.ended());
    this.lines.on('SIGINT', () => this.lines.close());
    // Whoever reads us has gone: there is nobody to show anything to.
    output.on('error', () => this.leave());
    client.on('event', (event) => {
      const line = lineOf(event);
      if (line !== undefined) this.shown.push(line);
    });
    client.on('settled', () => {
      if (this.shown.length > 0) this.write(this.shown.splice(0));
      this.stepped();
    });
    if (this.interactive) {
      this.write([`Parley: ${client.id}, off line. Type Log on, or Help.`]);
      this.lines.prompt();
    }
  }

  /** The client has moved: perhaps the next line of a pipe can be taken. */
  private stepped(): void {
    if (this.carrying === 'busy') return;
    this.carrying = 'busy';
    while (this.phase !== 'leaving' && this.isReady()) {
      const line = this.waiting.shift();
      if (line === undefined) break;
      this.carryOut(line);
    }
    this.carrying = 'idle';
    if (this.phase === 'ended' && this.waiting.length === 0 && this.isReady()) this.leave();
  }

  /** Log off unless off line, wait until the connection is closed, go. */
  leave(): void {
    if (this.phase === 'leaving') return;
    this.phase = 'leaving';
    this.lines.close();
    void this.o.client.close().then(() => this.o.left());
  }

  private line(line: string): void {
    this.waiting.push(line);
    this.stepped();
    if (this.interactive && this.phase === 'reading') this.lines.prompt();
  }

  private ended(): void {
    if (this.phase === 'reading') this.phase = 'ended';
    this.stepped();
  }

  /** A person is answered at once; a script waits for Offline, Connected or Active Chat, and for the end of a list. */
  private isReady(): boolean {
    if (this.interactive) return true;
    const { connection, chat, history } = this.o.client.status;
    if (connection === 'Offline') return true;
    return connection === 'Connected' && chat !== 'Wait for CHAT_STARTED' && history !== 'Receiving';
  }

  private carryOut(line: string): void {
    const { client } = this.o;
    const parsed = parseLine(line, client.status.chat === 'Active Chat');
    switch (parsed.kind) {
      case 'event':
        return client.perform(parsed.event);
      case 'help':
        return this.write(HELP);
      case 'status':
        return this.write([statusLine(client.id, sourceText(client.server), client.status)]);
      case 'quit':
        return this.leave();
      case 'nothing':
        return;
    }
  }

  private write(lines: readonly string[]): void {
    const { output } = this.o;
    if (this.interactive) {
      // Above the line being typed, which is drawn again below.
      clearLine(output, 0);
      cursorTo(output, 0);
    }
    output.write(lines.map((line) => `${line}\n`).join(''));
    if (this.interactive && this.phase === 'reading') this.lines.prompt(true);
  }
}
