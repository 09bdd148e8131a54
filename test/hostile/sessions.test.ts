/** Chats, lists and connections that somebody tries to disturb, at a real server with its own limits (protocol 7, E to G). */
import type { TcpMessage } from '../../machines/messages';
import { framed, messageBytes } from '../support/plaintexts';
import { chat, lyingInChat } from './liar';
import type { Peer } from '../../bin/conform/server/peer';
import { FULL, HONEST, LIARS, scene, UNLIMITED } from './support';

const it = scene(UNLIMITED);

/** Messages that came up to and with the next one of this type. */
async function upTo(peer: Peer, type: TcpMessage['type']): Promise<TcpMessage[]> {
  const all: TcpMessage[] = [];
  while (all.at(-1)?.type !== type) all.push(await peer.reply());
  return all;
}
/** What the server answers to a question that is always answered, after everything sent before. */
async function barrier(peer: Peer): Promise<TcpMessage[]> {
  await peer.say({ type: 'HISTORY_REQ', id: 'nobody' });
  return (await upTo(peer, 'HISTORY_END')).slice(0, -1);
}

test('7-82, 7-83 oneself, unknown, off line, engaged: one answer for all', async () => {
  const peer = await (await it.peer()).logOn();
  for (const id of [LIARS[0], 'nobody', LIARS[2], ...HONEST]) {
    await peer.say({ type: 'CHAT_REQUEST', id });
    expect(await peer.reply()).toEqual({ type: 'UNREACHABLE', id });
  }
});

test('7-84 two call each other at once: one session', async () => {
  const [a, b] = [await (await it.peer(LIARS[0])).logOn(), await (await it.peer(LIARS[1])).logOn()];
  await Promise.all([a.say({ type: 'CHAT_REQUEST', id: b.id }), b.say({ type: 'CHAT_REQUEST', id: a.id })]);
  const [first, second] = [await a.reply(), await b.reply()];
  expect([first.type, second.type]).toEqual(['CHAT_STARTED', 'CHAT_STARTED']);
  expect([await barrier(a), await barrier(b)]).toEqual([[], []]);
});

test('7-85 two call a third at once: one session, the other UNREACHABLE', async () => {
  const [a, b, c] = await Promise.all(LIARS.map(async (id) => (await it.peer(id)).logOn()));
  if (!a || !b || !c) throw new Error('three liars');
  await Promise.all([a.say({ type: 'CHAT_REQUEST', id: c.id }), b.say({ type: 'CHAT_REQUEST', id: c.id })]);
  const answers = [(await a.reply()).type, (await b.reply()).type].sort();
  expect([answers, (await c.reply()).type]).toEqual([['CHAT_STARTED', 'UNREACHABLE'], 'CHAT_STARTED']);
  expect(await barrier(c)).toEqual([]);
});

test('7-86 CHAT_REQUEST in a chat is not answered and changes nothing', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  await liar.say({ type: 'CHAT_REQUEST', id: HONEST[0] }, { type: 'CHAT_REQUEST', id: partner.id });
  expect(await barrier(liar)).toEqual([]);
  await liar.say({ type: 'CHAT', session, text: 'still' });
  expect(await partner.reply()).toEqual({ type: 'CHAT', session, text: 'still' });
});

test('7-88 CHAT with an old, a foreign, a future session-ID: not delivered, not stored', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const wrong = [1, session - 1, session + 1, 4_294_967_295].filter((s) => s !== session);
  for (const session of wrong) await liar.say({ type: 'CHAT', session, text: 'psst' });
  expect(await barrier(liar)).toEqual([]);
  await partner.say({ type: 'HISTORY_REQ', id: liar.id });
  expect((await upTo(partner, 'HISTORY_END')).filter((m) => 'text' in m && m.text === 'psst')).toEqual([]);
});

test('7-89, 7-91 END_REQUEST with the session-ID of others, and twice with the own: only the own ends, once', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  // The first session of this server is that of the honest pair.
  await liar.say({ type: 'END_REQUEST', session: 1 });
  await it.chat();
  await liar.say({ type: 'END_REQUEST', session }, { type: 'END_REQUEST', session });
  expect(await partner.reply()).toEqual({ type: 'END_NOTIF', session, why: 0 });
  expect([await barrier(liar), await barrier(partner)]).toEqual([[], []]);
});

test('7-90 both end at once: nobody is told twice', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  await Promise.all([liar.say({ type: 'END_REQUEST', session }), partner.say({ type: 'END_REQUEST', session })]);
  const told = [...(await barrier(liar)), ...(await barrier(partner))];
  expect(told.map(({ type }) => type)).toEqual(['END_NOTIF']);
  await chat(partner, liar);
});

