/**
 * The six machines without their single types, and what XState made of them, for the tests of this folder.
 * Must never be here: what a machine should do (diagrams/spec says that).
 */
import { type StateNode } from 'xstate';
import { clientChat } from '../../machines/client/chat';
import { clientConnection } from '../../machines/client/connection';
import { clientHistory } from '../../machines/client/history';
import type { Machine } from '../../machines/define';
import type { Actor } from '../../machines/stepper';
import { type Effect } from '../../machines/effects';
import { serverChat } from '../../machines/server/chat';
import { serverConnection } from '../../machines/server/connection';
import { serverHistory } from '../../machines/server/history';

export interface AnyEvent {
  readonly type: string;
}
export type AnyMachine = Machine<object, AnyEvent, string>;
export type AnyActor = Actor<object, AnyEvent, string, Effect>;

export const machines = [
  clientConnection,
  clientChat,
  clientHistory,
  serverConnection,
  serverChat,
  serverHistory,
] as unknown as readonly AnyMachine[];

/**
 * The machine with this id.
 * @throws Error there is none
 */
export function machineOf(id: string): AnyMachine {
  const found = machines.find((machine) => machine.id === id);
  if (found === undefined) throw new Error(`no machine "${id}"`);
  return found;
}

/** One transition of the chart, by names; null: no target, no guard. */
export interface ChartEdge {
  readonly to: string | null;
  readonly guard: string | null;
  readonly actions: readonly string[];
}

/** Every node of the chart: the machine itself, states with sub-states, leaves. */
export function nodesOf({ chart }: AnyMachine): readonly StateNode[] {
  return chart.stateIds.map((id) => chart.getStateNodeById(id));
}

/** The node of one leaf. */
export function nodeOf({ id, chart }: AnyMachine, leaf: string): StateNode {
  return chart.getStateNodeById(`${id}.${leaf}`) as StateNode;
}

/** The transitions of one node on one event, in the order in which XState tries them. */
export function edgesOf(machine: AnyMachine, node: StateNode, event: string): readonly ChartEdge[] {
  return (node.on[event] ?? []).map(({ target, cond, actions }) => ({
    to: target === undefined ? null : target.map(({ id }) => id.slice(machine.id.length + 1)).join(),
    guard: cond === undefined ? null : ((cond as { name?: string }).name ?? '(no name)'),
    actions: actions.map(({ type }) => type),
  }));
}
