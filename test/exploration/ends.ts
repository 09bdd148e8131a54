/**
 * How a fair run must end (L-1): every client is Offline or Connected, every instance is Connected, and both agree; and when
 * all users then log off, nothing is left of them. Must never be here: how a run goes on.
 */
import type { Instance } from '../../machines/server/switchboard';
import { runFair } from './prelude';
import type { Draft, Row, Universe } from './world';

/** What is wrong with a world that a fair run ends in. */
export function endViolations(u: Universe, row: Row): string[] {
  const { board, links } = u.server(row);
  const clients = u.ids.flatMap((id, i) => {
    const { connection, chat } = u.client(row, i).client.status;
    if (connection !== 'Offline' && connection !== 'Connected') return [`${id} stays in ${connection}`];
    return chat === 'Wait for CHAT_STARTED' ? [`${id} stays in Wait for CHAT_STARTED`] : [];
  });
  const isLinked = (instance: Instance): boolean => {
    const link = Object.values(links).find(({ at }) => at === instance);
    const conn = link && u.connsOf(row, u.indexOf(link.conn))[link.conn];
    return conn?.client === 'open' && !conn.cut;
  };
  const instances = [...board.tables.all].flatMap((instance) => {
    if (instance.connection.state !== 'Connected') return [`${instance.attempt} stays in ${instance.connection.state}`];
    return isLinked(instance) ? [] : [`${instance.attempt} is connected to nobody`];
  });
  const alone = u.ids.flatMap((id, i) => {
    const isConnected = u.client(row, i).client.status.connection === 'Connected';
    return isConnected && !board.tables.connected.has(id) ? [`${id} is connected to nothing`] : [];
  });
  return [...clients, ...instances, ...alone];
}

/** Everybody logs off: what is left? */
export function goesHome(u: Universe, row: Row): string[] {
  const draft: Draft = { row: [...(row as Int32Array)], out: [] };
  u.ids.forEach((_, i) => {
    u.stepClient(draft, i, 'goes home', (client) => {
      if (client.client.status.connection === 'Connected') client.user({ type: 'U.LOGOFF' });
      client.endTurn();
    });
  });
  if (runFair(u, draft) === undefined) return ['after everybody has logged off the fair run does not end'];
  const { board, timers, links } = u.server(draft.row);
  const tables = Object.entries(board.tables).flatMap(([name, table]) => leftIn(name, table as object));
  const clients = u.ids.flatMap((id, i) => {
    const { client, timers: armed } = u.client(draft.row, i);
    const rest = [client.status.connection, ...armed].join(', ');
    return rest === 'Offline' ? [] : [`after everybody has logged off ${id} is ${rest}`];
  });
  const others = [...timers, ...Object.keys(links)].map((rest) => `after everybody has logged off there is ${rest}`);
  return [...tables, ...clients, ...others];
}
function leftIn(name: string, table: object): string[] {
  const held =
    'sets' in table ? (table.sets as Map<unknown, unknown>) : (table as Map<unknown, unknown> | Set<unknown>);
  return held.size === 0 ? [] : [`after everybody has logged off ${String(held.size)} entries are left in ${name}`];
}
