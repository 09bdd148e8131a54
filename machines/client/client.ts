/**
 * The client as one object: the connection machine and, inside Connected, the chat and the history machine (protocol 5.5).
 * An event goes in, the effects for the driver come out, in order; events that one machine raises for another are
 * processed in the same step. Must never be here: sockets, keys, time.
 */
import type { Actor, Stepper } from '../stepper';
import type { ClientEffect } from '../effects';
import type { Observer } from '../observer';
import { clientChat, type ChatContext, type ChatState } from './chat';
import { clientConnection, type ConnectionContext, type ConnectionState } from './connection';
import type { ChatEvent, ClientEvent, HistoryEvent } from './events';
import { clientHistory, type HistoryContext, type HistoryState } from './history';

type Connection = Actor<ConnectionContext, ClientEvent, ConnectionState, ClientEffect>;
type Chat = Actor<ChatContext, ChatEvent, ChatState, ClientEffect>;
type History = Actor<HistoryContext, HistoryEvent, HistoryState, ClientEffect>;

const HISTORY_EVENTS: ReadonlySet<string> = new Set(clientHistory.events);

/** What the client is doing, for a prompt, a pipe and a status line. */
export interface ClientStatus {
  readonly connection: ConnectionState;
  /** State of the chat machine; null unless Connected. */
  readonly chat: ChatState | null;
  readonly history: HistoryState | null;
  readonly session: number | null;
  readonly peer: string | null;
  /** Client-ID asked for in Wait for CHAT_STARTED. */
  readonly want: string | null;
}

export class Client {
  private readonly connection: Connection;
  private chat: Chat | undefined;
  private history: History | undefined;

  constructor(
    private readonly stepper: Stepper,
    readonly id: string,
    private readonly observe?: Observer,
  ) {
    this.connection = stepper.start(clientConnection, {
      name: `${id} connection`,
      context: clientConnection.context,
    });
  }

  get status(): ClientStatus {
    const chat = this.chat?.context;
    return {
      connection: this.connection.state,
      chat: this.chat?.state ?? null,
      history: this.history?.state ?? null,
      session: chat?.session ?? null,
      peer: chat?.peer ?? null,
      want: chat?.want ?? null,
    };
  }

  /** One step: the event, and everything it raises inside. @returns the effects for the driver, in order */
  handle(event: ClientEvent): readonly ClientEffect[] {
    const orders: ClientEffect[] = [];
    this.connectionStep(event, orders);
    return orders;
  }

  private connectionStep(given: ClientEvent, orders: ClientEffect[]): void {
    const event = given.type === 'T.ACT_EXPIRED' ? { ...given, inChat: this.chat?.state === 'Active Chat' } : given;
    for (const effect of this.step(this.connection, 'client connection', event)) {
      switch (effect.type) {
        case 'createChat':
          this.createChat();
          break;
        case 'toChat':
          this.chatStep(event, orders);
          break;
        case 'endChatLocal':
          this.endChat(orders);
          break;
        default:
          orders.push(effect);
      }
    }
  }

  private createChat(): void {
    const { stepper, id } = this;
    this.chat = stepper.start(clientChat, { name: `${id} chat`, context: { ...clientChat.context, id } });
    this.history = stepper.start(clientHistory, { name: `${id} history`, context: clientHistory.context });
  }

  /** Exactly one of the two machines has the event in its alphabet (protocol 5.5). */
  private chatStep(event: ClientEvent, orders: ClientEffect[]): void {
    const effects = HISTORY_EVENTS.has(event.type)
      ? this.history && this.step(this.history, 'client history', event as HistoryEvent)
      : this.chat && this.step(this.chat, 'client chat', event as ChatEvent);
    for (const effect of effects ?? []) {
      if (effect.type === 'raiseProtocol') this.connectionStep({ type: 'X.PROTOCOL' }, orders);
      else orders.push(effect);
    }
  }

  private endChat(orders: ClientEffect[]): void {
    const { chat, history } = this;
    this.chat = undefined;
    this.history = undefined;
    if (chat) orders.push(...this.step(chat, 'client chat', { type: 'X.GONE' }));
    if (history) orders.push(...this.step(history, 'client history', { type: 'X.GONE' }));
    chat?.stop();
    history?.stop();
  }

  private step<E extends { type: string }>(
    actor: Actor<object, E, string, ClientEffect>,
    machine: string,
    event: E,
  ): readonly ClientEffect[] {
    const from = actor.state;
    const effects = actor.send(event);
    this.observe?.({ machine, client: this.id, serial: 0, event: event.type, from, to: actor.state });
    return effects;
  }
}
