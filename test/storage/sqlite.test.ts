/** The store in SQLite keeps the contract. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../machines/ports';
import type { Connection } from '../../storage/connection';
import { openDatabase } from '../../storage/open';
import { storeOn } from '../../storage/sqlite';
import { testStore } from './contract';
import { temporaryDirectory } from './files';
import type { Harness } from './support';

const NO_LIMIT = 2 ** 31;

/** There is no room when SQLite may not add a page; the limit is the connection's. */
function sqliteHarness(): Harness {
  const directory = temporaryDirectory();
  let connection: Connection;
  let current: Store | undefined;
  const open = (): Store => {
    current?.close();
    connection = openDatabase(join(directory, 'parley.db'), true);
    return (current = storeOn(connection, 'normal'));
  };
  const limitPages = (pages: number): void => connection.exec(`PRAGMA max_page_count = ${pages}`);
  return {
    store: open(),
    reopen: open,
    // No less than there are.
    fill: () => limitPages(1),
    free: () => limitPages(NO_LIMIT),
    dispose: () => {
      current?.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

testStore('SQLite', sqliteHarness);
