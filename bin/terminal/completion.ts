/** What Tab offers: commands, and the Client-IDs met so far. Must never be here: the keyboard. */
import type { ClientEvent } from '../../transport/client';

const WORDS = ['Log on', 'Log off', 'Chat ', 'End chat', 'History ', 'Help', 'Status', 'Quit'];
/** The IDs used last; more nobody looks through. */
const IDS_MAX = 200;

export class Completion {
  private readonly ids = new Set<string>();

  /** @param contacts whom the user has named before; they stay */
  constructor(private readonly contacts: readonly string[] = []) {}

  meet(id: string): void {
    this.ids.delete(id);
    this.ids.add(id);
    if (this.ids.size > IDS_MAX) for (const oldest of [...this.ids].slice(0, 1)) this.ids.delete(oldest);
  }

  knows(id: string): boolean {
    return this.ids.has(id) || this.contacts.includes(id);
  }

  /** Whoever an event names. */
  note(event: ClientEvent, own: string): void {
    for (const id of 'peer' in event && event.peer ? [event.peer] : 'from' in event ? [event.from] : [])
      if (id !== own) this.meet(id);
  }

  /** The whole lines that this one can become. */
  complete(line: string): readonly string[] {
    const typed = line.toLowerCase();
    const [, verb = '', id = ''] = /^(chat\s+|history\s+)(\S*)$/i.exec(line) ?? [];
    const lines =
      verb === '' ? WORDS : [...new Set([...this.contacts, ...this.ids])].sort().map((known) => `${verb}${known}`);
    const hits = lines.filter((one) => one.toLowerCase().startsWith(typed));
    // A text is not completed.
    return line.trim() === '' && id === '' ? WORDS : hits;
  }
}
