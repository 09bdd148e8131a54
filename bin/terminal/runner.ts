/**
 * A client driven by a program: the lines of a pipe or of a script, each taken when the client can answer it (P5). Must never
 * be here: a person, a screen.
 */
import type { Clock } from '../../machines/ports';
import type { ChatClient, ClientError, ClientEvent } from '../../transport/client';
import { Addressee, type ChatLine } from './addressee';
import { blockedLine, carryOutBlocking } from './blocking';
import { endsChat, HELP, parseLine, type Command } from './commands';
import { Delivery } from './delivery';
import { lineOf, whomLineOf } from './display';
import { Outcome, OUTCOME } from './outcome';
import { LINE_MAX, type PipeLine, type PipeLines } from './pipe';
import { takesLines } from './ready';
import { parseScriptLine, type Awaited } from './script';
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
  /** off: the server is asked only about many texts, for a trace with the assignment's messages. */
  readonly confirming: 'on' | 'off';
  /** Called once, when every connection is closed. @param unsent texts were kept back or are in doubt, whatever else happened */
  readonly left: (code: number, unsent: boolean) => void;
}
/** reading; ended: no more input will come; leaving: quitting. */
type Phase = 'reading' | 'ended' | 'leaving';
interface Waiting extends Awaited {
  readonly timer: unknown;
}
/** A line that was shown, and the chat of which it is a notice of this program. */
interface Shown {
  readonly line: string;
  readonly chat?: ChatLine;
}

/** What bytes that are not UTF-8 become. */
const NOT_UTF8 = '\ufffd';
const NO_UTF8 =
  'holds U+FFFD, which stands for bytes that are not UTF-8: write the input in UTF-8 (iconv -f latin1 -t utf8)';
const PATIENCE_MS = 30_000;
/** Lines that no @wait has looked at yet; the oldest go first. */
const UNSEEN_LINES = 10_000;

export class Runner {
  private phase: Phase = 'reading';
  /** busy: a line is being carried out, and what it moves comes back to `stepped`. */
  private carrying: 'idle' | 'busy' = 'idle';
  private readonly outcome = new Outcome();
  private readonly delivery = new Delivery();
  private readonly addressee: Addressee;
  private unsent = false;
  /** told: that the input is not UTF-8. */
  private encoding: 'quiet' | 'told' = 'quiet';
  /** What we have ended ourselves; what matters is confirmed before. */
  private ending: 'nothing' | 'chat' | 'connection' = 'nothing';
  /** Whom the last chat is or was with. */
  private peer: string | null = null;
  /** Number of the line being carried out. */
  private at = 0;
  private patience = PATIENCE_MS;
  private unseen: Shown[] = [];
  private waiting: Waiting | undefined;

  constructor(private readonly o: RunnerOptions) {
    const { client, lines, writer } = o;
    this.addressee = new Addressee(o.script === undefined ? 'pipe' : 'script');
    client.on('event', (event) => this.event(event));
    client.on('settled', () => {
      writer.settled();
      this.stepped();
    });
    lines.on('more', () => this.stepped());
    lines.on('close', () => {
      if (this.phase === 'reading') this.phase = 'ended';
      this.stepped();
    });
  }

  /** Whoever started this wants it to end now: what is not carried out yet is left undone. */
  leave(): void {
    if (this.phase === 'leaving') return;
    const { next } = this.o.lines;
    this.doubt();
    if (next) this.tell(`left at line ${String(next.n)}: that line and those after it are not carried out`);
    this.go();
  }

  /** Log off unless off line, wait until the connection is closed, go. */
  private go(): void {
    if (this.phase === 'leaving') return;
    this.phase = 'leaving';
    this.ending = 'connection';
    const { client, clock, lines, writer, left } = this.o;
    if (this.waiting) clock.clearTimeout(this.waiting.timer);
    this.waiting = undefined;
    lines.close();
    void client.close().then(() => {
      writer.end(this.outcome.code);
      left(this.outcome.code, this.unsent);
    });
  }

  private event(event: ClientEvent): void {
    const { writer, script, client } = this.o;
    writer.event(event);
    this.outcome.note(event);
    this.follow(event);
    if (script === undefined) return;
    this.unseen.push(...shownOf(event));
    if (this.unseen.length > UNSEEN_LINES) this.unseen.shift();
    this.look();
    // Whoever is off line and does not come back hears nothing more.
    if (event.event === 'state' && event.state === 'Offline' && !client.willReconnect)
      this.vain('the connection ended');
  }

