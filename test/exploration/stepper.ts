/**
 * Runs the product's machines for exploration: actors that can be copied, each step by the product's own engine,
 * compared with `machine.transition`, and remembered, because it is pure (protocol P15). It notes which cell and alternative
 * was taken, and lets a test plant a bug. Must never be here: what a machine should do.
 */
import assert from 'node:assert';
import type { StateNode } from 'xstate';
import type { AnyEvent, Machine } from '../../machines/define';
import type { Effect } from '../../machines/effects';
import { engine } from '../../machines/engine';
import type { Actor, Stepper } from '../../machines/stepper';
import { transitioned } from '../support/oracles';

type AnyMachine = Machine<object, AnyEvent, string>;

/** One step of one machine. Everything in it is frozen. */
export interface Taken {
  readonly machine: string;
  readonly event: AnyEvent;
  readonly from: string;
  readonly before: object;
  readonly to: string;
  readonly after: object;
  readonly effects: readonly Effect[];
  /** Which alternative of the cell, from 0. */
  readonly alternative: number;
}
/** A bug put in on purpose: another outcome of a step. `as` tells what the machine does in another state or on another event. */
export type Plant = (taken: Taken, as: (event: AnyEvent, from?: string, before?: object) => Taken) => Taken;

/** A cell of the tables as text: machine, state, event, alternative. */
export function cellName({ machine, from, event, alternative }: Taken): string {
  return `${machine} | ${from} | ${event.type} | ${String(alternative)}`;
}

/** The stepper of one exploration. */
export class Rig {
  /** How often each cell was taken by a different step. */
  readonly cells = new Map<string, number>();
  /** The steps taken since somebody looked. */
  steps: Taken[] = [];
  private readonly memory = new Map<string, Taken>();
  readonly stepper: Stepper;

  constructor(private readonly plant?: Plant) {
    const run = Object.freeze({ name: 'rig', take: this.take.bind(this) });
    this.stepper = Object.freeze({
      start: (machine: unknown, { context, state }: { context: object; state?: string }) =>
        new CopyActor(run, machineBox(machine as AnyMachine), state ?? (machine as AnyMachine).initial, context),
    }) as unknown as Stepper;
  }

  /** The steps since the last call. */
  taken(): readonly Taken[] {
    const steps = this.steps;
    this.steps = [];
    return steps;
  }

  private take(machine: AnyMachine, from: string, before: object, event: AnyEvent): Taken {
    const key = `${machine.id}|${from}|${JSON.stringify(before)}|${JSON.stringify(event)}`;
    let taken = this.memory.get(key);
    if (!taken) {
      const normal = transition(machine, from, before, event);
      const as = (other: AnyEvent, state = from, context = before) => transition(machine, state, context, other);
      taken = this.plant ? this.plant(normal, as) : normal;
      this.memory.set(key, taken);
      const cell = cellName(normal);
      this.cells.set(cell, (this.cells.get(cell) ?? 0) + 1);
    }
    this.steps.push(taken);
    return taken;
  }
}

interface Run {
  readonly take: (machine: AnyMachine, from: string, before: object, event: AnyEvent) => Taken;
}
interface MachineBox {
  readonly name: string;
  readonly machine: AnyMachine;
}

/** A running machine that is only a state and a context. */
class CopyActor implements Actor<object, AnyEvent, string, Effect> {
  constructor(
    private readonly run: Run,
    private readonly box: MachineBox,
    public state: string,
    public context: object,
  ) {
    this.context = Object.freeze({ ...context });
  }

  send(event: AnyEvent): readonly Effect[] {
    const { to, after, effects } = this.run.take(this.box.machine, this.state, this.context, event);
    this.state = to;
    this.context = after;
    return effects;
  }

  stop(): void {
    // Nothing runs that would have to be released.
  }
}

const boxes = new Map<AnyMachine, MachineBox>();
/** Frozen, so that it is shared by all copies. */
function machineBox(machine: AnyMachine): MachineBox {
  const box = boxes.get(machine) ?? Object.freeze({ name: machine.id, machine });
  boxes.set(machine, box);
  return box;
}

function transition(machine: AnyMachine, from: string, before: object, event: AnyEvent): Taken {
  const actor = engine.start(machine, { name: machine.id, context: before, state: from });
  const effects = actor.send(event);
  mustDoTheSame(machine, from, before, event, { to: actor.state, after: actor.context, effects });
  return deepFreeze({
    machine: machine.id,
    event,
    from,
    before,
    to: actor.state,
    after: actor.context,
    effects,
    alternative: alternativeOf(machine, from, before, event),
  });
}

/** What the engine does is what XState does, in every step taken here. */
function mustDoTheSame(machine: AnyMachine, from: string, before: object, event: AnyEvent, done: object): void {
  const actor = transitioned.start(machine, { name: machine.id, context: before, state: from });
  const effects = actor.send(event);
  assert.deepStrictEqual(done, { to: actor.state, after: actor.context, effects });
}

/** The place in its cell of the transition that XState takes. */
function alternativeOf({ id, chart }: AnyMachine, from: string, before: object, event: AnyEvent): number {
  const node = chart.getStateNodeById(`${id}.${from}`) as StateNode;
  const candidates = node.on[event.type] ?? [];
  return candidates.findIndex(({ cond }) => {
    if (cond === undefined) return true;
    const guard = chart.options.guards?.[(cond as { name: string }).name];
    return typeof guard === 'function' && guard(before, event, {} as never);
  });
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const key of Object.keys(value)) deepFreeze((value as Record<string, unknown>)[key]);
  return Object.freeze(value);
}
