/** Servers whose chats and histories are broken. */
import type { TcpMessage } from '../../../machines/messages';
import type { StoredText } from '../../../machines/ports';
import type { Order } from '../../../machines/server/switchboard';
import type { MemoryStore } from '../../../storage/memory';
import type { Run } from '../../../transport/inbound';
import { type Broken, type ChangeInside, type Inside, type Parts, sending } from './server';

/** Texts are changed before they count. */
function texts(change: (text: string) => string): ChangeInside {
  return (inside) => {
    const message = inside.message.bind(inside);
    inside.message = (at, run: Run) =>
      message(at, run.type === 'CHATS' ? { ...run, texts: run.texts.map(change) } : run);
  };
}

/** After a request of a client there is one order more. */
function also(
  inside: Inside,
  extra: (
    at: Order['at'],
    request: { readonly type: string; readonly id?: string; readonly session?: number },
  ) => TcpMessage | undefined,
): void {
  const { switchboard } = inside;
  const request = switchboard.request.bind(switchboard);
  switchboard.request = (at, asked) => {
    const message = extra(at, asked);
    const orders = request(at, asked);
    return message ? [...orders, { at, effect: { type: 'send', messages: [message] } } as unknown as Order] : orders;
  };
}

/** The lists are these instead of the right ones. */
function lists(
  parts: Parts,
  change: (list: readonly StoredText[], asking: string, id: string, all: readonly Filed[]) => readonly StoredText[],
): void {
  const { store } = parts;
  const all: Filed[] = [];
  const listOf = (a: string, b: string): readonly StoredText[] => {
    const right = store.page(a, b, 0, store.count(a, b));
    return change(right, a, b, all).map((text, i) => ({ ...text, n: i + 1 }));
  };
  const changed: Partial<MemoryStore> = {
    append: (runs) => {
      store.append(runs);
      for (const { texts, ...run } of runs) for (const text of texts) all.push({ ...run, n: 0, text });
    },
    count: (a, b) => listOf(a, b).length,
    page: (a, b, after, limit) => listOf(a, b).slice(after, after + limit),
  };
  parts.store = { ...store, ...changed };
}
type Filed = StoredText & { readonly recipient: string };

