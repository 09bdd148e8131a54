/**
 * The way to one live process: the receiver of @xstate/inspect 0.8.0 on its WebSocket. That receiver cannot be closed and does
 * not say when its socket has; it drops what it cannot parse with no more than a line on the console. So its socket is caught
 * while it makes it, and watched. Must never be here: what the messages mean.
 */
import { createWebSocketReceiver } from '@xstate/inspect';

export interface FeedSocket {
  /** @returns false if the socket is not open */
  send(message: { readonly type: 'xstate.event'; readonly event: string; readonly service: string }): boolean;
  close(): void;
}
export interface FeedListener {
  /** A message whose type begins with `service.`; machine and state are parsed. */
  readonly message: (message: unknown) => void;
  /** The receiver could not read one. */
  readonly malformed: () => void;
  readonly closed: (opened: boolean) => void;
}

/** @param link `host:port/?token=T` */
export function openFeed(link: string, listener: FeedListener): FeedSocket {
  let handedOn = false;
  let opened = false;
  const { receiver, socket } = withSocket(() =>
    createWebSocketReceiver({ server: link, protocol: 'ws', serialize: undefined }),
  );
  receiver.subscribe((message) => {
    handedOn = true;
    listener.message(message);
  });
  socket.addEventListener('open', () => (opened = true));
  // After the receiver's own handler, which was set first.
  socket.addEventListener('message', () => {
    if (!handedOn) listener.malformed();
    handedOn = false;
  });
  socket.addEventListener('close', () => listener.closed(opened));
  return {
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      receiver.send(message);
      return true;
    },
    close: () => socket.close(),
  };
}

/** Runs the maker of a receiver and catches the one WebSocket that it makes. */
function withSocket<R>(make: () => R): { readonly receiver: R; readonly socket: WebSocket } {
  const Native = window.WebSocket;
  const made: WebSocket[] = [];
  window.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      made.push(this);
    }
  };
  try {
    const receiver = make();
    const [socket] = made;
    if (!socket) throw new Error('the receiver made no socket');
    return { receiver, socket };
  } finally {
    window.WebSocket = Native;
  }
}
