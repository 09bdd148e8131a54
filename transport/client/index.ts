/** `parley/client`: a chat client for programs (docs/client-api.md). Must never be here: code. */
export { ChatClient } from './client';
export type { ChatClientOptions } from './options';
export {
  ClientError,
  type Chat,
  type ClientEvent,
  type ClientEvents,
  type ClientState,
  type EventName,
  type EventOf,
  type FaultCode,
  type HistoryLine,
} from './events';
