/** What every view is given to draw, and what it may ask for. */
import type { Filter } from '../model/list';
import type { Folding } from '../model/folding';
import type { Arrow } from '../model/ladder';
import type { Group, Part } from '../model/moment';
import type { Entry, Process, Recording } from '../model/record';
import type { Level } from '../../../draw/machines';

export type Role = Process['role'];

export interface Settings {
  /** A client's drawing is the assignment's; a server's is the machine that runs. */
  readonly level: Readonly<Record<Role, Level>>;
  readonly list: Filter;
  /** Search in the names of events. */
  readonly events: string;
  /** Every KEEPALIVE has a row of its own. */
  readonly keepalives: boolean;
  /** Events and steps of the chosen client only. */
  readonly own: boolean;
  /** The machine whose context is shown and to which events are sent. */
  readonly part: Part;
}

export interface Scene {
  readonly record: Recording;
  readonly settings: Settings;
  readonly groups: readonly Group[];
  readonly group: Group | undefined;
  /** The moment that is shown; undefined: now. */
  readonly moment: Entry | undefined;
  /** The entry of the moment, or the newest. */
  readonly entry: Entry | undefined;
  /** Number of entries up to the moment. */
  readonly position: number;
  readonly arrows: readonly Arrow[];
  readonly folding: Folding;
}

export interface Actions {
  readonly choose: (group: Group, part?: Part) => void;
  /** The level of the drawings that are shown; without one, the other than now. */
  readonly setLevel: (level?: Level) => void;
  readonly set: (change: Partial<Settings>) => void;
  /** Shows this moment; undefined: live. */
  readonly show: (moment: Entry | undefined) => void;
  readonly step: (by: number) => void;
  readonly goTo: (position: number) => void;
  readonly togglePause: () => void;
  readonly send: () => void;
  readonly reconnect: (process: Process) => void;
  readonly addLink: (text: string) => string | undefined;
  readonly setLimit: (entries: number) => void;
  readonly importFile: (file: File) => void;
  readonly exportRecording: () => void;
  readonly toggleTheme: () => void;
  readonly help: () => void;
}
