/** Every check of a server, in the order in which they are played: as a log-on and a chat go, the scenarios last. */
import { CHATS } from './chats';
import { CONNECT } from './connect';
import { DATAGRAMS } from './datagrams';
import { HISTORY } from './history';
import type { ServerCheck } from './kind';
import { LOG_ON } from './log-on';
import { MESSAGES } from './messages';
import { RECORDS } from './records';
import { SCENARIOS } from './scenarios';

export const SERVER_CHECKS: readonly ServerCheck[] = [
  ...LOG_ON,
  ...DATAGRAMS,
  ...CONNECT,
  ...RECORDS,
  ...MESSAGES,
  ...CHATS,
  ...HISTORY,
  ...SCENARIOS,
];
