/** Every check of a server, in the order in which they are played: a whole log-on, then as a log-on and a chat go, the scenarios last. */
import { CHATS } from './chats';
import { CONNECT } from './connect';
import { DATAGRAMS } from './datagrams';
import { ENDINGS } from './ends';
import { FIRST } from './first';
import { HISTORY } from './history';
import type { ServerCheck } from './kind';
import { LOG_ON } from './log-on';
import { MESSAGES } from './messages';
import { RECORDS } from './records';
import { RESPONSES } from './responses';
import { SCENARIOS } from './scenarios';
import { TAKE_OVER } from './take-over';

export const SERVER_CHECKS: readonly ServerCheck[] = [
  ...FIRST,
  ...LOG_ON,
  ...RESPONSES,
  ...DATAGRAMS,
  ...CONNECT,
  ...TAKE_OVER,
  ...RECORDS,
  ...MESSAGES,
  ...CHATS,
  ...ENDINGS,
  ...HISTORY,
  ...SCENARIOS,
];
