/**
 * Where a log-on under attack does not end in Connected (L-3), and why the protocol has to live with it: no invariant is broken,
 * and the next log-on succeeds. The shortest stories are kept, so that a change of them is noticed.
 */
import { explore } from './explore';
import type { Faults } from './scenario';

const REST = 'and from here on nobody does anything more';

test.each([
  [
    'a CHALLENGE altered on the way has the rand of the genuine one, which is then ignored as its copy',
    { altered: 1 },
    ['HELLO A A1 plain reaches the server', 'an attacker sends A CHALLENGE A1 A1.0 altered'],
  ],
  [
    'HELLO is not repeated once a forged CHALLENGE has come: the genuine one may never be asked for',
    { CHALLENGE: 1, loss: 1 },
    ['HELLO A A1 plain is lost', 'an attacker sends A CHALLENGE A1 M1 plain'],
  ],
  [
    'an altered HELLO makes a third CHALLENGE that is not the genuine one',
    { CHALLENGE: 2, HELLO: 1 },
    [
      'an attacker sends A CHALLENGE A1 M2 plain',
      'an attacker sends A CHALLENGE A1 M1 plain',
      'an attacker sends the server HELLO A A1 altered',
    ],
  ],
] as const)('%s', (about, faults: Faults, story) => {
  const users = { A: { on: 1 } };
  const { violation } = explore({ name: about, about, budget: 'small', users, faults, mustConnect: true });
  expect(violation?.invariant).toBe('L-3');
  expect(violation?.story).toEqual(['A types Log on', ...story, REST]);
});
