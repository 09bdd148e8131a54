/** Whose calls this user refuses, in memory and, where there is a file, beyond this run. Must never be here: the refusing. */
import { isClientId } from '../../machines/messages';
import { StoreError } from '../../machines/ports';
import { BLOCKED_MAX, readBlocked, writeBlocked } from '../../storage/blocked';
import { ClientError } from './events';

export class BlockList {
  /** By the ID in lower case: no two subscribers differ in case alone (protocol 1.3). */
  private ids: ReadonlyMap<string, string>;

  /** @throws ClientError `block-list`: the file cannot be read or is wrong */
  constructor(private readonly path: string | undefined) {
    this.ids = this.read();
  }

  get all(): readonly string[] {
    return [...this.ids.values()];
  }
  has(id: string): boolean {
    return this.ids.has(id.toLowerCase());
  }

  /** @returns what to tell the user @throws ClientError `invalid-id`, `block-list` */
  add(id: string): string {
    if (!isClientId(id))
      throw new ClientError('invalid-id', 'Invalid Client-ID', 'a letter and up to 31 letters, digits, . _ or -');
    if (!this.has(id) && this.ids.size >= BLOCKED_MAX)
      throw new ClientError('block-list', `${String(BLOCKED_MAX)} are blocked already`, 'Unblock somebody first');
    return this.change((ids) => void ids.set(id.toLowerCase(), id), `${id} is blocked`);
  }
  /** @returns what to tell the user */
  remove(id: string): string {
    if (!this.has(id)) return `${id} was not blocked`;
    return this.change((ids) => void ids.delete(id.toLowerCase()), `${id} is no longer blocked`);
  }

  private change(how: (ids: Map<string, string>) => void, what: string): string {
    // Another client of this user may have written meanwhile.
    const ids = new Map(this.path === undefined ? this.ids : this.read());
    how(ids);
    this.ids = ids;
    if (this.path === undefined) return what;
    try {
      writeBlocked(this.path, this.all);
      return what;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return `${what} until this client ends: ${error.message}`;
    }
  }

  private read(): Map<string, string> {
    try {
      return new Map((this.path === undefined ? [] : readBlocked(this.path)).map((id) => [id.toLowerCase(), id]));
    } catch (error) {
      if (error instanceof StoreError) throw new ClientError('block-list', error.message, '');
      throw error;
    }
  }
}
