/**
 * The lifelines of a chart. Processes of the same name that follow each other share one; at the same time they are two. An end
 * that no trace shows gets a lifeline by its name.
 */
import type { Role } from '../../machines/messages';
import type { MessageEntry, TraceHeader } from '../trace/format';
import type { Lifeline } from './model';

const SERVER = 'Server';
const UNKNOWN = 'unknown client';

interface Known {
  readonly line: Lifeline;
  /** When the last process on it ended. */
  until: number;
}

export class Lines {
  private readonly known: Known[] = [];
  /** Who takes part in an attempt or a connection, as far as traces show it. */
  private readonly parts = new Map<string, Lifeline>();
  private readonly clients = new Map<string, string>();

  get all(): Lifeline[] {
    return this.known.map(({ line }) => line);
  }

  /** The lifeline of a process; to be asked in the order in which they began. */
  ofProcess({ role, name }: TraceHeader, from: number, to: number): Lifeline {
    const client = role === 'client' ? name : '';
    const same = this.known.filter(({ line }) => line.role === role && line.client === client);
    const free = same.find(({ until }) => until <= from);
    if (free) {
      free.until = Math.max(from, to);
      return free.line;
    }
    return this.added(role, client, same.length + 1, from, Math.max(from, to));
  }

  /** A process took part in this message: so it does in all of its attempt or connection. */
  meets(line: Lifeline, { id, client }: MessageEntry): void {
    this.parts.set(partKey(line.role, id), line);
    if (client !== '') this.clients.set(conversationOf(id), client);
  }

  /** The lifeline of an end of a message that is shown at the other end only, or of the client whom a server's end is about. */
  other({ entry }: { readonly entry: MessageEntry }, role: Role): Lifeline {
    const part = this.parts.get(partKey(role, entry.id));
    if (part) return part;
    const named = entry.client === '' ? this.clients.get(conversationOf(entry.id)) : entry.client;
    const client = role === 'client' ? (named ?? '') : '';
    const found = this.known.find(({ line }) => line.role === role && line.client === client);
    return found?.line ?? this.added(role, client, 1, Infinity, 0);
  }

  private added(role: Role, client: string, number: number, seenFrom: number, until: number): Lifeline {
    const name = role === 'server' ? SERVER : nameOf(client);
    const line = { role, client, seenFrom, name: number > 1 ? `${name} (${String(number)})` : name };
    this.known.push({ line, until });
    return line;
  }
}

function nameOf(client: string): string {
  if (client === '') return UNKNOWN;
  return client === SERVER ? `${client} (client)` : client;
}

/** Names the attempt or the connection that a message belongs to. */
function conversationOf(id: string): string {
  return id.split('.', 1)[0] ?? '';
}
function partKey(role: Role, id: string): string {
  return `${role} ${conversationOf(id)}`;
}