  private stepped(): void {
    if (this.carrying === 'busy') return;
    this.carrying = 'busy';
    const { lines } = this.o;
    while (this.phase !== 'leaving' && this.isReady()) {
      if (this.mustConfirm()) this.confirm();
      else {
        const next = lines.take();
        if (!next) break;
        this.at = next.n;
        this.take(next);
      }
    }
    this.carrying = 'idle';
    if (this.phase === 'ended' && lines.waiting === 0 && this.isReady()) this.go();
  }

  /** Nothing is waited for, and the connection takes more. */
  private isReady(): boolean {
    const { client } = this.o;
    return !this.waiting && !client.congested && takesLines(client);
  }

  private take({ line }: PipeLine): void {
    if (line === undefined) return this.tooLong();
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
        return this.wait(parsed);
      case 'fault':
        this.complain(parsed.why);
        this.outcome.fail(OUTCOME.refused);
        this.doubt();
        return this.go();
    }
  }

  private carryOut(line: string): void {
    const { client, writer } = this.o;
    const parsed = parseLine(line, client.status.chat === 'Active Chat');
    switch (parsed.kind) {
      case 'event':
        return this.perform(parsed.event);
      case 'text':
        return this.say(parsed.text);
      case 'block':
      case 'unblock': {
        const refusal = carryOutBlocking(client, parsed);
        return refusal && this.refuse(refusal);
      }
      case 'blocked':
        return writer.help([blockedLine(client)]);
      case 'help':
        return writer.help(HELP);
      case 'status':
        return writer.status(client);
      case 'quit':
        return this.go();
      case 'nothing':
        return;
    }
  }

  private perform(event: Command): void {
    const { client } = this.o;
    const before = client.status;
    // Whoever was called says so that the texts which follow are for the caller.
    const answers = event.type === 'U.CHAT' && before.peer === event.id;
    const refusal = answers ? undefined : client.perform(event);
    // In the chat that is its own already another one is refused, and changes nothing.
    if (event.type === 'U.CHAT' && !(refusal && this.addressee.isFor(before))) this.addressee.asks(event.id, before);
    if (answers) return;
    if (!refusal) this.done(event.type);
    else if (refusal.code !== 'already-logged-on') this.refused(refusal.message);
  }

  private done(type: Command['type']): void {
    if (type !== 'U.END' && type !== 'U.LOGOFF') return;
    this.ending = type === 'U.END' ? 'chat' : 'connection';
    this.addressee.ended();
  }

  /** To the chat that it is for, or to nobody: then nothing more is carried out. */
  private say(text: string): void {
    const { client } = this.o;
    const session = this.addressee.of(client.status);
    if (typeof session === 'object' && session !== null) return this.keepBack(session.why);
    const refusal = client.perform({ type: 'U.TEXT', text, session });
    if (text.includes(NOT_UTF8)) this.tellOnce(`line ${String(this.at)} ${NO_UTF8}`);
    if (!refusal) this.delivery.said(this.at);
    else this.refused(refusal.message);
  }

  private keepBack(why: string): void {
    const { lines } = this.o;
    const last = this.at + lines.waiting;
    const count = String(lines.waiting + 1);
    const which =
      this.phase !== 'ended'
        ? `line ${String(this.at)} and all after it (${count} so far) were`
        : lines.waiting === 0
          ? `line ${String(this.at)} was`
          : `lines ${String(this.at)} to ${String(last)} (${count} lines) were`;
    this.doubt();
    this.fails(`${which} not sent: ${why}`);
    this.go();
  }

  /** Said at once, since its end may never come. */
  private tooLong(): void {
    const line = `Line too long: over ${String(LINE_MAX)} characters, left out; a text has at most 4096 bytes, send it in parts`;
    this.refuse({ code: 'text-too-long', line, advice: '', message: line });
  }

  /** What no machine has refused. */
  private refuse({ code, line, advice, message }: Pick<ClientError, 'code' | 'line' | 'advice' | 'message'>): void {
    const { writer } = this.o;
    const event = { event: 'refused', code, line, advice } as const;
    writer.event(event);
    writer.settled();
    this.outcome.note(event);
    this.refused(message);
  }

  private refused(why: string): void {
    if (this.o.script !== undefined) this.complain(why);
  }

  // What the server has

  /** Whether the server has to be asked before anything else is done: there is nothing else, or it could come too late. */
  private mustConfirm(): boolean {
    const { client, lines, confirming } = this.o;
    if (client.status.connection !== 'Connected') return false;
    if (this.delivery.full) return true;
    if (!this.delivery.isOpen(confirming)) return false;
    return lines.next === undefined ? confirming === 'on' || this.phase === 'ended' : this.isLast(lines.next);
  }

  /** Whether texts that are on their way when this line is carried out may be lost. */
  private isLast({ line = '' }: PipeLine): boolean {
    const { client, script } = this.o;
    if (script !== undefined && parseScriptLine(line).kind === 'wait') return true;
    const { chat, peer } = client.status;
    const parsed = parseLine(line, chat === 'Active Chat');
    if (parsed.kind === 'block') return parsed.id === peer;
    return endsChat(parsed);
  }

  private confirm(): void {
    // It comes as an event; if the connection ends before, so does that.
    this.o.client.confirm().catch(() => undefined);
  }

  private follow(event: ClientEvent): void {
    switch (event.event) {
      case 'confirmed':
        return event.complete ? this.delivery.settle() : this.doubt();
      case 'connected':
        this.ending = 'nothing';
        return;
      case 'chatStarted':
        this.ending = 'nothing';
        this.peer = event.peer;
        this.addressee.started(event.session, event.peer);
        return;
      case 'chatEnded':
        // What comes at the server after the other's end is dropped (protocol 4.6, R8).
        if (this.ending === 'nothing') this.doubt();
        return;
      case 'disconnected':
        this.addressee.disconnected();
        if (this.ending !== 'connection') this.doubt();
        return;
      default:
        return;
    }
  }

  /** What nobody can confirm any more is told. */
  private doubt(): void {
    const { delivery, peer } = this;
    const what = delivery.isOpen(this.o.confirming) ? delivery.doubt(peer) : undefined;
    delivery.settle();
    if (what !== undefined) this.fails(what);
  }

  private fails(what: string): void {
    this.tell(what);
    this.outcome.fail(OUTCOME.refused);
    this.unsent = true;
  }

  private tellOnce(what: string): void {
    if (this.encoding === 'told') return;
    this.encoding = 'told';
    this.tell(what);
  }

  private tell(what: string): void {
    const { complain, script } = this.o;
    complain(script === undefined ? what : `${script}: ${what}`);
  }

  // Waiting

  private wait(awaited: Awaited): void {
    const seconds = String(this.patience / 1000);
    const timer = this.o.clock.setTimeout(() => this.vain(`nothing came for ${seconds} s`), this.patience);
    this.waiting = { ...awaited, timer };
    this.look();
  }

  private look(): void {
    const { waiting } = this;
    if (!waiting) return;
    const found = this.unseen.findIndex(({ line }) => waiting.matches(line));
    const seen = this.unseen.splice(0, found < 0 ? this.unseen.length : found + 1);
    if (found < 0) return;
    const chat = seen.at(-1)?.chat;
    if (chat && (chat.over || waiting.names(chat.peer))) this.addressee.saw(chat);
    this.o.clock.clearTimeout(waiting.timer);
    this.waiting = undefined;
  }

  private vain(why: string): void {
    if (!this.waiting) return;
    this.complain(`waited in vain for ${this.waiting.text}: ${why}; --dump and --json show what happened`);
    this.outcome.fail(OUTCOME.vain);
    this.go();
  }

  private complain(what: string): void {
    this.o.complain(`${this.o.script ?? ''}:${String(this.at)}: ${what}`);
  }
}

/** What a `@wait` looks at. Only the notices of a chat are about it: `X has called you`, `Chat ended`. What X writes is a text. */
function shownOf(event: ClientEvent): Shown[] {
  const [line, whom] = [lineOf(event), whomLineOf(event)];
  const plain = line === undefined ? [] : [{ line }];
  switch (event.event) {
    case 'chatStarted':
      return [...plain, { line: whom ?? '', chat: { session: event.session, peer: event.peer, over: false } }];
    case 'chatEnded':
      return [{ line: line ?? '', chat: { session: event.session, peer: event.peer, over: true } }];
    default:
      return plain;
  }
}
