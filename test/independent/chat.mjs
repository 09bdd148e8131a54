/**
 * Chat and history of the second client (docs/protocol.md, chapters 4 and 5), written from that document alone: the
 * server's messages and the user's commands in each state of the chat diagram. Must not import anything from the project;
 * must never be here: a socket, a key.
 */
import { Buffer } from 'node:buffer';
import { CLIENT_ID, CONTROL, idField, textField, uint, Wrong } from './bytes.mjs';

/** As in JSON; what would reorder or break a line is escaped too (1.3). */
function quote(text) {
  const escape = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replace(/[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escape);
}

export class Chat {
  /** State of the chat diagram. */
  state = 'Connected';

  /** @param link has the own `id`, `write(type, ...fields)` and `active()`, which restarts the activity timer */
  constructor(link, print) {
    Object.assign(this, { link, print });
  }

  /** The connection has ended (X.GONE). */
  gone() {
    if (this.state === 'Active Chat') this.print('ended', this.session, 'cut');
    if (this.list) this.print('history', this.list.id, 'cut', this.list.lines);
  }

  // ---- messages of the server, by name

  handle(message) {
    this[message.name](message);
  }
  CHAT_STARTED({ session, id }) {
    if (this.state === 'Active Chat') throw new Wrong('CHAT_STARTED in a chat');
    Object.assign(this, { state: 'Active Chat', session, correspondent: id });
    this.print('started', session, id);
  }
  UNREACHABLE({ id }) {
    if (this.state === 'Active Chat') throw new Wrong('UNREACHABLE in a chat');
    if (this.state === 'Wait for CHAT_STARTED' && id === this.asked) this.state = 'Connected';
    this.print('unreachable', id);
  }
  END_NOTIF({ session, extensions }) {
    if (this.isCurrent(session)) this.ended(extensions[1]?.[0] ?? '-');
  }
  CHAT({ session, text }) {
    if (this.isCurrent(session)) this.print('text', session, this.correspondent, quote(text));
  }
  HISTORY_RESP({ session, id, text }) {
    if (!this.list) throw new Wrong('no list was asked for');
    this.list.lines++;
    this.print('line', session, id, quote(text));
  }
  HISTORY_END({ id, status, count }) {
    const complete = status === 1 || count === this.list?.lines;
    if (id !== this.list?.id || !complete) throw new Wrong('end of another list');
    this.list = undefined;
    this.print('history', id, status, count);
  }
  /** Late messages of an older session are ignored (4.6). */
  isCurrent(session) {
    return this.state === 'Active Chat' && session === this.session;
  }
  ended(why) {
    this.state = 'Connected';
    this.print('ended', this.session, why);
    this.link.active();
  }

  // ---- commands of the user, by word; they return why they are refused

  command(line) {
    const [word] = line.split(' ', 1);
    const rest = line.slice(word.length + 1);
    const commands = { chat: this.ask, say: this.say, end: this.end, history: this.history };
    const why = Object.hasOwn(commands, word) ? commands[word].call(this, rest) : 'unknown command';
    if (why !== undefined) this.print('refused', why);
  }
  ask(id) {
    if (!CLIENT_ID.test(id) || id === this.link.id) return 'not a Client-ID to chat with';
    if (this.state !== 'Connected') return `in ${this.state}`;
    Object.assign(this, { state: 'Wait for CHAT_STARTED', asked: id });
    this.link.write(0x20, idField(id));
    this.link.active();
  }
  say(text) {
    if (this.state !== 'Active Chat') return 'not in a chat';
    const size = Buffer.byteLength(text);
    if (size < 1 || size > 4096 || CONTROL.test(text) || !text.isWellFormed()) return 'not a text';
    this.link.write(0x25, uint(4, this.session), textField(text));
  }
  end() {
    if (this.state !== 'Active Chat') return 'not in a chat';
    this.link.write(0x23, uint(4, this.session));
    this.ended('own');
  }
  history(id) {
    if (!CLIENT_ID.test(id)) return 'not a Client-ID';
    if (this.list) return 'a list is running';
    this.list = { id, lines: 0 };
    this.link.write(0x30, idField(id));
    this.link.active();
  }
}
