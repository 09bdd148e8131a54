/**
 * A person at a terminal: what is typed is carried out, what happens is shown above the line being typed (docs/client.md). Must
 * never be here: keys, rows and columns.
 */
import { WIRE } from '../../machines/limits';
import type { ChatClient, ClientError, ClientEvent } from '../../transport/client';
import type { Clock } from '../../machines/ports';
import { HELP, parseLine, type Command, type Line } from './commands';
import { blockedLine, carryOutBlocking } from './blocking';
import { Completion } from './completion';
import { actionable, asideOf, escaped, lineOf, stampOf, statusLines, whomLineOf, type Style } from './display';
import { hasColours, painted, paletteOf, type Palette } from './look';
import { Meant } from './meant';
import { mistakeOf } from './mistakes';
import { Pasted } from './pasted';
import { Screen, type Begun } from './screen';
import { Unconfirmed } from './unconfirmed';

export interface TerminalOptions {
  readonly client: ChatClient;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly style: Style;
  readonly clock: Clock;
  /** Client-IDs that Tab completes though they were not met yet. */
  readonly contacts: readonly string[];
  /** Whether it rings when somebody calls. */
  readonly bell: boolean;
  /** off: the server is not asked whether it has the texts of a person, for a trace with the assignment's messages only. */
  readonly confirming: 'on' | 'off';
  /** Called once, when the user has left and every connection is closed. */
  readonly left: (code: number) => void;
}
/** Whoever waits longer is told for what. */
const PATIENCE_MS = 500;
/** Of a list that is being read. */
type Listing = 'none' | 'shown' | 'interrupted';
/** What waits until the server has confirmed what was poured out. */
type Finishing = 'nothing' | 'log off' | 'quit';

type HistoryCommand = Extract<Command, { type: 'U.HISTORY' }>;

export class Terminal {
  private phase: 'reading' | 'leaving' = 'reading';
  private readonly screen: Screen;
  private readonly palette: Palette;
  private readonly completion: Completion;
  private readonly unconfirmed: Unconfirmed;
  private readonly pasted: Pasted;
  private finishing: Finishing = 'nothing';
  private impatience: unknown;
  /** A list that was asked for while the server was asked for a confirmation. */
  private wanted: HistoryCommand | undefined;
  /** Lines of one moment, for one write. */
  private shown: string[] = [];
  private flushing: 'idle' | 'due' = 'idle';
  private listing: Listing = 'none';
  private listed = 0;
  private readonly meant: Meant;

  constructor(private readonly o: TerminalOptions) {
    const { input, output, client } = o;
    this.completion = new Completion(o.contacts);
    this.meant = new Meant(() => o.clock.now());
    this.palette = paletteOf(hasColours(output));
    this.screen = new Screen({
      input,
      output,
      line: (line, begun) => this.carryOut(line, begun),
      now: () => this.meant.begins(this.o.client.status),
      ended: (how) => (how === 'key' ? this.quit() : this.leave()),
      interrupted: () => this.interrupt(),
      pasted: (lines, begun) => this.askForPaste(lines, begun),
      tooLong: (what) => this.tooLong(what),
      stamp: () => stampOf(o.style),
      complete: (line) => this.completion.complete(line, client.status.chat === 'Active Chat'),
      maxBytes: WIRE.TEXT_MAX_BYTES + 1,
    });
    const tell = (line: string): void => void this.shown.push(this.palette.failure(line));
    this.unconfirmed = new Unconfirmed({ client, clock: o.clock, asking: o.confirming, tell });
    client.on('event', (event) => this.event(event));
    this.pasted = new Pasted({
      client,
      unconfirmed: this.unconfirmed,
      clock: o.clock,
      echo: (line, kind) => this.echo(line, kind),
      perform: (event) => this.performNow(event),
      said: (text, peer) => this.said(text, peer),
      kept: (lines) => this.kept(lines),
      command: (line) => this.command(line),
      tell,
    });
    client.on('settled', () => {
      this.finish();
      this.schedule();
    });
    this.screen.ask(this.prompt());
    this.screen.above([`Parley: ${client.id}, off line. Type Log on, or Help.`]);
    this.screen.draw();
  }

  /** Log off unless off line, wait until the connection is closed, go. */
  leave(): void {
    if (this.phase === 'leaving') return;
    this.phase = 'leaving';
    this.finishes('nothing');
    this.pasted.drop('left before', 'gone');
    if (this.unconfirmed.isOpen) this.unconfirmed.doubt();
    this.unconfirmed.ends('connection');
    this.screen.close();
    void this.o.client.close().then(() => {
      this.flush();
      this.o.left(0);
    });
  }

  /** As a pipe: what was poured out is confirmed before; whoever says it again leaves all the same. */
  private quit(): void {
    if (this.mustWait('quit')) return;
    this.leave();
  }

