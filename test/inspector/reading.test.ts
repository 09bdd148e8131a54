/** What people read on the page and without it: texts, KEEPALIVE, answers in words, and what to do without the link. */
import { answerOf } from '../../diagrams/inspector/page/model/answers';
import { foldingOf } from '../../diagrams/inspector/page/model/folding';
import { arrowsOf, foldedArrows } from '../../diagrams/inspector/page/model/ladder';
import { readable, withEscapes } from '../../diagrams/inspector/page/model/readable';
import type { StepEntry } from '../../diagrams/inspector/page/model/record';
import { rowsOf } from '../../diagrams/spec';
import { feedOf, recordOf } from './feed';
import { ask, scene } from './scene';

test.each([
  ['text="Gr\\u00fc\\u00dfe \\u2615"', 'text="Grüße ☕"'],
  ['text="\\ud83d\\udc4d\\u4f60"', 'text="👍你"'],
  // What the user wrote himself is no escape.
  ['text="\\\\u00fc"', 'text="\\\\u00fc"'],
  ['text="a\\nb\\u0007"', 'text="a\\nb\\u0007"'],
  ['text="\\u202eevil\\u2066"', 'text="\\u202eevil\\u2066"'],
  ['text="\\u200b\\u00a0\\u2028\\u3164\\udb40\\udc41"', 'text="\\u200b\\u00a0\\u2028\\u3164\\udb40\\udc41"'],
  ['text="\\ud83d"', 'text="\\ud83d"'],
])('%s is read as %s', (line, shown) => {
  expect(readable(line)).toBe(shown);
});
test('a text is shown with an escape for what is not seen', () => {
  expect(withEscapes('a\u202eb\u{e0041} ü')).toBe('a\\u202eb\\udb40\\udc41 ü');
});

test('KEEPALIVE of a connection with nothing between is one, on each side; another message ends the row', () => {
  const alice = feedOf('alice', 'client');
  const keep = (): unknown[] => [
    alice.wire('alice', 'S', 'KEEPALIVE', true),
    alice.wire('S', 'alice', 'KEEPALIVE', false),
  ];
  const chat = (): unknown => alice.wire('alice', 'S', 'CHAT', true);
  const record = recordOf(alice, [...keep(), ...keep(), chat(), ...keep()] as never);
  const { heads, counts } = foldingOf(record.entries);
  const rows = record.entries.filter((entry) => !heads.has(entry));
  expect(rows.map((entry) => counts.get(entry) ?? 1)).toEqual([4, 1, 2]);
  const arrows = foldedArrows(arrowsOf(record.entries));
  expect(arrows.map(({ name, count, bothWays }) => [name, count, bothWays])).toEqual([
    ['KEEPALIVE', 4, true],
    ['CHAT', undefined, undefined],
    ['KEEPALIVE', 2, true],
  ]);
});

test('no answer cites a paragraph without saying whose', () => {
  for (const machine of ['client connection', 'client chat', 'server connection', 'server chat', 'server history']) {
    for (const { state, event } of rowsOf(machine)) {
      const step = { kind: 'step', machine: { machine }, from: state, event, alternative: 0, state, stopped: false };
      const { said, note } = answerOf(step as StepEntry);
      expect([machine, state, event, /\btext \d/.test(`${said} ${note}`)]).toEqual([machine, state, event, false]);
    }
  }
});

test('without the token a page says what to do', async () => {
  const served = await scene();
  const { status, headers, body } = await ask(served, '/');
  expect([status, headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
  expect(body).toContain('Use the link that the process printed');
  expect(body).not.toMatch(/<script|href=|src=/);
});
