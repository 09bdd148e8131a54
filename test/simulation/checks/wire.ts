/**
 * What may be seen on the wire beside what WireWatch sees (I-8, I-16, I-17, I-18): I-3, I-5, who ended a session, answers that
 * are repeated with the same bytes (protocol 3.4), and the codec on everything that arrives, I-21. Must never be here: texts.
 */
import { createHash } from 'node:crypto';
import type { Transition } from '../../../machines/observer';
import { END_WHY } from '../../../machines/messages';
import { decodeDatagram, encodeDatagram } from '../../../transport/wire/datagrams';
import type { Datagram } from '../../support/memory-fates';
import type { Seen } from '../../support/wire-watch';
import type { Checker } from '../checker';
import type { SimulatedClient } from '../client';
import { SERVER, type Town } from '../town';

interface Session {
  readonly members: readonly string[];
  /** Who asked for its end. */
  readonly enders: Set<string>;
  /** Why, of each END_NOTIF. */
  readonly ends: number[];
}

export class WireChecks implements Checker {
  private readonly cookies = new Map<object, string>();
  private readonly used = new Set<string>();
  private readonly sessions = new Map<number, Session>();
  private lastSession = 0;
  /** Lines of the logs that were read. */
  private readonly read: number[] = [];
  /** The last datagram that reached the server, and what it was answered before by this process. */
  private question = '';
  private asked: Transition | undefined;
  private readonly answers = new Map<string, string>();

  constructor(private readonly town: Town) {}

  serverChanged(): void {
    this.answers.clear();
  }

  // Streams

  said({ link, from, message }: Seen, owner?: SimulatedClient): void {
    this.readLogs();
    if (message.type === 'CONNECT') this.cookies.set(link, Buffer.from(message.cookie).toString('hex'));
    if (message.type === 'CONNECTED') this.accepted(this.cookies.get(link) ?? '');
    if (!owner) return;
    if (from === 'client' && message.type === 'END_REQUEST') this.sessions.get(message.session)?.enders.add(owner.id);
    if (message.type === 'CHAT_STARTED') {
      const members = this.sessions.get(message.session)?.members ?? [];
      if (owner.id === message.id || !members.includes(owner.id) || !members.includes(message.id)) {
        this.town.violate(
          'I-5',
          `${owner.id} is told of session ${String(message.session)} with ${message.id}; it was given to ${members.join(' and ')}`,
        );
      }
    }
    if (message.type === 'END_NOTIF') this.ended(message.session, message.why ?? END_WHY.ended, owner.id);
  }

  private accepted(cookie: string): void {
    if (this.used.has(cookie)) this.town.violate('I-3', 'a cookie was accepted twice');
    this.used.add(cookie);
  }

  /** One END_NOTIF a session; two only if its texts could not be stored (protocol 4.7, P2). */
  private ended(number: number, why: number, id: string): void {
    const session = this.sessions.get(number);
    if (!session) return this.town.violate('I-8', `END_NOTIF of session ${String(number)}, which was never begun`);
    session.ends.push(why);
    const unstored = session.ends.every((end) => end === END_WHY.unstored);
    if (session.ends.length > (unstored ? 2 : 1)) {
      this.town.violate(
        'I-8',
        `session ${String(number)} ends for ${String(session.ends.length)}: ${session.ends.join()}`,
      );
    }
    const other = session.members.find((member) => member !== id) ?? '';
    if (why === END_WHY.ended && !session.enders.has(other)) {
      this.town.violate('I-8', `${id} is told that ${other} ended session ${String(number)}, who did not`);
    }
  }

  /** The order in which the server gave out session-IDs stands in its log. */
  private readLogs(): void {
    const { logs } = this.town;
    const n = logs.length - 1;
    const { lines = [] } = logs[n] ?? {};
    for (let at = this.read[n] ?? 0; at < lines.length; at++) {
      const { message, fields } = lines[at] ?? {};
      if (message === 'session started') this.started(fields?.session ?? 0, [fields?.client ?? '', fields?.peer ?? '']);
    }
    this.read[n] = lines.length;
  }

  private started(number: number, members: readonly string[]): void {
    if (number <= this.lastSession) {
      this.town.violate('I-5', `session-ID ${String(number)} after ${String(this.lastSession)}`);
    }
    this.lastSession = Math.max(this.lastSession, number);
    this.sessions.set(number, { members, enders: new Set(), ends: [] });
  }

  // Datagrams

  stepped(step: Transition): void {
    if (step.machine === 'server connection' && step.event.startsWith('D.')) this.asked = step;
  }

  arrived({ to, bytes }: Datagram): void {
    const role = to.address === SERVER.address ? 'client' : 'server';
    const decoded = decodeDatagram(bytes, role);
    // A token is no part of the HELLO before it.
    const token = decoded.ok && 'token' in decoded.value ? (decoded.value.token?.length ?? 0) : 0;
    const question = bytes.subarray(0, bytes.length - token);
    if (role === 'client') this.question = createHash('sha256').update(question).digest('hex');
    if (!decoded.ok || 'sealed' in decoded.value) return;
    const { attempt, message } = decoded.value;
    // HELLO's grease is not part of the message.
    const again = message.type === 'HELLO' ? undefined : encodeDatagram(attempt, message);
    // Nor is an extension that damage has made of the filling.
    const length = again?.findLastIndex((byte) => byte !== 0) ?? -1;
    if (again && !again.subarray(0, length + 1).equals(bytes.subarray(0, length + 1))) {
      this.town.violate('I-21', `${message.type} decodes to what encodes otherwise`);
    }
  }

  left({ from, bytes }: Datagram): void {
    if (from.address !== SERVER.address || !this.asked) return;
    const { event, from: state } = this.asked;
    const repeats = event === 'D.HELLO_DUP' || (event === 'D.RESPONSE_OK' && state === 'Connecting');
    const answer = bytes.toString('latin1');
    if (repeats && this.answers.get(this.question) !== answer && this.answers.has(this.question)) {
      this.town.violate('I-18', `${event} is answered with other bytes than the first time`);
    }
    // RETRY is no answer to the HELLO, but the demand for a token.
    if (event !== 'D.RESPONSE_BAD' && event !== 'D.HELLO_UNPROVED') this.answers.set(this.question, answer);
  }
}