  private mustWait(what: Finishing): boolean {
    const { unconfirmed, pasted } = this;
    if (this.finishing === what || !(unconfirmed.isOpen || pasted.waiting)) return false;
    this.finishes(what);
    const again = what === 'quit' ? 'Quit again or Ctrl-C leaves' : 'Log off again logs off';
    const said = this.palette.aside(`(waiting until the server has confirmed the texts; ${again} at once)`);
    this.impatience = this.o.clock.setTimeout(() => {
      this.shown.push(said);
      this.flush();
    }, PATIENCE_MS);
    unconfirmed.ask();
    return true;
  }

  private finishes(what: Finishing): void {
    if (this.impatience !== undefined) this.o.clock.clearTimeout(this.impatience);
    this.impatience = undefined;
    this.finishing = what;
  }

  /** What has waited goes on. */
  private finish(): void {
    const { finishing, unconfirmed, pasted } = this;
    if (finishing === 'nothing' || pasted.waiting) return;
    if (unconfirmed.isOpen) return unconfirmed.awaited ? undefined : unconfirmed.ask();
    this.finishes('nothing');
    if (finishing === 'quit') this.leave();
    else if (this.o.client.status.connection === 'Connected') this.perform({ type: 'U.LOGOFF' });
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
    for (const aside of [asideOf(event), this.idMeant(event)])
      if (aside !== undefined) this.shown.push(this.palette.aside(`(${aside})`));
    this.unconfirmed.event(event);
    if (this.wanted && !this.o.client.confirming) this.perform(this.wanted);
  }

