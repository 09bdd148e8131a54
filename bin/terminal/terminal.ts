/**
 * A person at a terminal: what is typed is carried out, what happens is shown above the line being typed (docs/client.md). Must
 * never be here: keys, rows and columns.
 */
import { WIRE } from '../../machines/limits';
import type { ChatClient, ClientEvent } from '../../transport/client';
import { HELP, parseLine } from './commands';
import { Completion } from './completion';
import { actionable, escaped, lineOf, statusLines, type Style } from './display';
import { hasColours, painted, paletteOf, type Palette } from './look';
import { Screen } from './screen';

export interface TerminalOptions {
  readonly client: ChatClient;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly style: Style;
  /** Client-IDs that Tab completes though they were not met yet. */
  readonly contacts: readonly string[];
  /** Called once, when the user has left and every connection is closed. */
  readonly left: (code: number) => void;
}
/** Of a list that is being read. */
type Listing = 'none' | 'shown' | 'interrupted';

export class Terminal {
  private phase: 'reading' | 'leaving' = 'reading';
  private readonly screen: Screen;
  private readonly palette: Palette;
  private readonly completion: Completion;
  /** Lines of one moment, for one write. */
  private shown: string[] = [];
  private flushing: 'idle' | 'due' = 'idle';
  private listing: Listing = 'none';
  private listed = 0;

  constructor(private readonly o: TerminalOptions) {
    const { input, output, client } = o;
    this.completion = new Completion(o.contacts);
    this.palette = paletteOf(hasColours(output));
    this.screen = new Screen({
      input,
      output,
      line: (line) => this.carryOut(line),
      ended: () => this.leave(),
      interrupted: () => this.interrupt(),
      pasted: (lines) => this.pasted(lines),
      tooLong: (what) => this.tooLong(what),
      complete: (line) => this.completion.complete(line),
      maxBytes: WIRE.TEXT_MAX_BYTES + 1,
    });
    client.on('event', (event) => this.event(event));
    client.on('settled', () => this.schedule());
    this.screen.ask(this.prompt());
    this.screen.above([`Parley: ${client.id}, off line. Type Log on, or Help.`]);
    this.screen.draw();
  }

  /** Log off unless off line, wait until the connection is closed, go. */
  leave(): void {
    if (this.phase === 'leaving') return;
    this.phase = 'leaving';
    this.screen.close();
    void this.o.client.close().then(() => {
      this.flush();
      this.o.left(0);
    });
  }

  // Out

  private event(event: ClientEvent): void {
    this.completion.note(event, this.o.client.id);
    if (event.event === 'history') {
      this.listed += 1;
      if (this.listing === 'interrupted') return;
      this.listing = 'shown';
    }
    if (event.event === 'historyEnd') {
      if (this.listing === 'interrupted') this.shown.push(this.palette.aside('(the rest of it is not shown)'));
      this.listing = 'none';
      this.listed = 0;
    }
    const line = lineOf(event, this.o.style);
    if (line !== undefined) this.shown.push(painted(this.palette, event, actionable(event, line)));
    if (event.event === 'unreachable') this.shown.push(this.palette.aside(`(${event.advice})`));
  }

  /** What comes in one read of the socket is written once: a list of thousands must not draw the prompt thousands of times. */
  private schedule(): void {
    if (this.flushing === 'due') return;
    this.flushing = 'due';
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.flushing = 'idle';
    if (this.shown.length > 0) this.screen.above(this.shown.splice(0));
    this.screen.ask(this.prompt());
  }

  /** `alice · Active Chat with bob > ` */
  private prompt(): string {
    const { client } = this.o;
    const { peer, want, history } = client.status;
    const whom = peer !== null ? ` with ${peer}` : want !== null ? ` from ${want}` : '';
    const again = client.willReconnect ? ', logging on again' : '';
    const progress =
      history === 'Receiving' && this.listing === 'shown' ? ` · ${String(this.listed)} past texts, Ctrl-C stops` : '';
    return `${this.palette.prompt(`${client.id} · ${client.state}${whom}${again}${progress} >`)} `;
  }

  // In

  private carryOut(line: string): void {
    const { client } = this.o;
    const parsed = parseLine(line, client.status.chat === 'Active Chat');
    switch (parsed.kind) {
      case 'event': {
        const { event } = parsed;
        const refusal = client.perform(event);
        if ('id' in event && refusal?.code !== 'invalid-id') this.completion.meet(event.id);
        break;
      }
      case 'help':
        this.shown.push(...HELP, ...KEYS);
        break;
      case 'status':
        this.shown.push(...statusLines(client));
        break;
      case 'quit':
        return this.leave();
      case 'nothing':
        break;
    }
    this.flush();
  }

  private tooLong(what: 'line' | 'paste'): void {
    const most = `a text has at most ${String(WIRE.TEXT_MAX_BYTES)} bytes`;
    const said = {
      line: `Line too long: ${most}. The rest of it was not taken; shorten the line, or clear it with Ctrl-C.`,
      paste: `Paste too long: ${most}. Nothing of it was taken; paste it in parts.`,
    };
    this.screen.above([this.palette.failure(said[what])]);
  }

  /** Ctrl-C: a list first, then the chat, then the question. */
  private interrupt(): void {
    const { client } = this.o;
    if (client.status.history === 'Receiving' && this.listing !== 'interrupted') {
      this.listing = 'interrupted';
      return;
    }
    if (client.status.chat === 'Active Chat') {
      client.perform({ type: 'U.END' });
      return this.flush();
    }
    this.screen.question('Log off and leave? (y/n)', true, (yes) => yes && this.leave());
  }

  private pasted(lines: readonly string[]): void {
    const inChat = this.o.client.status.chat === 'Active Chat';
    const count = String(lines.length);
    const what = inChat ? `Send ${count} lines as ${count} texts?` : `Carry out ${count} lines?`;
    this.screen.question(`${what} (y/n)`, false, (yes) => {
      if (!yes) return;
      if (inChat) return void this.send(lines);
      for (const line of lines) this.carryOut(line);
    });
  }

  /** Texts, as fast as the connection takes them; what the end of the chat leaves of them goes nowhere. */
  private async send(lines: readonly string[]): Promise<void> {
    const { client } = this.o;
    const { session } = client.status;
    for (const [n, line] of lines.entries()) {
      if (client.congested) await client.drained();
      if (client.status.session !== session || session === null) {
        this.shown.push(
          this.palette.failure(`${String(lines.length - n)} pasted lines were not sent: the chat has ended`),
        );
        break;
      }
      if (!client.perform({ type: 'U.TEXT', text: line })) this.shown.push(`${client.id}: ${escaped(line)}`);
    }
    this.flush();
  }
}

const KEYS = [
  'Tab completes commands and IDs, Up and Down bring lines back.',
  'Ctrl-C ends a list or the chat, else asks whether to leave; Ctrl-D leaves.',
];
