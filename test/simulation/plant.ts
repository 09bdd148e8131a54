/** How a bug is put into a run. Must never be here: a bug. */
import type { Store } from '../../machines/ports';
import type { ServerDriver } from '../../transport/server-driver';
import type { User } from '../support/user';
import type { Chance } from './chance';
import type { Town } from './town';

/** Puts a bug into the product, to see whether it is found: what it gets, it may change or replace. */
export interface Plant {
  readonly store?: (store: Store) => Store;
  readonly server?: (driver: ServerDriver, town: Town) => void;
  readonly client?: (user: User, town: Town) => void;
  /** The chance of a server process; the first has number 1. */
  readonly chance?: (town: Town, process: number) => Chance;
}
