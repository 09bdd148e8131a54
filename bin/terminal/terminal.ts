/** A user at a terminal: lines in, lines out above the line being typed. Must never be here: what a command does. */
import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import type { ChatClient } from '../../transport/client';
import { HELP, parseLine } from './commands';
import { lineOf, statusLines } from './display';

export interface TerminalOptions {
  readonly client: ChatClient;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Called once, when the user has left and every connection is closed. */
  readonly left: (code: number) => void;
}

export class Terminal {
  private phase: 'reading' | 'leaving' = 'reading';
  private readonly lines: Interface;
  /** Lines of one moment, for one write. */
  private shown: string[] = [];

  constructor(private readonly o: TerminalOptions) {
    const { input, output, client } = o;
    this.lines = createInterface({ input, output, prompt: `${client.id}> ` });
    this.lines.on('line', (line: string) => this.line(line));
    this.lines.on('close', () => this.leave());
    this.lines.on('SIGINT', () => this.lines.close());
    client.on('event', (event) => {
      const line = lineOf(event);
      if (line !== undefined) this.shown.push(line);
    });
    client.on('settled', () => {
      if (this.shown.length > 0) this.write(this.shown.splice(0));
    });
    this.write([`Parley: ${client.id}, off line. Type Log on, or Help.`]);
    this.lines.prompt();
  }

  /** Log off unless off line, wait until the connection is closed, go. */
  leave(): void {
    if (this.phase === 'leaving') return;
    this.phase = 'leaving';
    this.lines.close();
    void this.o.client.close().then(() => this.o.left(0));
  }

  private line(line: string): void {
    this.carryOut(line);
    if (this.phase === 'reading') this.lines.prompt();
  }

  private carryOut(line: string): void {
    const { client } = this.o;
    const parsed = parseLine(line, client.status.chat === 'Active Chat');
    switch (parsed.kind) {
      case 'event':
        return void client.perform(parsed.event);
      case 'help':
        return this.write(HELP);
      case 'status':
        return this.write(statusLines(client));
      case 'quit':
        return this.leave();
      case 'nothing':
        return;
    }
  }

  private write(lines: readonly string[]): void {
    const { output } = this.o;
    // Above the line being typed, which is drawn again below.
    clearLine(output, 0);
    cursorTo(output, 0);
    output.write(lines.map((line) => `${line}\n`).join(''));
    if (this.phase === 'reading') this.lines.prompt(true);
  }
}
