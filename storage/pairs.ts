/**
 * The row of each pair: what is known of its texts besides the texts, under a sum. Must never be here: the texts.
 */
import type { Connection } from './connection';
import { damaged } from './failure';
import type { PairNames } from './rows';
import { sumOfPair } from './sums';

/** As schema.ts says; a row that was changed is of use to nobody but the check. */
export interface Pair extends PairNames {
  readonly id: number;
  readonly lowFrom: number;
  readonly highFrom: number;
  readonly bytes: number;
  /** How many texts are in pages. */
  readonly count: number;
  readonly state: 'whole' | 'changed';
}

const FIND = 'SELECT id, low_from, high_from, bytes, count, sum FROM pairs WHERE low = ? AND high = ?';
const CREATE = 'INSERT INTO pairs (low, high, sum) VALUES (?, ?, ?)';
const WRITE =
  'UPDATE pairs SET low_from = ?3, high_from = ?4, bytes = ?5, count = ?6, sum = ?7 WHERE low = ?1 AND high = ?2';

export interface Pairs {
  /** Changed or not. */
  look(low: string, high: string): Pair | undefined;
  /** @throws StoreError of a damaged file */
  find(low: string, high: string): Pair | undefined;
  create(low: string, high: string): Pair;
  /** By its names. @throws StoreError of a damaged file */
  write(pair: Omit<Pair, 'id' | 'state'>): void;
}

export function pairsIn(connection: Connection): Pairs {
  type Row = [id: number, lowFrom: number, highFrom: number, bytes: number, count: number, sum: number];
  const row = connection.prepare<Row>(FIND);
  const insert = connection.prepare(CREATE);
  const update = connection.prepare(WRITE);
  const changed = (): Error =>
    damaged(connection.path, 'what is known of a pair was changed; parley-keys check says of which');

  const look: Pairs['look'] = (low, high) => {
    const found = row.get([low, high]);
    if (found === undefined) return undefined;
    const [id, lowFrom, highFrom, bytes, count, sum] = found;
    const pair = { low, high, lowFrom, highFrom, bytes, count };
    return { ...pair, id, state: sumOfPair(pair) === sum ? 'whole' : 'changed' };
  };
  return {
    look,
    find(low, high) {
      const pair = look(low, high);
      if (pair?.state === 'changed') throw changed();
      return pair;
    },
    create(low, high) {
      const pair = { low, high, lowFrom: 0, highFrom: 0, bytes: 0, count: 0 };
      const { lastInsertRowid } = insert.run([low, high, sumOfPair(pair)]);
      return { ...pair, id: Number(lastInsertRowid), state: 'whole' };
    },
    write(pair) {
      const { low, high, lowFrom, highFrom, bytes, count } = pair;
      if (update.run([low, high, lowFrom, highFrom, bytes, count, sumOfPair(pair)]).changes !== 1) throw changed();
    },
  };
}
