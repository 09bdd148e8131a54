/** Several watchers of the same machines as one. */
import type { Watcher } from '../../machines/stepper';

/** @returns undefined if there is none, so that nothing is paid for nobody */
export function everyWatcher(...given: readonly (Watcher | undefined)[]): Watcher | undefined {
  const watchers = given.filter((watcher) => watcher !== undefined);
  if (watchers.length < 2) return watchers[0];
  return {
    started: (...what) => watchers.forEach((watcher) => watcher.started(...what)),
    stepped: (...what) => watchers.forEach((watcher) => watcher.stepped(...what)),
    stopped: (...what) => watchers.forEach((watcher) => watcher.stopped(...what)),
  };
}
