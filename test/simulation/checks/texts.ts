/**
 * Texts from the keyboard over the store and the wire to the screen, and lists of past texts: I-9, I-10, I-11, I-24. Texts of a run
 * are numbered, so each is known again everywhere. Must never be here: connections.
 */
import type { Transition } from '../../../machines/observer';
import type { AcceptedRun } from '../../../machines/ports';
import { escaped } from '../../../bin/terminal/display';
import { isClientId } from '../../../machines/messages';
import type { Seen } from '../../support/wire-watch';
import type { Checker } from '../checker';
import type { SimulatedClient } from '../client';
import { abridged, type Town } from '../town';

/** A text that is stored. */
interface Kept {
  readonly session: number;
  readonly sender: string;
  readonly text: string;
}
/** Texts of one writer in one session, in order. */
type Side = string[];
/** A list on its way to a client. */
interface List {
  readonly id: string;
  sent: number;
  shown: number;
  /** How many texts it may have, as of the moment of the request. */
  expected: readonly number[];
}

export class TextChecks implements Checker {
  private readonly typedIn = new Map<string, Side>();
  /** By the number of a text: the session in which its line was begun. */
  private readonly begunIn = new Map<string, number | null>();
  private readonly acceptedIn = new Map<string, Side>();
  private readonly shownIn = new Map<string, number>();
  private readonly sentIn = new Map<string, number>();
  /** Texts of a pair of clients, as they ought to be listed. */
  private readonly pairs = new Map<string, Kept[]>();
  /** By connection: what a server still sends over one that its client has given up belongs to the list asked for there. */
  private readonly lists = new Map<object, List>();
  /** The last connection that a client opened. */
  private readonly current = new Map<SimulatedClient, object>();
  /** The list that a client reads. */
  private readonly read = new Map<SimulatedClient, List>();
  /**
   * Lists that the clients of a user have asked for and the server does not know of yet. There may be several: a client that
   * was superseded asks as long as it has not noticed.
   */
  private readonly asked = new Map<string, Set<List>>();
  private readonly inChat = new Map<SimulatedClient, boolean>();

  constructor(private readonly town: Town) {}

  // I-9

  typed(client: SimulatedClient, line: string, begun: number | null): void {
    const { session } = client;
    if (!isText(line)) return;
    this.begunIn.set(numberOf(line), begun);
    // What was begun in another chat goes nowhere (I-24).
    if (session === null || session !== begun) return;
    sideOf(this.typedIn, session, client.id).push(line);
  }

  stored(runs: readonly AcceptedRun[]): void {
    for (const { session, sender, recipient, texts } of runs) {
      for (const text of texts) this.keep({ session, sender, text }, recipient);
    }
  }

  private keep(text: Kept, recipient: string): void {
    const { session, sender } = text;
    this.belongs(text.text, session, `the store takes it of ${sender}`);
    const typed = sideOf(this.typedIn, session, sender);
    const accepted = sideOf(this.acceptedIn, session, sender);
    if (typed[accepted.length] !== text.text) {
      this.wrong(
        `the store takes "${abridged(text.text)}" of ${sender} in ${String(session)}, typed next was "${abridged(typed[accepted.length] ?? 'nothing')}"`,
      );
    }
    accepted.push(text.text);
    const name = pairName(sender, recipient);
    const pair = this.pairs.get(name);
    if (pair) pair.push(text);
    else this.pairs.set(name, [text]);
  }

  said({ link, from, message }: Seen, owner?: SimulatedClient): void {
    if (!owner) return;
    if (from === 'client') {
      if (message.type === 'CONNECT') this.current.set(owner, link);
      if (message.type === 'HISTORY_REQ') this.asks(owner, link, message.id);
      return;
    }
    if (message.type === 'CHAT') this.relayed(message.session, message.text, owner);
    if (message.type === 'HISTORY_RESP') this.listed(owner, link, message);
    if (message.type === 'HISTORY_END') this.listEnded(owner, link, message);
  }

  private relayed(session: number, text: string, { id }: SimulatedClient): void {
    const name = `${String(session)} ${id}`;
    const n = this.sentIn.get(name) ?? 0;
    this.sentIn.set(name, n + 1);
    const [, from = '', to = ''] = /^t\d+ (\w+)>(\w+)/.exec(text) ?? [];
    const next = this.acceptedIn.get(`${String(session)} ${from}`)?.[n];
    if (to !== id || next !== text) {
      this.wrong(
        `the server sends ${id} "${abridged(text)}" in ${String(session)}, stored next is "${abridged(next ?? 'nothing')}"`,
      );
    }
  }

  shown(client: SimulatedClient, line: string): void {
    if (line === 'Chat started' || line === 'Chat ended') return this.alternates(client, line);
    const [, from, text = ''] = /^(\w+): (t\d+ .*)$/s.exec(line) ?? [];
    if (from !== undefined) return this.textShown(client, from, text);
    this.lineOfList(client, line);
  }

  private textShown(client: SimulatedClient, from: string, text: string): void {
    const { session, peer, id } = client;
    this.belongs(text, session, `${client.name} is shown it`);
    const name = `${String(session)} ${id}`;
    const n = this.shownIn.get(name) ?? 0;
    this.shownIn.set(name, n + 1);
    const next = this.acceptedIn.get(`${String(session)} ${from}`)?.[n];
    if (from !== peer || next === undefined || escaped(next) !== text) {
      this.wrong(
        `${client.name}, in ${String(session)} with ${String(peer)}, is shown "${abridged(text)}" of ${from}; accepted next: "${abridged(next ?? 'nothing')}"`,
      );
    }
  }

