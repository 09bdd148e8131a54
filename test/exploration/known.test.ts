/**
 * Three stories in which somebody on the path once ended a log-on that was not theirs to end (L-3). Each is explored with its
 * faults and one more, and every fair run that begins while the user waits ends in Connected.
 */
import { explore } from './explore';
import type { Faults } from './scenario';

test.each([
  ['a CHALLENGE altered on the way has the rand of the genuine one', { altered: 2, loss: 1 }],
  ['a forged CHALLENGE comes, and HELLO or the genuine one is lost', { CHALLENGE: 2, loss: 1 }],
  ['an altered HELLO makes one more CHALLENGE beside two forged ones', { CHALLENGE: 2, HELLO: 1 }],
] as const)('%s: Connected', (about, faults: Faults) => {
  const users = { A: { on: 1 } };
  const result = explore({ name: about, about, budget: 'small', users, faults, mustConnect: true });
  expect(result.violation?.story).toBeUndefined();
  expect(result.complete).toBe(true);
});
