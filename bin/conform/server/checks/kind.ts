/** What the checks of a server share beside the scene. Must never be here: a check. */
import type { Check } from '../../check';
import type { Scene } from '../scene';

/** What a check needs that not everybody has; it is played when it is asked for. */
export type Need = 'slow' | 'unlimited';

export interface ServerCheck extends Check<Scene> {
  /** `slow`: a timer of the server must expire. `unlimited`: the server takes messages as fast as they come (4.3). */
  readonly needs?: Need;
}

/** One row for each of many checks that are played alike. */
export type Rows<T> = readonly (readonly [name: string, must: string, of: T])[];

/** @param section of all of them @param play what a row gives */
export function each<T>(section: string, rows: Rows<T>, play: (scene: Scene, of: T) => Promise<void>): ServerCheck[] {
  return rows.map(([name, must, of]) => ({ name, section, must, play: (scene) => play(scene, of) }));
}
