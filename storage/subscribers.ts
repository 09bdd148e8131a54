/**
 * The subscribers and their keys in SQLite (protocol 1.3, 2.3). A key must never stand in an error.
 */
import { isClientId } from '../machines/messages';
import type { Subscriber, SubscriberStore } from '../machines/ports';
import { refuseId, refuseKey } from './agreement';
import type { Connection } from './connection';
import { damaged } from './failure';
import type { Filing } from './history';

const KEY_BYTES = 32;

/** As bytes: libsql ends the process on a string that is not UTF-8, which damage can leave in a file. */
const ALL = `
  SELECT CAST(json_group_array(json_array(id, hex(key), stretched)) AS BLOB)
  FROM (SELECT id, key, stretched FROM subscribers ORDER BY id)`;
const LIST = `
  SELECT CAST(json_group_array(json_array(id, stretched)) AS BLOB)
  FROM (SELECT id, stretched FROM subscribers ORDER BY id)`;

/** The subscribers kept in `connection`; `all` is in the order of the alphabet, case-blind. */
export function sqliteSubscribers(
  connection: Connection,
  { writing, renew }: Pick<Filing, 'writing' | 'renew'>,
): SubscriberStore {
  const all = connection.prepare<[json: Buffer]>(ALL);
  const list = connection.prepare<[json: Buffer]>(LIST);
  const sameId = connection.prepare<[id: string]>('SELECT id FROM subscribers WHERE id = ?');
  const sameKey = connection.prepare<[id: string]>('SELECT id FROM subscribers WHERE key = ?');
  const insert = connection.prepare('INSERT INTO subscribers VALUES (?, ?, ?)');
  // Of the whole file: what other connections have committed since this one was opened.
  const version = connection.prepare<[version: number]>('PRAGMA data_version');
  const remove = connection.prepare('DELETE FROM subscribers WHERE id = ? COLLATE BINARY');

  const add = (subscriber: Subscriber): void => {
    const key = Buffer.from(subscriber.key);
    const [id] = sameId.get([subscriber.id]) ?? [];
    if (id !== undefined) refuseId(subscriber.id, id);
    if (sameKey.get([key]) !== undefined) refuseKey(subscriber);
    insert.run([subscriber.id, key, subscriber.stretched ? 1 : 0]);
  };

  const rowsOf = (query: typeof all): unknown => {
    const [json] = connection.attempt(() => query.get([])) ?? [];
    return JSON.parse(json?.toString('utf8') ?? '[]');
  };

  return {
    all() {
      return (rowsOf(all) as [id: string, key: string, stretched: number][]).map(([id, key, stretched]) => {
        const bytes = Buffer.from(key, 'hex');
        if (!isClientId(id) || bytes.length !== KEY_BYTES)
          throw damaged(connection.path, 'a subscriber makes no sense');
        return { id, key: bytes, stretched: stretched === 1 };
      });
    },
    list() {
      return (rowsOf(list) as [id: string, stretched: number][]).map(([id, stretched]) => {
        if (!isClientId(id)) throw damaged(connection.path, 'a subscriber makes no sense');
        return { id, stretched: stretched === 1 };
      });
    },
    add(subscriber) {
      return writing(() => {
        add(subscriber);
        return renew(subscriber.id);
      });
    },
    replace(subscriber) {
      return writing(() => {
        const same = remove.run([subscriber.id]).changes > 0;
        add(subscriber);
        return same ? 0 : renew(subscriber.id);
      });
    },
    remove(id) {
      return connection.transaction(() => remove.run([id]).changes > 0);
    },
    version() {
      connection.inspect();
      return connection.attempt(() => version.get([])?.[0] ?? 0);
    },
  };
}