  // I-24

  private belongs(text: string, session: number | null, what: string): void {
    const begun = this.begunIn.get(numberOf(text));
    if (begun === undefined || begun === session) return;
    this.town.violate('I-24', `"${abridged(text)}" was begun in ${String(begun)}; ${what} in ${String(session)}`);
  }

  // I-11

  private alternates(client: SimulatedClient, line: string): void {
    const before = this.inChat.get(client) ?? false;
    const now = line === 'Chat started';
    if (before === now) this.town.violate('I-11', `${client.name} reads "${line}" twice`);
    this.inChat.set(client, now);
  }

  // I-10

  stepped({ machine, event, client: id }: Transition): void {
    if (machine !== 'server history' || event !== 'M.HISTORY_REQ') return;
    for (const list of this.asked.get(id) ?? []) this.begins(id, list);
    this.asked.delete(id);
  }

  /** The server knows of the request: how long the list must be is settled now. */
  private begins(id: string, list: List): void {
    const stored = this.pairs.get(pairName(id, list.id))?.length ?? 0;
    const batch = this.town.server?.driver['turn']['batch'] ?? [];
    const waiting = batch
      .filter(({ sender, recipient }) => pairName(sender, recipient) === pairName(id, list.id))
      .reduce((count, { texts }) => count + texts.length, 0);
    // On a full disk the texts of this turn are not stored.
    list.expected = this.town.store.full ? [stored] : [stored + waiting];
  }

  private asks(owner: SimulatedClient, link: object, id: string): void {
    const list: List = { id, sent: 0, shown: 0, expected: [] };
    this.lists.set(link, list);
    // What was held up on a connection that the client has given up since.
    if (this.current.get(owner) !== link) return;
    this.read.set(owner, list);
    this.asked.set(owner.id, (this.asked.get(owner.id) ?? new Set()).add(list));
  }

  private listed(owner: SimulatedClient, link: object, resp: Extract<Seen['message'], { type: 'HISTORY_RESP' }>): void {
    const list = this.lists.get(link);
    const text = list && this.pairs.get(pairName(owner.id, list.id))?.[list.sent++];
    if (text?.session !== resp.session || text.sender !== resp.id || text.text !== resp.text) {
      this.town.violate(
        'I-10',
        `${owner.name} asked for ${list?.id ?? 'nothing'} and is sent "${abridged(resp.text)}"`,
      );
    }
  }

  private listEnded(
    owner: SimulatedClient,
    link: object,
    end: Extract<Seen['message'], { type: 'HISTORY_END' }>,
  ): void {
    const list = this.lists.get(link);
    const right = list && end.id === list.id && end.count === list.sent && end.status !== 1;
    const whole = list?.expected.includes(end.count) || (end.status === 2 && this.town.counts.has('disk unreadable'));
    if (right && whole) return;
    const what = list ? `${list.id}, ${list.expected.join(' or ')} texts, sent ${String(list.sent)}` : 'nothing';
    this.town.violate(
      'I-10',
      `${owner.name} asked for ${what}; the end says ${end.id}, ${String(end.count)}, status ${String(end.status)}`,
    );
  }

  private lineOfList(client: SimulatedClient, line: string): void {
    if (!line.startsWith('<')) return;
    const list = this.read.get(client);
    const text = list && this.pairs.get(pairName(client.id, list.id))?.[list.shown++];
    const expected = text && `<${String(text.session)}> <from: ${text.sender}> <${escaped(text.text)}>`;
    if (line !== expected)
      this.town.violate('I-10', `${client.name} reads "${abridged(line)}", not "${abridged(expected ?? '')}"`);
  }

  /** Nothing is in flight: what was typed has been stored, and what was stored has been shown. */
  calm(): void {
    for (const { name, id, session, peer, lives, user } of this.town.clients) {
      if (!lives || session === null || peer === null || !user.isInChat) continue;
      const typed = this.typedIn.get(`${String(session)} ${id}`)?.length ?? 0;
      const accepted = this.acceptedIn.get(`${String(session)} ${id}`)?.length ?? 0;
      const shown = this.shownIn.get(`${String(session)} ${peer}`) ?? 0;
      if (typed !== accepted || accepted !== shown) {
        this.wrong(
          `${name} typed ${String(typed)} texts to ${peer}, stored ${String(accepted)}, shown ${String(shown)}`,
        );
      }
    }
  }

  private wrong(what: string): void {
    this.town.violate('I-9', what);
  }
}

/** Whether a line typed in a chat is one of the numbered texts that may be sent. */
function isText(line: string): boolean {
  return /^t\d+ /.test(line) && !/\p{Cc}/u.test(line) && Buffer.byteLength(line) <= 4096;
}

function numberOf(text: string): string {
  return /^t\d+/.exec(text)?.[0] ?? '';
}

function sideOf(sides: Map<string, Side>, session: number, id: string): Side {
  const name = `${String(session)} ${id}`;
  const side = sides.get(name) ?? [];
  sides.set(name, side);
  return side;
}

function pairName(a: string, b: string): string {
  if (!isClientId(a) || !isClientId(b)) return '';
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
