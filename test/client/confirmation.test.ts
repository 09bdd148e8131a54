/** What a client tells while it waits for a confirmation (transport/client/confirmation.ts). */
import type { ClientEvent } from '../../transport/client';
import { Confirmation } from '../../transport/client/confirmation';

const end = (complete: boolean): ClientEvent => ({
  event: 'historyEnd',
  line: '',
  peer: 'alice',
  count: 0,
  complete,
  code: complete ? 'complete' : 'incomplete',
});
const text: ClientEvent = { event: 'text', session: 1, from: 'bob', text: 'hello' };
const lost: ClientEvent = { event: 'disconnected', code: 'lost', line: 'Connection lost', advice: '' };

function asked(texts: number): Confirmation {
  const confirmation = new Confirmation();
  for (let i = 0; i < texts; i++) confirmation.said();
  confirmation.ask();
  return confirmation;
}

test('nobody has asked: everything is told as it is', () => {
  const confirmation = new Confirmation();
  expect(confirmation.told([text, end(true)])).toEqual([text, end(true)]);
});

test('the list that nobody wants to see becomes the answer; what was said since is for the next', () => {
  const confirmation = asked(3);
  confirmation.said();
  expect(confirmation.told([text])).toEqual([text]);
  expect(confirmation.awaited).toBe(true);
  expect(confirmation.told([text, end(true)])).toEqual([text, { event: 'confirmed', texts: 3, complete: true }]);
  expect(confirmation.awaited).toBe(false);
  confirmation.ask();
  expect(confirmation.told([end(true)])).toEqual([{ event: 'confirmed', texts: 1, complete: true }]);
});

test('a server that cannot say: nothing is confirmed by it', () => {
  const confirmation = asked(3);
  expect(confirmation.told([end(false)])).toEqual([{ event: 'confirmed', texts: 3, complete: false }]);
  confirmation.ask();
  expect(confirmation.told([end(true)])).toEqual([{ event: 'confirmed', texts: 3, complete: true }]);
});

test('the end of the connection is the answer; the next connection begins with nothing', () => {
  const confirmation = asked(3);
  expect(confirmation.told([end(false), lost])).toEqual([lost]);
  expect(confirmation.awaited).toBe(false);
  confirmation.told([{ event: 'connected', line: 'Connected' }]);
  confirmation.ask();
  expect(confirmation.told([end(true)])).toEqual([{ event: 'confirmed', texts: 0, complete: true }]);
});
