/** How a scenario begins: clients that are connected at the start have logged on, one after the other, without a fault. */
import { naturalMoves } from './moves';
import type { Draft, Universe } from './world';

const MOST_STEPS = 200;

/** The first world of a scenario. @throws Error our own bug: a log-on without faults does not succeed */
export function prelude(u: Universe): Draft {
  const draft = u.first();
  for (const id of u.scenario.connected ?? []) {
    const i = u.ids.indexOf(id);
    u.stepClient(draft, i, 'prelude log on', (client) => client.user({ type: 'U.LOGON' }));
    if (u.scenario.turns === 'open') u.stepClient(draft, i, 'end of turn', (client) => client.endTurn());
    runFair(u, draft);
    if (u.client(draft.row, i).client.status.connection !== 'Connected') throw new Error(`${id} is not connected`);
    u.forgetDatagrams(draft);
  }
  draft.out.length = 0;
  return draft;
}

/**
 * Follows the fair run to its end.
 * @param below takes only moves before this place in the order
 * @returns how many steps it took, or undefined if it does not end
 */
export function runFair(u: Universe, draft: Draft, below = Infinity): number | undefined {
  for (let steps = 0; steps < MOST_STEPS; steps++) if (!fairStep(u, draft, below)) return steps;
  return undefined;
}
function fairStep(u: Universe, draft: Draft, below: number): boolean {
  const moves = naturalMoves(u, draft.row).filter(({ fair }) => fair !== undefined && fair < below);
  moves.sort((a, b) => (a.fair as number) - (b.fair as number));
  for (const move of moves) {
    const tried: Draft = { row: [...draft.row], out: [] };
    move.apply(tried);
    u.settle(tried);
    if (tried.row.every((part, i) => part === draft.row[i])) continue;
    draft.row.splice(0, draft.row.length, ...tried.row);
    draft.out.push(...tried.out);
    return true;
  }
  return false;
}
