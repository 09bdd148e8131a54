/**
 * One cell tried out: an event goes into a running machine, and what comes out is compared with the row of the table.
 * Must never be here: knowledge of a single machine.
 */
import type { Effect } from '../../machines/effects';
import { engine } from '../../machines/engine';
import type { Stepper } from '../../machines/stepper';
import { interpreted, transitioned } from '../support/oracles';
import { namesOf, type Row } from '../../diagrams/spec';
import { askedFor } from './effects';
import { type Examples } from './examples';
import * as client from './examples-client';
import * as server from './examples-server';
import { type AnyActor, type AnyEvent, type AnyMachine } from './machines';

/** The engine, and XState's own ways of running a machine. */
export const steppers: readonly (readonly [string, Stepper])[] = [
  ['transitioned', transitioned],
  ['interpreted', interpreted],
  ['engine', engine],
];

const examples: Readonly<Record<string, Examples>> = {
  'client connection': client.connection,
  'client chat': client.chat,
  'client history': client.history,
  'server connection': server.connection,
  'server chat': server.chat,
  'server history': server.history,
};

/**
 * The examples of one machine.
 * @throws Error there are none
 */
export function examplesOf(machineId: string): Examples {
  const found = examples[machineId];
  if (found === undefined) throw new Error(`no examples for "${machineId}"`);
  return found;
}

/**
 * A machine's own name for a state of its table.
 * @throws Error the table has no such state
 */
export function stateKey(machineId: string, tableState: string): string {
  const found = Object.entries(namesOf(machineId).states).find(([, written]) => written === tableState);
  if (found === undefined) throw new Error(`"${machineId}" has no state for "${tableState}"`);
  return found[0];
}

/** Sends the event and expects what the row says: the state reached, the effects in order, and where nothing happens, nothing. */
export function expectRow(machine: AnyMachine, actor: AnyActor, row: Row, event: AnyEvent): void {
  const before = { state: actor.state, context: structuredClone(actor.context) };
  const effects = actor.send(event);
  expect(actor.state).toBe(row.to === null ? before.state : stateKey(machine.id, row.to));
  expect(oneRefusal(effects)).toEqual(askedFor(row.actions, before.context, event));
  if (changesNothing(row)) expect(actor.context).toEqual(before.context);
  for (const effect of effects) {
    if (effect.type === 'show' && effect.refusal) expect(row.note).toContain(effect.text);
  }
}

/** A refusal may take two lines: "Connected" stands on a line of its own, and what it means on the next. */
function oneRefusal(effects: readonly Effect[]): readonly Effect[] {
  const isRefusal = (effect: Effect | undefined): boolean => effect?.type === 'show' && effect.refusal === true;
  return effects.filter((effect, i) => !(isRefusal(effect) && isRefusal(effects[i - 1])));
}

/** Whether the row says that the event is ignored or refused and leaves no trace. */
export function changesNothing({ actions }: Row): boolean {
  return actions.length === 1 && (actions[0] === 'ignore' || actions[0] === 'refuse');
}
