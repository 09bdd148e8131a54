/** What Tab offers: commands, and the Client-IDs met so far. Must never be here: the keyboard. */
import type { ClientEvent } from '../../transport/client';
import { isNear } from './mistakes';

const WORDS = ['Log on', 'Log off', 'Chat ', 'End chat', 'History ', 'Help', 'Status', 'Quit'];
/** The IDs used last; more nobody looks through. */
const IDS_MAX = 200;

export class Completion {
  /** Whoever was typed or met, for Tab. */
  private readonly ids = new Set<string>();
  /** Those that somebody has. */
  private readonly met = new Set<string>();

  /** @param contacts whom the user has named before; they stay */
  constructor(private readonly contacts: readonly string[] = []) {}

  meet(id: string): void {
    remember(this.ids, id);
  }

  /** Whether somebody has this Client-ID, as far as is known. */
  knows(id: string): boolean {
    return this.met.has(id) || this.contacts.includes(id);
  }

  /** Whoever an event names. */
  note(event: ClientEvent, own: string): void {
    const id = 'peer' in event ? event.peer : 'from' in event ? event.from : null;
    if (!id || id === own) return;
    this.meet(id);
    if (event.event === 'chatStarted' || event.event === 'history') remember(this.met, id);
  }

  /** The Client-ID that was probably meant: no two differ in case alone (protocol 1.3). */
  meantBy(id: string): string | undefined {
    const others = [...new Set([...this.contacts, ...this.met])].filter((known) => known !== id);
    const lower = id.toLowerCase();
    return others.find((known) => known.toLowerCase() === lower) ?? others.find((known) => isNear(lower, known));
  }

  /** The whole lines that this one can become. @param inChat a word that is begun there is one of a text */
  complete(line: string, inChat: boolean): readonly string[] {
    const typed = line.toLowerCase();
    if (line.trim() === '') return WORDS;
    if (inChat && !/\s/.test(line.trimStart())) return [];
    const [, verb = ''] = /^(chat\s+|history\s+)\S*$/i.exec(line) ?? [];
    const lines =
      verb === '' ? WORDS : [...new Set([...this.contacts, ...this.ids])].sort().map((known) => `${verb}${known}`);
    return lines.filter((one) => one.toLowerCase().startsWith(typed));
  }
}

/** As the one used last. */
function remember(ids: Set<string>, id: string): void {
  ids.delete(id);
  ids.add(id);
  if (ids.size > IDS_MAX) for (const oldest of [...ids].slice(0, 1)) ids.delete(oldest);
}
