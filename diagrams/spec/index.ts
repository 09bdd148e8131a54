/**
 * The state tables of the protocol (5.3, 5.4) as data: what each machine must do in each state on each event, with the mark
 * and the reason. They are written down apart from the machines and checked against them, cell by cell, by test/spec.
 * Must never be here: an import of a machine, or a row made from one.
 */
import clientChat from './client-chat.json';
import clientConnection from './client-connection.json';
import clientHistory from './client-history.json';
import names from './names.json';
import serverChat from './server-chat.json';
import serverConnection from './server-connection.json';
import serverHistory from './server-history.json';

/** Where a row comes from (protocol, "Marks in tables"). */
export type Mark = 'SPEC' | 'TEAM' | 'EXT' | 'IGN' | 'REF' | 'PE' | 'N/A' | '→CH' | '→SH';

/** The same in words. */
export const markWords: Readonly<Record<Mark, string>> = {
  SPEC: 'an edge of an official diagram, or a demand of the assignment',
  TEAM: 'an edge of the server drawings, as it is or as corrected',
  EXT: 'our addition, with its reason',
  IGN: 'ignored on purpose: nothing changes, a counter goes up',
  REF: 'refused on the spot: the user reads why',
  PE: 'protocol error: the connection is closed',
  'N/A': 'cannot come here by construction',
  '→CH': 'passed on to the chat machine of the client',
  '→SH': 'passed on to the chat machine of the server',
};

/** One alternative of one cell; state, condition and target are written as in the tables. */
export interface Row {
  readonly state: string;
  readonly event: string;
  readonly mark: Mark;
  /** Condition; null: none, or "otherwise" as the last of several alternatives. */
  readonly when: string | null;
  /** Next state; null: stay. `(end)` is the machine's final state. */
  readonly to: string | null;
  /** Actions of protocol 5.2, in order. */
  readonly actions: readonly string[];
  /** The table's reason; for a refusal, what the user reads, in quotes. */
  readonly note: string;
}

export type TableId = 'CC' | 'CH' | 'HH' | 'SC' | 'SH' | 'SR';

export interface SpecTable {
  readonly id: TableId;
  readonly title: string;
  readonly initial: string;
  readonly states: readonly string[];
  readonly events: readonly string[];
  /** In the order of `states`, then of `events`, then of the alternatives. */
  readonly rows: readonly Row[];
}

/** How a machine's own names are written in its table: state keys, guard names. */
export interface MachineNames {
  readonly table: TableId;
  readonly states: Readonly<Record<string, string>>;
  readonly guards: Readonly<Record<string, string>>;
}

/** The six tables by their ids (protocol 5.0). */
export const specTables: Readonly<Record<TableId, SpecTable>> = {
  CC: clientConnection as SpecTable,
  CH: clientChat as SpecTable,
  HH: clientHistory as SpecTable,
  SC: serverConnection as SpecTable,
  SH: serverChat as SpecTable,
  SR: serverHistory as SpecTable,
};

/** Every machine's names by its id, in the order of the tables. */
export const machineNames: Readonly<Record<string, MachineNames>> = names as Record<string, MachineNames>;

/**
 * The names of one machine.
 * @throws Error our own bug: no machine has this id
 */
export function namesOf(machineId: string): MachineNames {
  const found = machineNames[machineId];
  if (found === undefined) throw new Error(`no machine "${machineId}" in diagrams/spec/names.json`);
  return found;
}

/**
 * All rows of a machine's table, in the order of the table.
 * @throws Error our own bug: no machine has this id
 */
export function rowsOf(machineId: string): readonly Row[] {
  return specTables[namesOf(machineId).table].rows;
}

/**
 * The alternatives of one cell, in the order in which they are tried; empty if there is no such state or event.
 * @param stateKey the machine's own name of the state, `Parent.child` for a sub-state
 * @throws Error our own bug: no machine has this id
 */
export function rowFor(machineId: string, stateKey: string, eventType: string): readonly Row[] {
  const { table, states } = namesOf(machineId);
  return (
    cells
      .get(table)
      ?.get(states[stateKey] ?? '')
      ?.get(eventType) ?? []
  );
}

type Cells = Map<string, Map<string, Row[]>>;

const cells = new Map<TableId, Cells>(Object.values(specTables).map((table) => [table.id, cellsOf(table)]));

function cellsOf({ rows }: SpecTable): Cells {
  const found: Cells = new Map();
  for (const row of rows) {
    const state = found.get(row.state) ?? new Map<string, Row[]>();
    found.set(row.state, state);
    state.set(row.event, [...(state.get(row.event) ?? []), row]);
  }
  return found;
}
