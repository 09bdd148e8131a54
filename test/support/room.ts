/**
 * Alice at a terminal, bob and mallory elsewhere and connected, in virtual time. Must never be here: what is expected of them.
 */
import type { TerminalOptions } from '../../bin/terminal/terminal';
import type { Limits } from '../../machines/limits';
import type { MemoryHost } from './memory-network';
import { clientIn, Typist } from './typist';
import type { User } from './user';
import { World } from './world';

export interface Room {
  readonly world: World;
  readonly bob: User;
  readonly mallory: User;
  readonly alice: Typist;
  /** Alice's machine. */
  readonly host: MemoryHost;
}
export type OpenRoom = (limits?: Partial<Limits>, options?: Partial<TerminalOptions>) => Promise<Room>;

/** Rooms in which alice is off line; she leaves after the test. @param usual limits, unless others are given */
export function rooms(usual: Partial<Limits> = {}): OpenRoom {
  const open: Typist[] = [];
  afterEach(() => {
    for (const { terminal } of open.splice(0)) terminal.leave();
  });
  return async (limits = usual, options = {}) => {
    const world = await World.open({ users: ['alice', 'bob', 'mallory'], limits });
    const [bob, mallory] = world.connect('bob', 'mallory');
    const { client, host } = clientIn(world, 'alice');
    const alice = new Typist(client, host, options);
    open.push(alice);
    return { world, bob, mallory, alice, host };
  };
}

export function logsOn({ world, alice }: Room): void {
  alice.enter('Log on');
  world.until(() => alice.client.status.connection === 'Connected');
}

/** A room in which alice has asked bob for a chat. */
export async function chattingIn(open: OpenRoom, ...how: Parameters<OpenRoom>): Promise<Room> {
  const it = await open(...how);
  logsOn(it);
  it.alice.enter('Chat bob');
  it.world.until(() => it.bob.isInChat);
  return it;
}

/** What a user has read of alice. */
export const textsOf = ({ lines }: User): string[] => lines.filter((line) => line.startsWith('alice: '));