test('7-92, 7-111 log-off, FIN and RST in a chat: the partner is told at once, and why', async () => {
  const ends: readonly (readonly [number, (liar: Peer) => unknown])[] = [
    [1, (liar) => liar.say({ type: 'CLOSE', reason: 0 })],
    [2, (liar) => liar.tcp?.finish()],
    [2, (liar) => liar.tcp?.reset()],
  ];
  for (const [why, end] of ends) {
    const { liar, partner, session } = await lyingInChat(it);
    await end(liar);
    expect(await partner.reply()).toEqual({ type: 'END_NOTIF', session, why });
  }
  await it.until('the end of the connection', () =>
    it.server.errors.some((line) => /disconnected .*cause=truncated/.test(line)),
  );
});

test('7-93 a thousand CHAT_REQUESTs at once: 60, then 20 a second, and others are served meanwhile', async () => {
  const peer = await (await it.peer()).logOn();
  await peer.say(...Array.from({ length: 1_000 }, (): TcpMessage => ({ type: 'CHAT_REQUEST', id: 'nobody' })));
  for (let n = 0; n < 60; n++) expect((await peer.reply()).type).toBe('UNREACHABLE');
  const before = Date.now();
  await it.chat();
  // Six records of up to 4160 bytes hold a thousand requests; a record is processed whole (P4), and the others wait.
  expect([peer.tcp?.ended, Date.now() - before < 5_000]).toEqual([undefined, true]);
});

test('7-99, 7-100 lists: none of others, a second one while one runs is busy, and the first goes on', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const text = 'x'.repeat(4_000);
  const texts = Array.from({ length: 50 }, (): TcpMessage => ({ type: 'CHAT', session, text }));
  await liar.say(...texts);
  for (let n = 0; n < texts.length; n++) expect((await partner.reply()).type).toBe('CHAT');
  await partner.records(
    framed([messageBytes({ type: 'HISTORY_REQ', id: liar.id }), messageBytes({ type: 'HISTORY_REQ', id: 'nobody' })]),
  );
  const list = [...(await upTo(partner, 'HISTORY_END')), ...(await upTo(partner, 'HISTORY_END'))];
  const ends = list.filter(({ type }) => type === 'HISTORY_END');
  const count = list.length - ends.length;
  expect(ends).toEqual([
    { type: 'HISTORY_END', id: 'nobody', status: 1, count: 0 },
    { type: 'HISTORY_END', id: liar.id, status: 0, count },
  ]);
  expect(count).toBeGreaterThanOrEqual(50);
});

test("7-98, 7-104 lists of nobody, of oneself and of other people's chats are empty", async () => {
  const peer = await (await it.peer(LIARS[2])).logOn();
  for (const id of ['nobody', LIARS[2], ...HONEST]) {
    await peer.say({ type: 'HISTORY_REQ', id });
    expect(await peer.reply()).toEqual({ type: 'HISTORY_END', id, status: 0, count: 0 });
  }
});

test('7-107 a log-on elsewhere in a chat: the older is told, the partner too, the newer is idle', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const newer = await (await it.peer(liar.id)).logOn();
  expect([await liar.reply(), await liar.over()]).toEqual([{ type: 'CLOSE', reason: 2 }, 'FIN']);
  expect(await partner.reply()).toEqual({ type: 'END_NOTIF', session, why: 2 });
  await chat(newer, partner);
});

const TAKEOVERS = FULL ? 1_000 : 60;
test(`7-132 ${String(TAKEOVERS)} log-ons of one client one after the other, none of which closes: one stays`, async () => {
  const before = it.descriptors;
  for (let n = 0; n < TAKEOVERS; n++) await (await it.peer()).logOn();
  await it.until('the end of the older ones', () => it.descriptors <= before + 1);
});

test('7-101, 7-110 somebody asks for lists and reads nothing: the memory of the server stays bounded', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  liar.tcp?.pause();
  const before = it.residentKb;
  const text = 'y'.repeat(4_096);
  // The bucket lets so many through at once.
  for (let n = 0; n < 55; n++) await partner.say({ type: 'CHAT', session, text });
  await liar.say(...Array.from({ length: 40 }, (): TcpMessage => ({ type: 'HISTORY_REQ', id: partner.id })));
  await it.chat();
  expect(it.residentKb - before).toBeLessThan(64 * 1024);
  liar.tcp?.reset();
});
