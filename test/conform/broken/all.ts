/** Every broken server, one fault each. */
import { BYTES } from './bytes';
import { CHATS } from './chats';
import { LOG_ONS } from './log-on';
import type { Broken } from './server';

export const BROKEN: readonly Broken[] = [...LOG_ONS, ...BYTES, ...CHATS];
