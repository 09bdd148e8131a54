/**
 * A person at a terminal: what is typed is carried out, what happens is shown above the line being typed (docs/client.md). Must
 * never be here: keys, rows and columns.
 */
import { WIRE } from '../../machines/limits';
import type { ChatClient, ClientEvent } from '../../transport/client';
import type { Clock } from '../../machines/ports';
import { HELP, parseLine } from './commands';
import { blockedLine, carryOutBlocking } from './blocking';
import { Completion } from './completion';
import { actionable, asideOf, escaped, lineOf, statusLines, whomLineOf, type Style } from './display';
import { hasColours, painted, paletteOf, type Palette } from './look';
import { Screen, type Begun } from './screen';

export interface TerminalOptions {
  readonly client: ChatClient;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly style: Style;
  readonly clock: Clock;
  /** Client-IDs that Tab completes though they were not met yet. */
  readonly contacts: readonly string[];
  /** Called once, when the user has left and every connection is closed. */
  readonly left: (code: number) => void;
}
/** So long after another than the last partner has called, a line that is begun is not for them: nobody notices faster. */
const NOTICED_MS = 2_000;
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
  /** Whom the user has asked for or talked to last. */
  private inMind: string | null = null;
  /** Before this moment (ms of the clock) the user cannot have noticed that somebody else has called. */
  private noticeable = 0;

  constructor(private readonly o: TerminalOptions) {
    const { input, output, client } = o;
    this.completion = new Completion(o.contacts);
    this.palette = paletteOf(hasColours(output));
    this.screen = new Screen({
      input,
      output,
      line: (line, begun) => this.carryOut(line, begun),
      now: () => this.now(),
      ended: () => this.leave(),
      interrupted: () => this.interrupt(),
      pasted: (lines, begun) => this.pasted(lines, begun),
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
    if (event.event === 'chatStarted') this.started(event);
    if (event.event === 'disconnected') this.screen.disconnected();
    // Why a text is kept is said where it is known in which chat it was begun.
    if (event.event === 'refused' && (event.code === 'chat-ended' || event.code === 'before-chat')) return;
    const line = lineOf(event, this.o.style);
    if (line !== undefined) this.shown.push(painted(this.palette, event, actionable(event, line)));
    const whom = whomLineOf(event, this.o.style);
    if (whom !== undefined) this.shown.push(this.palette.aside(whom));
    const aside = asideOf(event);
    if (aside !== undefined) this.shown.push(this.palette.aside(`(${aside})`));
  }

  /** What comes in one read of the socket is written once: a list of thousands must not draw the prompt thousands of times. */
  private schedule(): void {
    if (this.flushing === 'due') return;
    this.flushing = 'due';
    this.o.clock.setImmediate(() => this.flush());
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

  private now(): Begun {
    const { session, peer, want } = this.o.client.status;
    // Whoever types on when somebody else calls has not seen it yet.
    if (this.o.clock.now() < this.noticeable) return { session: null, peer: null, want: null };
    return { session, peer, want };
  }

  private started(chat: Extract<ClientEvent, { event: 'chatStarted' }>): void {
    if (chat.asked) {
      this.noticeable = 0;
      this.screen.started({ ...chat, want: null });
    } else if (this.inMind !== null && this.inMind !== chat.peer) this.noticeable = this.o.clock.now() + NOTICED_MS;
    this.inMind = chat.peer;
  }

  private carryOut(line: string, begun: Begun): 'done' | 'kept' {
    const { client } = this.o;
    const parsed = parseLine(line, client.status.chat === 'Active Chat');
    switch (parsed.kind) {
      case 'event': {
        const { event } = parsed;
        const refusal = client.perform(event);
        if (event.type === 'U.CHAT' && !refusal) this.inMind = event.id;
        if ('id' in event && refusal?.code !== 'invalid-id') this.completion.meet(event.id);
        break;
      }
      case 'text':
        if (this.say(parsed.text, begun)) break;
        this.flush();
        return 'kept';
      case 'block':
      case 'unblock': {
        const refusal = carryOutBlocking(client, parsed);
        if (refusal) this.shown.push(this.palette.failure(refusal.message));
        break;
      }
      case 'blocked':
        this.shown.push(blockedLine(client));
        break;
      case 'help':
        this.shown.push(...HELP, ...KEYS);
        break;
      case 'status':
        this.shown.push(...statusLines(client));
        break;
      case 'quit':
        this.leave();
        return 'done';
      case 'nothing':
        break;
    }
    this.flush();
    return 'done';
  }

  /** @returns whether the line need not be kept: it was sent, or it was for no chat at all */
  private say(text: string, begun: Begun): boolean {
    const { client } = this.o;
    const refusal = client.perform({ type: 'U.TEXT', text, session: begun.session });
    if (!refusal) return true;
    const { session, want } = client.status;
    if (begun.session === null && session === null) return want === null;
    if (begun.session !== session) this.shown.push(this.palette.failure(this.keptBack(begun)));
    return false;
  }

  /** A second Enter brings only this again: the line has to be cleared before it can be begun in another chat. */
  private keptBack({ session, peer }: Begun): string {
    const now = this.o.client.status.peer;
    const why =
      session === null
        ? 'This line was begun before the chat'
        : `This line was begun in the chat with ${peer ?? ''}, which has ended`;
    const then = now === null ? '' : `; Ctrl-U and then Up make it a line for ${now}`;
    return `${why}. Nothing was sent: Ctrl-U clears it${then}.`;
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

  private pasted(lines: readonly string[], begun: Begun): void {
    const inChat = begun.session !== null || this.o.client.status.chat === 'Active Chat';
    const count = String(lines.length);
    const what = inChat ? `Send ${count} lines as ${count} texts?` : `Carry out ${count} lines?`;
    this.screen.question(`${what} (y/n)`, false, (yes) => {
      if (!yes) return;
      if (inChat) return void this.send(lines, begun);
      for (const line of lines) this.carryOut(line, begun);
    });
  }

  /** Texts, as fast as the connection takes them; what the end of the chat leaves of them goes nowhere. */
  private async send(lines: readonly string[], { session, peer }: Begun): Promise<void> {
    const { client } = this.o;
    for (const [n, line] of lines.entries()) {
      if (client.congested) await client.drained();
      if (client.status.session !== session || session === null) {
        this.shown.push(
          this.palette.failure(
            `${String(lines.length - n)} pasted lines were not sent: ${peer === null ? 'they were pasted before the chat' : `the chat with ${peer} has ended`}`,
          ),
        );
        break;
      }
      if (!client.perform({ type: 'U.TEXT', text: line, session })) this.shown.push(`${client.id}: ${escaped(line)}`);
    }
    this.flush();
  }
}

const KEYS = [
  'Tab completes commands and IDs, Up and Down bring lines back.',
  'Ctrl-C clears the line; if it is empty, it ends a list or the chat, else asks whether to leave. Ctrl-D leaves.',
];
