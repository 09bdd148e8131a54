/** Answers, lights, forms and lists of the page, against the real tables, machines and drawings. */
import { clientChat } from '../../machines/client/chat';
import { clientConnection } from '../../machines/client/connection';
import { clientHistory } from '../../machines/client/history';
import { serverChat } from '../../machines/server/chat';
import { serverConnection } from '../../machines/server/connection';
import { serverHistory } from '../../machines/server/history';
import { answerOf } from '../../diagrams/inspector/page/model/answers';
import { edgesTaken, lightOf } from '../../diagrams/inspector/page/model/light';
import { firstGroup, listRows } from '../../diagrams/inspector/page/model/list';
import { fragmentOf, linksIn, readLink } from '../../diagrams/inspector/page/model/links';
import { groupsOf } from '../../diagrams/inspector/page/model/moment';
import { formOf, possibleEvents, readField } from '../../diagrams/inspector/page/model/payloads';
import type { StepEntry } from '../../diagrams/inspector/page/model/record';
import type { PagePictures } from '../../diagrams/draw/generate';
import pictures from '../../diagrams/generated/pictures.json';
import { feedOf, loggedOn, recordOf } from './feed';

const PICTURES: PagePictures = pictures;
const MACHINES = [clientConnection, clientChat, clientHistory, serverConnection, serverChat, serverHistory];

function step(machine: string, from: string, event: string, alternative: number, state = from): StepEntry {
  return { kind: 'step', machine: { machine }, from, event, alternative, state, stopped: false } as StepEntry;
}

test.each([
  ['client connection', 'Offline', 'U.LOGON', 0, 'Wait for Challenge', 'moved', 'SPEC'],
  ['client connection', 'Offline', 'U.CHAT', 0, 'Offline', 'refused', 'REF'],
  ['client connection', 'Offline', 'T.RETRY', 0, 'Offline', 'ignored', 'IGN'],
  ['client connection', 'Connected', 'U.CHAT', 0, 'Connected', 'passed on', '→CH'],
  ['client chat', 'Active Chat', 'U.TEXT', 1, 'Active Chat', 'stayed', 'SPEC'],
  ['client chat', 'Active Chat', 'M.UNREACHABLE', 0, 'Active Chat', 'protocol error', 'PE'],
  ['some machine', 'a', 'e', 0, 'b', 'moved', undefined],
  ['client chat', 'Gone', 'U.TEXT', -1, 'Gone', 'not taken', undefined],
])('%s in %s on %s: %s %s', (machine, from, event, alternative, to, kind, mark) => {
  expect(answerOf(step(machine, from, event, alternative, to))).toMatchObject({ kind, mark });
});

test('the table gives the reason', () => {
  expect(answerOf(step('client chat', 'Active Chat', 'U.CHAT', 0)).note).toBe('"End the current chat first"');
});

test('every edge of every drawing is found by what it covers', () => {
  for (const [machine, levels] of Object.entries(PICTURES)) {
    for (const picture of Object.values(levels)) {
      for (const { id, covers } of picture.edges) {
        for (const { machine: taker, state, event, alternative } of covers) {
          expect([machine, edgesTaken(picture, step(taker, state, event, alternative))]).toEqual([
            machine,
            expect.arrayContaining([id]),
          ]);
        }
      }
    }
  }
});

test('a step of another machine in a state of the same name is not lit', () => {
  const picture = PICTURES['client chat']?.spec ?? { edges: [] };
  const passedOn = step('client connection', 'Connected', 'M.CHAT_STARTED', 0);
  // The alternative before it is a call of somebody blocked.
  const taken = step('client chat', 'Connected', 'M.CHAT_STARTED', 1, 'Active Chat');
  expect([edgesTaken(picture, passedOn), edgesTaken(picture, taken).length]).toEqual([[], 1]);
});

test('the newest step that is drawn is lit, unless the machine has moved since', () => {
  const picture = { edges: [{ id: 'e', covers: [{ machine: 'm', state: 'A', event: 'go', alternative: 0 }] }] };
  const [go, ignored, moved] = [step('m', 'A', 'go', 0, 'B'), step('m', 'B', 'x', 0), step('m', 'B', 'y', 0, 'C.d')];
  expect(lightOf(picture, 'B', [ignored, go])).toMatchObject({ states: ['B'], edges: ['e'], step: go });
  expect(lightOf(picture, 'C.d', [moved, go])).toMatchObject({ states: ['C.d', 'C'], edges: [] });
  const inside = step('m', 'A.b', 'go', 0, 'B');
  expect(lightOf(picture, 'B', [inside]).edges).toEqual(['e']);
});

