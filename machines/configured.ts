/**
 * A machine from a plain config as anybody writes it for XState 4, so that it can be drawn. Must never be here: our machines,
 * which are made by define.ts and checked there.
 */
import { createMachine, type AnyStateMachine } from 'xstate';

/** @throws Error what XState finds wrong with the config; it finds some faults only when the machine is read */
export function machineOfConfig(config: object): AnyStateMachine {
  return createMachine({ predictableActionArguments: true, ...config } as never);
}