export const CHATS: readonly Broken[] = [
  {
    name: 'no end on loss',
    fault: 'no END_NOTIF when the connection of the other ends',
    caughtBy: 'partner-rst',
    mutant: 'server connection: Connected on N.CLOSED, alternative 0: without endChatServer:gone',
  },
  {
    name: 'no end on take-over',
    fault: 'no END_NOTIF to the partner of a client that is taken over',
    caughtBy: 'take-over-in-chat',
    mutant: 'server connection: Connected on X.SUPERSEDED, alternative 0: without endChatServer:gone',
  },
  {
    name: 'second log-on not noticed',
    fault: 'a CONNECT does not end the older connection',
    caughtBy: 'take-over',
    mutant: 'server connection: Connecting on K.CONNECT_OK, alternative 0: without supersedeOlder',
  },
  {
    name: 'older connection told wrong',
    fault: 'the older connection is closed with CLOSE(0)',
    caughtBy: 'take-over',
    inside: ({ links }) => {
      const close = links.close.bind(links);
      links.close = (at, reason) => close(at, reason === 'superseded' ? 'logoff' : reason);
    },
  },
  {
    name: 'no UNREACHABLE',
    fault: 'CHAT_REQUEST for somebody who cannot be reached is not answered',
    caughtBy: 'unreachable-unknown',
    mutant: 'server chat: Wait for CHAT_REQUEST on M.CHAT_REQUEST, alternative 1: without sendUNREACHABLE',
  },
  {
    name: 'engaged called',
    fault: 'somebody in a chat can be called',
    caughtBy: 'unreachable-engaged',
    inside: ({ switchboard }) =>
      void (switchboard.isFree = ({ id: own }, id) => id !== own && switchboard.tables.connected.has(id)),
  },
  {
    name: 'oneself called',
    fault: 'a client can chat with itself',
    caughtBy: 'unreachable-oneself',
    inside: ({ switchboard }) =>
      void (switchboard.isFree = (_, id) =>
        switchboard.tables.connected.get(id)?.chat?.state === 'Wait for CHAT_REQUEST'),
  },
  {
    name: 'request in a chat answered',
    fault: 'CHAT_REQUEST in a chat is answered with UNREACHABLE',
    caughtBy: 'request-in-chat',
    inside: (inside) =>
      also(inside, (at, { type, id = '' }) =>
        type === 'CHAT_REQUEST' && at.chat?.state === 'Active Chat' ? { type: 'UNREACHABLE', id } : undefined,
      ),
  },
  {
    name: 'end told to both',
    fault: 'END_NOTIF goes to who has sent END_REQUEST, too',
    caughtBy: 'end-request',
    inside: (inside) =>
      also(inside, (at, { type, session = 0 }) =>
        type === 'END_REQUEST' && at.chat?.context.session === session
          ? { type: 'END_NOTIF', session, why: 0 }
          : undefined,
      ),
  },
  {
    name: 'end not told',
    fault: 'END_REQUEST brings no END_NOTIF',
    caughtBy: 'end-request',
    mutant: 'server chat: Active Chat on M.END_REQUEST, alternative 0: without R.ENDED→peer',
  },
  {
    name: 'any session ends',
    fault: 'END_REQUEST counts with any session-ID',
    caughtBy: 'end-stale',
    mutant: 'server chat: Active Chat on M.END_REQUEST, alternative 0: without the guard "session-ID = current"',
  },
  {
    name: 'any session speaks',
    fault: 'CHAT counts with any session-ID',
    caughtBy: 'text-stale',
    mutant: 'server chat: Active Chat on M.CHAT, alternative 0: without the guard "session-ID = current"',
  },
  {
    name: 'text of no chat refused',
    fault: 'a CHAT of somebody who is in no chat is a protocol error',
    caughtBy: 'text-of-no-chat',
    inside: (inside) => {
      const message = inside.message.bind(inside);
      inside.message = (at, run) => {
        if (run.type === 'CHATS' && at.chat?.state !== 'Active Chat')
          return inside.perform(inside.switchboard.protocolError(at));
        message(at, run);
      };
    },
  },
  {
    name: 'sessions open to all',
    fault: 'a CHAT is relayed by its session-ID, whoever sends it',
    caughtBy: 'text-foreign',
    inside: (inside) => {
      const message = inside.message.bind(inside);
      inside.message = (at, run) => {
        message(at, run);
        if (run.type !== 'CHATS' || at.chat?.context.session === run.session) return;
        for (const other of inside.switchboard.tables.connected.values()) {
          if (other.chat?.context.session !== run.session) continue;
          inside.links.send(
            other,
            run.texts.map((text) => ({ type: 'CHAT', session: run.session, text })),
          );
        }
      };
    },
  },
  {
    name: 'second CONNECT overlooked',
    fault: 'a second CONNECT is ignored',
    caughtBy: 'sent-connect-again',
    inside: (inside) => {
      const message = inside.message.bind(inside);
      inside.message = (at, run) => {
        if (run.type !== 'CONNECT') message(at, run);
      };
    },
  },
  {
    name: 'session-IDs fall',
    fault: 'session-IDs are given in falling order',
    caughtBy: 'session-grows',
    parts: (parts) => {
      let next = 1_000_000;
      parts.limits = { ...parts.limits, SESSION_BLOCK: 1 };
      parts.store = { ...parts.store, reserve: () => next-- };
    },
  },
  {
    name: 'texts to everybody',
    fault: 'a text reaches everybody who is connected',
    caughtBy: 'V6',
    inside: (inside) =>
      sending(inside, (at, messages, send) => {
        send(at, messages);
        const chats = messages.filter(({ type }) => type === 'CHAT');
        if (chats.length === 0) return;
        for (const other of inside.switchboard.tables.connected.values()) {
          if (other !== at && other.chat?.context.session !== at.chat?.context.session) send(other, chats);
        }
      }),
  },
  {
    name: 'echo',
    fault: 'a text comes back to who has sent it',
    caughtBy: 'text-relayed',
    inside: (inside) =>
      sending(inside, (at, messages, send) => {
        send(at, messages);
        const sender = inside.switchboard.tables.connected.get(at.chat?.context.peer ?? '');
        if (sender && messages[0]?.type === 'CHAT') send(sender, messages);
      }),
  },
  {
    name: 'texts turned round',
    fault: 'texts that come together are relayed the last one first',
    caughtBy: 'texts-in-order',
    inside: (inside) =>
      sending(inside, (at, messages, send) =>
        send(at, messages[0]?.type === 'CHAT' ? [...messages].reverse() : messages),
      ),
  },
  {
    name: 'texts trimmed',
    fault: 'blanks around a text are lost',
    caughtBy: 'text-not-trimmed',
    inside: texts((text) => text.trim()),
  },
  {
    name: 'texts normalised',
    fault: 'texts are normalised',
    caughtBy: 'text-not-normalised',
    inside: texts((text) => text.normalize('NFC')),
  },
  {
    name: 'mark lost',
    fault: 'U+FEFF at the beginning of a text is lost',
    caughtBy: 'text-byte-order-mark',
    inside: texts((text) => text.replace(/^\ufeff/, '')),
  },
  {
    name: 'texts cleaned',
    fault: 'characters that reorder text are taken out',
    caughtBy: 'text-bidirectional',
    inside: texts((text) => text.replaceAll(/[\u202a-\u202e\u2028]/g, '')),
  },
  {
    name: 'end without why',
    fault: 'END_NOTIF does not say why',
    caughtBy: 'partner-logs-off',
    inside: (inside) =>
      sending(inside, (at, messages, send) =>
        send(
          at,
          messages.map((message) =>
            message.type === 'END_NOTIF' ? { type: 'END_NOTIF', session: message.session } : message,
          ),
        ),
      ),
  },
  {
    name: 'every end a loss',
    fault: 'a log-off is told as a loss',
    caughtBy: 'partner-logs-off',
    inside: (inside) =>
      sending(inside, (at, messages, send) =>
        send(
          at,
          messages.map((message) =>
            message.type === 'END_NOTIF' && message.why === 1 ? { ...message, why: 2 } : message,
          ),
        ),
      ),
  },
  {
    name: 'nothing stored',
    fault: 'texts are relayed and not stored',
    caughtBy: 'history-complete',
    mutant: 'server chat: Active Chat on M.CHAT, alternative 0: without store',
  },
  {
    name: 'history turned round',
    fault: 'a list begins with the newest text',
    caughtBy: 'history-complete',
    parts: (parts) => lists(parts, (list) => [...list].reverse()),
  },
  {
    name: 'last text missing',
    fault: 'a list lacks the last text',
    caughtBy: 'history-stored-first',
    parts: (parts) => lists(parts, (list) => list.slice(0, -1)),
  },
  {
    name: 'last session only',
    fault: 'a list holds the texts of the last session only',
    caughtBy: 'history-two-sessions',
    parts: (parts) => lists(parts, (list) => list.filter(({ session }) => session === list.at(-1)?.session)),
  },
  {
    name: 'history of others',
    fault: 'whoever asks gets all texts of the client that he asks for',
    caughtBy: 'history-private',
    parts: (parts) =>
      lists(parts, (_list, _asking, id, all) =>
        all.filter(({ sender, recipient }) => [sender, recipient].includes(id)),
      ),
  },
  {
    name: 'wrong sender',
    fault: 'in a list every text is from who is asked for',
    caughtBy: 'history-complete',
    parts: (parts) => lists(parts, (list, _, id) => list.map((text) => ({ ...text, sender: id }))),
  },
  {
    name: 'own texts missing',
    fault: 'a list holds the texts of the other only',
    caughtBy: 'history-after-request',
    parts: (parts) => lists(parts, (list, _, id) => list.filter(({ sender }) => sender === id)),
  },
  {
    name: 'second list refused without a word',
    fault: 'a second request while a list runs is not answered',
    caughtBy: 'history-second-request',
    mutant: 'server history: Sending History on M.HISTORY_REQ, alternative 0: without sendHISTORY_END:busy',
  },
  {
    name: 'one list',
    fault: 'after a list every request is busy',
    caughtBy: 'history-none',
    mutant: 'server history: Sending History on H.DONE, alternative 0: stays',
  },
];