test.each(MACHINES.map((machine) => [machine.id, machine] as const))(
  '%s: every event has a form of its own fields',
  (id, machine) => {
    for (const event of machine.events) expect([event, typeof formOf(id, event)]).toEqual([event, 'object']);
    for (const state of machine.leaves) {
      for (const { event, rows } of possibleEvents(id, state)) {
        expect(machine.events).toContain(event);
        expect(rows.every(({ mark }) => mark !== 'IGN' && mark !== 'N/A')).toBe(true);
      }
    }
  },
);

test('only what the machine answers may be sent, and nothing about sockets or other machines', () => {
  const events = possibleEvents('client connection', 'Offline').map(({ event }) => event);
  expect(events).toEqual(['U.LOGON', 'U.LOGOFF', 'U.CHAT', 'U.END', 'U.TEXT', 'U.HISTORY']);
  expect(possibleEvents('client chat', 'Active Chat').map(({ event }) => event)).not.toContain('X.GONE');
  expect(possibleEvents('nobody', 'Offline')).toEqual([]);
});

test('a text that is written into a form is for the chat of the moment at which it was opened', () => {
  const session = (chat?: { session: number; peer: string }): unknown =>
    possibleEvents('client chat', 'Active Chat', chat).find(({ event }) => event === 'U.TEXT')?.form['session'];
  expect(session()).toEqual({ kind: 'session', chat: null });
  const chat = { session: 7, peer: 'bob' };
  expect(session(chat)).toEqual({ kind: 'session', chat });
  expect(readField({ kind: 'session', chat }, '7')).toEqual({ value: 7 });
  expect(readField({ kind: 'session', chat: null }, ' ')).toEqual({ value: null });
  expect(readField({ kind: 'session', chat }, 'x')).toEqual({ wrong: 'a session-ID, or nothing' });
});

test('fields are read by their kind', () => {
  expect(readField({ kind: 'number', value: 1 }, ' 42 ')).toEqual({ value: 42 });
  expect(readField({ kind: 'number', value: 1 }, '4.2')).toHaveProperty('wrong');
  expect(readField({ kind: 'number', value: 1, optional: true }, '')).toEqual({ value: undefined });
  expect(readField({ kind: 'choice', values: ['a', 2] }, '2')).toEqual({ value: 2 });
  expect(readField({ kind: 'choice', values: ['a', 2] }, '3')).toHaveProperty('wrong');
  expect(readField({ kind: 'texts', value: '' }, 'a\n\nb')).toEqual({ value: ['a', 'b'] });
  expect(readField({ kind: 'flag', value: true }, 'false')).toEqual({ value: false });
  expect(readField({ kind: 'address', value: '' }, '::1:80')).toEqual({ value: { address: '::1', port: 80 } });
});

test('the list is filtered by words and by what runs', () => {
  const feed = feedOf('alice', 'client');
  const record = recordOf(feed, [
    ...loggedOn(feed),
    feed.register('x:9', 'client connection', 'Offline', { client: 'carol' }),
    feed.stop('x:9'),
  ]);
  const names = (text: string, running: 'all' | 'running' | 'stopped'): string[] =>
    listRows(record.processes, groupsOf(record), { text, running }, undefined).flatMap((row) =>
      row.kind === 'group' ? row.name : [],
    );
  expect(names('', 'all')).toEqual(['alice', 'carol']);
  expect(names('', 'running')).toEqual(['alice']);
  expect(names('', 'stopped')).toEqual(['carol']);
  expect(names('alice answering', 'all')).toEqual(['alice']);
  expect(names('nobody', 'all')).toEqual([]);
  expect(firstGroup(groupsOf(record))?.connection.session).toBe('x:0');
});

test('links lead to this machine only, and are kept in the fragment', () => {
  expect(readLink('http://127.0.0.1:5000/?token=ab')).toBe('127.0.0.1:5000/?token=ab');
  for (const wrong of [
    'http://example.org/?token=ab',
    'https://127.0.0.1/?token=a',
    'http://127.0.0.1:5000/',
    'x',
    'javascript:alert(1)',
  ]) {
    expect([wrong, readLink(wrong)]).toEqual([wrong, undefined]);
  }
  const links = ['127.0.0.1:5000/?token=ab', 'localhost:5001/?token=c'];
  expect(linksIn(fragmentOf(links))).toEqual(links);
  expect(linksIn('#add=example.org%2F%3Ftoken%3Dx')).toEqual([]);
  expect(fragmentOf([])).toBe('');
});
