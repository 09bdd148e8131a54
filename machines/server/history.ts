/**
 * Server, history (SR): one list at a time for each connected client, independent of the chat (E20). The pump that writes
 * the list stands in transport/. Must never be here: sockets, keys, time. The marks stand in diagrams/spec/.
 */
import { defineMachine } from '../define';
import type { ServerEffect } from '../effects';
import { HISTORY_STATUS } from '../messages';
import type { HistoryEvent } from './events';

export interface HistoryContext {
  /** Client-ID of the connection this machine belongs to. */
  readonly id: string;
}
export type HistoryState = 'Wait for HISTORY_REQ' | 'Sending History' | 'Gone';

type C = HistoryContext;
type Ev<T extends HistoryEvent['type']> = Extract<HistoryEvent, { type: T }>;

const actions = {
  startPump: (_: C, e: Ev<'M.HISTORY_REQ'>) => ({ ask: { type: 'startPump', id: e.id } as const }),
  stopPump: () => ({ ask: { type: 'stopPump' } as const }),
  'sendHISTORY_END:busy': (_: C, e: Ev<'M.HISTORY_REQ'>) => ({
    ask: {
      type: 'send',
      messages: [{ type: 'HISTORY_END', id: e.id, status: HISTORY_STATUS.busy, count: 0 }],
    } as const,
  }),
  ignore: (_: C, e: HistoryEvent) => ({ ask: { type: 'ignore', event: e.type } as const }),
};

export const serverHistory = defineMachine<C, HistoryEvent, HistoryState, ServerEffect>()(
  { actions, guards: {} },
  {
    id: 'server history',
    initial: 'Wait for HISTORY_REQ',
    final: 'Gone',
    context: { id: '' },
    states: {
      'Wait for HISTORY_REQ': {
        'M.HISTORY_REQ': { target: 'Sending History', actions: 'startPump' },
        'H.DONE': { actions: 'ignore' },
        'X.GONE': { target: 'Gone' },
      },
      'Sending History': {
        'H.DONE': { target: 'Wait for HISTORY_REQ' },
        'M.HISTORY_REQ': { actions: 'sendHISTORY_END:busy' },
        'X.GONE': { target: 'Gone', actions: 'stopPump' },
      },
    },
  },
);
