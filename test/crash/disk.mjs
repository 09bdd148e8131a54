/**
 * A disk between syncs. What was synced stays; of what was written since, any sector may hold any of its states, and of the
 * changes of the folder any beginning may have happened. Must never be here: SQLite, a server.
 */

/** Written whole or not at all, whatever the size of a write. */
export const SECTOR = 512;

/** A file: what would be left of it for certain, and what was done to it since its last sync. */
class DiskFile {
  synced = Buffer.alloc(0);
  pending = [];

  constructor(content = Buffer.alloc(0)) {
    this.synced = content;
  }

  sync() {
    this.synced = applied(this.synced, this.pending);
    this.pending = [];
  }

  /** @param chance that a sector has got as far as it could; a truncation happened or not, and then nothing after it */
  cut(random, chance) {
    const shrink = this.pending.findIndex(({ type }) => type === 'truncate');
    if (shrink < 0) return torn(this.synced, this.pending, random, chance);
    const before = torn(this.synced, this.pending.slice(0, shrink), random, chance);
    if (random() >= chance) return before;
    const rest = this.pending.slice(shrink + 1).filter(({ type }) => type === 'write');
    return torn(applied(before, [this.pending[shrink]]), rest, random, chance);
  }
}

function grown(content, size) {
  return content.length >= size ? content : Buffer.concat([content, Buffer.alloc(size - content.length)]);
}

function applied(content, operations) {
  let size = content.length;
  let most = size;
  for (const o of operations) {
    size = o.type === 'truncate' ? o.size : Math.max(size, o.offset + o.bytes.length);
    most = Math.max(most, size);
  }
  const image = Buffer.concat([content, Buffer.alloc(most - content.length)]);
  let end = content.length;
  for (const o of operations) {
    if (o.type === 'truncate') image.fill(0, o.size);
    else o.bytes.copy(image, o.offset);
    end = o.type === 'truncate' ? o.size : Math.max(end, o.offset + o.bytes.length);
  }
  return image.subarray(0, end);
}

/** Each sector that was written to holds one of the states that it has had since the sync. */
function torn(synced, writes, random, chance) {
  if (writes.length === 0) return synced;
  const last = applied(synced, writes);
  const states = new Map();
  let image = Buffer.from(grown(synced, last.length));
  for (const { offset, bytes } of writes) {
    bytes.copy(image, offset);
    for (let sector = Math.floor(offset / SECTOR); sector * SECTOR < offset + bytes.length; sector++) {
      const state = Buffer.from(image.subarray(sector * SECTOR, (sector + 1) * SECTOR));
      states.set(sector, [...(states.get(sector) ?? []), state]);
    }
  }
  image = Buffer.from(grown(synced, last.length));
  let size = synced.length;
  for (const [sector, all] of states) {
    if (random() >= chance) continue;
    const state = random() < chance ? all.at(-1) : all[Math.floor(random() * all.length)];
    state.copy(image, sector * SECTOR);
    size = Math.max(size, Math.min(last.length, sector * SECTOR + state.length));
  }
  return image.subarray(0, size);
}

export class Disk {
  /** By name: what the running system sees. */
  #files = new Map();
  /** By name: what the folder on the disk says for certain. */
  #synced = new Map();
  #changes = [];

  /** @param contents by name, all of it synced */
  constructor(contents) {
    for (const [name, content] of Object.entries(contents)) this.#files.set(name, new DiskFile(content));
    this.#synced = new Map(this.#files);
  }

  /** One event of the trace. @returns whether something has been made to last by it */
  apply(event) {
    const file = this.#files.get(event.name);
    switch (event.type) {
      case 'create':
        if (!file) this.#change((files, made) => files.set(event.name, made), new DiskFile());
        else if (event.truncated) file.pending.push({ type: 'truncate', size: 0 });
        return false;
      case 'write':
      case 'truncate':
        file.pending.push(event);
        return false;
      case 'unlink':
        this.#change((files) => files.delete(event.name));
        return false;
      case 'sync':
        file?.sync();
        return true;
      case 'syncFolder':
        this.#synced = new Map(this.#files);
        this.#changes = [];
        return true;
      default:
        throw new Error(`a disk does not know ${event.type}`);
    }
  }

  #change(change, file) {
    const act = (files) => change(files, file);
    act(this.#files);
    this.#changes.push(act);
  }

  /**
   * The power is cut now. @param chance 0: nothing that was not synced is left; 1: everything; between: any of it
   * @returns contents by name
   */
  cut(random, chance) {
    const files = new Map(this.#synced);
    for (const change of this.#changes) {
      if (random() >= chance) break;
      change(files);
    }
    return new Map([...files].map(([name, file]) => [name, file.cut(random, chance)]));
  }
}
