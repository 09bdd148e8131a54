/** Somebody who sees every byte on the path and has no key (SECURITY.md): no text, no partner, not even that a text comes again. */
import { LIMITS } from '../../machines/limits';
import { story, type World } from '../support/world';

const [ANNABEL, BARNABY] = ['Annabel-7f', 'Barnaby-2c'];
const TEXTS = ['meet me at the usual place', 'no', 'not before half past nine this time'] as const;

/** What leaves from now on: datagrams, and for each direction of each connection its bytes. */
function listen(world: World): { readonly datagrams: Buffer[]; readonly streamed: Buffer[] } {
  const heard = { datagrams: [] as Buffer[], streamed: [] as Buffer[] };
  world.network.watches.push({
    sent: ({ bytes }) => void heard.datagrams.push(Buffer.from(bytes)),
    streamed: (_, __, bytes) => void heard.streamed.push(Buffer.from(bytes)),
  });
  return heard;
}
const holds = (pieces: readonly Buffer[], text: string): boolean => Buffer.concat(pieces).includes(text);

story('a whole chat: names at the log-on, then nothing but sizes', { users: [ANNABEL, BARNABY] }, (world) => {
  const { datagrams, streamed } = listen(world);
  const [a, b] = world.chat(ANNABEL, BARNABY);
  for (const text of TEXTS) {
    a.type(text);
    world.advance(LIMITS.T_KEEPALIVE_MS / 100);
  }
  a.type('History Barnaby-2c');
  world.advance(100);
  expect(b.look().join()).toContain(TEXTS[0]);
  // Who talks to the server is no secret.
  expect([ANNABEL, BARNABY].map((name) => holds(datagrams, name))).toEqual([true, true]);
  expect([...TEXTS, ANNABEL, BARNABY].filter((text) => holds(streamed, text))).toEqual([]);
  expect(TEXTS.filter((text) => holds(datagrams, text))).toEqual([]);
});

story('the same text again, another one, and an end: they look alike', { users: [ANNABEL, BARNABY] }, (world) => {
  const [a] = world.chat(ANNABEL, BARNABY);
  const { streamed } = listen(world);
  const said = (line: string): Buffer[] => {
    a.type(line);
    world.advance(10);
    return streamed.splice(0);
  };
  const [first, again, other] = [said(TEXTS[0]), said(TEXTS[0]), said(TEXTS[1])];
  expect([first, again, other].map((pieces) => pieces.map(({ length }) => length))).toEqual([
    [82, 82],
    [82, 82],
    [82, 82],
  ]);
  const records = [...first, ...again, ...other];
  expect(new Set(records.map((record) => record.toString('hex'))).size).toBe(records.length);
  expect(said('End chat').map(({ length }) => length)).toEqual([82, 82]);
});
