/**
 * The texts of every pair in SQLite (protocol 4.8). `append` is on the way of every chat message, so it is paid per run of
 * texts. Texts go in and out as JSON: one bound value for a run and one row for a page, instead of one call a text; and
 * out as bytes, since libsql ends the process on a string that is not UTF-8, which damage can leave in a file.
 */
import type { History, StoredText } from '../machines/ports';
import { pairOf, runsOf, type Run } from './agreement';
import type { Connection } from './connection';
import { damaged } from './failure';

const FIND = 'SELECT id, (SELECT max(n) FROM texts WHERE pair = id) FROM pairs WHERE low = ? AND high = ?';
const CREATE = 'INSERT INTO pairs (low, high) VALUES (?, ?)';
const APPEND_ONE = 'INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?)';
const APPEND_RUN = 'INSERT INTO texts SELECT ?1, ?2 + key, ?3, ?4, ?5, value FROM json_each(?6)';
const PAGE = `
  SELECT CAST(json_group_array(json_array(n, from_low, session, time, text)) AS BLOB) FROM (
    SELECT n, from_low, session, time, text FROM texts
    WHERE pair = (SELECT id FROM pairs WHERE low = ? AND high = ?) AND n > ? ORDER BY n LIMIT ?
  )`;

type Row = readonly [n: number, fromLow: number, session: number, time: number, text: string];

/** The history kept in `connection`; errors and order as the port says. */
export function sqliteHistory(connection: Connection): History {
  const find = connection.prepare<[pair: number, last: number | null]>(FIND);
  const create = connection.prepare(CREATE);
  const one = connection.prepare(APPEND_ONE);
  const many = connection.prepare(APPEND_RUN);
  const page = connection.prepare<[json: Buffer]>(PAGE);
  const utf8 = new TextDecoder('utf-8', { fatal: true });

  const store = ({ low, high, fromLow, session, time, texts }: Run): void => {
    const [pair, last] = find.get([low, high]) ?? [create.run([low, high]).lastInsertRowid, 0];
    const first = (last ?? 0) + 1;
    const from = fromLow ? 1 : 0;
    if (texts.length === 1) one.run([pair, first, from, session, time, texts[0]]);
    else many.run([pair, first, from, session, time, JSON.stringify(texts)]);
  };

  const decode = (json: Buffer): readonly Row[] => {
    try {
      return JSON.parse(utf8.decode(json)) as Row[];
    } catch {
      // Without the cause: an error of the parser quotes what it read.
      throw damaged(connection.path, 'a stored text is not UTF-8');
    }
  };

  return {
    append(batch) {
      const runs = runsOf(batch);
      if (runs.length > 0) connection.transaction(() => runs.forEach(store));
    },
    count(a, b) {
      return connection.attempt(() => find.get(pairOf(a, b))?.[1] ?? 0);
    },
    page(a, b, after, limit) {
      const [low, high] = pairOf(a, b);
      const [json] = connection.attempt(() => page.get([low, high, after, limit])) ?? [];
      return json === undefined ? [] : decode(json).map(stored);

      function stored([n, fromLow, session, time, text]: Row, i: number): StoredText {
        if (n !== after + 1 + i) throw damaged(connection.path, 'texts are missing');
        return { n, session, sender: fromLow === 1 ? low : high, time, text };
      }
    },
  };
}
