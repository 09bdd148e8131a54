/**
 * The last session number that is reserved, and the last turn that is filed. A counter that is missing or was changed is damage
 * and never 0: session numbers would come twice, and texts would be missing. Must never be here: what is counted.
 */
import type Database from 'libsql';
import { LAST_SESSION } from './agreement';
import type { Connection } from './connection';
import { damaged } from './failure';
import { sumOfCounter } from './sums';

const LARGEST = { session: LAST_SESSION, filed: Number.MAX_SAFE_INTEGER } as const;
export type CounterName = keyof typeof LARGEST;
const NAMES = Object.keys(LARGEST) as CounterName[];
export type CounterRow = readonly [value: number, sum: number];

const READ = 'SELECT value, sum FROM counters WHERE name = ?';
const WRITE = 'UPDATE counters SET value = ?2, sum = ?3 WHERE name = ?1';

/** @param row as it was read, if it was found @throws StoreError of a damaged file */
export function counterIn(path: string, name: CounterName, row: CounterRow | undefined): number {
  const [value, sum] = row ?? [NaN, NaN];
  const possible = Number.isSafeInteger(value) && value >= 0 && value <= LARGEST[name];
  if (!possible || sum !== sumOfCounter(name, value)) throw wrong(path, name);
  return value;
}

/** Both, as a database is opened. @throws StoreError of a damaged file */
export function checkCounters(path: string, db: Database.Database): void {
  const read = db.prepare(READ).raw(true);
  for (const name of NAMES) counterIn(path, name, read.get([name]) as CounterRow | undefined);
}

export interface Counter {
  /** @throws StoreError of a damaged file */
  read(): number;
  /** @throws StoreError of a damaged file */
  write(value: number): void;
}

export function counterOf(connection: Connection, name: CounterName): Counter {
  const read = connection.prepare<CounterRow>(READ);
  const write = connection.prepare(WRITE);
  return {
    read: () => counterIn(connection.path, name, read.get([name])),
    write(value) {
      if (write.run([name, value, sumOfCounter(name, value)]).changes !== 1) throw wrong(connection.path, name);
    },
  };
}

function wrong(path: string, name: CounterName): Error {
  return damaged(path, `its counter "${name}" is missing or was changed`);
}
