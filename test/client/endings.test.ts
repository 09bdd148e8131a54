/** Why a chat ended (protocol P12), as a program, a pipe and a terminal are told; `Chat ended` stays a line of its own. */
import { END_WHY } from '../../machines/messages';
import type { ClientStatus } from '../../machines/client/client';
import { asideOf, lineOf } from '../../bin/terminal/display';
import { PlainWriter } from '../../bin/terminal/writers';
import type { ClientEvent } from '../../transport/client';
import { eventsOf } from '../../transport/client/telling';

const STATUS: ClientStatus = {
  connection: 'Connected',
  chat: 'Connected',
  history: 'Idle',
  want: null,
  session: null,
  peer: null,
};

function endedWith(why?: number): ClientEvent {
  const [event] = eventsOf({
    before: { ...STATUS, chat: 'Active Chat', session: 7, peer: 'bob' },
    after: STATUS,
    displays: [{ type: 'show', text: 'Chat ended', ...(why === undefined ? {} : { why }) }],
    asked: null,
    lines: 0,
    confirming: false,
    guardSeconds: 30,
  });
  if (!event) throw new Error('nothing was told');
  return event;
}

/** What a pipe writes, and what it says on standard error. */
function atPipe(event: ClientEvent): { written: string[]; said: string[] } {
  const written: string[] = [];
  const said: string[] = [];
  const writer = new PlainWriter(
    { write: (lines) => void written.push(...lines), complain: (line) => void said.push(line) },
    { timestamps: false, historyJson: false, wall: () => 0 },
  );
  writer.event(event);
  writer.settled();
  return { written, said };
}

const SENTENCES: Readonly<Record<keyof typeof END_WHY, readonly [why: string, sentence: RegExp]>> = {
  ended: ['ended', /^bob ended the chat$/],
  loggedOff: ['logged-off', /^bob logged off$/],
  lost: ['lost', /^the connection of bob was lost$/],
  shutdown: ['shut-down', /^the server is shutting down$/],
  unstored: ['not-stored', /could not store a text.*History bob.*operator/],
};

test.each(Object.entries(SENTENCES))('%s', (name, [why, sentence]) => {
  const event = endedWith(END_WHY[name as keyof typeof END_WHY]);
  const reason: unknown = expect.stringMatching(sentence);
  expect(event).toEqual({ event: 'chatEnded', line: 'Chat ended', session: 7, peer: 'bob', why, reason });
  expect([lineOf(event), asideOf(event)]).toEqual(['Chat ended', reason]);
  const { written, said } = atPipe(event);
  expect(written).toEqual(['Chat ended']);
  // That the other has ended it is nothing to complain of.
  expect(said).toEqual(why === 'ended' ? [] : [`Chat ended: ${asideOf(event) ?? ''}`]);
});

test.each([undefined, 200])('a server that gives the reason %p: nothing is made up', (why) => {
  const event = endedWith(why);
  expect(event).toEqual({ event: 'chatEnded', line: 'Chat ended', session: 7, peer: 'bob' });
  expect(asideOf(event)).toBeUndefined();
  expect(atPipe(event)).toEqual({ written: ['Chat ended'], said: [] });
});
