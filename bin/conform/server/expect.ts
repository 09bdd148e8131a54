/** What a check may demand of a server; what is not so is Unexpected, in words. Must never be here: a message to send. */
import type { TcpMessage } from '../../../machines/messages';
import { Unexpected } from '../check';
import type { Peer } from './peer';
import type { Tcp } from './sockets';
import { allWords, datagramWords, words } from './words';
import { hex } from '../bytes';

/** @throws Unexpected unless it holds */
export function must(holds: boolean, expected: string, seen: string): void {
  if (!holds) throw new Unexpected(expected, seen);
}

/** A message with some of its fields; what is not named may be anything, `why` and `time` for example (P23). */
export type Wanted = { readonly type: TcpMessage['type'] } & Readonly<Record<string, unknown>>;

function isLike(message: TcpMessage, wanted: Wanted): boolean {
  const fields = message as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([name, value]) => fields[name] === value);
}

/** The next message of this peer is this one. @returns it @throws Unexpected */
export async function expectReply(peer: Peer, wanted: Wanted): Promise<TcpMessage> {
  const expected = words(wanted as unknown as TcpMessage);
  const reply = await peer.reply(expected);
  must(isLike(reply, wanted), `${expected} at ${peer.id}`, words(reply));
  return reply;
}

/** Session-ID of a CHAT_STARTED that comes next. @throws Unexpected */
export async function expectStarted(peer: Peer, other: string): Promise<number> {
  const reply = await expectReply(peer, { type: 'CHAT_STARTED', id: other });
  return 'session' in reply ? reply.session : 0;
}

/** These messages came, and no others. @throws Unexpected */
export function expectAll(who: string, seen: readonly TcpMessage[], ...wanted: readonly Wanted[]): void {
  const right =
    seen.length === wanted.length && seen.every((message, i) => isLike(message, wanted[i] ?? { type: 'CLOSE' }));
  must(right, `${allWords(wanted as unknown as TcpMessage[])} at ${who}`, allWords(seen));
}

/** The server has closed this connection without a word. @throws Unexpected */
export async function expectCut(tcp: Tcp, patienceMs?: number): Promise<void> {
  await tcp.over(patienceMs);
  must(
    tcp.bytes.length === 0,
    'the connection cut without a word',
    `${String(tcp.bytes.length)} bytes, then ${tcp.ended ?? ''}`,
  );
}

/** The server has cut a connection that was in use, and has said nothing since. @throws Unexpected */
export async function expectCutInUse(peer: Peer): Promise<void> {
  await peer.over();
  const said = peer.replies.items.filter(({ type }) => type !== 'KEEPALIVE');
  must(said.length === 0, `the connection of ${peer.id} cut without a word`, allWords(said));
}

/** CLOSE with this reason, then the end of the stream, and nothing else. @throws Unexpected */
export async function expectClosed(peer: Peer, reason: number): Promise<void> {
  await expectReply(peer, { type: 'CLOSE', reason });
  must((await peer.over()) === 'FIN', 'FIN after CLOSE', 'RST');
}

/** A datagram of this type and size that answers this attempt (1.4). @throws Unexpected */
export function expectHeader(bytes: Buffer, name: string, type: number, size: number, attempt: Uint8Array): void {
  must(bytes.length === size, `${name} of ${String(size)} bytes`, datagramWords(bytes));
  const head = `53424355${hex(Buffer.of(1, type, size >> 8, size & 255))}`;
  must(hex(bytes.subarray(0, 8)) === head, `a header that begins with ${head}`, hex(bytes.subarray(0, 8)));
  must(hex(bytes.subarray(8, 24)) === hex(attempt), 'the attempt-ID of the question', hex(bytes.subarray(8, 24)));
}

/** A datagram that is this one, whoever sent it. @throws Unexpected */
export function expectSame(bytes: Buffer, before: Buffer, what: string): void {
  must(hex(bytes) === hex(before), `${what}, byte by byte the same`, `${datagramWords(bytes)} with other bytes`);
}

/** AUTH_FAIL as a whole (1.4). @throws Unexpected */
export function expectAuthFail(bytes: Buffer, attempt: Uint8Array): void {
  must(datagramWords(bytes) === 'AUTH_FAIL', 'AUTH_FAIL', datagramWords(bytes));
  expectHeader(bytes, 'AUTH_FAIL', 5, 24, attempt);
}
