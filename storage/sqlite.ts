/**
 * Everything that must last, in one SQLite file (protocol 4.8, P10, P16). Opening it: open.ts; its tables: schema.ts.
 */
import { StoreError, type SessionNumbers, type Store } from '../machines/ports';
import { nextBlock } from './agreement';
import { WAIT, type Connection } from './connection';
import { counterOf } from './counters';
import { sqliteHistory, type Filing } from './history';
import { openDatabase } from './open';
import { usageReader } from './quota';
import { sqliteSubscribers } from './subscribers';

/**
 * What a commit survives: `normal` the death of the process (a power cut may lose the last moments, never corrupts), `full`
 * a power cut too.
 */
export type Durability = 'normal' | 'full';

export interface StoreOptions {
  /** A missing file is made. */
  readonly create: boolean;
  readonly durability: Durability;
  /** What the file may grow to, in bytes; 0 or nothing: as large as its disk. */
  readonly maxBytes?: number;
  /** What the texts of one pair may become, in bytes; 0 or nothing: as many as there is room for. */
  readonly pairMaxBytes?: number;
}

/**
 * Opens the store in the file at `path`.
 * @throws StoreError `unusable`, `full`: the sentence names the file and what to do; a file that cannot be used is unchanged
 */
export function openStore(path: string, { create, durability, maxBytes = 0, pairMaxBytes }: StoreOptions): Store {
  try {
    const connection = openDatabase(path, create);
    if (maxBytes > 0) connection.limit(maxBytes);
    return storeOn(connection, durability, undefined, pairMaxBytes, maxBytes);
  } catch (error) {
    // What would be a failure of a store that worked is, of one that never did, that it cannot be used.
    if (!(error instanceof StoreError) || error.kind !== 'failed') throw error;
    throw new StoreError('unusable', error.message, { cause: error.cause });
  }
}

/**
 * The store on a database that is open; `close` closes it. @param fileAfter and `pairMax`: see storage/history.ts
 * @param max what `usage` tells; `Connection.limit` holds it
 */
export function storeOn(
  connection: Connection,
  durability: Durability,
  fileAfter?: number,
  pairMax?: number,
  max = 0,
): Store & Filing {
  return connection.attempt(() => {
    connection.exec(`PRAGMA synchronous = ${durability}`);
    const history = sqliteHistory(connection, fileAfter, pairMax);
    return {
      ...history,
      ...sqliteSessionNumbers(connection, durability),
      subscribers: sqliteSubscribers(connection, history),
      probe: prober(connection, history),
      usage: usageReader(connection, max, pairMax ?? 0),
      close: () => connection.close(),
    };
  });
}

function sqliteSessionNumbers(connection: Connection, durability: Durability): SessionNumbers {
  const last = counterOf(connection, 'session');
  return {
    reserve(count) {
      return connection.under('PRAGMA synchronous = full', `PRAGMA synchronous = ${durability}`, () =>
        connection.transaction(() => {
          const first = nextBlock(last.read(), count);
          last.write(first + count - 1);
          return first;
        }),
      );
    },
  };
}

/** More than the largest text needs. */
const PROBE_BYTES = 16_384;

/**
 * Room is what a store that failed lacks, so the probe takes some, and gives it back in the same commit. What failed may have
 * been a filing, which needs far more, so that is done first: otherwise chats would begin and end at their first text. The
 * probe waits for nobody: as long as another process has the lock, the server has other things to do.
 */
function prober(connection: Connection, history: Filing): () => void {
  const take = connection.prepare(`INSERT INTO probe VALUES (zeroblob(${PROBE_BYTES}))`);
  const giveBack = connection.prepare('DELETE FROM probe');
  return () => {
    connection.under('PRAGMA busy_timeout = 0', WAIT, () => {
      history.fileNow();
      connection.transaction(() => {
        take.run([]);
        giveBack.run([]);
      });
    });
  };
}
