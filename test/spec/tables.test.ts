/**
 * Tables against machines, both ways: every row is a transition and every transition is a row. Read from the charts that
 * XState runs, not from their sources.
 */
import { machineNames, namesOf, rowFor, rowsOf, specTables } from '../../diagrams/spec';
import { cellsOf, expectEdges } from './compare';
import { edgesOf, machineOf, machines, nodeOf, nodesOf } from './machines';
import { stateKey } from './steps';

const byId = machines.map((machine) => [machine.id, machine] as const);
const tables = Object.values(specTables);

describe('the tables', () => {
  test('have 349 cells and 377 rows', () => {
    expect(tables.map(({ states, events }) => states.length * events.length)).toEqual([182, 27, 8, 110, 16, 6]);
    expect(tables.map(({ rows }) => rows.length)).toEqual([192, 38, 10, 112, 19, 6]);
  });

  test.each(tables.map((table) => [table.id, table] as const))('%s: every cell, in order', (_, table) => {
    const cells = table.rows.map(({ state, event }) => `${state} ${event}`);
    const inOrder = table.states.flatMap((state) => table.events.map((event) => `${state} ${event}`));
    expect([...new Set(cells)]).toEqual(inOrder);
    expect(table.states).toContain(table.initial);
  });

  test.each(tables.map((table) => [table.id, table] as const))('%s: rows that make sense', (_, { states, rows }) => {
    const marks = ['SPEC', 'TEAM', 'EXT', 'IGN', 'REF', 'PE', 'N/A', '→CH', '→SH'];
    for (const row of rows) {
      expect(marks).toContain(row.mark);
      if (row.to !== null) expect([...states, '(end)']).toContain(row.to);
      // What the marks mean (protocol, "Marks in tables").
      if (row.mark === 'IGN' || row.mark === 'N/A') expect(row).toMatchObject({ to: null, actions: ['ignore'] });
      if (row.mark === 'REF') expect(row).toMatchObject({ to: null, actions: ['refuse'] });
      if (row.mark.startsWith('→')) expect(row).toMatchObject({ to: null, actions: ['toChat'] });
      if (row.to === null) expect(row.actions).not.toEqual([]);
    }
  });

  test.each(byId)('%s: of several alternatives the last alone is unconditional', (id, machine) => {
    for (const leaf of machine.leaves) {
      for (const event of machine.events) {
        const conditions = rowFor(id, leaf, event).map(({ when }) => when);
        conditions.forEach((when, i) => expect(when === null).toBe(i === conditions.length - 1));
      }
    }
  });
});

describe('the map of names', () => {
  test('has the machines in the order of the tables', () => {
    expect(Object.keys(machineNames)).toEqual(byId.map(([id]) => id));
    expect(Object.values(machineNames).map(({ table }) => table)).toEqual(Object.keys(specTables));
  });

  test.each(byId)('%s: relates every name, one to one', (id, machine) => {
    const { table, states, guards } = namesOf(id);
    const { rows } = specTables[table];
    expect(Object.keys(states)).toEqual(machine.leaves);
    const ended = rows.some(({ to }) => to === '(end)') ? ['(end)'] : [];
    expect(Object.values(states)).toEqual([...specTables[table].states, ...ended]);
    const conditions = new Set(rows.map(({ when }) => when).filter((when) => when !== null));
    expect(new Set(Object.values(guards))).toEqual(conditions);
    expect(Object.keys(guards)).toHaveLength(conditions.size);
  });

  test('refuses an unknown machine, and knows no unknown cell', () => {
    expect(() => rowsOf('nobody')).toThrow('nobody');
    expect(rowFor('client chat', 'nowhere', 'U.CHAT')).toEqual([]);
    expect(rowFor('client chat', 'Gone', 'U.CHAT')).toEqual([]);
    expect(rowFor('client chat', 'Connected', 'U.NOTHING')).toEqual([]);
  });
});

describe.each(byId)('%s', (id, machine) => {
  test('has the states, the beginning and the alphabet of its table', () => {
    const table = specTables[namesOf(id).table];
    expect(stateKey(id, table.initial)).toBe(machine.initial);
    expect([...machine.events].sort()).toEqual([...table.events].sort());
    const leaves = nodesOf(machine).filter((node) => node.type === 'atomic' || node.type === 'final');
    expect(leaves.map((node) => node.id).sort()).toEqual(machine.leaves.map((leaf) => `${id}.${leaf}`).sort());
  });

  test.each(cellsOf(machine))('%s on %s: its transitions are the rows of the table', (leaf, event) => {
    expectEdges(machine, leaf, event);
  });

  test('has no transition beside those of its table', () => {
    const counted = nodesOf(machine).map((node) => [node.id, node.transitions.length] as const);
    const rows = (leaf: string): number => rowsOf(id).filter(({ state }) => stateKey(id, state) === leaf).length;
    expect(counted).toEqual(counted.map(([node]) => [node, rows(node.slice(id.length + 1))]));
  });

  test('waits for nothing by itself: no after, always, invoke, activity, entry, exit, wildcard', () => {
    const nothing = { after: [], invoke: [], activities: [], onEntry: [], onExit: [] };
    for (const node of nodesOf(machine)) {
      const { after, invoke, activities, onEntry, onExit } = node;
      expect({ after, invoke, activities, onEntry, onExit }).toEqual(nothing);
      // XState keeps `always`, `after`, `invoke` and `'*'` as transitions on events of its own.
      const events: readonly string[] = specTables[namesOf(id).table].events;
      expect(node.transitions.map(({ eventType }) => eventType).filter((event) => !events.includes(event))).toEqual([]);
    }
  });

  test('says in a refusal what the table says', () => {
    for (const [leaf, event] of cellsOf(machine)) {
      const rows = rowFor(id, leaf, event);
      edgesOf(machine, nodeOf(machine, leaf), event).forEach(({ actions }, i) => {
        for (const action of actions.filter((name) => name.startsWith('refuse:'))) {
          const text = action.slice('refuse:'.length);
          const note = rows[i]?.note ?? '';
          const quoted = (part: string): boolean => note.includes(`"${part}"`);
          expect([text, note, quoted(text) || text.split(' / ').every(quoted)]).toEqual([text, note, true]);
        }
      });
    }
  });
});

test('a machine that is asked for and does not exist is an error of the test', () => {
  expect(() => machineOf('nobody')).toThrow('nobody');
});
