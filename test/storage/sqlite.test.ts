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

/** The texts of a turn are filed at once, now and then, or hardly ever (storage/history.ts). */
const FILE_AFTER = { 'filed at once': 0, 'filed now and then': 300, 'filed rarely': undefined };

/** There is no room when SQLite may not add a page; the limit is the connection's. */
function sqliteHarness(fileAfter: number | undefined): Harness {
  const directory = temporaryDirectory();
  let connection: Connection;
  let current: Store | undefined;
  const open = (): Store => {
    current?.close();
    connection = openDatabase(join(directory, 'parley.db'), true);
    return (current = storeOn(connection, 'normal', fileAfter));
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

for (const [how, fileAfter] of Object.entries(FILE_AFTER)) testStore(`SQLite, ${how}`, () => sqliteHarness(fileAfter));