  /** Whom somebody has probably meant who is not there. */
  private idMeant(event: ClientEvent): string | undefined {
    if (event.event !== 'unreachable' || event.peer === null) return undefined;
    const meant = this.completion.meantBy(event.peer);
    const cases = /[A-Z]/.test(event.peer) ? 'upper and lower case of a Client-ID count' : undefined;
    const sentences = [meant === undefined ? undefined : `did you mean ${meant}?`, cases].filter((one) => one);
    return sentences.length === 0 ? undefined : sentences.join(' ');
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

  private started(chat: Extract<ClientEvent, { event: 'chatStarted' }>): void {
    if (!chat.asked && this.o.bell) this.screen.bell();
    this.meant.started(chat);
    this.screen.started({ ...chat, want: null });
  }

  private carryOut(line: string, begun: Begun): 'done' | 'kept' {
    // A person reaches Help and Status in a chat, too.
    const parsed = parseLine(line, false);
    switch (parsed.kind) {
      case 'event':
        this.perform(parsed.event);
        break;
      case 'text':
        if (this.isMistaken(line, begun) || this.say(parsed.text, begun)) break;
        this.flush();
        return 'kept';
      default:
        this.command(parsed);
    }
    this.flush();
    return 'done';
  }

  /** What a person has typed; some of it waits. */
  private perform(event: Command): void {
    const { client } = this.o;
    this.wanted = event.type === 'U.HISTORY' && client.confirming ? event : undefined;
    if (this.wanted || (event.type === 'U.LOGOFF' && this.mustWait('log off'))) return;
    if (event.type === 'U.LOGOFF' && this.unconfirmed.isOpen) this.unconfirmed.doubt();
    this.performNow(event);
  }

  private performNow(event: Command): ClientError | undefined {
    if (event.type === 'U.END') this.unconfirmed.ends('chat');
    if (event.type === 'U.LOGOFF') {
      this.finishes('nothing');
      this.unconfirmed.ends('connection');
    }
    if (event.type === 'U.CHAT' && event.id === this.o.client.status.peer) return this.goOn(event.id);
    const refusal = this.o.client.perform(event);
    if (event.type === 'U.CHAT') this.asked(event.id, refusal);
    if ('id' in event && refusal?.code !== 'invalid-id') this.completion.meet(event.id);
    return refusal;
  }

  private asked(id: string, refusal: ClientError | undefined): void {
    const { peer } = this.o.client.status;
    this.meant.asks(id, refusal ? 'refused' : 'sent');
    if (!refusal || peer === null) return;
    const then = `Chat ${peer} goes on with ${peer}; \\ before a line makes it a text`;
    this.shown.push(this.palette.aside(`(what you type is for ${id} now, and not sent to ${peer}: ${then})`));
  }

  /** Whoever names the one with whom the chat of this moment is means that one. */
  private goOn(peer: string): undefined {
    this.meant.asks(peer, 'current');
    this.shown.push(this.palette.aside(`(what you type is for ${peer})`));
  }

  private command(parsed: Exclude<Line, { kind: 'text' | 'event' }>): void {
    const { client } = this.o;
    switch (parsed.kind) {
      case 'block':
      case 'unblock': {
        if (client.status.peer === parsed.id) this.unconfirmed.ends('chat');
        const refusal = carryOutBlocking(client, parsed);
        if (refusal) this.shown.push(this.palette.failure(refusal.message));
        return;
      }
      case 'blocked':
        return void this.shown.push(blockedLine(client));
      case 'help':
        return void this.shown.push(...HELP, ...KEYS);
      case 'status':
        return void this.shown.push(...statusLines(client));
      case 'quit':
        return this.quit();
      case 'nothing':
        return;
    }
  }

  /** @returns whether the line is dealt with: it is no text, or that is asked */
  private isMistaken(line: string, begun: Begun): boolean {
    const { session, peer, connection, chat } = this.o.client.status;
    if (line.startsWith('\\') || begun.session !== session) return false;
    if (session === null && connection !== 'Offline' && chat !== 'Connected') return false;
    const sentence = mistakeOf(line, { inChat: session !== null, isKnown: (id) => this.completion.knows(id) });
    if (sentence === undefined) return false;
    this.shown.push(this.palette.warning(sentence));
    if (session === null) return true;
    this.flush();
    const text = `Send it to ${peer ?? ''} as a text?`;
    const withdrawn = (now: Begun): void => {
      if (!this.say(line, now)) this.screen.keep(line, now);
      this.flush();
    };
    this.screen.question(text, { interrupt: false, begun, withdrawn }, (yes, now) => {
      if (!yes || !this.say(line, now)) this.screen.keep(line, now);
      this.flush();
    });
    return true;
  }

  /** @returns whether the line need not be kept: it was sent, or it was for no chat at all */
  private say(text: string, begun: Begun): boolean {
    const { client } = this.o;
    const refusal = client.perform({ type: 'U.TEXT', text, session: begun.session });
    if (!refusal) {
      this.said(text, begun.peer ?? '');
      return true;
    }
    const { session, want } = client.status;
    if (begun.session === null && session === null) return want === null;
    if (begun.session !== session)
      this.shown.push(this.palette.failure(this.meant.keptBack(begun, client.status.peer)));
    return false;
  }

  private said(text: string, peer: string): void {
    this.meant.said(peer);
    this.unconfirmed.said(text, peer);
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
    if (this.finishing === 'quit') return this.leave();
    if (client.status.history === 'Receiving' && !client.confirming && this.listing !== 'interrupted') {
      this.listing = 'interrupted';
      return;
    }
    if (this.pasted.waiting) {
      this.pasted.drop('stopped with Ctrl-C', 'here');
      return this.flush();
    }
    if (client.status.chat === 'Active Chat') {
      this.perform({ type: 'U.END' });
      return this.flush();
    }
    this.screen.question('Log off and leave?', { interrupt: true }, (yes) => yes && this.quit());
  }

  private askForPaste(lines: readonly string[], begun: Begun): void {
    const count = String(lines.length);
    const whom = begun.peer ?? begun.want;
    const inChat = begun.session !== null || this.o.client.status.chat === 'Active Chat';
    if (inChat && begun.session === null)
      return this.notSent(lines, whom === null ? 'they were pasted before the chat' : `they are for ${whom}`);
    const withdrawn = (): void => this.notSent(lines, `the chat with ${whom ?? ''} has ended`);
    const what = inChat ? `Send ${count} lines to ${whom ?? ''}?` : `Carry out ${count} lines?`;
    this.screen.question(what, { interrupt: false, begun, withdrawn }, (yes, now) => {
      if (yes) this.pasted.add(inChat ? 'texts' : 'lines', lines, now);
      else
        this.shown.push(
          this.palette.aside(`(${count} lines not ${inChat ? 'sent' : 'carried out'}${this.kept(lines)})`),
        );
      this.flush();
    });
  }

  private notSent(lines: readonly string[], why: string): void {
    const what = `${String(lines.length)} pasted lines were not sent: ${why}${this.kept(lines)}`;
    this.shown.push(this.palette.failure(what));
    this.flush();
  }

  private kept(lines: readonly string[]): string {
    return this.screen.remember(lines) ? '; Up brings them back' : '';
  }

  private echo(line: string, kind: 'command' | 'text'): void {
    const { id } = this.o.client;
    const said = kind === 'text' ? `${id}: ` : this.prompt();
    this.shown.push(stampOf(this.o.style) + said + escaped(line));
  }
}

const KEYS = [
  'In a chat a line that looks like a mistyped command, or begins with /, is sent only after a question.',
  'Tab completes commands and IDs, Up and Down bring lines back.',
  'Ctrl-C clears the line; if it is empty, it ends a list or the chat, else asks whether to leave. Ctrl-D leaves.',
];
