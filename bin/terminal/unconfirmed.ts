/**
 * The texts of a person that the server has not confirmed yet: it is asked soon after each, and what nobody can confirm any more is
 * told (docs/client.md). Must never be here: the sending.
 */
import type { Clock } from '../../machines/ports';
import type { ChatClient, ClientEvent } from '../../transport/client';
import { isOpen, WINDOW_TEXTS } from './delivery';
import { escaped } from './display';

export interface UnconfirmedOptions {
  readonly client: Pick<ChatClient, 'status' | 'confirm'>;
  readonly clock: Clock;
  /** off: the server is asked only where it has to be, for a trace with the assignment's messages. */
  readonly asking: 'on' | 'off';
  /** Told what is in doubt. */
  readonly tell: (line: string) => void;
}
/** So long after the first of them the server is asked; a text that is in doubt is no older, unless the server is silent. */
export const CONFIRM_MS = 2_000;
/** So much of a text is enough to know it again, in UTF-16 units. */
const QUOTED = 40;

interface Said {
  readonly text: string;
  readonly peer: string;
}

export class Unconfirmed {
  private open: Said[] = [];
  /** How many of them the answer that is waited for will confirm; undefined if none is. */
  private asked: number | undefined;
  private timer: unknown;
  /** What we have ended ourselves: the server reads what came before. */
  private ending: 'nothing' | 'chat' | 'connection' = 'nothing';

  constructor(private readonly o: UnconfirmedOptions) {}

  /** Whether the server has to confirm before more is poured out. */
  get full(): boolean {
    return this.open.length >= WINDOW_TEXTS;
  }
  /** Whether the connection must not be closed while they are on their way. */
  get isOpen(): boolean {
    return isOpen(this.open.length, this.o.asking);
  }
  /** Whether the server is being asked. */
  get awaited(): boolean {
    return this.asked !== undefined;
  }

  said(text: string, peer: string): void {
    this.open.push({ text: short(text), peer });
    if (this.o.asking === 'on') this.timer ??= this.o.clock.setTimeout(() => this.ask(), CONFIRM_MS);
  }

  /** We end the chat, or the connection. */
  ends(what: 'chat' | 'connection'): void {
    if (this.ending !== 'connection') this.ending = what;
  }

  /** Asks the server, unless it is busy with a list: then at the end of that. */
  ask(): void {
    this.disarm();
    const { client } = this.o;
    const { connection, history } = client.status;
    if (this.open.length === 0 || connection !== 'Connected' || history === 'Receiving') return;
    this.asked = this.open.length;
    // It comes as an event; if the connection ends before, so does that.
    client.confirm().catch(() => undefined);
  }

  event(event: ClientEvent): void {
    switch (event.event) {
      case 'confirmed':
        return this.confirmed(event.complete);
      case 'historyEnd':
        return this.goOn();
      case 'connected':
      case 'chatStarted':
        this.ending = 'nothing';
        return;
      case 'chatEnded':
        // What comes at the server after the other's end is dropped (protocol 4.6, R8).
        if (this.ending === 'nothing') this.doubt();
        return;
      case 'disconnected':
        if (this.ending !== 'connection') this.doubt();
        this.settle();
        return;
      default:
        return;
    }
  }

  /** Nobody can confirm them any more: that is told. */
  doubt(): void {
    const line = doubtOf(this.open);
    this.settle();
    if (line !== undefined) this.o.tell(line);
  }

  private confirmed(complete: boolean): void {
    const count = this.asked ?? 0;
    this.asked = undefined;
    if (!complete) return this.doubt();
    this.open.splice(0, count);
    this.goOn();
  }

  private goOn(): void {
    if (this.full || this.o.asking === 'on') this.ask();
  }

  private settle(): void {
    this.open = [];
    if (this.asked !== undefined) this.asked = 0;
    this.disarm();
  }

  private disarm(): void {
    if (this.timer !== undefined) this.o.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function doubtOf(texts: readonly Said[]): string | undefined {
  const [first] = texts;
  const last = texts.at(-1);
  if (!first || !last) return undefined;
  const peers = [...new Set(texts.map(({ peer }) => `History ${peer}`))].join(' and ');
  if (first === last)
    return `The server has not confirmed your last text, ${quoted(last)}: ${peers} shows whether it has it`;
  const which = `your last ${String(texts.length)} texts, from ${quoted(first)} to ${quoted(last)}`;
  return `The server has not confirmed ${which}: ${peers} shows which of them it has`;
}

function quoted({ text }: Said): string {
  return `"${escaped(text)}"`;
}

function short(text: string): string {
  // Not in the middle of a surrogate pair.
  return text.length <= QUOTED ? text : `${text.slice(0, QUOTED).replace(/[\ud800-\udbff]$/, '')}…`;
}
