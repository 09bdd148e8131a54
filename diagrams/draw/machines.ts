/** The six machines that are drawn, in the order of the protocol. */
import { clientChat } from '../../machines/client/chat';
import { clientConnection } from '../../machines/client/connection';
import { clientHistory } from '../../machines/client/history';
import { serverChat } from '../../machines/server/chat';
import { serverConnection } from '../../machines/server/connection';
import { serverHistory } from '../../machines/server/history';
import { fullPicture } from './chart';
import { specPicture } from './drawn';
import type { Picture } from './picture';
import type { AnyStateNode } from './xstate-types';

export type Level = 'spec' | 'full';

const MACHINES = [
  { machine: clientConnection, title: 'Client, connection phase' },
  { machine: clientChat, title: 'Client, chat phase' },
  { machine: clientHistory, title: 'Client, history' },
  { machine: serverConnection, title: 'Server, connection phase' },
  { machine: serverChat, title: 'Server, chat phase' },
  { machine: serverHistory, title: 'Server, history' },
];

/** Every picture there is: all machines in full, and those of which the assignment has a drawing as it has them. */
export function allPictures(): { readonly id: string; readonly level: Level; readonly picture: Picture }[] {
  return MACHINES.flatMap(({ machine: { id, chart }, title }) => {
    const spec = specPicture(id, title);
    return [
      ...(spec ? [{ id, level: 'spec' as const, picture: spec }] : []),
      { id, level: 'full' as const, picture: fullPicture(id, title, chart as unknown as AnyStateNode) },
    ];
  });
}
